//! Topics, consent and suppression on a real database.

use super::*;
use crate::access::{ManageContacts, ManageSuppressions, ManageTopics, ReadContacts, ReadTopics, System};
use crate::testing::University;
use crate::{Granted, Result, contacts};
use sqlx::PgPool;
use types::contacts::ContactInput;
use types::suppressions::{SuppressionInput, SuppressionReason};
use types::topics::{ConsentAct, ConsentSource, Frequency, SubscriptionStatus, TopicInput};
use types::{Code, ContactId, Language, PageQuery, TopicId, UnitId};

fn read(unit: UnitId) -> Granted<ReadContacts> {
    System.grant(unit)
}

fn manage(unit: UnitId) -> Granted<ManageContacts> {
    System.grant(unit)
}

fn named(name: &str) -> TopicInput {
    TopicInput {
        name: [(Language::En, name.to_owned())].into(),
        is_public: true,
        ..TopicInput::default()
    }
}

async fn topic(u: &University, unit: UnitId, name: &str) -> Result<TopicId> {
    let mut tx = u.domain.begin().await?;
    let id = create(&mut tx, &System.grant::<ManageTopics>(unit), &named(name)).await?;
    tx.commit().await?;
    Ok(id)
}

async fn person(u: &University, unit: UnitId, email: &str) -> Result<ContactId> {
    let mut tx = u.domain.begin().await?;
    let input = ContactInput {
        email: email.into(),
        ..ContactInput::default()
    };
    let id = contacts::create(&mut tx, &System.grant(unit), &input).await?;
    tx.commit().await?;
    Ok(id)
}

