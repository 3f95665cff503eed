//! Imports on a real database, from bytes to people.

use super::*;
use crate::access::{ImportContacts, ManageContacts, ManageSuppressions, ManageTopics, ReadContacts, System};
use crate::testing::University;
use crate::{Granted, Result, contacts, topics};
use futures::TryStreamExt as _;
use sqlx::PgPool;
use types::contacts::ContactStatus;
use types::imports::{Import, ImportOptions, ImportStatus, RowProblem, Target};
use types::suppressions::SuppressionReason;
use types::topics::{SubscriptionStatus, TopicInput};
use types::{Code, ImportId, Language, PageQuery, TopicId, UnitId};

fn contacts_of(unit: UnitId) -> Granted<ImportContacts> {
    System.grant(unit)
}

fn read(unit: UnitId) -> Granted<ReadContacts> {
    System.grant(unit)
}

async fn upload<P: MayImport>(u: &University, by: &Granted<P>, bytes: &[u8]) -> Result<ImportId> {
    let mut upload = Upload::begin(&u.domain, by, "C:\\lists\\people.csv").await?;
    for piece in bytes.chunks(100_000) {
        upload.push(piece).await?;
    }
    upload.finish().await
}

async fn see(u: &University, unit: UnitId, id: ImportId) -> Result<Import> {
    let mut tx = u.domain.begin().await?;
    Ok(get(&mut tx, &read(unit), id).await?.expect("the import is there"))
}

/// Uploads, starts with what the preview suggests (and a topic), runs.
async fn import(u: &University, unit: UnitId, bytes: &[u8], topic: Option<TopicId>) -> Result<Import> {
    let by = contacts_of(unit);
    let id = upload(u, &by, bytes).await?;
    let mut tx = u.domain.begin().await?;
    let seen = preview(&mut tx, &by, id, None).await?;
    let wording = if topic.is_some() {
        "I want to hear about open days."
    } else {
        ""
    };
    let options = ImportOptions {
        dialect: seen.dialect,
        targets: seen.targets,
        topic_id: topic,
        consent_wording: wording.into(),
        consent_version: "2026-1".into(),
        reason: None,
    };
    start(&mut tx, &by, id, &options).await?;
    tx.commit().await?;
    run(&u.domain, id).await?;
    see(u, unit, id).await
}

async fn emails(u: &University, unit: UnitId) -> Result<Vec<String>> {
    let mut tx = u.domain.begin().await?;
    let query = PageQuery {
        sort: "email".into(),
        limit: Some(200),
        ..PageQuery::default()
    };
    Ok(contacts::list(&mut tx, &read(unit), &query)
        .await?
        .items
        .into_iter()
        .map(|row| row.email)
        .collect())
}

async fn person(u: &University, unit: UnitId, search: &str) -> Result<types::contacts::Contact> {
    let mut tx = u.domain.begin().await?;
    let query = PageQuery {
        search: search.into(),
        ..PageQuery::default()
    };
    let page = contacts::list(&mut tx, &read(unit), &query).await?;
    assert_eq!(page.items.len(), 1, "{search}");
    Ok(contacts::get(&mut tx, &read(unit), page.items[0].id)
        .await?
        .expect("just listed"))
}

