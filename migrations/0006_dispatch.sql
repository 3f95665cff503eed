-- The ledger. Recipients are immutable and numbered; chunks of about 1,000 are claimed with a lease; outcomes are
-- appended (docs/ARCHITECTURE.md, "The ledger"). Law 1: recipients = outcomes with a final state, once done.

create table dispatches (
    id uuid primary key,
    unit_id uuid not null references units (id),
    kind text not null check (kind in ('campaign', 'message')),
    campaign_id uuid references campaigns (id),
    revision_id uuid references campaign_revisions (id),
    lane text not null check (lane in ('transactional', 'operational', 'marketing')),
    classification text not null check (classification in ('transactional', 'operational', 'marketing')),
    state text not null check (state in ('expanding', 'sending', 'paused', 'cancelling', 'done', 'stopped')),
    -- Why it stands still, as a code for the reader: seal_broken, relay_unreachable, …
    stopped_reason text,
    throttle_per_hour integer,
    -- Topics the audience was asked for; null: everyone in the unit. For the last check and for unsubscribing.
    topics uuid[],
    audience bigint not null default 0,
    sent bigint not null default 0,
    failed bigint not null default 0,
    suppressed bigint not null default 0,
    cancelled bigint not null default 0,
    ambiguous bigint not null default 0,
    created_at timestamptz not null,
    started_at timestamptz,
    paused_at timestamptz,
    finished_at timestamptz
);
create unique index dispatches_campaign on dispatches (campaign_id) where campaign_id is not null;
create index dispatches_active on dispatches (created_at) where state in ('expanding', 'sending', 'paused', 'cancelling');
create index dispatches_unit on dispatches (unit_id, created_at desc, id desc);

create table dispatch_chunks (
    dispatch_id uuid not null references dispatches (id),
    chunk integer not null,
    -- Recipients first_seq..=last_seq.
    first_seq bigint not null,
    last_seq bigint not null,
    state text not null default 'waiting' check (state in ('waiting', 'leased', 'done')),
    -- Next time this chunk is worth claiming: moves forward while it only holds deferred recipients.
    due_at timestamptz not null,
    leased_by uuid,
    leased_until timestamptz,
    -- Recipients that its worker may be handing over at this moment: written before, cleared with their outcomes. If the worker
    -- is lost, exactly these are ambiguous.
    in_flight bigint[] not null default '{}',
    -- Outcomes so far, written in the transaction that writes them. Chunk -1 counts those held back at expansion.
    sent bigint not null default 0,
    failed bigint not null default 0,
    suppressed bigint not null default 0,
    cancelled bigint not null default 0,
    ambiguous bigint not null default 0,
    primary key (dispatch_id, chunk)
);
create index dispatch_chunks_open on dispatch_chunks (due_at) where state <> 'done';

-- One line a recipient, never updated.
create table deliveries (
    dispatch_id uuid not null references dispatches (id),
    seq bigint not null,
    chunk integer not null,
    contact_id uuid not null,
    channel text not null default 'email',
    address text not null,
    language text not null,
    -- What the templates need, as it was when the audience was fixed.
    first_name text not null default '',
    last_name text not null default '',
    attributes jsonb not null default '{}',
    primary key (dispatch_id, seq),
    constraint deliveries_once unique (dispatch_id, contact_id, channel)
);
create index deliveries_contact on deliveries (contact_id);
create index deliveries_chunk on deliveries (dispatch_id, chunk);

-- Exactly one final outcome a delivery.
create table outcomes (
    dispatch_id uuid not null,
    seq bigint not null,
    outcome text not null check (outcome in ('sent', 'failed', 'suppressed', 'cancelled', 'ambiguous')),
    -- Which rule held it back or which reply ended it: unsubscribed_all, not_subscribed, suppression_list, hard_bounce,
    -- duplicate_address, no_address, erased, complained, excluded, reply_5xx, retries_exhausted, render_error, …
    rule text not null default '',
    reply_code smallint,
    reply text not null default '',
    attempts smallint not null default 0,
    at timestamptz not null,
    primary key (dispatch_id, seq),
    foreign key (dispatch_id, seq) references deliveries (dispatch_id, seq)
);
create index outcomes_kind on outcomes (dispatch_id, outcome, rule);

-- Attempts that did not end a delivery (4xx): small, because rare.
create table deferrals (
    dispatch_id uuid not null,
    seq bigint not null,
    attempts smallint not null,
    next_at timestamptz not null,
    reply_code smallint,
    reply text not null default '',
    first_at timestamptz not null,
    at timestamptz not null,
    primary key (dispatch_id, seq),
    foreign key (dispatch_id, seq) references deliveries (dispatch_id, seq)
);
create index deferrals_due on deferrals (dispatch_id, next_at);

-- Link n of a dispatch's revision and language: redirect targets come from here, never from the request.
create table dispatch_links (
    dispatch_id uuid not null references dispatches (id),
    language text not null,
    number smallint not null,
    url text not null,
    label text not null default '',
    primary key (dispatch_id, language, number)
);
