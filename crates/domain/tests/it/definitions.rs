//! Message definitions as people work with them: what a list and a page show, what an approver sees, and trying one out.

use domain::access::{ReadCampaigns, ReadContacts, ViewUnit};
use domain::testing::{Defined, University};
use domain::{approvals, campaigns, messages, reports};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};
use sqlx::PgPool;
use types::access::Role;
use types::approvals::{ChangedField, ReviewState};
use types::campaigns::CampaignUpdate;
use types::content::Classification;
use types::definitions::Edition;
use types::messages::{DefinitionUpdate, Parameter, ParameterKind, RuleEvaluated};
use types::{Code, Language, PageQuery};

const KEY: &str = "order-placed";

async fn set(pool: PgPool) -> (University, Defined) {
    let university = University::new(pool).await.unwrap();
    let defined = university
        .defined(university.admissions, KEY, Classification::Transactional, &[])
        .await
        .unwrap();
    (university, defined)
}

fn reader(defined: &Defined) -> domain::Granted<ReadCampaigns> {
    defined.author.grant(defined.unit).unwrap()
}

/// A row of `messages`, this long ago.
async fn called(university: &University, defined: &Defined, hours_ago: i64, n: i64) {
    let at = domain::ts(university.domain.now() - SignedDuration::from_hours(hours_ago));
    sqlx::query(
        "insert into messages (id, unit_id, key, definition_id, revision_id, dispatch_id, seq, contact_id, address, request_hash, rules, created_at)
         select gen_random_uuid(), $1, 'k' || $3, $2, live_revision_id, live_dispatch_id, $3, gen_random_uuid(), 'a@b.example', '', '[]', $4
         from campaigns where id = $2",
    )
    .bind(defined.unit)
    .bind(defined.id)
    .bind(n)
    .bind(at)
    .execute(university.domain.pool())
    .await
    .unwrap();
}

fn parameter(name: &str, kind: ParameterKind, required: bool) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind,
        required,
        default: None,
        example: None,
        description: String::new(),
    }
}

async fn redrafted(university: &University, defined: &Defined, parameters: Vec<Parameter>) {
    university.clock.advance(SignedDuration::from_mins(1));
    let by = defined.author.grant(defined.unit).unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    let now = messages::get(&mut tx, &reader(defined), defined.id)
        .await
        .unwrap()
        .unwrap();
    let change = DefinitionUpdate {
        edit_version: now.definition.edit_version,
        parameters: Some(parameters),
        ..DefinitionUpdate::default()
    };
    messages::update(&mut tx, &by, defined.id, &change).await.unwrap();
    tx.commit().await.unwrap();
}

