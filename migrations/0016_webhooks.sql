-- Webhooks: what happens to triggered messages, told to endpoints of other systems (docs/ARCHITECTURE.md, "Webhooks").

create table webhook_endpoints (
    id uuid primary key,
    unit_id uuid not null references units (id),
    url text not null,
    description text not null default '',
    -- Which events; empty: all, also those that later versions add.
    event_types text[] not null default '{}',
    -- paused: by staff, events wait. disabled: by itself, nothing more is collected.
    state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    -- Why it was disabled: gone (410), failing (for days).
    disabled_for text check (disabled_for in ('gone', 'failing')),
    secret_sealed bytea not null,
    -- The secret before the last change: both sign until then.
    previous_sealed bytea,
    previous_until timestamptz,
    -- The circuit: while `retry_at` is set, one event at a time tries whether it answers again.
    failures integer not null default 0,
    failing_since timestamptz,
    retry_at timestamptz,
    last_success_at timestamptz,
    -- Who sends to it: one process at a time, so that order holds.
    leased_by uuid,
    leased_until timestamptz,
    created_at timestamptz not null,
    edit_version integer not null default 1,
    -- Gone for everybody; its deliveries are deleted in slices before it is.
    deleted_at timestamptz,
    check ((state = 'disabled') = (disabled_for is not null)),
    check ((previous_sealed is null) = (previous_until is null))
);
create index webhook_endpoints_unit on webhook_endpoints (unit_id, created_at, id) where deleted_at is null;

-- One event for one endpoint. What it says of a message is read from the message when it is sent: no copies of addresses lie here.
create table webhook_deliveries (
    endpoint_id uuid not null references webhook_endpoints (id),
    -- `webhook-id`: of the event, the same at every endpoint and at every attempt.
    event_id uuid not null,
    -- The order in which events were recorded; of one message it is the order in which they are sent.
    seq bigint generated always as identity,
    -- None: webhook.test.
    message_id uuid,
    kind text not null,
    at timestamptz not null,
    -- The relay's reply, the rule, or the link.
    detail text not null default '',
    verdict text check (verdict in ('human', 'machine')),
    state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
    attempts integer not null default 0,
    -- Those of them that count for the schedule of retries: not those that only tried whether the endpoint is back.
    failures integer not null default 0,
    -- When it began to wait: when it was recorded, or replayed.
    queued_at timestamptz not null,
    next_at timestamptz not null,
    -- The last attempt: when, the status (none: there was no answer), what the body began with or what the trouble was.
    attempted_at timestamptz,
    status smallint,
    answer text not null default '',
    duration_ms integer,
    finished_at timestamptz,
    primary key (endpoint_id, event_id),
    check ((state = 'pending') = (finished_at is null))
);
create index webhook_deliveries_list on webhook_deliveries (endpoint_id, seq desc);
create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, seq) where state = 'pending';
create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_at) where state = 'pending';
create index webhook_deliveries_order on webhook_deliveries (endpoint_id, message_id, seq) where state = 'pending';
create index webhook_deliveries_dead on webhook_deliveries (endpoint_id, seq desc) where state = 'dead';
create index webhook_deliveries_late on webhook_deliveries (queued_at) where state = 'pending';
create index webhook_deliveries_done on webhook_deliveries (state, finished_at) where state <> 'pending';
create index webhook_deliveries_message on webhook_deliveries (message_id) where message_id is not null;
