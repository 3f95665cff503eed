//! The table "who gets what" of product.md, cell by cell: at expansion, and again for what came true afterwards.

use super::*;
use sqlx::PgPool;
use types::{ContactId, content::Classification};

/// A condition of the table as SQL on one person, and what each classification does: transactional, operational, marketing.
/// Empty: sent.
const TABLE: &[(&str, &str, [&str; 3])] = &[
    ("nothing", "select $1::uuid", ["", "", ""]),
    (
        "not subscribed to the topic",
        "update subscriptions set status = 'unsubscribed' where contact_id = $1",
        ["", "", "suppressed/not_subscribed"],
    ),
    (
        "master unsubscribe",
        "update contacts set unsubscribed_all_at = now() where id = $1",
        ["", "", "suppressed/unsubscribed_all"],
    ),
    ("spam complaint", "update contacts set complained_at = now() where id = $1", ["", "", "suppressed/complained"]),
    (
        "hard bounce of the address",
        "update identities set bounced_at = now() where contact_id = $1",
        ["failed/hard_bounce", "suppressed/hard_bounce", "suppressed/hard_bounce"],
    ),
    (
        "erased",
        "update contacts set erased_at = now() where id = $1",
        ["suppressed/erased", "suppressed/erased", "suppressed/erased"],
    ),
    (
        "processing restricted",
        "update contacts set restricted_at = now() where id = $1",
        ["suppressed/restricted", "suppressed/restricted", "suppressed/restricted"],
    ),
    (
        "address on an imported list",
        "insert into suppressions (id, normalised, reason, unit_id, source, created_at)
         select gen_random_uuid(), normalised, 'unwanted', (select id from units where parent_id is null), 'import', now() from identities where contact_id = $1",
        ["", "", "suppressed/suppression_list"],
    ),
    (
        "address listed as undeliverable",
        "insert into suppressions (id, normalised, reason, source, created_at)
         select gen_random_uuid(), normalised, 'undeliverable', 'import', now() from identities where contact_id = $1",
        ["failed/hard_bounce", "suppressed/hard_bounce", "suppressed/hard_bounce"],
    ),
];

const CLASSES: [Classification; 3] = [
    Classification::Transactional,
    Classification::Operational,
    Classification::Marketing,
];

async fn apply(university: &University, sql: &'static str, contact: ContactId) {
    sqlx::query(sql)
        .bind(contact.uuid())
        .execute(university.domain.pool())
        .await
        .unwrap();
}

