//! On a real database: what is kept, who sees it, what is refused.

use super::{images, samples, senders, setting, templates};
use crate::access::{EditContent, ManageSenders, ReadContacts, ReadContent, System};
use crate::testing::University;
use crate::{Error, Result};
use sqlx::PgPool;
use std::collections::BTreeMap;
use types::access::Role;
use types::content::{Classification, SenderProfileInput, Slot, SlotKind, SlotValue, TemplateInput};
use types::{Code, Language, PageQuery};

const MJML: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ slots.headline }}</mj-text></mj-column></mj-section></mj-body></mjml>";

fn template(name: &str) -> TemplateInput {
    TemplateInput {
        name: name.into(),
        mjml: MJML.into(),
        slots: vec![Slot {
            key: "headline".into(),
            kind: SlotKind::Text,
            label: BTreeMap::from([(Language::En, "Headline".into())]),
            default: BTreeMap::from([(Language::En, SlotValue::Text { text: "Hello".into() })]),
            max_length: Some(80),
            required: true,
            locked: false,
        }],
        ..TemplateInput::default()
    }
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::DynamicImage::new_rgb8(width, height);
    picture
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png)
        .expect("png");
    bytes
}

fn field(error: Error) -> (String, Code) {
    let api = error.to_api();
    api.fields
        .first()
        .map_or((String::new(), api.code), |it| (it.field.clone(), it.code))
}

