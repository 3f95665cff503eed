//! The second half of a run: from the staged rows into the golden record, a slice of people at a time, each slice one
//! statement in one transaction together with its progress, so that an interrupted run goes on where it stopped.

use super::lock;
use crate::{Domain, Result, ts};
use sqlx::{Connection as _, PgConnection};
use types::imports::ImportOptions;
use types::{ImportId, TopicId, UnitId, UserId};

/// People written in one transaction.
const SLICE: i64 = 10_000;

/// What a run knows about itself.
pub(super) struct Run {
    pub id: ImportId,
    pub unit: UnitId,
    pub by: Option<UserId>,
    pub options: ImportOptions,
    /// People written by an earlier, interrupted run.
    pub written: i64,
}

/// Makes the connection's own staging tables, which hide those of the schema.
pub(super) async fn make_tables(conn: &mut PgConnection) -> Result<()> {
    for statement in [
        "set temp_buffers = '64MB'",
        "set work_mem = '64MB'",
        "create temp table import_stage (like public.import_stage)",
        "create temp table import_people (like public.import_people)",
    ] {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    Ok(())
}

/// One row a person: of several rows with one key (or address, where there is no key) the last in the file. Rows with
/// different keys and one address cannot both have it: the last gets it, the others are errors. A row without a key yields to
/// one that has the same address and a key.
/// The order is that of the file, so that it is the same when a run starts anew.
///
/// Says the number of the last one, and how many rows were left out for an address that another row got.
pub(super) async fn choose_people(conn: &mut PgConnection, run: &Run) -> Result<(i64, i64)> {
    let people = sqlx::query!(
        r#"insert into import_people
         select d.*, row_number() over (order by d.line) from (
             select distinct on (coalesce('k' || s.key, 'e' || s.email_normalised) collate "C") s.* from import_stage s
             order by coalesce('k' || s.key, 'e' || s.email_normalised) collate "C", s.line desc) d
         order by d.line"#
    )
    .execute(&mut *conn)
    .await?
    .rows_affected();
    let staged = sqlx::query_scalar!(r#"select count(*) as "n!" from import_stage"#)
        .fetch_one(&mut *conn)
        .await?;
    sqlx::query("truncate import_stage").execute(&mut *conn).await?;
    let mut duplicates = staged - i64::try_from(people).unwrap_or(0);
    let mut conflicts = 0;
    if run.options.targets.contains(&types::imports::Target::Key) {
        let gone = sqlx::query!(
            r#"with beaten as (
                   select n, best_key from (
                       select n, first_value(n) over w as best_n, first_value(key) over w as best_key
                       from import_people where email_normalised is not null
                       window w as (partition by email_normalised collate "C" order by key is null, n desc)) x
                   where n <> best_n),
               gone as (delete from import_people p using beaten b where p.n = b.n returning p.line, p.key, p.email, p.key is not null and b.best_key is not null as differ),
               told as (
                   insert into import_errors (import_id, line, column_name, code, raw)
                   select $1, g.line, '', 'identity_conflict', concat_ws(' ', g.key, g.email) from gone g
                   where g.differ and not exists (select from import_errors e where e.import_id = $1 and e.line = g.line and e.code = 'identity_conflict'))
               select count(*) filter (where not differ) as "duplicates!", count(*) filter (where differ) as "conflicts!" from gone"#,
            run.id.uuid()
        )
        .fetch_one(&mut *conn)
        .await?;
        duplicates += gone.duplicates;
        conflicts = gone.conflicts;
    }
    // Rows of two slices may turn out to be one person; those are counted as they are met, and kept by a resumed run.
    sqlx::query!(
        "update imports set rows_duplicate = $2 where id = $1 and rows_written = 0",
        run.id.uuid(),
        duplicates
    )
    .execute(&mut *conn)
    .await?;
    // From here on every join goes from a slice into a large table by its index; a plan that reads the large table once a
    // slice would be a hundred times the work. PostgreSQL cannot know: the tables may be new and without statistics, and a
    // plan made for any slice (which it tries after five executions) takes a slice for a row. Seen: one slice in 125 s
    // instead of 1.2 s.
    for statement in [
        "create index on import_people (n)",
        "analyze import_people",
        "set enable_hashjoin = off",
        "set enable_mergejoin = off",
        "set enable_seqscan = off",
        "set plan_cache_mode = force_custom_plan",
    ] {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    let last = sqlx::query_scalar!("select max(n) from import_people")
        .fetch_one(&mut *conn)
        .await?
        .unwrap_or(0);
    Ok((last, conflicts))
}

/// Writes all people from where an earlier run stopped. False: somebody wanted it stopped.
pub(super) async fn write_people(
    domain: &Domain,
    conn: &mut PgConnection,
    run: &Run,
    last: i64,
) -> Result<bool> {
    let mut at = run.written;
    while at < last {
        let to = (at + SLICE).min(last);
        let stop = write_slice(domain, conn, run, at, to).await?;
        at = to;
        if stop && at < last {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn write_slice(
    domain: &Domain,
    conn: &mut PgConnection,
    run: &Run,
    from: i64,
    to: i64,
) -> Result<bool> {
    let now = ts(domain.now());
    let topic = run.options.topic_id.map(TopicId::uuid);
    let mut tx = conn.begin().await?;
    lock::exclusive(&mut tx).await?;
    let done = sqlx::query!(
        r#"with found as materialized (
            select p.*, k.contact_id as by_key, i.contact_id as by_email, coalesce(k.contact_id, i.contact_id) as old_id,
                coalesce(k.contact_id, i.contact_id, p.id) as person,
                case when k.contact_id is null then i.known_to end as known_to
            from import_people p
            left join contact_units k on k.unit_id = $2 and k.key = p.key
            left join identities i on i.kind = 'email' and i.normalised = p.email_normalised
            where p.n > $3 and p.n <= $4),
        slice as materialized (
            select f.*, m.contact_id is not null as is_member, m.attributes as had, m.key as had_key,
                c.first_name as was_first, c.last_name as was_last, c.language as was_language, c.time_zone as was_zone,
                c.unsubscribed_all_at is not null or c.complained_at is not null as said_no, u.status as was_status,
                case when c.erased_at is not null then 'erased'
                     when f.by_key <> f.by_email or f.by_key is null and f.key is not null and m.key <> f.key then 'identity_conflict'
                end as problem,
                row_number() over (partition by f.person order by f.n desc) as place
            from found f
            left join contacts c on c.id = f.old_id
            left join contact_units m on m.unit_id = $2 and m.contact_id = f.old_id
            left join subscriptions u on u.contact_id = f.old_id and u.topic_id = $6),
        good as materialized (select * from slice where problem is null and place = 1 order by n),
        new_people as (
            insert into contacts (id, first_name, last_name, language, time_zone, created_at, updated_at)
            select person, first_name, last_name, language, time_zone, $5, $5 from good where old_id is null),
        -- Empty shared fields are filled; names are corrected where nobody else has the person (law 3).
        filled as (
            update contacts c set
                first_name = case when g.first_name <> '' then case when c.first_name = '' or g.alone then g.first_name else c.first_name end else c.first_name end,
                last_name = case when g.last_name <> '' then case when c.last_name = '' or g.alone then g.last_name else c.last_name end else c.last_name end,
                language = coalesce(c.language, g.language), time_zone = coalesce(c.time_zone, g.time_zone), updated_at = $5
            from (
                select *, is_member and not exists (select from contact_units o where o.contact_id = person and o.unit_id <> $2) as alone
                from good
                where old_id is not null and (first_name <> '' and first_name <> was_first or last_name <> '' and last_name <> was_last
                    or was_language is null and language is not null or was_zone is null and time_zone is not null)) g
            where c.id = g.person and (g.alone or g.first_name <> '' and c.first_name = '' or g.last_name <> '' and c.last_name = ''
                or c.language is null and g.language is not null or c.time_zone is null and g.time_zone is not null)
            returning c.id),
        addresses as (
            insert into identities (id, contact_id, kind, value, normalised, is_primary, known_to, created_at)
            select identity_id, person, 'email', email, email_normalised,
                old_id is null or not exists (select from identities e where e.contact_id = person and e.kind = 'email' and e.is_primary),
                array[$2::uuid], $5
            from good where email is not null and by_email is null
            on conflict do nothing returning contact_id, is_primary),
        known as (
            update identities i set known_to = i.known_to || $2::uuid from good g
            where g.by_email is not null and i.kind = 'email' and i.normalised = g.email_normalised and not $2 = any (i.known_to)),
        phones as (
            insert into identities (id, contact_id, kind, value, normalised, is_primary, known_to, created_at)
            select phone_id, person, 'phone', phone, phone_normalised,
                old_id is null or not exists (select from identities e where e.contact_id = person and e.kind = 'phone' and e.is_primary),
                array[$2::uuid], $5
            from good where phone is not null
            on conflict do nothing),
        joined as (
            insert into contact_units (unit_id, contact_id, key, attributes, source, import_id, created_at, updated_at)
            select $2, person, key, attributes, 'import', $1, $5, $5 from good where not is_member
            on conflict do nothing returning contact_id),
        changed as (
            update contact_units m set key = coalesce(g.key, m.key), attributes = m.attributes || g.attributes, updated_at = $5
            from good g
            where g.is_member and m.unit_id = $2 and m.contact_id = g.person
                and (g.key is not null and m.key is null or not m.attributes @> g.attributes)
            returning m.contact_id),
        -- Never anybody who said no to the topic, or to everything.
        subscribed as (
            insert into subscriptions (contact_id, topic_id, status, frequency, source, changed_at)
            select person, $6, 'subscribed', 'all', 'import', $5 from good
            where $6::uuid is not null and was_status is null and said_no is not true
            on conflict do nothing returning contact_id),
        agreed as (
            insert into consent_records (contact_id, topic_id, unit_id, act, wording, wording_version, source, reference_id, at)
            select contact_id, $6, $2, 'given', $7, $8, 'import', $1, $5 from subscribed),
        told as (
            insert into import_errors (import_id, line, column_name, code, raw)
            select $1, line, '', problem, concat_ws(' ', key, email, first_name, last_name) from slice where problem is not null)
        select
            (select count(*) from joined) as "created!",
            (select count(distinct id) from (
                select contact_id as id from changed union all select id from filled where id not in (select contact_id from joined)
                union all select person from good where is_member and email is not null and by_email is null) x) as "updated!",
            (select count(*) from good) as "good!",
            (select count(*) from slice where problem is not null) as "failed!",
            (select count(*) from slice where problem is null and place > 1) as "duplicate!",
            (select count(*) from subscribed) as "subscribed!",
            (select count(*) from good where $6::uuid is not null and (was_status = 'unsubscribed' or said_no)) as "kept_out!",
            (select count(*) from addresses where not is_primary) as "moved!""#,
        run.id.uuid(),
        run.unit.uuid(),
        from,
        to,
        now as _,
        topic,
        run.options.consent_wording,
        run.options.consent_version,
    )
    .fetch_one(&mut *tx)
    .await?;
    if done.moved > 0 {
        move_addresses(&mut tx, run, from, to).await?;
    }
    let stop = sqlx::query_scalar!(
        "update imports set rows_written = $2, rows_created = rows_created + $3, rows_updated = rows_updated + $4,
             rows_unchanged = rows_unchanged + $5, rows_failed = rows_failed + $6, rows_duplicate = rows_duplicate + $7,
             rows_subscribed = rows_subscribed + $8, rows_kept_out = rows_kept_out + $9
         where id = $1 returning cancel_requested",
        run.id.uuid(),
        to,
        done.created,
        done.updated,
        (done.good - done.created - done.updated).max(0),
        done.failed,
        done.duplicate,
        done.subscribed,
        done.kept_out,
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(stop)
}

/// People found by their key who have a new address: mail goes to the new one from now on, unless another unit has the
/// person too, which then decides nothing for that unit.
async fn move_addresses(conn: &mut PgConnection, run: &Run, from: i64, to: i64) -> Result<()> {
    sqlx::query!(
        "update identities i set is_primary = false
         from import_people p join contact_units k on k.unit_id = $1 and k.key = p.key
         join identities a on a.kind = 'email' and a.normalised = p.email_normalised and a.contact_id = k.contact_id and not a.is_primary
         where p.n > $2 and p.n <= $3 and i.contact_id = k.contact_id and i.kind = 'email' and i.is_primary
             and not exists (select from contact_units o where o.contact_id = k.contact_id and o.unit_id <> $1)",
        run.unit.uuid(),
        from,
        to
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "update identities a set is_primary = true
         from import_people p join contact_units k on k.unit_id = $1 and k.key = p.key
         where p.n > $2 and p.n <= $3 and a.kind = 'email' and a.normalised = p.email_normalised and a.contact_id = k.contact_id
             and not exists (select from identities i where i.contact_id = k.contact_id and i.kind = 'email' and i.is_primary)",
        run.unit.uuid(),
        from,
        to
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Puts all staged addresses on the unit's suppression list, with the same slices and progress.
pub(super) async fn write_suppressions(
    domain: &Domain,
    conn: &mut PgConnection,
    run: &Run,
    last: i64,
) -> Result<bool> {
    let reason = run
        .options
        .reason
        .map_or("unwanted", types::suppressions::SuppressionReason::as_str);
    let mut at = run.written;
    while at < last {
        let to = (at + SLICE).min(last);
        let mut tx = conn.begin().await?;
        let created = sqlx::query!(
            "insert into suppressions (id, normalised, reason, unit_id, source, created_at, created_by)
             select id, email_normalised, $3, $4, 'import', $5, $6 from import_people
             where n > $1 and n <= $2 and email_normalised is not null
             on conflict do nothing",
            at,
            to,
            reason,
            run.unit.uuid(),
            ts(domain.now()) as _,
            run.by.map(UserId::uuid),
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        let created = i64::try_from(created).unwrap_or(0);
        let stop = sqlx::query_scalar!(
            "update imports set rows_written = $2, rows_created = rows_created + $3, rows_unchanged = rows_unchanged + $4
             where id = $1 returning cancel_requested",
            run.id.uuid(),
            to,
            created,
            (to - at - created).max(0),
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        at = to;
        if stop && at < last {
            return Ok(false);
        }
    }
    Ok(true)
}
