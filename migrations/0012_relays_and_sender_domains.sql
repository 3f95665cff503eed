-- What mail leaves by and under whose name: relays, sender domains with their DKIM keys, limits. Secrets are sealed with the
-- installation's key before they get here.

create table relays (
    id uuid primary key,
    name text not null constraint relays_name_length check (length(name) between 1 and 120),
    host text not null,
    port integer not null check (port between 1 and 65535),
    security text not null check (security in ('none', 'opportunistic', 'required', 'implicit')),
    username text,
    password_sealed bytea,
    -- Further certificate authorities to trust, PEM; not a secret.
    authorities text not null default '',
    -- Which lanes it serves; empty: all.
    lanes text[] not null default '{}' check (lanes <@ array['transactional', 'operational', 'marketing']),
    -- Its share among relays of the same priority.
    weight integer not null default 10 check (weight between 1 and 100),
    -- Lower first; the next one only when all above are broken.
    priority integer not null default 10 check (priority between 0 and 100),
    -- For campaigns, in one worker process.
    connections integer not null default 10 check (connections between 1 and 1000),
    max_per_second double precision check (max_per_second > 0),
    is_active boolean not null default true,
    -- The one of CAMPANILE_SMTP_URL: follows it at each start, until somebody changes it in the console.
    from_environment boolean not null default false,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    edit_version integer not null default 1,
    constraint relays_name_key unique (name),
    check ((username is null) = (password_sealed is null))
);

create table sender_domains (
    id uuid primary key,
    unit_id uuid not null references units (id),
    -- Lower case, in ASCII.
    domain text not null constraint sender_domains_domain_key unique,
    bounce_domain text,
    -- https://links.example.edu
    tracking_origin text,
    max_per_second double precision check (max_per_second > 0),
    -- {started_on, first_day, factor}
    warm_up jsonb,
    -- When a signing key's record was first seen.
    verified_at timestamptz,
    -- types::sending::DnsCheck
    last_check jsonb,
    created_at timestamptz not null,
    edit_version integer not null default 1
);
create index sender_domains_unit on sender_domains (unit_id, domain);

create table dkim_keys (
    id uuid primary key,
    sender_domain_id uuid not null references sender_domains (id) on delete cascade,
    selector text not null check (selector ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    kind text not null check (kind in ('rsa2048', 'ed25519')),
    -- PKCS#8
    private_sealed bytea not null,
    public_record text not null,
    state text not null default 'waiting' check (state in ('waiting', 'active', 'retired')),
    created_at timestamptz not null,
    activated_at timestamptz,
    retired_at timestamptz,
    unique (sender_domain_id, selector)
);
-- A domain signs with one key of a kind: RSA for everybody, Ed25519 beside it.
create unique index dkim_keys_active on dkim_keys (sender_domain_id, kind) where state = 'active';

-- How fast others take mail, e.g. gmail.com. For the whole installation.
create table recipient_limits (
    domain text primary key,
    max_per_second double precision check (max_per_second > 0),
    max_connections integer check (max_connections between 1 and 1000),
    check (max_per_second is not null or max_connections is not null)
);

alter table units add column bounce_domain text;
alter table units add column tracking_origin text;

-- Counts changes of all of the above, so that workers see by one number whether they must read again.
create table sending_version (
    single boolean primary key default true check (single),
    version bigint not null
);
insert into sending_version (version) values (1);

-- A trigger and not the domain's functions: nothing that changes these tables can forget it.
create function sending_changed() returns trigger language plpgsql as $$
begin
    update sending_version set version = version + 1;
    perform pg_notify('campanile_sending', '');
    return null;
end $$;
create trigger relays_changed after insert or update or delete on relays
    for each statement execute function sending_changed();
-- Not when it was only looked up (last_check, verified_at).
create trigger sender_domains_changed
    after insert or delete or update of unit_id, domain, bounce_domain, tracking_origin, max_per_second, warm_up on sender_domains
    for each statement execute function sending_changed();
create trigger dkim_keys_changed after insert or update or delete on dkim_keys
    for each statement execute function sending_changed();
create trigger recipient_limits_changed after insert or update or delete on recipient_limits
    for each statement execute function sending_changed();
create trigger units_places_changed after update of bounce_domain, tracking_origin on units
    for each statement execute function sending_changed();
