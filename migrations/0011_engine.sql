-- The ledger by months, chunks with watermarks, and who works on them (docs/ARCHITECTURE.md, "The ledger").
--
-- Ids of dispatches are UUIDs of version 7: their first 48 bits are the time they were made (RFC 9562), so a range of ids is a range of
-- time, and the big tables are partitioned by it without another column. Old months are detached, not deleted.

-- The first id of the month that begins at `p_month` (UTC).
create function ledger_bound(p_month timestamptz) returns uuid language sql immutable parallel safe as $$
    select (lpad(to_hex((extract(epoch from p_month) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid
$$;

-- The month in which an id was made.
create function ledger_month(p_id uuid) returns timestamptz language sql immutable parallel safe as $$
    select date_trunc('month', to_timestamp(('x' || lpad(substr(replace(p_id::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint / 1000.0), 'UTC')
$$;

alter table deliveries rename to deliveries_before;
alter table outcomes rename to outcomes_before;
alter table outcomes_before drop constraint outcomes_dispatch_id_seq_fkey;
alter table deferrals drop constraint deferrals_dispatch_id_seq_fkey;
alter table deliveries_before rename constraint deliveries_pkey to deliveries_before_pkey;
alter table outcomes_before rename constraint outcomes_pkey to outcomes_before_pkey;
drop index deliveries_contact;
drop index outcomes_kind;

-- One line a recipient, never updated. No foreign keys: a million row triggers would cost more than the rows; `campanile verify`
-- checks what they would, and the only writers are the expansion and the intake, each in the transaction of its dispatch.
create table deliveries (
    dispatch_id uuid not null,
    seq bigint not null,
    contact_id uuid not null,
    channel text not null default 'email',
    address text not null,
    language text not null,
    -- What the templates need, as it was when the audience was fixed.
    first_name text not null default '',
    last_name text not null default '',
    attributes jsonb not null default '{}',
    primary key (dispatch_id, seq)
) partition by range (dispatch_id);
create index deliveries_contact on deliveries (contact_id);

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
    primary key (dispatch_id, seq)
) partition by range (dispatch_id);
-- Nearly all are sent: only the others are looked for by kind.
create index outcomes_kind on outcomes (dispatch_id, outcome, rule, seq) where outcome <> 'sent';

-- Makes the partitions of the month of an id, unless they are there. Attached, not created in place: that would lock out the senders.
create function ledger_partition(p_id uuid) returns void language plpgsql as $$
declare
    month timestamptz := ledger_month(p_id);
    suffix text := to_char(month at time zone 'UTC', 'YYYYMM');
    parent text;
    part text;
begin
    if to_regclass('outcomes_' || suffix) is not null then
        return;
    end if;
    -- Two expansions at once: the second waits and finds them made.
    perform pg_advisory_xact_lock(7021801, hashtext(suffix));
    foreach parent in array array['deliveries', 'outcomes'] loop
        part := parent || '_' || suffix;
        if to_regclass(part) is null then
            execute format('create table %I (like %I including defaults including constraints)', part, parent);
            execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                parent, part, ledger_bound(month), ledger_bound(month + interval '1 month'));
        end if;
    end loop;
end
$$;

select ledger_partition(id) from dispatches;
insert into deliveries (dispatch_id, seq, contact_id, channel, address, language, first_name, last_name, attributes)
    select dispatch_id, seq, contact_id, channel, address, language, first_name, last_name, attributes from deliveries_before;
insert into outcomes (dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at)
    select dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at from outcomes_before;
drop table outcomes_before;
drop table deliveries_before;

-- Processes that send. A worker whose lease ended on this host is taken over with its journal; one of another host leaves what it had
-- not written ambiguous.
create table workers (
    id uuid primary key,
    -- The data directory with the journal, as a random id kept in it; null: its journal is lost.
    host uuid,
    -- Machine and process, for people.
    name text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    -- types::sending::WorkerStatus, every two seconds.
    status jsonb not null default '{}'
);

-- Recipients up to `handed_to` whose turn it was at `handed_at` (the worker's clock) may be on their way; those beyond are surely not.
alter table dispatch_chunks add column handed_to bigint, add column handed_at timestamptz;
update dispatch_chunks set handed_to = (select max(seq) from unnest(in_flight) as seq), handed_at = leased_until where state = 'leased';
alter table dispatch_chunks drop column in_flight;
drop index dispatch_chunks_open;
create index dispatch_chunks_waiting on dispatch_chunks (dispatch_id, due_at, chunk) where state = 'waiting';
create index dispatch_chunks_leased on dispatch_chunks (dispatch_id, leased_until) where state = 'leased';
create index dispatch_chunks_holder on dispatch_chunks (leased_by) where state = 'leased';

-- Limits that hold across all processes: token buckets, refilled by the clock of the database, which has no second opinion.
create table sending_buckets (
    -- dispatch:<id>, relay:<id>, sender:<domain>, recipient:<domain>, warm-up:<domain>:<date>.
    key text primary key,
    tokens double precision not null,
    refilled_at timestamptz not null
);

-- Takes at most `p_want` tokens of a bucket of `p_burst` that fills at `p_rate` a second. Returns how many were granted and after how many
-- seconds the next one is there.
-- `p_now` is for tests; everybody else has the database's clock.
create function bucket_take(p_key text, p_rate double precision, p_burst double precision, p_want integer, p_now timestamptz default null)
returns table (granted integer, retry_after double precision) language plpgsql as $$
declare
    now_at timestamptz := coalesce(p_now, clock_timestamp());
    has double precision;
    gave integer;
begin
    insert into sending_buckets (key, tokens, refilled_at) values (p_key, p_burst, now_at) on conflict (key) do nothing;
    select least(p_burst, t.tokens + greatest(0, extract(epoch from now_at - t.refilled_at)) * p_rate) into has
        from sending_buckets t where t.key = p_key for update;
    gave := greatest(0, least(p_want, floor(has + 1e-9)::integer));
    update sending_buckets t set tokens = has - gave, refilled_at = greatest(t.refilled_at, now_at) where t.key = p_key;
    return query select gave,
        case when gave > 0 then 0.0::double precision when p_rate > 0 then (1 - has) / p_rate else 'infinity'::double precision end;
end
$$;

-- Whether the ledger of an id's month is attached: what was detached is not looked for.
create function ledger_attached(p_id uuid) returns boolean language sql stable as $$
    select exists (
        select from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'deliveries'::regclass and c.relname = 'deliveries_' || to_char(ledger_month(p_id) at time zone 'UTC', 'YYYYMM'))
$$;

-- Takes a month (YYYYMM) out of the ledger. Its tables stay, under their names.
create function ledger_detach(p_month text) returns void language plpgsql as $$
declare
    parent text;
begin
    if p_month !~ '^[0-9]{6}$' then
        raise exception 'not a month: %', p_month;
    end if;
    foreach parent in array array['deliveries', 'outcomes'] loop
        execute format('alter table %I detach partition %I', parent, parent || '_' || p_month);
    end loop;
end
$$;

-- Triggered messages: a standing dispatch per version of what is sent, to which lines are added one by one, each with a chunk of its own
-- that is folded into chunk -1 once it is done.
alter table dispatch_chunks drop constraint dispatch_chunks_dispatch_id_fkey;
alter table dispatches add column source jsonb, add column sender jsonb,
    add constraint dispatches_content check (kind <> 'message' or state = 'done' or (source is not null and sender is not null));
create sequence triggered_seq;

-- One line, also of a month that was detached, for as long as its table is kept: whoever finds an old message may still leave by its link.
create function ledger_line(p_dispatch uuid, p_seq bigint) returns setof deliveries language plpgsql stable as $$
declare
    part text;
begin
    return query select * from deliveries d where d.dispatch_id = p_dispatch and d.seq = p_seq;
    if not found then
        part := 'deliveries_' || to_char(ledger_month(p_dispatch) at time zone 'UTC', 'YYYYMM');
        if to_regclass(part) is not null and not ledger_attached(p_dispatch) then
            return query execute format('select dispatch_id, seq, contact_id, channel, address, language, first_name, last_name, attributes
                from %I where dispatch_id = $1 and seq = $2', part) using p_dispatch, p_seq;
        end if;
    end if;
end
$$;
