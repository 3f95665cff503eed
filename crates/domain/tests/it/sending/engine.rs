use super::{Staff, domain_input};
use domain::access::ManageSenders;
use domain::{Granted, Result, sending};
use sqlx::PgPool;
use types::sending::{DkimKind, RecordState, SenderDomainInput, UnitPlaces, WarmUp};

#[sqlx::test(migrations = "../../migrations")]
async fn the_longest_registered_domain_signs(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let domain = &staff.university.domain;
    let by: Granted<ManageSenders> = staff.ada.grant(staff.university.root)?;
    let mut tx = domain.begin().await?;
    for name in ["university.test", "news.university.test", "ersity.test"] {
        let id = sending::create_domain(&mut tx, &by, &domain_input(name)).await?;
        let key = sending::make_key(&mut tx, &by, id, DkimKind::Ed25519).await?;
        sending::activate_key(&mut tx, &by, id, key).await?;
    }
    // Registered, but its key waits: the domain above signs.
    let id = sending::create_domain(&mut tx, &by, &domain_input("new.university.test")).await?;
    sending::make_key(&mut tx, &by, id, DkimKind::Ed25519).await?;
    tx.commit().await?;
    for (from, signs) in [
        ("university.test", Some("university.test")),
        ("law.university.test", Some("university.test")),
        ("a.b.University.test.", Some("university.test")),
        ("news.university.test", Some("news.university.test")),
        ("x.news.university.test", Some("news.university.test")),
        ("new.university.test", Some("university.test")),
        ("otheruniversity.test", None),
        ("test", None),
    ] {
        let found = sending::signing(domain, from).await?;
        assert_eq!(
            found.as_ref().map(|keys| keys[0].domain.as_str()),
            signs,
            "{from}"
        );
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn places_are_the_nearest_units_then_the_domains(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let domain = &staff.university.domain;
    let root: Granted<ManageSenders> = staff.ada.grant(staff.university.root)?;
    let (admissions, shop) = (staff.admissions()?, staff.shop()?);
    let plain = sending::places(domain, staff.university.shop, "university.test").await?;
    assert_eq!(plain.bounce_domain, None);
    assert_eq!(plain.tracking_origin, "https://mail.university.test");

    let mut tx = domain.begin().await?;
    let input = SenderDomainInput {
        bounce_domain: "bounces.university.test".into(),
        tracking_origin: "https://links.university.test".into(),
        warm_up: Some(WarmUp {
            started_on: "2026-10-01".into(),
            first_day: 500,
            factor: 2.0,
        }),
        ..domain_input("university.test")
    };
    let id = sending::create_domain(&mut tx, &root, &input).await?;
    tx.commit().await?;
    let of_domain = sending::places(domain, staff.university.shop, "law.university.test").await?;
    assert_eq!(
        of_domain.bounce_domain.as_deref(),
        Some("bounces.university.test")
    );
    assert_eq!(of_domain.tracking_origin, "https://links.university.test");
    let limits = sending::limits(domain).await?;
    let plan = limits.sender_domains["university.test"].warm_up.expect("a plan");
    assert_eq!(plan.on(jiff::civil::date(2026, 10, 3)), 2000);

    let before = sending::version(domain).await?;
    let mut tx = domain.begin().await?;
    let of_root = UnitPlaces {
        bounce_domain: "b.university.test".into(),
        tracking_origin: String::new(),
    };
    sending::set_unit_places(&mut tx, &root, &of_root).await?;
    let of_admissions = UnitPlaces {
        bounce_domain: "b.admissions.university.test".into(),
        tracking_origin: "https://l.admissions.university.test".into(),
    };
    sending::set_unit_places(&mut tx, &admissions, &of_admissions).await?;
    assert_eq!(sending::unit_places(&mut tx, &admissions).await?, of_admissions);
    assert_eq!(sending::unit_places(&mut tx, &shop).await?, UnitPlaces::default());
    tx.commit().await?;
    assert!(sending::version(domain).await? > before);
    let ours = sending::places(domain, staff.university.admissions, "university.test").await?;
    assert_eq!(
        ours.bounce_domain.as_deref(),
        Some("b.admissions.university.test")
    );
    assert_eq!(ours.tracking_origin, "https://l.admissions.university.test");
    let shops = sending::places(domain, staff.university.shop, "university.test").await?;
    assert_eq!(shops.bounce_domain.as_deref(), Some("b.university.test"));
    assert_eq!(shops.tracking_origin, "https://links.university.test");

    // Looking records up changes nothing that workers read.
    let before = sending::version(domain).await?;
    let mut tx = domain.begin().await?;
    let mut records = sending::get_domain(&mut tx, &root, id)
        .await?
        .map(|it| it.records)
        .unwrap_or_default();
    for record in &mut records {
        record.state = RecordState::Missing;
    }
    sending::checked(&mut tx, &root, id, records).await?;
    tx.commit().await?;
    assert_eq!(sending::version(domain).await?, before);
    Ok(())
}