async fn rule(
    u: &University,
    unit: UnitId,
    classification: &str,
    topics: Option<&[TopicId]>,
    contact: ContactId,
) -> Result<Option<String>> {
    let topics: Option<Vec<uuid::Uuid>> = topics.map(|ids| ids.iter().map(|id| id.uuid()).collect());
    let mut tx = u.domain.begin().await?;
    let audience = sqlx::query!(
        r#"select address, rule from mailing_audience($1, $2, $3) where contact_id = $4"#,
        unit.uuid(),
        classification,
        topics.as_deref(),
        contact.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let again = sqlx::query_scalar!(
        "select rule from mailing_recheck($1, $2, $3, array[$4::uuid], array[$5::text])",
        unit.uuid(),
        classification,
        topics.as_deref(),
        contact.uuid(),
        audience.address
    )
    .fetch_one(tx.conn())
    .await?;
    assert_eq!(
        audience.rule, again,
        "the last look says the same as the expansion"
    );
    Ok(again)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn topics_are_made_changed_and_kept_apart(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let id = topic(&u, u.admissions, "Open days & fairs").await?;
    let mut tx = u.domain.begin().await?;
    let seen = get(&mut tx, &System.grant(u.admissions), id)
        .await?
        .expect("just made");
    assert_eq!(
        (seen.key.as_str(), seen.is_public, seen.subscribed),
        ("open-days-fairs", true, 0)
    );
    assert!(get(&mut tx, &System.grant(u.shop), id).await?.is_none());
    let other = update(&mut tx, &System.grant(u.shop), id, &named("Taken over"))
        .await
        .unwrap_err();
    assert_eq!(other.refusal(), Some(Code::NotFound));
    let mut polish = TopicInput {
        name: [(Language::Pl, "Dni otwarte".to_owned())].into(),
        ..TopicInput::default()
    };
    let missing = create(&mut tx, &System.grant(u.admissions), &polish)
        .await
        .unwrap_err();
    assert_eq!(
        missing.to_api().field("name.en").map(|f| f.code),
        Some(Code::Required)
    );
    polish.name.insert(Language::En, "Open days".into());
    update(&mut tx, &System.grant(u.admissions), id, &polish).await?;
    archive(&mut tx, &System.grant(u.admissions), id, true).await?;
    let listed = list(&mut tx, &System.grant::<ReadTopics>(u.admissions)).await?;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].archived_at.is_some() && listed[0].key == "open-days");
    tx.commit().await?;
    topic(&u, u.admissions, "Scholarships").await?;
    let twice = topic(&u, u.admissions, "Scholarships").await.unwrap_err();
    assert_eq!(twice.to_api().field("key").map(|f| f.code), Some(Code::Taken));
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn consent_is_recorded_once_for_each_change_and_never_altered(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let open_days = topic(&u, u.admissions, "Open days").await?;
    let goods = topic(&u, u.shop, "Offers").await?;
    let anna = person(&u, u.admissions, "anna@example.org").await?;
    let by = manage(u.admissions);
    let mut tx = u.domain.begin().await?;
    let mute = choose_for(
        &mut tx,
        &by,
        anna,
        open_days,
        Choice::Subscribed(Frequency::All),
        " ",
    )
    .await
    .unwrap_err();
    assert_eq!(
        mute.to_api().field("wording").map(|f| f.code),
        Some(Code::Required)
    );
    assert!(
        choose_for(
            &mut tx,
            &by,
            anna,
            open_days,
            Choice::Subscribed(Frequency::All),
            "by phone"
        )
        .await?
    );
    assert!(
        !choose_for(
            &mut tx,
            &by,
            anna,
            open_days,
            Choice::Subscribed(Frequency::All),
            "by phone"
        )
        .await?
    );
    assert!(
        choose_for(
            &mut tx,
            &by,
            anna,
            open_days,
            Choice::Subscribed(Frequency::Weekly),
            "by phone"
        )
        .await?
    );
    let foreign = choose_for(&mut tx, &by, anna, goods, Choice::Subscribed(Frequency::All), "x")
        .await
        .unwrap_err();
    assert_eq!(foreign.refusal(), Some(Code::NotFound));
    let page = Origin {
        source: Some(ConsentSource::PreferenceCentre),
        unit: Some(u.admissions),
        ..Origin::default()
    };
    assert!(choose(&mut tx, anna, open_days, Choice::Unsubscribed, &page).await?);
    assert!(unsubscribe_all(&mut tx, anna, &page).await?);
    assert!(!unsubscribe_all(&mut tx, anna, &page).await?);
    assert!(restore_all(&mut tx, anna, &page).await?);
    let acts: Vec<_> = history(&mut tx, &read(u.admissions), anna)
        .await?
        .into_iter()
        .map(|r| (r.act, r.source))
        .collect();
    use ConsentAct::{Frequency as Often, Given, RestoredAll, Withdrawn, WithdrawnAll};
    use ConsentSource::{Console, PreferenceCentre};
    assert_eq!(
        acts,
        [
            (RestoredAll, PreferenceCentre),
            (WithdrawnAll, PreferenceCentre),
            (Withdrawn, PreferenceCentre),
            (Often, Console),
            (Given, Console)
        ]
    );
    let mine = choices(&mut tx, &read(u.admissions), anna).await?;
    assert_eq!(mine.len(), 1);
    assert_eq!(
        (mine[0].status, mine[0].frequency),
        (Some(SubscriptionStatus::Unsubscribed), Frequency::Weekly)
    );
    assert_eq!(
        choices_of_subscriber(&mut tx, anna).await?.len(),
        1,
        "the shop does not know her"
    );
    tx.commit().await?;
    for statement in [
        "update consent_records set wording = 'x'",
        "delete from consent_records",
        "truncate consent_records",
    ] {
        assert!(
            sqlx::query(statement).execute(u.domain.pool()).await.is_err(),
            "{statement}"
        );
    }
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_gets_what_follows_the_table(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let open_days = topic(&u, u.admissions, "Open days").await?;
    let topics = [open_days];
    let anna = person(&u, u.admissions, "anna@example.org").await?;
    let classes = ["marketing", "operational", "transactional"];
    let mut rules = Vec::new();
    for class in classes {
        rules.push(rule(&u, u.admissions, class, None, anna).await?);
    }
    assert_eq!(
        rules,
        [Some("not_subscribed".to_owned()), None, None],
        "nothing was ever agreed to"
    );

    let mut tx = u.domain.begin().await?;
    let agreed = Choice::Subscribed(Frequency::All);
    choose_for(
        &mut tx,
        &manage(u.admissions),
        anna,
        open_days,
        agreed,
        "form 2026",
    )
    .await?;
    tx.commit().await?;
    assert_eq!(
        rule(&u, u.admissions, "marketing", Some(&topics), anna).await?,
        None
    );
    assert_eq!(rule(&u, u.admissions, "marketing", None, anna).await?, None);

    // Lists: the unit's own and that of the unit above count, another unit's does not.
    let suppress = async |unit: UnitId, reason| -> Result<()> {
        let mut tx = u.domain.begin().await?;
        let by: Granted<ManageSuppressions> = System.grant(unit);
        let input = SuppressionInput {
            address: "ANNA@example.org".into(),
            reason,
            detail: String::new(),
        };
        suppressions::add(&mut tx, &by, &input).await?;
        suppressions::add(&mut tx, &by, &input).await?;
        tx.commit().await
    };
    suppress(u.shop, SuppressionReason::Unwanted).await?;
    assert_eq!(
        rule(&u, u.admissions, "marketing", Some(&topics), anna).await?,
        None
    );
    suppress(u.root, SuppressionReason::Unwanted).await?;
    let held = rule(&u, u.admissions, "marketing", Some(&topics), anna).await?;
    assert_eq!(held.as_deref(), Some("suppression_list"));
    assert_eq!(
        rule(&u, u.admissions, "operational", Some(&topics), anna).await?,
        None
    );

    let mut tx = u.domain.begin().await?;
    let page = Origin {
        source: Some(ConsentSource::OneClick),
        ..Origin::default()
    };
    unsubscribe_all(&mut tx, anna, &page).await?;
    tx.commit().await?;
    let held = rule(&u, u.admissions, "marketing", Some(&topics), anna).await?;
    assert_eq!(held.as_deref(), Some("unsubscribed_all"));
    assert_eq!(
        rule(&u, u.admissions, "transactional", Some(&topics), anna).await?,
        None
    );

    suppress(u.admissions, SuppressionReason::Undeliverable).await?;
    for class in classes {
        assert_eq!(
            rule(&u, u.admissions, class, Some(&topics), anna)
                .await?
                .as_deref(),
            Some("hard_bounce"),
            "{class}"
        );
    }
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn suppression_lists_belong_to_units(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    person(&u, u.admissions, "anna@example.org").await?;
    let by: Granted<ManageSuppressions> = System.grant(u.admissions);
    let mut tx = u.domain.begin().await?;
    for (address, code) in [("", Code::Required), ("x", Code::BadEmail)] {
        let input = SuppressionInput {
            address: address.into(),
            reason: SuppressionReason::Unwanted,
            detail: String::new(),
        };
        let error = suppressions::add(&mut tx, &by, &input).await.unwrap_err();
        assert_eq!(error.to_api().field("address").map(|f| f.code), Some(code));
    }
    let input = SuppressionInput {
        address: "B@example.org".into(),
        reason: SuppressionReason::Unwanted,
        detail: "asked".into(),
    };
    suppressions::add(&mut tx, &by, &input).await?;
    assert!(
        suppressions::learn(
            &mut tx,
            "anna@example.org",
            SuppressionReason::Undeliverable,
            "bounce",
            "5.1.1"
        )
        .await?
    );
    assert!(
        !suppressions::learn(
            &mut tx,
            "anna@example.org",
            SuppressionReason::Undeliverable,
            "bounce",
            "5.1.1"
        )
        .await?
    );
    suppressions::learn(
        &mut tx,
        "stranger@example.org",
        SuppressionReason::Undeliverable,
        "bounce",
        "",
    )
    .await?;
    let seen = suppressions::list(&mut tx, &read(u.admissions), &PageQuery::default()).await?;
    let mut addresses: Vec<_> = seen
        .items
        .iter()
        .map(|s| (s.address.as_str(), s.everywhere))
        .collect();
    addresses.sort_unstable();
    assert_eq!(addresses, [("anna@example.org", true), ("b@example.org", false)]);
    assert_eq!(
        suppressions::list(&mut tx, &read(u.shop), &PageQuery::default())
            .await?
            .items,
        []
    );
    let global = seen.items.iter().find(|s| s.everywhere).expect("the bounce").id;
    let own = seen.items.iter().find(|s| !s.everywhere).expect("the own one").id;
    assert_eq!(
        suppressions::remove(&mut tx, &by, global, "why not")
            .await
            .unwrap_err()
            .refusal(),
        Some(Code::NotFound)
    );
    assert!(suppressions::remove(&mut tx, &by, own, "").await.is_err());
    suppressions::remove(&mut tx, &by, own, "asked to be written to again").await?;
    let bounced =
        sqlx::query_scalar!(r#"select count(*) as "n!" from identities where bounced_at is not null"#);
    assert_eq!(bounced.fetch_one(tx.conn()).await?, 1);
    Ok(())
}
