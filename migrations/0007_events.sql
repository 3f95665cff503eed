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

-- Clicks by link and verdict, so that a report never scans events. Kept by the database itself, since verdicts are recomputed
-- in place (a scanner is recognised by its third link) and every way of writing events must agree.
create table dispatch_link_counts (
    dispatch_id uuid not null,
    language text not null,
    link smallint not null,
    verdict text not null,
    clicks bigint not null default 0,
    primary key (dispatch_id, language, link, verdict)
);

create function count_link_clicks() returns trigger language plpgsql as $$
begin
    insert into dispatch_link_counts as c (dispatch_id, language, link, verdict, clicks)
    select x.dispatch_id, d.language, x.link, x.verdict, sum(x.change)
    from (
        select e.dispatch_id, e.seq, e.link, e.verdict, 1 as change from written e where e.kind = 'clicked' and e.link is not null
    ) x
    join deliveries d on d.dispatch_id = x.dispatch_id and d.seq = x.seq
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
    on conflict (dispatch_id, language, link, verdict) do update set clicks = c.clicks + excluded.clicks;
    return null;
end
$$;
create trigger events_link_counts after insert on events
    referencing new table as written for each statement execute function count_link_clicks();

create function recount_link_clicks() returns trigger language plpgsql as $$
begin
    insert into dispatch_link_counts as c (dispatch_id, language, link, verdict, clicks)
    select x.dispatch_id, d.language, x.link, x.verdict, sum(x.change)
    from (
        select e.dispatch_id, e.seq, e.link, e.verdict, 1 as change from written e where e.kind = 'clicked' and e.link is not null
        union all
        select e.dispatch_id, e.seq, e.link, e.verdict, -1 from replaced e where e.kind = 'clicked' and e.link is not null
    ) x
    join deliveries d on d.dispatch_id = x.dispatch_id and d.seq = x.seq
    group by 1, 2, 3, 4
    having sum(x.change) <> 0
    order by 1, 2, 3, 4
    on conflict (dispatch_id, language, link, verdict) do update set clicks = c.clicks + excluded.clicks;
    return null;
end
$$;
create trigger events_link_recounts after update on events
    referencing old table as replaced new table as written for each statement execute function recount_link_clicks();
