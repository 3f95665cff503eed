-- Raw facts after the hand-off, with a verdict that can be recomputed (law 7).

create table events (
    id uuid not null,
    dispatch_id uuid not null,
    seq bigint not null,
    unit_id uuid not null,
    contact_id uuid not null,
    kind text not null check (kind in ('delivered', 'deferred', 'bounced', 'complained', 'opened', 'clicked', 'unsubscribed', 'converted')),
    -- Link number for clicks.
    link smallint,
    verdict text not null default 'human' check (verdict in ('human', 'machine')),
    -- Which rule said so: prefetch_agent, head_request, all_links_at_once, too_soon, …
    verdict_rule text not null default '',
    user_agent text not null default '',
    -- Network only (/24 or /48), never a whole address.
    network text not null default '',
    at timestamptz not null,
    primary key (id)
);
create index events_dispatch on events (dispatch_id, kind, at);
create index events_delivery on events (dispatch_id, seq);
create index events_contact on events (contact_id, at desc);
create index events_recent on events using brin (at);

-- Read model of the report, kept by set-based statements as outcomes and events arrive: pages never scan events.
create table dispatch_hours (
    dispatch_id uuid not null references dispatches (id),
    hour timestamptz not null,
    sent bigint not null default 0,
    opened_human bigint not null default 0,
    opened_machine bigint not null default 0,
    clicked_human bigint not null default 0,
    clicked_machine bigint not null default 0,
    unsubscribed bigint not null default 0,
    primary key (dispatch_id, hour)
);

-- First human (and first machine) open/click of a delivery, so that unique counts are a count of rows.
create table delivery_firsts (
    dispatch_id uuid not null,
    seq bigint not null,
    kind text not null check (kind in ('opened', 'clicked', 'unsubscribed', 'bounced', 'complained')),
    verdict text not null check (verdict in ('human', 'machine')),
    at timestamptz not null,
    primary key (dispatch_id, seq, kind, verdict)
);
create index delivery_firsts_kind on delivery_firsts (dispatch_id, kind, verdict, at);