fn counts(import: &Import) -> [i64; 6] {
    let i = import;
    [
        i.rows_read,
        i.rows_created,
        i.rows_updated,
        i.rows_unchanged,
        i.rows_duplicate,
        i.rows_failed,
    ]
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_file_becomes_people_and_a_second_time_changes_nothing(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let (file, _, _) = encoding_rs::WINDOWS_1250.encode(
        "Adres e-mail;Imię;Nazwisko;Język;Telefon;Wydział\r\n\
         lucja@example.org;Łucja;\"Żak; dr\";pl;+48 601 202 303;Prawo\r\n\
         jan@example.org;Jan;Kowal;de;;\r\n\
         zły adres;Nikt;Nikt;pl;;\r\n\
         jan@example.org;Jan Maria;Kowal;klingoński;;Fizyka\r\n",
    );
    let done = import(&u, u.admissions, &file, None).await?;
    assert_eq!(
        (done.status, done.file_name.as_str(), done.rows_total),
        (ImportStatus::Finished, "people.csv", Some(4))
    );
    assert_eq!(counts(&done), [4, 2, 0, 0, 1, 1]);
    assert_eq!(done.pace().permille, 1000);
    let lucja = person(&u, u.admissions, "lucja@").await?;
    assert_eq!(
        (lucja.first_name.as_str(), lucja.last_name.as_str()),
        ("Łucja", "Żak; dr")
    );
    assert_eq!(
        (lucja.language, lucja.phone()),
        (Some(Language::Pl), "+48 601 202 303")
    );
    assert_eq!(lucja.attributes["wydzial"], "Prawo");
    assert_eq!(lucja.source, "import");
    let jan = person(&u, u.admissions, "jan@").await?;
    assert_eq!(
        (jan.first_name.as_str(), jan.language, jan.attributes.len()),
        ("Jan Maria", None, 1),
        "the last row counts"
    );

    let mut tx = u.domain.begin().await?;
    let errors = first_errors(&mut tx, &read(u.admissions), done.id, 10).await?;
    let seen: Vec<_> = errors
        .iter()
        .map(|e| (e.line, e.column.as_deref(), e.problem))
        .collect();
    assert_eq!(
        seen,
        [
            (4, Some("Adres e-mail"), RowProblem::EmailInvalid),
            (5, Some("Język"), RowProblem::LanguageUnknown)
        ]
    );
    drop(tx);
    let headings = ["Line", "Column", "Problem", "Row"].map(str::to_owned);
    let pieces = errors_csv(&u.domain, &read(u.admissions), done.id, headings, |code| {
        format!("<{code}>")
    })
    .await?;
    let pieces: Vec<Vec<u8>> = pieces.try_collect().await?;
    assert_eq!(
        String::from_utf8_lossy(&pieces.concat()),
        "Line,Column,Problem,Row\r\n4,Adres e-mail,<email_invalid>,zły adres;Nikt;Nikt;pl;;\r\n\
         5,Język,<language_unknown>,jan@example.org;Jan Maria;Kowal;klingoński;;Fizyka\r\n"
    );
    let other = errors_csv(
        &u.domain,
        &read(u.shop),
        done.id,
        ["", "", "", ""].map(str::to_owned),
        std::borrow::ToOwned::to_owned,
    )
    .await;
    assert!(other.is_err(), "another unit's import is not there");

    let again = import(&u, u.admissions, &file, None).await?;
    assert_eq!(counts(&again), [4, 0, 0, 2, 1, 1]);
    let parts = sqlx::query_scalar!(r#"select count(*) as "n!" from import_parts"#)
        .fetch_one(u.domain.pool())
        .await?;
    assert_eq!(parts, 0, "files do not lie about");
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn keys_lead_to_people_and_conflicts_are_told(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let first = "key,email,first name\nS1,a@example.org,Anna\nS2,b@example.org,Jan\nS3,,Eva\n";
    assert_eq!(
        counts(&import(&u, u.admissions, first.as_bytes(), None).await?),
        [3, 3, 0, 0, 0, 0]
    );
    // S1 moved, S2 corrects a name, S3 gets an address, S4 wants the address of S2, S5 and S6 want one address.
    let second = "key,email,first name\nS1,anna@example.org,Anna\nS2,b@example.org,Johann\nS3,eva@example.org,\n\
                  S4,b@example.org,Thief\nS5,x@example.org,One\nS6,x@example.org,Two\nS2,b@example.org,Johannes\n,anna@example.org,\n";
    let done = import(&u, u.admissions, second.as_bytes(), None).await?;
    assert_eq!(
        emails(&u, u.admissions).await?,
        [
            "anna@example.org",
            "b@example.org",
            "eva@example.org",
            "x@example.org"
        ]
    );
    assert_eq!(person(&u, u.admissions, "b@").await?.first_name, "Johannes");
    assert_eq!(person(&u, u.admissions, "x@").await?.key.as_deref(), Some("S6"));
    let mut tx = u.domain.begin().await?;
    let told: Vec<_> = first_errors(&mut tx, &read(u.admissions), done.id, 10)
        .await?
        .iter()
        .map(|e| (e.line, e.problem))
        .collect();
    assert_eq!(
        told,
        [
            (5, RowProblem::IdentityConflict),
            (6, RowProblem::IdentityConflict)
        ]
    );
    assert_eq!(done.rows_failed, 2);
    assert_eq!(done.rows_read, 8);
    assert_eq!(
        done.rows_created + done.rows_updated + done.rows_unchanged + done.rows_duplicate + done.rows_failed,
        8
    );
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn matching_discloses_nothing_and_fills_only_what_is_empty(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let ours = "email,first name,last name,secret,phone\nanna@example.org,Anna,,s3cret,+48601202303\n";
    import(&u, u.admissions, ours.as_bytes(), None).await?;
    let theirs =
        "email,first name,last name,size\nANNA@example.org,Hanna,Nowak,M\nnew@example.org,New,Person,L\n";
    let done = import(&u, u.shop, theirs.as_bytes(), None).await?;
    assert_eq!(
        counts(&done),
        [2, 2, 0, 0, 0, 0],
        "known or not, both are new to the shop"
    );
    let anna = person(&u, u.shop, "anna@").await?;
    assert_eq!(
        (anna.first_name.as_str(), anna.last_name.as_str(), anna.phone()),
        ("Anna", "Nowak", "")
    );
    assert_eq!(anna.attributes.keys().collect::<Vec<_>>(), ["size"]);
    assert_eq!(
        person(&u, u.admissions, "anna@")
            .await?
            .attributes
            .keys()
            .collect::<Vec<_>>(),
        ["secret"]
    );
    let mut tx = u.domain.begin().await?;
    assert!(get(&mut tx, &read(u.admissions), done.id).await?.is_none());
    assert!(
        preview(&mut tx, &contacts_of(u.admissions), done.id, None)
            .await
            .is_err()
    );
    assert!(
        cancel(&mut tx, &contacts_of(u.admissions), done.id)
            .await
            .is_err()
    );
    let undone = undo(&mut tx, &System.grant(u.shop), done.id).await?;
    assert_eq!(undone, 2);
    tx.commit().await?;
    assert!(emails(&u, u.shop).await?.is_empty());
    assert_eq!(emails(&u, u.admissions).await?, ["anna@example.org"]);
    let people = sqlx::query_scalar!(r#"select count(*) as "n!" from contacts"#)
        .fetch_one(u.domain.pool())
        .await?;
    assert_eq!(people, 1, "whom nobody has any more is gone");
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nobody_who_said_no_is_subscribed_again(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let mut tx = u.domain.begin().await?;
    let input = TopicInput {
        name: [(Language::En, "Open days".to_owned())].into(),
        ..TopicInput::default()
    };
    let topic = topics::create(&mut tx, &System.grant::<ManageTopics>(u.admissions), &input).await?;
    let foreign = topics::create(&mut tx, &System.grant::<ManageTopics>(u.shop), &input).await?;
    tx.commit().await?;
    let file = "email\nleft@example.org\nstopped@example.org\nhappy@example.org\n";
    let done = import(&u, u.admissions, file.as_bytes(), Some(topic)).await?;
    assert_eq!((done.rows_subscribed, done.rows_kept_out), (3, 0));

    let mut tx = u.domain.begin().await?;
    let by: Granted<ManageContacts> = System.grant(u.admissions);
    let left = person(&u, u.admissions, "left@").await?.id;
    let stopped = person(&u, u.admissions, "stopped@").await?.id;
    topics::choose_for(&mut tx, &by, left, topic, topics::Choice::Unsubscribed, "").await?;
    topics::unsubscribe_all_for(&mut tx, &by, stopped).await?;
    // Also not by being taken out and imported once more.
    contacts::remove(&mut tx, &by, &[left, stopped]).await?;
    tx.commit().await?;
    let again = "email\nleft@example.org\nstopped@example.org\nhappy@example.org\nnew@example.org\n";
    let done = import(&u, u.admissions, again.as_bytes(), Some(topic)).await?;
    assert_eq!(
        (done.rows_subscribed, done.rows_kept_out, done.rows_created),
        (1, 2, 3)
    );
    assert_eq!(
        person(&u, u.admissions, "stopped@").await?.status,
        ContactStatus::Unsubscribed
    );
    let mut tx = u.domain.begin().await?;
    let choice = topics::choices(&mut tx, &read(u.admissions), left).await?;
    assert_eq!(choice[0].status, Some(SubscriptionStatus::Unsubscribed));
    let happy = person(&u, u.admissions, "happy@").await?.id;
    let record = topics::history(&mut tx, &read(u.admissions), happy).await?;
    assert_eq!(record.len(), 1, "agreed once, recorded once");
    assert_eq!(
        (record[0].wording.as_str(), record[0].wording_version.as_str()),
        ("I want to hear about open days.", "2026-1")
    );

    // Without words, or with another unit's topic, nothing starts.
    let by = contacts_of(u.admissions);
    let id = upload(&u, &by, b"email\nx@example.org\n").await?;
    let mut options = ImportOptions {
        targets: vec![Target::Email],
        topic_id: Some(foreign),
        ..ImportOptions::default()
    };
    let refused = start(&mut tx, &by, id, &options).await.unwrap_err().to_api();
    let fields: Vec<_> = refused.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["topic_id", "consent_wording"]);
    options.targets = vec![Target::FirstName];
    assert_eq!(
        start(&mut tx, &by, id, &options).await.unwrap_err().refusal(),
        Some(Code::ImportNoKey)
    );
    Ok(())
}

fn many(from: usize, to: usize) -> Vec<u8> {
    let mut file = String::from("email,first name,faculty\n");
    for n in from..to {
        file.push_str(&format!(
            "p{n}@example.org,First{n},{}\n",
            ["law", "physics", "medicine"][n % 3]
        ));
    }
    file.into_bytes()
}

async fn started(u: &University, file: &[u8]) -> Result<ImportId> {
    let by = contacts_of(u.admissions);
    let id = upload(u, &by, file).await?;
    let mut tx = u.domain.begin().await?;
    let seen = see(u, u.admissions, id).await?;
    start(&mut tx, &by, id, &seen.options).await?;
    tx.commit().await?;
    Ok(id)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_interrupted_run_goes_on_and_counts_once(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let mut file = many(0, 25_000);
    file.extend_from_slice(b"no address,x,y\n");
    let id = started(&u, &file).await?;
    // The database fails in the second slice, as if the worker had been killed there.
    sqlx::raw_sql(
        "create function fail() returns trigger language plpgsql as $$ begin raise exception 'no space left' using errcode = '53100'; end $$;
         create trigger fail before insert on contacts for each row when (new.first_name = 'First15000') execute function fail();",
    )
    .execute(u.domain.pool())
    .await?;
    assert!(run(&u.domain, id).await.is_err());
    let half = see(&u, u.admissions, id).await?;
    assert_eq!(
        (half.status, half.rows_written, half.rows_created),
        (ImportStatus::Running, 10_000, 10_000)
    );
    assert!((300..700).contains(&half.pace().permille), "{:?}", half.pace());
    sqlx::raw_sql("drop trigger fail on contacts")
        .execute(u.domain.pool())
        .await?;
    assert_eq!(run(&u.domain, id).await?, ImportStatus::Finished);
    let done = see(&u, u.admissions, id).await?;
    assert_eq!(counts(&done), [25_001, 25_000, 0, 0, 0, 1]);
    // Lists are planned rightly at once, not when PostgreSQL comes round to it.
    let known: f32 = sqlx::query_scalar("select reltuples from pg_class where relname = 'contact_units'")
        .fetch_one(u.domain.pool())
        .await?;
    assert!(known >= 25_000.0, "{known}");
    assert_eq!(
        run(&u.domain, id).await?,
        ImportStatus::Finished,
        "a job that is run again finds nothing to do"
    );
    assert_eq!(
        see(&u, u.admissions, id).await?,
        Import {
            as_of: done.as_of,
            ..done
        }
    );
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_workers_and_two_imports_at_once(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let one = started(&u, &many(0, 15_000)).await?;
    let two = started(&u, &many(10_000, 22_000)).await?;
    let (a, b, c) = tokio::join!(run(&u.domain, one), run(&u.domain, one), run(&u.domain, two));
    let states = [a?, b?];
    assert!(states.contains(&ImportStatus::Finished), "{states:?}");
    c?;
    let (one, two) = (
        see(&u, u.admissions, one).await?,
        see(&u, u.admissions, two).await?,
    );
    assert_eq!((one.rows_read, two.rows_read), (15_000, 12_000));
    assert_eq!(one.rows_created + two.rows_created, 22_000);
    assert_eq!(one.rows_unchanged + two.rows_unchanged, 5_000);
    let people = sqlx::query!(r#"select count(*) as "all!", count(distinct i.contact_id) as "with!" from contacts c left join identities i on i.contact_id = c.id"#)
        .fetch_one(u.domain.pool())
        .await?;
    assert_eq!((people.all, people.with), (22_000, 22_000));
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_cancelled_import_stops_and_says_what_it_did(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let by = contacts_of(u.admissions);
    // Before it runs.
    let id = started(&u, &many(0, 10)).await?;
    let mut tx = u.domain.begin().await?;
    cancel(&mut tx, &by, id).await?;
    tx.commit().await?;
    assert_eq!(run(&u.domain, id).await?, ImportStatus::Cancelled);
    assert!(emails(&u, u.admissions).await?.is_empty());
    // While it runs: it is asked to in the middle of the second slice.
    let id = started(&u, &many(0, 45_000)).await?;
    sqlx::raw_sql(
        "create function stop() returns trigger language plpgsql as $$ begin update imports set cancel_requested = true where status = 'running'; return new; end $$;
         create trigger stop before insert on contacts for each row when (new.first_name = 'First15000') execute function stop();",
    )
    .execute(u.domain.pool())
    .await?;
    assert_eq!(run(&u.domain, id).await?, ImportStatus::Cancelled);
    let done = see(&u, u.admissions, id).await?;
    assert_eq!(
        (done.rows_created, done.status),
        (20_000, ImportStatus::Cancelled)
    );
    let mut tx = u.domain.begin().await?;
    let over = cancel(&mut tx, &by, id).await.unwrap_err();
    assert_eq!(over.refusal(), Some(Code::WrongState));
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn hopeless_files_fail_with_a_reason(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let by = contacts_of(u.admissions);
    assert_eq!(
        upload(&u, &by, b"").await.unwrap_err().refusal(),
        Some(Code::ImportUnreadable)
    );
    let only_heading = import(&u, u.admissions, b"email,first name\n", None).await?;
    assert_eq!(
        (only_heading.status, only_heading.failure.as_deref()),
        (ImportStatus::Failed, Some("empty"))
    );
    let nobody = import(&u, u.admissions, b"email,first name\nx,Anna\ny,Jan\n", None).await?;
    assert_eq!(
        (nobody.status, nobody.failure.as_deref(), nobody.rows_failed),
        (ImportStatus::Failed, Some("no_good_row"), 2)
    );
    // Bytes that are no text, under a name that says they are.
    let noise: Vec<u8> = (0u32..400_000)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0])
        .collect();
    let id = upload(&u, &by, &[b"email\n".as_slice(), &noise].concat()).await?;
    let mut tx = u.domain.begin().await?;
    let options = ImportOptions {
        targets: vec![Target::Email],
        ..ImportOptions::default()
    };
    start(&mut tx, &by, id, &options).await?;
    tx.commit().await?;
    assert_eq!(run(&u.domain, id).await?, ImportStatus::Failed);
    assert!(emails(&u, u.admissions).await?.is_empty());
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_suppression_list_moves_in(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let by: Granted<ManageSuppressions> = System.grant(u.admissions);
    let id = upload(
        &u,
        &by,
        b"a@example.org\nB@Example.org\nnonsense\na@example.org\n",
    )
    .await?;
    let mut tx = u.domain.begin().await?;
    assert!(
        preview(&mut tx, &contacts_of(u.admissions), id, None)
            .await
            .is_err(),
        "another permission, another list"
    );
    let seen = preview(&mut tx, &by, id, None).await?;
    let mut options = ImportOptions {
        dialect: seen.dialect,
        targets: seen.targets,
        ..ImportOptions::default()
    };
    let refused = start(&mut tx, &by, id, &options).await.unwrap_err();
    assert_eq!(
        refused.to_api().field("reason").map(|f| f.code),
        Some(Code::Required)
    );
    options.reason = Some(SuppressionReason::Unwanted);
    start(&mut tx, &by, id, &options).await?;
    tx.commit().await?;
    run(&u.domain, id).await?;
    assert_eq!(counts(&see(&u, u.admissions, id).await?), [4, 2, 0, 0, 1, 1]);
    let mut tx = u.domain.begin().await?;
    let listed = topics::suppressions::list(&mut tx, &read(u.admissions), &PageQuery::default()).await?;
    let mut addresses: Vec<_> = listed.items.into_iter().map(|s| s.address).collect();
    addresses.sort();
    assert_eq!(addresses, ["a@example.org", "b@example.org"]);
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_import_that_is_given_up_ends_and_its_file_goes(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let id = started(&u, &many(0, 10)).await?;
    let mut tx = u.domain.begin().await?;
    give_up(&mut tx, id).await?;
    give_up(&mut tx, id).await?;
    tx.commit().await?;
    assert_eq!(see(&u, u.admissions, id).await?.status, ImportStatus::Failed);
    let left = sqlx::query!(
        r#"select (select count(*) from import_parts where import_id = $1) as "parts!",
                  (select count(*) from audit_log where action = 'import.failed' and object_id = $1) as "lines!""#,
        id.uuid()
    )
    .fetch_one(u.domain.pool())
    .await?;
    assert_eq!((left.parts, left.lines), (0, 1));
    Ok(())
}
