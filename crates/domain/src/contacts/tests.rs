//! People on a real database: law 3 above all.

use super::*;
use crate::access::{ExportContacts, ManageContacts, ReadContacts, System};
use crate::testing::University;
use crate::{Granted, Result};
use futures::TryStreamExt as _;
use sqlx::PgPool;
use types::contacts::{ContactInput, ContactStatus, IdentityKind};
use types::{Code, ContactId, PageQuery, UnitId};

fn read(unit: UnitId) -> Granted<ReadContacts> {
    System.grant(unit)
}

fn manage(unit: UnitId) -> Granted<ManageContacts> {
    System.grant(unit)
}

fn person(email: &str, first: &str, last: &str) -> ContactInput {
    ContactInput {
        email: email.into(),
        first_name: first.into(),
        last_name: last.into(),
        ..ContactInput::default()
    }
}

async fn add(university: &University, unit: UnitId, input: &ContactInput) -> Result<ContactId> {
    let mut tx = university.domain.begin().await?;
    let id = create(&mut tx, &manage(unit), input).await?;
    tx.commit().await?;
    Ok(id)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_person_is_one_record_and_each_unit_sees_only_its_own_side(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let mut input = person("Anna.Nowak@Example.org", "Anna", "");
    input.phone = "+48 601 202 303".into();
    input.key = "S-1".into();
    input.attributes.insert("faculty".into(), "law".into());
    let here = add(&u, u.admissions, &input).await?;

    // Before the shop has her, it does not see her, whatever it asks for.
    let mut tx = u.domain.begin().await?;
    assert!(get(&mut tx, &read(u.shop), here).await?.is_none());
    assert_eq!(
        list(&mut tx, &read(u.shop), &PageQuery::default()).await?.items,
        []
    );
    assert_eq!(
        update(&mut tx, &manage(u.shop), here, &input)
            .await
            .unwrap_err()
            .refusal(),
        Some(Code::NotFound)
    );
    assert_eq!(remove(&mut tx, &manage(u.shop), &[here]).await?, 0);
    drop(tx);

    // The shop adds her by the same address, written otherwise: one person, filled up only where empty.
    let mut other = person("anna.nowak@EXAMPLE.org", "Someone", "Else");
    other.attributes.insert("size".into(), "M".into());
    let there = add(&u, u.shop, &other).await?;
    assert_eq!(there, here);
    let mut tx = u.domain.begin().await?;
    let seen = get(&mut tx, &read(u.shop), here)
        .await?
        .expect("the shop has her now");
    assert_eq!(
        (seen.first_name.as_str(), seen.last_name.as_str()),
        ("Anna", "Else")
    );
    assert_eq!(seen.attributes.keys().collect::<Vec<_>>(), ["size"]);
    assert_eq!(seen.key, None);
    assert_eq!(
        seen.identities.iter().map(|i| i.kind).collect::<Vec<_>>(),
        [IdentityKind::Email]
    );
    let ours = get(&mut tx, &read(u.admissions), here)
        .await?
        .expect("admissions still has her");
    assert_eq!(ours.attributes.keys().collect::<Vec<_>>(), ["faculty"]);
    assert_eq!(
        (ours.phone(), ours.key.as_deref()),
        ("+48 601 202 303", Some("S-1"))
    );
    // A role in the root sees the root's people, not those of the units below.
    assert!(get(&mut tx, &read(u.root), here).await?.is_none());
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_wrong_is_said_by_field(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    add(&u, u.admissions, &person("anna@example.org", "Anna", "Nowak")).await?;
    let refused = |error: crate::Error| {
        error
            .to_api()
            .fields
            .into_iter()
            .map(|f| (f.field, f.code))
            .collect::<Vec<_>>()
    };

    let again = add(&u, u.admissions, &person("ANNA@example.org", "", ""))
        .await
        .unwrap_err();
    assert_eq!(refused(again), [("email".to_owned(), Code::Taken)]);
    let mut bad = person("no address", "x\u{0}y", &"n".repeat(121));
    bad.phone = "call me".into();
    bad.time_zone = "Middle/Earth".into();
    bad.attributes.insert("two words".into(), "x".into());
    let fields: Vec<_> = refused(add(&u, u.admissions, &bad).await.unwrap_err())
        .into_iter()
        .map(|(f, _)| f)
        .collect();
    assert_eq!(
        fields,
        [
            "email",
            "phone",
            "first_name",
            "last_name",
            "time_zone",
            "attributes.two words"
        ]
    );
    let nobody = add(&u, u.admissions, &ContactInput::default()).await.unwrap_err();
    assert_eq!(refused(nobody), [("email".to_owned(), Code::Required)]);
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn lists_search_sort_filter_and_page(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    for n in 0..25 {
        u.clock.advance(jiff::SignedDuration::from_secs(1));
        let mut input = person(
            &format!("p{n:02}@example.org"),
            &format!("First{n:02}"),
            &format!("Last{:02}", 24 - n),
        );
        input.attributes.insert("year".into(), (n % 5).into());
        add(&u, u.admissions, &input).await?;
    }
    add(&u, u.shop, &person("p99@example.org", "Not", "Ours")).await?;
    let mut tx = u.domain.begin().await?;
    let by = read(u.admissions);
    for (sort, first, last) in [
        ("", "p24", "p00"),
        ("created", "p00", "p24"),
        ("email", "p00", "p24"),
        ("-email", "p24", "p00"),
        ("name", "p24", "p00"),
        ("-name", "p00", "p24"),
    ] {
        let mut query = PageQuery {
            sort: sort.into(),
            limit: Some(10),
            ..PageQuery::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = list(&mut tx, &by, &query).await?;
            assert_eq!((page.total, page.estimated), (Some(25), false));
            seen.extend(page.items.into_iter().map(|row| row.email));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25, "{sort}");
        assert!(
            seen[0].starts_with(first) && seen[24].starts_with(last),
            "{sort}: {} … {}",
            seen[0],
            seen[24]
        );
    }
    let count = async |tx: &mut crate::Tx, query: PageQuery| -> Result<usize> {
        Ok(list(tx, &by, &query).await?.items.len())
    };
    let search = |text: &str| PageQuery {
        search: text.into(),
        ..PageQuery::default()
    };
    let filter = |key: &str, value: &str| PageQuery {
        filters: [(key.to_owned(), value.to_owned())].into(),
        ..PageQuery::default()
    };
    assert_eq!(count(&mut tx, search("FIRST07")).await?, 1);
    assert_eq!(count(&mut tx, search("first07 last17")).await?, 1);
    assert_eq!(count(&mut tx, search("p1")).await?, 10);
    assert_eq!(count(&mut tx, search("%")).await?, 0);
    assert_eq!(count(&mut tx, filter("status", "reachable")).await?, 25);
    assert_eq!(count(&mut tx, filter("status", "bounced")).await?, 0);
    let mut by_year = filter("attribute", "year=3");
    assert_eq!(
        count(&mut tx, by_year.clone()).await?,
        0,
        "a number is not the text"
    );
    by_year.filters.insert("attribute".into(), "year".into());
    assert!(list(&mut tx, &by, &by_year).await.is_err());
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_changed_address_is_the_one_mail_goes_to(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let id = add(&u, u.admissions, &person("old@example.org", "Anna", "Nowak")).await?;
    add(&u, u.admissions, &person("jan@example.org", "Jan", "Kowal")).await?;
    let mut tx = u.domain.begin().await?;
    update(
        &mut tx,
        &manage(u.admissions),
        id,
        &person("new@example.org", "Anna", "Nowak-Kowal"),
    )
    .await?;
    let seen = get(&mut tx, &read(u.admissions), id).await?.expect("still there");
    assert_eq!(
        (seen.email(), seen.last_name.as_str(), seen.identities.len()),
        ("new@example.org", "Nowak-Kowal", 1)
    );
    tx.commit().await?;
    // Where another unit knows the old one, it stays as a second one.
    add(&u, u.shop, &person("new@example.org", "", "")).await?;
    let mut tx = u.domain.begin().await?;
    update(
        &mut tx,
        &manage(u.admissions),
        id,
        &person("newer@example.org", "Anna", "Nowak"),
    )
    .await?;
    let seen = get(&mut tx, &read(u.admissions), id).await?.expect("still there");
    assert_eq!((seen.email(), seen.identities.len()), ("newer@example.org", 2));
    let old = seen
        .identities
        .iter()
        .find(|i| !i.is_primary)
        .expect("the old one")
        .id;
    set_primary(&mut tx, &manage(u.admissions), id, old).await?;
    assert_eq!(
        get(&mut tx, &read(u.admissions), id)
            .await?
            .expect("there")
            .email(),
        "new@example.org"
    );
    let taken = update(
        &mut tx,
        &manage(u.admissions),
        id,
        &person("jan@example.org", "", ""),
    )
    .await
    .unwrap_err();
    assert_eq!(taken.to_api().field("email").map(|f| f.code), Some(Code::Taken));
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn removing_is_for_the_unit_and_deletes_only_whom_nobody_has(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let both = add(&u, u.admissions, &person("both@example.org", "", "")).await?;
    add(&u, u.shop, &person("both@example.org", "", "")).await?;
    let ours = add(&u, u.admissions, &person("ours@example.org", "", "")).await?;
    let stopped = add(&u, u.admissions, &person("no@example.org", "", "")).await?;
    let mut tx = u.domain.begin().await?;
    crate::topics::unsubscribe_all_for(&mut tx, &manage(u.admissions), stopped).await?;
    assert_eq!(
        remove(&mut tx, &manage(u.admissions), &[both, ours, stopped]).await?,
        3
    );
    assert!(get(&mut tx, &read(u.shop), both).await?.is_some());
    assert!(get(&mut tx, &read(u.admissions), both).await?.is_none());
    let left = sqlx::query_scalar!("select id from contacts order by id")
        .fetch_all(tx.conn())
        .await?;
    assert_eq!(left, [both.uuid(), stopped.uuid()], "who said no is remembered");
    tx.commit().await?;
    // And is still stopped when added again.
    let again = add(&u, u.admissions, &person("no@example.org", "", "")).await?;
    let mut tx = u.domain.begin().await?;
    let status = get(&mut tx, &read(u.admissions), again).await?.map(|c| c.status);
    assert_eq!((again, status), (stopped, Some(ContactStatus::Unsubscribed)));
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_export_is_whole_and_harmless(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    for n in 0..450 {
        u.clock.advance(jiff::SignedDuration::from_secs(1));
        add(
            &u,
            u.admissions,
            &person(&format!("p{n}@example.org"), "=HYPERLINK(1)", "Żak, \"dr\""),
        )
        .await?;
    }
    add(&u, u.shop, &person("secret@example.org", "", "")).await?;
    let by: Granted<ExportContacts> = System.grant(u.admissions);
    let pieces: Vec<Vec<u8>> = export(&u.domain, by, PageQuery::default()).try_collect().await?;
    let file = String::from_utf8(pieces.concat()).expect("UTF-8");
    let lines: Vec<&str> = file.split("\r\n").filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 451);
    assert_eq!(
        lines[0],
        "email,key,first_name,last_name,language,time_zone,phone,status,topics"
    );
    assert_eq!(
        lines[450],
        "p0@example.org,,'=HYPERLINK(1),\"Żak, \"\"dr\"\"\",,,,reachable,"
    );
    assert!(!file.contains("secret@"));
    Ok(())
}