fn code<T: std::fmt::Debug>(result: domain::Result<T>) -> Code {
    result.unwrap_err().refusal().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_list_says_how_much_each_is_called(pool: PgPool) {
    let (university, defined) = set(pool).await;
    let quiet = university
        .defined(university.admissions, "quiet", Classification::Transactional, &[])
        .await
        .unwrap();
    let foreign = university
        .defined(university.shop, "elsewhere", Classification::Transactional, &[])
        .await
        .unwrap();
    for (n, hours) in [1, 23, 25, 24 * 6, 24 * 8].into_iter().enumerate() {
        called(&university, &defined, hours, i64::try_from(n).unwrap()).await;
    }
    called(&university, &foreign, 1, 99).await;
    let mut tx = university.domain.begin().await.unwrap();
    let page = messages::overview(&mut tx, &reader(&defined), &PageQuery::default())
        .await
        .unwrap();
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|it| (it.definition.key.as_str(), it.usage.day, it.usage.week))
        .collect();
    assert_eq!(seen, [(KEY, 2, 4), ("quiet", 0, 0)]);
    let last = university.domain.now() - SignedDuration::from_hours(1);
    assert_eq!(
        (page.items[0].usage.last, page.items[1].usage.last),
        (Some(last), None)
    );

    let pause = quiet.author.grant(quiet.unit).unwrap();
    messages::pause(&mut tx, &pause, quiet.id).await.unwrap();
    for (state, keys) in [("live", vec![KEY]), ("paused", vec!["quiet"]), ("draft", vec![])] {
        let query = PageQuery {
            filters: [("state".to_owned(), state.to_owned())].into(),
            ..PageQuery::default()
        };
        let page = messages::overview(&mut tx, &reader(&defined), &query)
            .await
            .unwrap();
        let found: Vec<_> = page.items.iter().map(|it| it.definition.key.as_str()).collect();
        assert_eq!(found, keys, "{state}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_page_shows_every_version_and_which_is_live(pool: PgPool) {
    let (university, defined) = set(pool).await;
    let order = parameter("order", ParameterKind::Text, true);
    let total = parameter("total", ParameterKind::Number, false);
    redrafted(&university, &defined, vec![order, total]).await;
    let mut tx = university.domain.begin().await.unwrap();
    approvals::submit(
        &mut tx,
        &defined.author.grant(defined.unit).unwrap(),
        defined.id,
        "",
    )
    .await
    .unwrap();
    let view = messages::view(&mut tx, &reader(&defined), defined.id)
        .await
        .unwrap()
        .unwrap();
    let seen: Vec<_> = view
        .versions
        .iter()
        .map(|it| (it.number, it.state, it.is_live, it.live_since.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            (2, ReviewState::Waiting, false, false),
            (1, ReviewState::Approved, true, true)
        ]
    );
    assert_eq!(view.versions[1].submitted_by, format!("{KEY} Author"));
    assert_eq!(
        view.versions[1].decided_by.as_deref(),
        Some("order-placed Approver")
    );
    assert_eq!(view.review.unwrap().state, ReviewState::Waiting);
    let stranger = university
        .user("Stranger", university.shop, Role::UnitAdmin)
        .await
        .unwrap();
    let elsewhere = stranger.grant::<ReadCampaigns>(university.shop).unwrap();
    assert!(
        messages::view(&mut tx, &elsewhere, defined.id)
            .await
            .unwrap()
            .is_none()
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_approver_sees_what_callers_must_do_otherwise(pool: PgPool) {
    let (university, defined) = set(pool).await;
    let mut order = parameter("order", ParameterKind::Text, true);
    order.description = "Its number".to_owned();
    redrafted(
        &university,
        &defined,
        vec![order.clone(), parameter("total", ParameterKind::Number, false)],
    )
    .await;
    let mut tx = university.domain.begin().await.unwrap();
    let id = approvals::submit(
        &mut tx,
        &defined.author.grant(defined.unit).unwrap(),
        defined.id,
        "",
    )
    .await
    .unwrap();
    let by = defined.approver.grant::<ReadCampaigns>(defined.unit).unwrap();
    let review = approvals::get(&mut tx, &by, id, Language::En)
        .await
        .unwrap()
        .unwrap();
    let definition = review.definition.unwrap();
    assert_eq!((definition.key.as_str(), definition.live), (KEY, Some(1)));
    let told: Vec<_> = review
        .changes
        .iter()
        .map(|it| {
            assert_eq!(it.field, ChangedField::Parameter);
            let change = it.parameter.clone().unwrap();
            (
                change.before.map(|it| it.description),
                change.after.map(|it| (it.name, it.description)),
            )
        })
        .collect();
    let text = str::to_owned;
    assert_eq!(
        told,
        [
            (Some(String::new()), Some((text("order"), text("Its number")))),
            (None, Some((text("total"), String::new()))),
        ]
    );
    let waiting = approvals::list(
        &mut tx,
        &[defined.approver.grant(defined.unit).unwrap()],
        &PageQuery::default(),
    )
    .await
    .unwrap();
    assert_eq!(waiting.items[0].definition.as_deref(), Some(KEY));
    // The mail says the same, and counts nobody.
    let mail: Value = sqlx::query_scalar(
        "select payload from jobs where kind = 'system_mail' and payload::text like '%review_requested%' order by created_at desc, id desc limit 1",
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    let said = mail.to_string();
    assert!(
        said.contains(r#""added":["total"]"#) && said.contains(r#""changed":["order"]"#),
        "{said}"
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_definition_is_no_campaign(pool: PgPool) {
    let (university, defined) = set(pool).await;
    let by = defined.author.grant(defined.unit).unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    assert!(
        campaigns::get(&mut tx, &reader(&defined), defined.id)
            .await
            .unwrap()
            .is_none()
    );
    let change = CampaignUpdate {
        edit_version: 2,
        name: Some("Not so".to_owned()),
        ..CampaignUpdate::default()
    };
    assert_eq!(
        code(campaigns::update(&mut tx, &by, defined.id, &change).await),
        Code::NotFound
    );
    assert_eq!(
        code(campaigns::duplicate(&mut tx, &by, defined.id, Language::En).await),
        Code::NotFound
    );
    let listed = campaigns::list(&mut tx, &reader(&defined), &PageQuery::default())
        .await
        .unwrap();
    assert!(listed.items.is_empty());

    // At home: what is live is done; what is drafted is one's own, and said to be a definition.
    let view = defined.author.grant::<ViewUnit>(defined.unit).unwrap();
    let home = reports::home(&mut tx, &view, &defined.author).await.unwrap();
    assert!(home.drafts.is_empty() && home.recent.is_empty());
    drop(tx);
    redrafted(&university, &defined, vec![]).await;
    let mut tx = university.domain.begin().await.unwrap();
    let home = reports::home(&mut tx, &view, &defined.author).await.unwrap();
    assert_eq!(
        home.drafts.iter().map(|it| it.definition).collect::<Vec<_>>(),
        [true]
    );
}

async fn rules(university: &University, defined: &Defined, email: &str) -> Option<Vec<RuleEvaluated>> {
    let by = defined.author.grant::<ReadContacts>(defined.unit).unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    messages::foresee(&mut tx, &by, defined.id, Edition::Live, email)
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_rules_are_foreseen_for_those_the_unit_knows_only(pool: PgPool) {
    let (university, transactional) = set(pool).await;
    let unit = university.admissions;
    let topic = university.topic(unit, "open-days").await.unwrap();
    let marketing = university
        .defined(unit, "news", Classification::Marketing, &[topic])
        .await
        .unwrap();
    university
        .people(unit, None, &["ada@mail.example".to_owned()])
        .await
        .unwrap();
    university
        .people(university.shop, None, &["shop@mail.example".to_owned()])
        .await
        .unwrap();
    sqlx::query("update contacts set unsubscribed_all_at = now()")
        .execute(university.domain.pool())
        .await
        .unwrap();
    let met = |rules: Vec<RuleEvaluated>| -> Vec<(String, bool)> {
        let met = rules.into_iter().filter(|it| it.met);
        met.map(|it| (it.rule, it.counts)).collect()
    };
    let named = |counts: bool| {
        vec![
            ("unsubscribed_all".to_owned(), counts),
            ("not_subscribed".to_owned(), counts),
        ]
    };
    let found = rules(&university, &transactional, " ADA@mail.example")
        .await
        .unwrap();
    assert_eq!(met(found), named(false));
    let found = rules(&university, &marketing, "ada@mail.example").await.unwrap();
    assert_eq!(met(found), named(true));
    // Known elsewhere is as unknown as nobody (law 3).
    for email in ["shop@mail.example", "nobody@mail.example"] {
        assert_eq!(rules(&university, &marketing, email).await, None, "{email}");
    }
}

async fn tested(
    university: &University,
    defined: &Defined,
    edition: Edition,
    attributes: Value,
) -> domain::Result<String> {
    let Value::Object(attributes) = attributes else {
        panic!("an object")
    };
    university.clock.advance(SignedDuration::from_mins(1));
    let by = defined.author.grant(defined.unit).unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    messages::try_out(&mut tx, &by, defined.id, edition, &attributes, None, None).await?;
    let payload: Value =
        sqlx::query_scalar("select payload from jobs where kind = 'prepared_mail' order by id desc limit 1")
            .fetch_one(tx.conn())
            .await
            .unwrap();
    tx.commit().await.unwrap();
    Ok(payload.to_string())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_test_goes_to_whoever_asks_with_the_values_of_a_call(pool: PgPool) {
    let (university, defined) = set(pool).await;
    let mail = tested(&university, &defined, Edition::Live, json!({"order": "A7"}))
        .await
        .unwrap();
    assert!(mail.contains("Your order A7"), "{mail}");
    let address: String = sqlx::query_scalar("select email from users where name = $1")
        .bind(format!("{KEY} Author"))
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    assert!(mail.contains(&address), "{mail}");

    let wrong = tested(&university, &defined, Edition::Live, json!({"ordr": 1}))
        .await
        .unwrap_err();
    let fields: Vec<_> = wrong
        .to_api()
        .fields
        .into_iter()
        .map(|it| (it.field, it.code))
        .collect();
    assert_eq!(
        fields,
        [
            ("attributes.ordr".to_owned(), Code::UnknownReference),
            ("attributes.order".to_owned(), Code::Required)
        ]
    );

    // The draft is another message, with other values.
    let mut order = parameter("order", ParameterKind::Text, false);
    order.default = Some(json!("none"));
    redrafted(&university, &defined, vec![order]).await;
    let mail = tested(&university, &defined, Edition::Draft, json!({}))
        .await
        .unwrap();
    assert!(mail.contains("Your order none"), "{mail}");

    let by = defined.author.grant(defined.unit).unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    let shop = university
        .people(university.shop, None, &["shop@mail.example".to_owned()])
        .await
        .unwrap();
    let order = Map::from_iter([("order".to_owned(), json!("A7"))]);
    let stranger = messages::try_out(
        &mut tx,
        &by,
        defined.id,
        Edition::Live,
        &order,
        Some(shop[0]),
        None,
    )
    .await;
    assert_eq!(stranger.unwrap_err().to_api().fields[0].field, "sample");
    let elsewhere = university
        .user("Stranger", university.shop, Role::UnitAdmin)
        .await
        .unwrap();
    let elsewhere = elsewhere.grant::<ReadCampaigns>(university.shop).unwrap();
    assert_eq!(
        code(messages::material(&mut tx, &elsewhere, defined.id, Edition::Live).await),
        Code::NotFound
    );
}
