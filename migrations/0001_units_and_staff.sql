-- Business units, staff, roles, sessions, audit. Law 3: every row below belongs to a unit or to the installation.

create table units (
    id uuid primary key,
    parent_id uuid references units (id),
    -- The unit itself and all above it, root first: "a role holds in its descendants" is one array test.
    ancestors uuid[] not null,
    key text not null constraint units_key_key unique
        constraint units_key_format check (key ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'),
    name text not null constraint units_name_length check (length(name) between 1 and 120),
    -- Postal address: CAN-SPAM and good manners want it in every footer.
    postal_address text not null default '',
    website text not null default '',
    -- The unit's brand: accent as #rrggbb.
    accent text not null default '#2f5bd7' check (accent ~ '^#[0-9a-f]{6}$'),
    -- Domains that sender profiles of this unit (and those below) may use.
    sender_domains text[] not null default '{}',
    default_language text not null default 'en' check (default_language in ('en', 'pl', 'de', 'fr')),
    time_zone text not null default 'Europe/Warsaw',
    created_at timestamptz not null,
    archived_at timestamptz
);
create index units_ancestors on units using gin (ancestors);
create unique index units_single_root on units ((parent_id is null)) where parent_id is null;

create table users (
    id uuid primary key,
    email text not null,
    name text not null constraint users_name_length check (length(name) between 1 and 120),
    -- argon2id PHC string; null until the invitation is accepted.
    password_hash text,
    language text not null default 'en' check (language in ('en', 'pl', 'de', 'fr')),
    theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
    time_zone text not null default 'Europe/Warsaw',
    status text not null default 'invited' check (status in ('invited', 'active', 'disabled')),
    created_at timestamptz not null,
    last_sign_in_at timestamptz
);
create unique index users_email_key on users (lower(email));

create table memberships (
    user_id uuid not null references users (id) on delete cascade,
    unit_id uuid not null references units (id),
    role text not null check (role in ('viewer', 'author', 'approver', 'unit_admin', 'system_admin')),
    granted_by uuid references users (id),
    granted_at timestamptz not null,
    primary key (user_id, unit_id, role)
);
create index memberships_unit on memberships (unit_id);

-- Single-use links by mail: invitation, password reset; first-run set-up has user_id null. Kept hashed.
create table staff_tokens (
    id uuid primary key,
    user_id uuid references users (id) on delete cascade,
    purpose text not null check (purpose in ('invitation', 'reset', 'setup')),
    token_hash bytea not null unique,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index staff_tokens_user on staff_tokens (user_id, purpose);

create table sessions (
    -- SHA-256 of the cookie's value: a copy of the table opens no session.
    id bytea primary key,
    user_id uuid references users (id) on delete cascade,
    data bytea not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    idle_expires_at timestamptz not null,
    absolute_expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (idle_expires_at);

-- Throttles that must hold across nodes (sign-in, reset): fixed windows by hashed key.
create table throttles (
    key bytea primary key,
    window_start timestamptz not null,
    hits integer not null
);

create table api_clients (
    id uuid primary key,
    unit_id uuid not null references units (id),
    name text not null constraint api_clients_name_length check (length(name) between 1 and 120),
    scopes text[] not null,
    created_by uuid references users (id),
    created_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz
);
create index api_clients_unit on api_clients (unit_id);

-- 256 random bits each, kept as SHA-256; two may overlap while rotating.
create table api_secrets (
    client_id uuid not null references api_clients (id) on delete cascade,
    secret_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    primary key (client_id, secret_hash)
);

create table api_tokens (
    token_hash bytea primary key,
    client_id uuid not null references api_clients (id) on delete cascade,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index api_tokens_client on api_tokens (client_id);
create index api_tokens_expiry on api_tokens (expires_at);

create table idempotency_keys (
    -- Who called: an API client or a user.
    owner_id uuid not null,
    key text not null constraint idempotency_key_length check (length(key) between 1 and 200),
    request_hash bytea not null,
    status smallint,
    body bytea,
    content_type text,
    created_at timestamptz not null,
    primary key (owner_id, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

create table audit_log (
    seq bigint generated always as identity primary key,
    id uuid not null unique,
    at timestamptz not null,
    unit_id uuid not null references units (id),
    actor_kind text not null check (actor_kind in ('user', 'client', 'system')),
    actor_id uuid,
    actor_name text not null,
    -- noun.verb in the past tense: campaign.submitted
    action text not null,
    object_kind text not null,
    object_id uuid,
    object_name text not null default '',
    detail jsonb not null default '{}'
);
create index audit_log_unit on audit_log (unit_id, seq desc);
create index audit_log_object on audit_log (object_id, seq desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;

create trigger audit_log_append_only before update or delete on audit_log
    for each row execute function refuse_change();
create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function refuse_change();

-- The chain of the audit log: each link is SHA-256 over the previous link and the rows first_seq..=last_seq, so that
-- rows changed behind the triggers' back are found by `campanile verify`. Written in batches: a link with every row would
-- make every act in the installation wait for every other.
create table audit_links (
    number bigint primary key,
    first_seq bigint not null,
    last_seq bigint not null,
    row_count bigint not null,
    hash bytea not null,
    created_at timestamptz not null
);
create trigger audit_links_append_only before update or delete on audit_links
    for each row execute function refuse_change();
create trigger audit_links_no_truncate before truncate on audit_links
    for each statement execute function refuse_change();

-- The text of one row that the chain is made over: independent of session settings (time zone, date style).
create function audit_text(line audit_log) returns text language sql immutable parallel safe as $$
    select jsonb_build_array(line.seq, line.id, extract(epoch from line.at), line.unit_id, line.actor_kind, line.actor_id,
        line.actor_name, line.action, line.object_kind, line.object_id, line.object_name, line.detail)::text
$$;
