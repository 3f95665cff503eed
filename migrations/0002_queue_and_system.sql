-- Background work and the installation's own things.

create table jobs (
    id uuid primary key,
    kind text not null,
    payload jsonb not null,
    -- At most one waiting job of a key: enqueueing again is a no-op.
    unique_key text,
    run_at timestamptz not null,
    attempts integer not null default 0,
    leased_until timestamptz,
    leased_by uuid,
    last_error text,
    created_at timestamptz not null,
    finished_at timestamptz,
    dead boolean not null default false
);
create index jobs_due on jobs (run_at) where finished_at is null and not dead;
create unique index jobs_unique_waiting on jobs (unique_key) where finished_at is null and not dead and unique_key is not null;
create index jobs_finished on jobs (finished_at) where finished_at is not null;

-- The installation's few settings and marks (schema of the demo seed, instance id).
create table settings (
    key text primary key,
    value jsonb not null
);

-- Messages caught when no relay is configured.
create table captured_mail (
    id uuid primary key,
    received_at timestamptz not null,
    envelope_from text not null,
    envelope_to text[] not null,
    header_from text not null,
    header_to text not null,
    subject text not null,
    raw bytea not null
);
create index captured_mail_received on captured_mail (received_at desc, id desc);
