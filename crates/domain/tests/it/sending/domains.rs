use super::{Staff, domain_input, log};
use domain::access::ManageSenders;
use domain::{Granted, Result, Tx, sending};
use jiff::SignedDuration;
use sqlx::PgPool;
use types::sending::{
    DkimKind, DkimState, RecordPurpose, RecordState, SenderDomain, SenderDomainInput, WarmUp,
};
use types::{Code, SenderDomainId};

async fn get(tx: &mut Tx, by: &Granted<ManageSenders>, id: SenderDomainId) -> Result<SenderDomain> {
    sending::get_domain(tx, by, id)
        .await?
        .ok_or_else(domain::Error::not_found)
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_units_domain_does_not_exist(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let (ours, theirs) = (staff.admissions()?, staff.shop()?);
    let mut tx = staff.university.domain.begin().await?;
    let id = sending::create_domain(&mut tx, &ours, &domain_input("University.test")).await?;
    let key = sending::make_key(&mut tx, &ours, id, DkimKind::Ed25519).await?;
    assert_eq!(sending::list_domains(&mut tx, &ours).await?.len(), 1);
    assert!(sending::list_domains(&mut tx, &theirs).await?.is_empty());
    assert!(sending::get_domain(&mut tx, &theirs, id).await?.is_none());
    let input = SenderDomainInput {
        edit_version: 1,
        ..domain_input("university.test")
    };
    for refused in [
        sending::update_domain(&mut tx, &theirs, id, &input)
            .await
            .map(drop),
        sending::remove_domain(&mut tx, &theirs, id).await,
        sending::make_key(&mut tx, &theirs, id, DkimKind::Ed25519)
            .await
            .map(drop),
        sending::activate_key(&mut tx, &theirs, id, key).await,
        sending::retire_key(&mut tx, &theirs, id, key).await,
        sending::remove_key(&mut tx, &theirs, id, key).await,
        sending::checked(&mut tx, &theirs, id, Vec::new()).await,
    ] {
        assert_eq!(refused.unwrap_err().refusal(), Some(Code::NotFound));
    }
    // A key of another domain is not found in this one either.
    let second = {
        let by = staff.ada.grant(staff.university.root)?;
        let id = sending::create_domain(&mut tx, &by, &domain_input("news.university.test")).await?;
        sending::activate_key(&mut tx, &by, id, key).await
    };
    assert_eq!(second.unwrap_err().refusal(), Some(Code::NotFound));
    let twice = sending::create_domain(&mut tx, &theirs, &domain_input("university.test"))
        .await
        .unwrap_err();
    assert_eq!(
        twice.to_api().field("domain").map(|it| it.code),
        Some(Code::Taken)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_unit_sets_up_the_domains_it_was_given(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let ours = staff.admissions()?;
    let mut tx = staff.university.domain.begin().await?;
    for (domain, code) in [
        ("elsewhere.test", Code::SenderDomain),
        ("news.university.test", Code::SenderDomain),
        ("no domain", Code::BadFormat),
        ("", Code::Required),
    ] {
        let refused = sending::create_domain(&mut tx, &ours, &domain_input(domain))
            .await
            .unwrap_err();
        assert_eq!(
            refused.to_api().field("domain").map(|it| it.code),
            Some(code),
            "{domain}"
        );
    }
    let input = SenderDomainInput {
        bounce_domain: "not a domain".into(),
        tracking_origin: "http://links.university.test".into(),
        max_per_second: Some(0.0),
        warm_up: Some(WarmUp {
            started_on: "soon".into(),
            first_day: 0,
            factor: 1.0,
        }),
        ..domain_input("university.test")
    };
    let refused = sending::create_domain(&mut tx, &ours, &input)
        .await
        .unwrap_err()
        .to_api();
    for field in [
        "bounce_domain",
        "tracking_origin",
        "max_per_second",
        "warm_up.started_on",
        "warm_up.first_day",
        "warm_up.factor",
    ] {
        assert!(refused.field(field).is_some(), "{field}");
    }
    // A system admin gives it and sets it up in one act.
    let by: Granted<ManageSenders> = staff.ada.grant(staff.university.admissions)?;
    sending::create_domain(&mut tx, &by, &domain_input("news.university.test")).await?;
    let given: Vec<String> = sqlx::query_scalar("select sender_domains from units where id = $1")
        .bind(staff.university.admissions.uuid())
        .fetch_one(tx.conn())
        .await?;
    assert_eq!(given, ["news.university.test", "university.test"]);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn keys_wait_for_their_record_sign_and_retire(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.admissions()?;
    let domain = &staff.university.domain;
    let mut tx = domain.begin().await?;
    let id = sending::create_domain(&mut tx, &by, &domain_input("university.test")).await?;
    let first = sending::make_key(&mut tx, &by, id, DkimKind::Ed25519).await?;
    let again = sending::make_key(&mut tx, &by, id, DkimKind::Ed25519)
        .await
        .unwrap_err();
    assert_eq!(again.refusal(), Some(Code::WrongState));
    tx.commit().await?;
    assert!(sending::signing(domain, "university.test").await?.is_none());

    // Nothing was found: it goes on waiting. Then its record is there.
    let mut tx = domain.begin().await?;
    let records = get(&mut tx, &by, id).await?.records;
    assert_eq!(records[0].purpose, RecordPurpose::Dkim);
    assert_eq!(records[0].name, "ed20261001._domainkey.university.test");
    let found = |state| {
        let mut records = records.clone();
        records[0].state = state;
        records
    };
    sending::checked(&mut tx, &by, id, found(RecordState::Different)).await?;
    let shown = get(&mut tx, &by, id).await?;
    assert_eq!(shown.keys[0].state, DkimState::Waiting);
    assert_eq!(shown.records[0].state, RecordState::Different);
    assert!(shown.verified_at.is_none() && shown.checked_at.is_some());
    let mut other_value = found(RecordState::Found);
    other_value[0].value = "v=DKIM1; k=ed25519; p=AAAA".into();
    sending::checked(&mut tx, &by, id, other_value).await?;
    assert_eq!(get(&mut tx, &by, id).await?.keys[0].state, DkimState::Waiting);
    sending::checked(&mut tx, &by, id, found(RecordState::Found)).await?;
    let shown = get(&mut tx, &by, id).await?;
    assert_eq!(shown.keys[0].state, DkimState::Active);
    assert!(shown.verified_at.is_some());
    tx.commit().await?;
    let keys = sending::signing(domain, "university.test").await?.expect("keys");
    assert_eq!((keys.len(), keys[0].selector.as_str()), (1, "ed20261001"));

    // Rotation: beside, by hand, the old one retired.
    staff.university.clock.advance(SignedDuration::from_hours(24));
    let mut tx = domain.begin().await?;
    let second = sending::make_key(&mut tx, &by, id, DkimKind::Ed25519).await?;
    sending::activate_key(&mut tx, &by, id, second).await?;
    let twice = sending::activate_key(&mut tx, &by, id, second).await.unwrap_err();
    assert_eq!(twice.refusal(), Some(Code::WrongState));
    let shown = get(&mut tx, &by, id).await?;
    let states: Vec<_> = shown.keys.iter().map(|key| (key.id, key.state)).collect();
    assert_eq!(states, [(second, DkimState::Active), (first, DkimState::Retired)]);
    let old = &shown.keys[1];
    let retired = old.retired_at.expect("a time");
    assert_eq!(
        old.removable_at,
        Some(retired + SignedDuration::from_hours(7 * 24))
    );
    assert!(shown.records.iter().all(|record| record.key != Some(first)));
    // Kinds do not retire each other.
    let rsa = sending::make_key(&mut tx, &by, id, DkimKind::Rsa2048).await?;
    sending::activate_key(&mut tx, &by, id, rsa).await?;
    let signing_key = sending::remove_key(&mut tx, &by, id, rsa).await.unwrap_err();
    assert_eq!(signing_key.refusal(), Some(Code::WrongState));
    sending::remove_key(&mut tx, &by, id, first).await?;
    tx.commit().await?;
    let keys = sending::signing(domain, "university.test").await?.expect("keys");
    let kinds: Vec<_> = keys.iter().map(|key| key.kind).collect();
    assert_eq!(kinds, [DkimKind::Rsa2048, DkimKind::Ed25519]);

    let mut tx = domain.begin().await?;
    sending::retire_key(&mut tx, &by, id, second).await?;
    sending::retire_key(&mut tx, &by, id, rsa).await?;
    tx.commit().await?;
    assert!(sending::signing(domain, "university.test").await?.is_none());
    let log = log(&staff).await?;
    for action in [
        "dkim_key.created",
        "dkim_key.activated",
        "dkim_key.retired",
        "dkim_key.removed",
        "sender_domain.checked",
    ] {
        assert!(log.contains(action), "{action}");
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn private_keys_never_come_out(pool: PgPool) -> Result<()> {
    use base64::Engine as _;
    use secrecy::ExposeSecret;
    let staff = Staff::new(pool).await?;
    let by = staff.admissions()?;
    let domain = &staff.university.domain;
    let mut tx = domain.begin().await?;
    let id = sending::create_domain(&mut tx, &by, &domain_input("university.test")).await?;
    let key = sending::make_key(&mut tx, &by, id, DkimKind::Rsa2048).await?;
    sending::activate_key(&mut tx, &by, id, key).await?;
    let shown = serde_json::to_string(&get(&mut tx, &by, id).await?)?;
    tx.commit().await?;
    let keys = sending::signing(domain, "university.test").await?.expect("keys");
    let private = keys[0].pkcs8.expose_secret();
    let text = base64::engine::general_purpose::STANDARD.encode(private);
    // The middle of it: private exponent and primes.
    let part = &text[text.len() / 2..text.len() / 2 + 40];
    assert!(!shown.contains(part) && !log(&staff).await?.contains(part));
    assert!(!shown.contains("private") && !shown.contains("sealed"), "{shown}");
    assert!(format!("{keys:?}").contains("REDACTED"));
    let stored: Vec<u8> = sqlx::query_scalar("select private_sealed from dkim_keys")
        .fetch_one(domain.pool())
        .await?;
    let middle = &private[private.len() / 2..private.len() / 2 + 16];
    assert!(!stored.windows(16).any(|it| it == middle));

    // A key's ciphertext in another row does not open.
    let mut tx = domain.begin().await?;
    sending::make_key(&mut tx, &by, id, DkimKind::Ed25519).await?;
    tx.commit().await?;
    sqlx::query("update dkim_keys set private_sealed = (select private_sealed from dkim_keys where kind = 'ed25519') where kind = 'rsa2048'")
        .execute(domain.pool())
        .await?;
    assert!(sending::signing(domain, "university.test").await.is_err());
    assert_eq!(sending::unopened(domain).await?.findings.len(), 1);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn changes_are_made_to_the_version_that_was_seen(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.admissions()?;
    let mut tx = staff.university.domain.begin().await?;
    let id = sending::create_domain(&mut tx, &by, &domain_input("university.test")).await?;
    let input = SenderDomainInput {
        bounce_domain: "Bounces.University.test".into(),
        tracking_origin: "https://links.university.test/".into(),
        warm_up: Some(WarmUp {
            started_on: "2026-10-01".into(),
            first_day: 500,
            factor: 1.5,
        }),
        edit_version: 1,
        ..domain_input("ignored.test")
    };
    assert_eq!(sending::update_domain(&mut tx, &by, id, &input).await?, 2);
    let late = sending::update_domain(&mut tx, &by, id, &input)
        .await
        .unwrap_err();
    assert_eq!(late.refusal(), Some(Code::EditConflict));
    let shown = get(&mut tx, &by, id).await?;
    assert_eq!(shown.domain, "university.test");
    assert_eq!(shown.bounce_domain, "bounces.university.test");
    let names: Vec<_> = shown
        .records
        .iter()
        .map(|it| (it.purpose, it.kind.as_str(), it.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            (RecordPurpose::Spf, "TXT", "bounces.university.test"),
            (RecordPurpose::Dmarc, "TXT", "_dmarc.university.test"),
            (RecordPurpose::BounceMx, "MX", "bounces.university.test"),
            (RecordPurpose::Tracking, "CNAME", "links.university.test"),
        ]
    );
    sending::remove_domain(&mut tx, &by, id).await?;
    assert!(sending::list_domains(&mut tx, &by).await?.is_empty());
    Ok(())
}