#[sqlx::test(migrations = "../../migrations")]
async fn templates_are_shared_downwards_and_changed_at_home(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let admin = uni.user("Ada", uni.root, Role::SystemAdmin).await?;
    let author = uni.user("Ben", uni.admissions, Role::Author).await?;
    let other = uni.user("Cy", uni.shop, Role::Author).await?;
    let mut tx = uni.domain.begin().await?;
    let top = templates::create(&mut tx, &admin.grant(uni.root)?, &template("From the top")).await?;
    let own = templates::create(&mut tx, &author.grant(uni.admissions)?, &template("Our own")).await?;

    let read = author.grant::<ReadContent>(uni.admissions)?;
    let names: Vec<_> = templates::list(&mut tx, &read, &PageQuery::default())
        .await?
        .items;
    assert_eq!(names.len(), 2);
    assert!(
        names
            .iter()
            .any(|it| it.id == top && !it.own && it.unit_name == "University")
    );
    assert!(
        names
            .iter()
            .any(|it| it.id == own && it.own && it.slots.len() == 1)
    );

    let elsewhere = other.grant::<ReadContent>(uni.shop)?;
    assert!(templates::get(&mut tx, &elsewhere, own).await?.is_none());
    assert!(templates::versions(&mut tx, &elsewhere, own).await?.is_empty());
    assert!(templates::get(&mut tx, &elsewhere, top).await?.is_some());
    // The parent does not see what a child made for itself.
    assert!(
        templates::get(&mut tx, &admin.grant::<ReadContent>(uni.root)?, own)
            .await?
            .is_none()
    );
    // A child may use, not change.
    let by = author.grant::<EditContent>(uni.admissions)?;
    assert!(
        templates::update(&mut tx, &by, top, &template("Mine now"))
            .await?
            .is_none()
    );
    assert!(!templates::archive(&mut tx, &by, top, true).await?);
    assert!(!templates::archive(&mut tx, &other.grant(uni.shop)?, own, true).await?);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn versions_archive_search_and_paging(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let author = uni.user("Ben", uni.admissions, Role::Author).await?;
    let by = author.grant::<EditContent>(uni.admissions)?;
    let read = author.grant::<ReadContent>(uni.admissions)?;
    let mut tx = uni.domain.begin().await?;
    let id = templates::create(&mut tx, &by, &template("A")).await?;
    let input = TemplateInput {
        version: 1,
        description: "new".into(),
        ..template("A")
    };
    assert_eq!(templates::update(&mut tx, &by, id, &input).await?, Some(1));
    let input = TemplateInput {
        version: 1,
        mjml: MJML.replace("<mj-text>", "<mj-text color=\"#000\">"),
        ..template("A")
    };
    assert_eq!(templates::update(&mut tx, &by, id, &input).await?, Some(2));
    let conflict = templates::update(&mut tx, &by, id, &input).await.unwrap_err();
    assert_eq!(conflict.refusal(), Some(Code::EditConflict));
    assert_eq!(templates::versions(&mut tx, &read, id).await?.len(), 2);
    assert_eq!(
        templates::get_version(&mut tx, &read, id, 1)
            .await?
            .map(|it| it.mjml),
        Some(MJML.to_owned())
    );
    assert_eq!(templates::get_version(&mut tx, &read, id, 9).await?, None);

    for name in ["B", "C", "D"] {
        templates::create(&mut tx, &by, &template(name)).await?;
    }
    let mut query = PageQuery {
        limit: Some(3),
        ..PageQuery::default()
    };
    let first = templates::list(&mut tx, &read, &query).await?;
    query.after = first.next.clone();
    let second = templates::list(&mut tx, &read, &query).await?;
    assert_eq!((first.items.len(), second.items.len(), second.next), (3, 1, None));
    assert!(templates::archive(&mut tx, &by, id, true).await?);
    let query = PageQuery {
        filters: BTreeMap::from([("archived".into(), "true".into())]),
        ..PageQuery::default()
    };
    assert_eq!(templates::list(&mut tx, &read, &query).await?.items.len(), 1);
    let query = PageQuery {
        search: "c".into(),
        ..PageQuery::default()
    };
    assert_eq!(templates::list(&mut tx, &read, &query).await?.items.len(), 1);
    let audited = sqlx::query_scalar!(
        r#"select count(*) as "n!" from audit_log where object_id = $1"#,
        id.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    assert_eq!(audited, 4);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn broken_templates_are_refused_with_their_line(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let by = uni
        .user("Ben", uni.admissions, Role::Author)
        .await?
        .grant::<EditContent>(uni.admissions)?;
    let mut tx = uni.domain.begin().await?;
    let broken = TemplateInput {
        mjml: MJML.replace("<mj-text>", "\n<mj-text>{{ contact.nme }}"),
        ..template("A")
    };
    let error = templates::create(&mut tx, &by, &broken)
        .await
        .unwrap_err()
        .to_api();
    assert_eq!(
        (error.fields[0].field.as_str(), error.fields[0].code),
        ("mjml", Code::TemplateError)
    );
    assert_eq!(
        (
            error.fields[0].params["problem"].as_str(),
            error.fields[0].params["line"].as_str()
        ),
        ("undefined_variable", "2")
    );
    let mut twice = template("A");
    twice.slots.push(twice.slots[0].clone());
    assert_eq!(
        field(templates::create(&mut tx, &by, &twice).await.unwrap_err()),
        ("slots.1.key".into(), Code::Taken)
    );
    let mut bad = template("A");
    bad.slots[0].key = "Head line".into();
    assert_eq!(
        field(templates::create(&mut tx, &by, &bad).await.unwrap_err()),
        ("slots.0.key".into(), Code::BadFormat)
    );
    templates::create(&mut tx, &by, &template("A")).await?;
    assert_eq!(
        field(templates::create(&mut tx, &by, &template("A")).await.unwrap_err()),
        ("name".into(), Code::Taken)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn senders_keep_to_permitted_domains(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let admin = uni.user("Ada", uni.admissions, Role::UnitAdmin).await?;
    let by = admin.grant::<ManageSenders>(uni.admissions)?;
    let read = admin.grant::<ReadContent>(uni.admissions)?;
    let mut tx = uni.domain.begin().await?;
    let input = SenderProfileInput {
        name: "Admissions".into(),
        from_name: "Admissions".into(),
        from_address: "Office@University.TEST".into(),
        reply_to: String::new(),
    };
    let id = senders::create(&mut tx, &by, &input).await?;
    let kept = senders::get(&mut tx, &read, id).await?.expect("kept");
    assert_eq!(
        (kept.from_address.as_str(), kept.reply_to),
        ("Office@university.test", None)
    );
    for (address, code) in [
        ("a@elsewhere.test", Code::SenderDomain),
        ("a@sub.university.test", Code::SenderDomain),
        ("a b@university.test", Code::BadEmail),
        ("a@university.test\r\nBcc: x@y.test", Code::BadEmail),
        ("", Code::Required),
    ] {
        let wrong = SenderProfileInput {
            name: "B".into(),
            from_address: address.into(),
            ..input.clone()
        };
        let error = senders::create(&mut tx, &by, &wrong).await.unwrap_err();
        assert_eq!(field(error), ("from_address".into(), code), "{address}");
    }
    let wrong = SenderProfileInput {
        name: "B".into(),
        from_name: "A\nB".into(),
        ..input.clone()
    };
    assert_eq!(
        field(senders::create(&mut tx, &by, &wrong).await.unwrap_err()).0,
        "from_name"
    );
    assert_eq!(senders::domains(&mut tx, &read).await?, ["university.test"]);

    let shop = uni.user("Cy", uni.shop, Role::UnitAdmin).await?;
    assert!(senders::get(&mut tx, &shop.grant(uni.shop)?, id).await?.is_none());
    assert!(!senders::update(&mut tx, &shop.grant(uni.shop)?, id, &input).await?);
    assert!(!senders::archive(&mut tx, &shop.grant(uni.shop)?, id, true).await?);
    // A sender of the unit is no choice for those beside or above it; one of the whole university is, for all below.
    let names = |profiles: Vec<types::content::SenderProfile>| -> Vec<String> {
        profiles.into_iter().map(|it| it.name).collect()
    };
    let above = SenderProfileInput {
        name: "The university".into(),
        ..input.clone()
    };
    senders::create(&mut tx, &System.grant(uni.root), &above).await?;
    assert_eq!(
        names(senders::usable(&mut tx, &read).await?),
        [input.name.as_str(), "The university"]
    );
    for unit in [uni.root, uni.shop] {
        assert_eq!(
            names(senders::usable(&mut tx, &System.grant(unit)).await?),
            ["The university"]
        );
    }
    assert!(senders::archive(&mut tx, &by, id, true).await?);
    assert_eq!(names(senders::usable(&mut tx, &read).await?), ["The university"]);
    assert!(
        senders::list(&mut tx, &read, &PageQuery::default())
            .await?
            .items
            .is_empty()
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn images_are_kept_once_and_served_by_content(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let author = uni.user("Ben", uni.admissions, Role::Author).await?;
    let by = author.grant::<EditContent>(uni.admissions)?;
    let read = author.grant::<ReadContent>(uni.admissions)?;
    let prepared = images::prepare(png(900, 300)).await?;
    let mut tx = uni.domain.begin().await?;
    let id = images::store(&mut tx, &by, &prepared, "C:\\x\\tower.png", "The tower").await?;
    assert_eq!(
        images::store(&mut tx, &by, &prepared, "again.png", "Again").await?,
        id
    );
    let image = images::get(&mut tx, &read, id).await?.expect("kept");
    assert_eq!(
        (
            image.file_name.as_str(),
            image.alt.as_str(),
            image.width,
            image.height
        ),
        ("tower.png", "Again", 900, 300)
    );
    assert_eq!(
        field(
            images::store(&mut tx, &by, &prepared, "x.png", " ")
                .await
                .unwrap_err()
        ),
        ("alt".into(), Code::Required)
    );
    let shop = uni.user("Cy", uni.shop, Role::Author).await?;
    assert!(images::get(&mut tx, &shop.grant(uni.shop)?, id).await?.is_none());
    assert!(!images::describe(&mut tx, &shop.grant(uni.shop)?, id, "x").await?);
    assert!(!images::archive(&mut tx, &shop.grant(uni.shop)?, id, true).await?);
    tx.commit().await?;

    let name = image.address.strip_prefix("/media/").expect("a public path");
    let media = images::media(&uni.domain, name).await?.expect("served");
    assert_eq!((media.media_type, media.bytes), ("image/png", png(900, 300)));
    let small = image.thumbnail.strip_prefix("/media/").expect("a public path");
    let small = images::media(&uni.domain, small).await?.expect("served");
    assert_eq!(image::load_from_memory(&small.bytes).expect("png").width(), 480);
    assert!(
        images::media(&uni.domain, &name.replace(".png", ".html"))
            .await?
            .is_none()
    );
    assert!(images::media(&uni.domain, "../../etc/passwd").await?.is_none());
    assert!(images::media(&uni.domain, &"0".repeat(64)).await?.is_none());
    Ok(())
}

#[tokio::test]
async fn files_that_are_no_images_or_too_large_are_refused() {
    let refusal = |bytes: Vec<u8>| async { images::prepare(bytes).await.unwrap_err().refusal() };
    assert_eq!(
        refusal(b"<svg onload=alert(1)>".to_vec()).await,
        Some(Code::ImageType)
    );
    assert_eq!(refusal(b"GIF89a".to_vec()).await, Some(Code::ImageType));
    assert_eq!(refusal(png(50, 50)[..80].to_vec()).await, Some(Code::ImageType));
    assert_eq!(
        refusal(vec![0; images::MAX_BYTES + 1]).await,
        Some(Code::ImageTooLarge)
    );
    // A header that promises 30,000 by 30,000 pixels is not believed into memory.
    let mut bomb = png(1, 1);
    bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    assert!(matches!(
        refusal(bomb).await,
        Some(Code::ImageTooLarge | Code::ImageType)
    ));
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_setting_has_the_units_words(pool: PgPool) -> Result<()> {
    let uni = University::new(pool).await?;
    let author = uni.user("Ben", uni.admissions, Role::Author).await?;
    let mut tx = uni.domain.begin().await?;
    sqlx::query!(
        "update units set postal_address = '' where id = $1",
        uni.admissions.uuid()
    )
    .execute(tx.conn())
    .await?;
    let setting = setting(&mut tx, &author.grant(uni.admissions)?).await?;
    assert_eq!(
        setting.unit.address, "1 College Street, 00-001 Warsaw",
        "inherited from above"
    );
    assert_eq!(setting.base_url, "https://mail.university.test");
    for language in Language::ALL {
        let words = setting.footers[&language].words(Classification::Marketing);
        assert!(
            words.reason.contains("Admissions"),
            "{language}: {}",
            words.reason
        );
        assert!(!words.unsubscribe.is_empty() && !words.preferences.is_empty() && !words.view.is_empty());
    }
    assert!(
        samples::people(&mut tx, &author.grant::<ReadContacts>(uni.admissions)?, "")
            .await?
            .is_empty()
    );
    Ok(())
}