async fn outcome_of(university: &University, run: Run, contact: ContactId) -> String {
    let sql = "select coalesce(o.outcome || case o.rule when '' then '' else '/' || o.rule end, '')
               from deliveries d left join outcomes o using (dispatch_id, seq) where d.dispatch_id = $1 and d.contact_id = $2";
    sqlx::query_scalar(sql)
        .bind(run.dispatch.uuid())
        .bind(contact.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_cell_at_expansion(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    let people = university
        .people(university.admissions, Some(topic), &addresses(TABLE.len()))
        .await?;
    for ((_, sql, _), contact) in TABLE.iter().zip(&people) {
        apply(&university, sql, *contact).await;
    }
    for (at, class) in CLASSES.into_iter().enumerate() {
        let run = university
            .launched(university.admissions, class, &to(topic))
            .await?;
        for ((condition, _, cells), contact) in TABLE.iter().zip(&people) {
            assert_eq!(
                outcome_of(&university, run, *contact).await,
                cells[at],
                "{condition}, {class}"
            );
        }
        // Those who may get it are the first, and all of them are in chunks.
        let (going, chunked): (i64, i64) = sqlx::query_as(
            "select (select count(*) from deliveries d where dispatch_id = $1 and not exists (select from outcomes o where o.dispatch_id = d.dispatch_id and o.seq = d.seq)),
                    (select sum(last_seq - first_seq + 1)::bigint from dispatch_chunks where dispatch_id = $1 and chunk >= 0)",
        )
        .bind(run.dispatch.uuid())
        .fetch_one(university.domain.pool())
        .await?;
        let expected = TABLE.iter().filter(|(.., cells)| cells[at].is_empty()).count();
        assert_eq!((going, chunked), (expected as i64, expected as i64), "{class}");
    }
    Ok(())
}

/// Law 5 and its like: what comes true between expansion and hand-off holds just the same.
#[sqlx::test(migrations = "../../migrations")]
async fn every_cell_in_the_last_look(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    let people = university
        .people(university.admissions, Some(topic), &addresses(TABLE.len()))
        .await?;
    let mut runs = Vec::new();
    for class in CLASSES {
        runs.push(
            university
                .launched(university.admissions, class, &to(topic))
                .await?,
        );
    }
    for ((_, sql, _), contact) in TABLE.iter().zip(&people) {
        apply(&university, sql, *contact).await;
    }
    for (at, (class, run)) in CLASSES.into_iter().zip(runs).enumerate() {
        let rules = rules(university.admissions, class.as_str(), Some(&[topic]));
        let now = university.domain.now();
        work(&university, &rules, run, |it| {
            Ok(ended(it, OutcomeKind::Sent, "", now))
        })
        .await;
        for ((condition, _, cells), contact) in TABLE.iter().zip(&people) {
            let wanted = if cells[at].is_empty() { "sent" } else { cells[at] };
            assert_eq!(
                outcome_of(&university, run, *contact).await,
                wanted,
                "{condition}, {class}"
            );
        }
        settle(&university).await;
        balances(&university, run).await;
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn without_any_consent_only_marketing_is_held_back(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    university.topic(university.admissions, "open-days").await?;
    let people = university
        .people(university.admissions, None, &addresses(1))
        .await?;
    let everyone = Audience {
        everyone: true,
        ..Audience::default()
    };
    for (class, wanted) in CLASSES.into_iter().zip(["", "", "suppressed/not_subscribed"]) {
        let run = university
            .launched(university.admissions, class, &everyone)
            .await?;
        assert_eq!(outcome_of(&university, run, people[0]).await, wanted, "{class}");
    }
    Ok(())
}

/// Law 6: what a chosen frequency holds back stands in the ledger for the digest.
#[sqlx::test(migrations = "../../migrations")]
async fn a_chosen_frequency_holds_marketing_for_the_digest(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    let people = university
        .people(university.admissions, Some(topic), &addresses(3))
        .await?;
    for (contact, frequency) in people.iter().zip(["all", "weekly", "monthly"]) {
        sqlx::query("update subscriptions set frequency = $2 where contact_id = $1")
            .bind(contact.uuid())
            .bind(frequency)
            .execute(university.domain.pool())
            .await?;
    }
    let marketing = rules(university.admissions, "marketing", Some(&[topic]));
    let sent_to = async |days: i64, class: Classification| -> domain::Result<Vec<String>> {
        university.clock.advance(SignedDuration::from_hours(24 * days));
        let run = university
            .launched(university.admissions, class, &to(topic))
            .await?;
        let now = university.domain.now();
        if class == Classification::Marketing {
            work(&university, &marketing, run, |it| {
                Ok(ended(it, OutcomeKind::Sent, "", now))
            })
            .await;
        }
        let mut found = Vec::new();
        for contact in &people {
            found.push(outcome_of(&university, run, *contact).await);
        }
        Ok(found)
    };
    assert_eq!(
        sent_to(0, Classification::Marketing).await?,
        ["sent", "sent", "sent"]
    );
    let held = "suppressed/held_for_digest";
    assert_eq!(sent_to(6, Classification::Marketing).await?, ["sent", held, held]);
    assert_eq!(sent_to(0, Classification::Operational).await?, ["", "", ""]);
    assert_eq!(
        sent_to(2, Classification::Marketing).await?,
        ["sent", "sent", held]
    );
    assert_eq!(
        sent_to(23, Classification::Marketing).await?,
        ["sent", "sent", "sent"]
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn excluded_people_and_second_copies_of_an_address_stand_in_the_ledger(
    pool: PgPool,
) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    let other = university.topic(university.admissions, "staff").await?;
    // The schema keeps an address to one person; should that ever be loosened, the ledger still sends once.
    sqlx::query("alter table identities drop constraint identities_kind_value_key")
        .execute(university.domain.pool())
        .await?;
    let twice = ["a@mail.test", "A@mail.test", "b@mail.test"].map(str::to_owned);
    let people = university
        .people(university.admissions, Some(topic), &twice)
        .await?;
    sqlx::query("insert into subscriptions (contact_id, topic_id, status, source, changed_at) values ($1, $2, 'subscribed', 'import', now())")
        .bind(people[2].uuid())
        .bind(other.uuid())
        .execute(university.domain.pool())
        .await?;
    let audience = Audience {
        exclude_topics: vec![other],
        ..to(topic)
    };
    let run = university
        .launched(university.admissions, Classification::Marketing, &audience)
        .await?;
    assert_eq!(
        outcomes(&university, run).await,
        BTreeMap::from([
            ("suppressed/duplicate_address".into(), 1),
            ("suppressed/excluded".into(), 1)
        ])
    );
    let (_, _, counts) = dispatch_row(&university, run).await;
    assert_eq!(counts, [3, 0, 0, 2, 0, 0]);
    Ok(())
}
