-- From where a client may call, how often, and from where it last did.
alter table api_clients
    -- Empty: from anywhere. Addresses are networks of one; IPv4 mapped into IPv6 is stored as IPv4.
    add column allowed_networks cidr[] not null default '{}'
        constraint api_clients_networks check (cardinality(allowed_networks) <= 100),
    add column requests_per_minute integer not null default 6000
        constraint api_clients_rate check (requests_per_minute between 1 and 600000),
    -- How many at once after a pause.
    add column burst integer not null default 600
        constraint api_clients_burst check (burst between 1 and requests_per_minute),
    add column last_used_from inet,
    add column edit_version integer not null default 1;

-- What is left of each client's limit. Processes post what they have let through a few times a second, so tokens may be below nothing for
-- a moment. Unlogged: after a crash of the database every client begins with a full bucket.
create unlogged table client_buckets (
    client_id uuid primary key references api_clients (id) on delete cascade,
    tokens double precision not null,
    refilled_at timestamptz not null,
    -- Counts the posts: a process knows by it which of two states it has seen is the newer.
    version bigint not null
);

-- Takes calls that were let through off a client's bucket, which fills by the database's clock.
-- What was too much is owed, but for a limit that has been lowered meanwhile. `p_now` is for tests.
create function client_bucket_post(p_client uuid, p_calls integer, p_per_minute integer, p_burst integer, p_now timestamptz default null)
returns table (tokens double precision, version bigint) language plpgsql as $$
declare
    now_at timestamptz := coalesce(p_now, clock_timestamp());
begin
    insert into client_buckets (client_id, tokens, refilled_at, version) values (p_client, p_burst, now_at, 0)
        on conflict (client_id) do nothing;
    return query
        update client_buckets b
        set tokens = greatest(-greatest(p_burst, 100), least(p_burst, b.tokens
                + greatest(0, extract(epoch from now_at - b.refilled_at)::double precision) * p_per_minute / 60) - p_calls),
            refilled_at = greatest(b.refilled_at, now_at), version = b.version + 1
        where b.client_id = p_client returning b.tokens, b.version;
end
$$;
