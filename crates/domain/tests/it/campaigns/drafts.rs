//! Writing: lists, the edit lock, counts, checks, copies, putting away.

use super::*;
use domain::access::ReadCampaigns;
use types::{Code, ContactId, PageQuery};

#[sqlx::test(migrations = "../../migrations")]
async fn a_draft_starts_with_the_templates_words(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let mut tx = set.university.domain.begin().await?;
    let new = NewCampaign {
        name: " Open day ".into(),
        template_id: Some(set.template),
        ..NewCampaign::default()
    };
    let id = campaigns::create(&mut tx, &set.author.grant(set.unit())?, &new).await?;
    let draft = campaigns::get(&mut tx, &set.author.grant(set.unit())?, id)
        .await?
        .unwrap();
    assert_eq!(
        (draft.name.as_str(), draft.state, draft.author.as_str()),
        ("Open day", CampaignState::Draft, "Anna Author")
    );
    assert_eq!(
        draft.content.template,
        Some(TemplateRef {
            id: set.template,
            version: 1
        })
    );
    assert_eq!(
        draft.content.languages[&Language::En].slots["body"],
        SlotValue::RichText {
            html: "<p>Hello</p>".into()
        }
    );
    let nameless = campaigns::create(&mut tx, &set.author.grant(set.unit())?, &NewCampaign::default()).await;
    assert_eq!(
        nameless.unwrap_err().to_api().field("name").map(|it| it.code),
        Some(Code::Required)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_editors_are_told_of_each_other(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let version = set.detail(id).await?.edit_version;
    let rename = |name: &str| CampaignUpdate {
        edit_version: version,
        name: Some(name.into()),
        ..CampaignUpdate::default()
    };
    let mut tx = set.university.domain.begin().await?;
    let next = campaigns::update(&mut tx, &set.second.grant(set.unit())?, id, &rename("Second")).await?;
    assert_eq!(next, version + 1);
    let late = campaigns::update(&mut tx, &set.author.grant(set.unit())?, id, &rename("First")).await;
    let error = late.unwrap_err().to_api();
    assert_eq!(error.code, Code::EditConflict);
    // Both edited at the same (standing) time; one of the two is named.
    assert!(error.params.contains_key("editor") && error.params.contains_key("at"));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_unit_finds_nothing(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let stranger = set
        .university
        .user("Sam Shop", set.university.shop, Role::UnitAdmin)
        .await?;
    assert_eq!(
        stranger.grant::<ReadCampaigns>(set.unit()).unwrap_err().refusal(),
        Some(Code::NotFound)
    );
    let shop = set.university.shop;
    let mut tx = set.university.domain.begin().await?;
    assert_eq!(campaigns::get(&mut tx, &stranger.grant(shop)?, id).await?, None);
    let change = CampaignUpdate {
        edit_version: 2,
        name: Some("Mine".into()),
        ..CampaignUpdate::default()
    };
    assert_eq!(
        code(campaigns::update(&mut tx, &stranger.grant(shop)?, id, &change).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::audience_counts(&mut tx, &stranger.grant(shop)?, id, None).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::checks(&mut tx, &stranger.grant(shop)?, id).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::duplicate(&mut tx, &stranger.grant(shop)?, id, Language::En).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::archive(&mut tx, &stranger.grant(shop)?, id, true).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::cancel(&mut tx, &stranger.grant(shop)?, id).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(campaigns::ledger(&mut tx, &stranger.grant(shop)?, id, &PageQuery::default()).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(domain::approvals::submit(&mut tx, &stranger.grant(shop)?, id, "").await),
        Some(Code::NotFound)
    );
    assert_eq!(
        code(domain::approvals::withdraw(&mut tx, &stranger.grant(shop)?, id).await),
        Some(Code::NotFound)
    );
    assert!(
        campaigns::list(&mut tx, &stranger.grant(shop)?, &PageQuery::default())
            .await?
            .items
            .is_empty()
    );
    // Their topics, senders and templates are as unknown as ones that do not exist.
    let own = campaigns::create(
        &mut tx,
        &stranger.grant(shop)?,
        &NewCampaign {
            name: "Sale".into(),
            ..NewCampaign::default()
        },
    )
    .await?;
    let change = CampaignUpdate {
        edit_version: 1,
        audience: Some(Audience {
            include_topics: vec![set.topic],
            ..Audience::default()
        }),
        sender_profile_id: Some(set.sender),
        ..CampaignUpdate::default()
    };
    let error = campaigns::update(&mut tx, &stranger.grant(shop)?, own, &change)
        .await
        .unwrap_err()
        .to_api();
    assert_eq!(
        error.field("audience").map(|it| it.code),
        Some(Code::UnknownReference)
    );
    assert_eq!(
        error.field("sender_profile_id").map(|it| it.code),
        Some(Code::UnknownReference)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn counts_say_who_falls_away_and_why(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let gone = set.person("gone@example.org", "Gone", Some("en"), true).await?;
    let mut tx = set.university.domain.begin().await?;
    sqlx::query("update contacts set unsubscribed_all_at = now() where id = $1")
        .bind(gone)
        .execute(tx.conn())
        .await?;
    let bounced = set.person("bounced@example.org", "Bo", Some("en"), true).await?;
    sqlx::query("update identities set bounced_at = now() where contact_id = $1")
        .bind(bounced)
        .execute(tx.conn())
        .await?;
    let counts = campaigns::audience_counts(&mut tx, &set.author.grant(set.unit())?, id, None).await?;
    let rules: BTreeMap<_, _> = counts
        .held_back
        .iter()
        .map(|it| (it.rule.as_str(), it.people))
        .collect();
    assert_eq!((counts.total, counts.recipients), (6, 3));
    assert_eq!(
        rules,
        BTreeMap::from([("unsubscribed_all", 1), ("hard_bounce", 1), ("not_subscribed", 1)])
    );
    // Nobody's language has a version but English: all get that.
    assert_eq!(counts.languages, BTreeMap::from([(Language::En, 3)]));
    let polish = Audience {
        languages: vec![Language::Pl],
        include_topics: vec![set.topic],
        ..Audience::default()
    };
    let counts =
        campaigns::audience_counts(&mut tx, &set.author.grant(set.unit())?, id, Some(&polish)).await?;
    assert_eq!((counts.total, counts.recipients), (1, 1));
    let without = Audience {
        everyone: true,
        exclude_topics: vec![set.topic],
        ..Audience::default()
    };
    let counts =
        campaigns::audience_counts(&mut tx, &set.author.grant(set.unit())?, id, Some(&without)).await?;
    assert_eq!(counts.recipients, 0);
    assert!(
        counts
            .held_back
            .iter()
            .any(|it| it.rule == "excluded" && it.people == 3)
    );
    let nobody = campaigns::audience_counts(
        &mut tx,
        &set.author.grant(set.unit())?,
        id,
        Some(&Audience::default()),
    )
    .await?;
    assert_eq!(nobody, AudienceCounts::default());

    // Ids of topics are public (the preference centre has them); who subscribes to another unit's is not (law 3).
    let theirs = set.university.topic(set.university.shop, "sales").await?;
    let foreign = Audience {
        include_topics: vec![theirs],
        ..Audience::default()
    };
    let by = set.author.grant(set.unit())?;
    let refused = campaigns::audience_counts(&mut tx, &by, id, Some(&foreign)).await;
    assert_eq!(code(refused), Some(Code::Invalid));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn checks_name_what_is_missing_and_how_many_lack_it(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let mut tx = set.university.domain.begin().await?;
    let by = set.author.grant::<EditCampaigns>(set.unit())?;
    let bare = campaigns::create(
        &mut tx,
        &by,
        &NewCampaign {
            name: "Bare".into(),
            ..NewCampaign::default()
        },
    )
    .await?;
    tx.commit().await?;
    let mut tx = set.university.domain.begin().await?;
    let checks = campaigns::checks(&mut tx, &set.author.grant(set.unit())?, bare).await?;
    let codes: Vec<_> = checks.checks.iter().map(|it| it.code).collect();
    assert_eq!(
        codes,
        [CheckCode::NoTemplate, CheckCode::NoSender, CheckCode::NoAudience]
    );
    assert!(checks.blocked());

    let id = set.draft().await?;
    let checks = campaigns::checks(&mut tx, &set.author.grant(set.unit())?, id).await?;
    assert!(!checks.blocked(), "{checks:?}");
    let lacking = checks
        .checks
        .iter()
        .find(|it| it.code == CheckCode::MissingVariable)
        .expect("one has no name");
    assert_eq!(
        (lacking.people, lacking.params["name"].as_str()),
        (Some(1), "contact.first_name")
    );
    let polish = checks
        .checks
        .iter()
        .find(|it| it.code == CheckCode::NoVersion)
        .expect("one reads Polish");
    assert_eq!(
        (polish.people, polish.params["language"].as_str()),
        (Some(1), "pl")
    );

    sqlx::query("update sender_profiles set from_address = 'office@elsewhere.test'")
        .execute(tx.conn())
        .await?;
    let checks = campaigns::checks(&mut tx, &set.author.grant(set.unit())?, id).await?;
    assert!(
        checks
            .checks
            .iter()
            .any(|it| it.code == CheckCode::SenderDomain && it.params["domain"] == "elsewhere.test")
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_content_is_refused_by_field(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let mut content = set.content("Two\nlines");
    content.default_language = Language::De;
    let change = CampaignUpdate {
        content: Some(content),
        throttle_per_hour: Some(-1),
        schedule: Some(Schedule::At {
            at: set.university.domain.now(),
            time_zone: "Mars/Base".into(),
        }),
        ..CampaignUpdate::default()
    };
    let error = set.change(&set.author, id, change).await.unwrap_err().to_api();
    for (field, code) in [
        ("content.languages.en.subject", Code::BadFormat),
        ("content.default_language", Code::UnknownReference),
        ("throttle_per_hour", Code::OutOfRange),
        ("schedule", Code::BadFormat),
    ] {
        assert_eq!(error.field(field).map(|it| it.code), Some(code), "{field}");
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_list_pages_searches_and_filters(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let mut ids = Vec::new();
    for name in ["Beta", "alpha", "Gamma"] {
        set.university.clock.advance(jiff::SignedDuration::from_secs(60));
        let mut tx = set.university.domain.begin().await?;
        let by = set.author.grant::<EditCampaigns>(set.unit())?;
        ids.push(
            campaigns::create(
                &mut tx,
                &by,
                &NewCampaign {
                    name: name.into(),
                    ..NewCampaign::default()
                },
            )
            .await?,
        );
        tx.commit().await?;
    }
    let mut tx = set.university.domain.begin().await?;
    let by = set.author.grant::<ReadCampaigns>(set.unit())?;
    let names =
        |page: &types::Page<CampaignRow>| page.items.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    for (sort, expected) in [
        ("", ["Gamma", "alpha", "Beta"]),
        ("updated", ["Beta", "alpha", "Gamma"]),
        ("name", ["alpha", "Beta", "Gamma"]),
        ("-name", ["Gamma", "Beta", "alpha"]),
    ] {
        let mut query = PageQuery {
            sort: sort.into(),
            limit: Some(2),
            ..PageQuery::default()
        };
        let first = campaigns::list(&mut tx, &by, &query).await?;
        assert_eq!(
            (names(&first), first.total),
            (
                expected[..2].to_vec().iter().map(|it| (*it).to_owned()).collect(),
                Some(3)
            ),
            "{sort}"
        );
        query.after = first.next;
        let second = campaigns::list(&mut tx, &by, &query).await?;
        assert_eq!(
            (names(&second), second.next),
            (vec![expected[2].to_owned()], None),
            "{sort}"
        );
    }
    let found = campaigns::list(
        &mut tx,
        &by,
        &PageQuery {
            search: "ALPH".into(),
            ..PageQuery::default()
        },
    )
    .await?;
    assert_eq!(names(&found), ["alpha"]);
    let filter = |key: &str, value: &str| PageQuery {
        filters: BTreeMap::from([(key.to_owned(), value.to_owned())]),
        ..PageQuery::default()
    };
    assert!(
        campaigns::list(&mut tx, &by, &filter("state", "sending"))
            .await?
            .items
            .is_empty()
    );
    assert_eq!(
        code(campaigns::list(&mut tx, &by, &filter("state", "flying")).await),
        Some(Code::Invalid)
    );

    let edit = set.author.grant::<EditCampaigns>(set.unit())?;
    campaigns::archive(&mut tx, &edit, ids[0], true).await?;
    assert_eq!(
        names(&campaigns::list(&mut tx, &by, &PageQuery::default()).await?),
        ["Gamma", "alpha"]
    );
    assert_eq!(
        names(&campaigns::list(&mut tx, &by, &filter("archived", "yes")).await?),
        ["Beta"]
    );
    campaigns::archive(&mut tx, &edit, ids[0], false).await?;
    assert_eq!(
        campaigns::list(&mut tx, &by, &PageQuery::default())
            .await?
            .items
            .len(),
        3
    );
    assert_eq!(
        code(campaigns::delete(&mut tx, &edit, ids[0]).await),
        Some(Code::WrongState)
    );
    campaigns::archive(&mut tx, &edit, ids[0], true).await?;
    campaigns::delete(&mut tx, &edit, ids[0]).await?;
    assert_eq!(campaigns::get(&mut tx, &by, ids[0]).await?, None);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_copy_is_a_draft_of_ones_own(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    let mut tx = set.university.domain.begin().await?;
    let copy = campaigns::duplicate(&mut tx, &set.second.grant(set.unit())?, id, Language::Pl).await?;
    tx.commit().await?;
    let (original, copy) = (set.detail(id).await?, set.detail(copy).await?);
    assert_eq!(
        (copy.name.as_str(), copy.state, copy.author.as_str()),
        ("Open day (kopia)", CampaignState::Draft, "Ed Admin")
    );
    assert_eq!(
        (copy.content, copy.audience, copy.sender_profile_id),
        (original.content, original.audience, original.sender_profile_id)
    );
    assert_eq!((copy.schedule, copy.revision), (Schedule::Now, None));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_test_goes_to_colleagues_only(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let mut tx = set.university.domain.begin().await?;
    let by = set.author.grant::<EditCampaigns>(set.unit())?;
    let stranger = ["jan@example.org".to_owned()];
    let error = campaigns::test_send(&mut tx, &by, id, &stranger, None, None)
        .await
        .unwrap_err()
        .to_api();
    assert_eq!(
        error.field("addresses").map(|it| it.code),
        Some(Code::UnknownReference)
    );
    let ada = campaigns::sample_recipients(&mut tx, &set.author.grant(set.unit())?, id, "ada").await?;
    assert_eq!(ada.len(), 1);
    let me = [
        "Anna.Author@university.test".to_owned(),
        " anna.author@university.test".to_owned(),
    ];
    let sent = campaigns::test_send(&mut tx, &by, id, &me, Some(ada[0].id), None).await?;
    assert_eq!(sent, 1);
    let payload: serde_json::Value =
        sqlx::query_scalar("select payload from jobs where kind = 'prepared_mail'")
            .fetch_one(tx.conn())
            .await?;
    assert_eq!(payload["subject"], "Open day in May");
    assert_eq!(payload["from_address"], "office@university.test");
    assert!(payload["html"].as_str().unwrap().contains("Dear Ada,"));
    let nobody = campaigns::test_send(
        &mut tx,
        &by,
        id,
        &me,
        Some(ContactId(uuid::Uuid::from_u128(7))),
        None,
    )
    .await;
    assert_eq!(
        nobody.unwrap_err().to_api().field("sample").map(|it| it.code),
        Some(Code::UnknownReference)
    );
    Ok(())
}
