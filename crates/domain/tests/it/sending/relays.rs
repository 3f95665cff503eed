use super::{PASSWORD, Staff, log, relay};
use domain::Result;
use domain::access::ManageSystem;
use domain::dispatch::Lane;
use domain::sending::{self, SeedRelay};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use types::sending::{RecipientLimit, RelayInput, RelayLane, RelaySecurity};
use types::{Code, RelayId};

#[sqlx::test(migrations = "../../migrations")]
async fn passwords_go_in_and_never_come_out(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.system()?;
    let mut tx = staff.university.domain.begin().await?;
    let id = sending::create_relay(&mut tx, &by, &relay("Main")).await?;
    let shown = serde_json::to_string(&sending::list_relays(&mut tx, &by).await?)?;
    tx.commit().await?;
    assert!(shown.contains("relay.university.test"), "{shown}");
    assert!(
        !shown.contains("correct") && !shown.contains("sealed") && !shown.contains("password"),
        "{shown}"
    );
    assert!(!log(&staff).await?.contains("correct horse"));
    let row: Vec<u8> = sqlx::query_scalar("select password_sealed from relays")
        .fetch_one(staff.university.domain.pool())
        .await?;
    assert!(!row.windows(7).any(|it| it == b"correct"));
    assert!(!format!("{:?}", relay("x")).contains("correct"));

    let opened = sending::relays(&staff.university.domain).await?;
    let (user, password) = opened[0].credentials.as_ref().expect("credentials");
    assert_eq!((user.as_str(), password.expose_secret()), ("campanile", PASSWORD));
    assert!(!format!("{opened:?}").contains("correct"), "{opened:?}");
    let one = sending::relay_config(&staff.university.domain, id).await?;
    assert!(one.is_some_and(|it| it.serves(Lane::Marketing)));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_kept_password_stays_with_its_host(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.system()?;
    let mut tx = staff.university.domain.begin().await?;
    let id = sending::create_relay(&mut tx, &by, &relay("Main")).await?;
    let kept = RelayInput {
        password: String::new(),
        port: 25,
        edit_version: 1,
        ..relay("Main")
    };
    let version = sending::update_relay(&mut tx, &by, id, &kept).await?;
    assert_eq!(version, 2);
    // Somebody else was faster.
    let late = sending::update_relay(&mut tx, &by, id, &kept).await.unwrap_err();
    assert_eq!(late.refusal(), Some(Code::EditConflict));
    let elsewhere = RelayInput {
        host: "elsewhere.test".to_owned(),
        edit_version: 2,
        ..kept.clone()
    };
    let refused = sending::update_relay(&mut tx, &by, id, &elsewhere)
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_api().field("password").map(|it| it.code),
        Some(Code::Required)
    );
    let missing = sending::update_relay(&mut tx, &by, RelayId(uuid::Uuid::nil()), &kept)
        .await
        .unwrap_err();
    assert_eq!(missing.refusal(), Some(Code::NotFound));
    tx.commit().await?;
    let relays = sending::relays(&staff.university.domain).await?;
    assert_eq!(relays[0].port, 25);
    assert_eq!(
        relays[0]
            .credentials
            .as_ref()
            .map(|it| it.1.expose_secret().to_owned()),
        Some(PASSWORD.to_owned())
    );

    let mut tx = staff.university.domain.begin().await?;
    let open = RelayInput {
        username: String::new(),
        edit_version: 2,
        ..kept
    };
    sending::update_relay(&mut tx, &by, id, &open).await?;
    tx.commit().await?;
    assert!(
        sending::relays(&staff.university.domain).await?[0]
            .credentials
            .is_none()
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_password_opens_in_its_own_row_only(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.system()?;
    let mut tx = staff.university.domain.begin().await?;
    sending::create_relay(&mut tx, &by, &relay("One")).await?;
    let other = RelayInput {
        password: "another password".to_owned(),
        ..relay("Two")
    };
    sending::create_relay(&mut tx, &by, &other).await?;
    tx.commit().await?;
    let domain = &staff.university.domain;
    assert_eq!(sending::relays(domain).await?.len(), 2);
    assert!(sending::unopened(domain).await?.findings.is_empty());
    sqlx::query("update relays set password_sealed = (select password_sealed from relays where name = 'One') where name = 'Two'")
        .execute(domain.pool())
        .await?;
    // Sending stops rather than go on without it.
    assert!(sending::relays(domain).await.is_err());
    let found = sending::unopened(domain).await?;
    assert_eq!((found.examined, found.findings.len()), (2, 1));
    assert!(domain::verify::run(domain).await?.iter().any(|check| {
        check.name == "stored credentials" && check.examined == 2 && check.findings.len() == 1
    }));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_system_admins_and_only_what_fits(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let refused = staff
        .uma
        .grant::<ManageSystem>(staff.university.admissions)
        .unwrap_err();
    assert_eq!(refused.refusal(), Some(Code::Forbidden));
    let by = staff.system()?;
    let mut tx = staff.university.domain.begin().await?;
    let wrong = RelayInput {
        name: String::new(),
        host: "a b".to_owned(),
        port: 0,
        weight: 101,
        connections: 0,
        max_per_second: Some(-1.0),
        username: "u".to_owned(),
        password: String::new(),
        authorities: "-----BEGIN PRIVATE KEY-----".to_owned(),
        ..RelayInput::default()
    };
    let error = sending::create_relay(&mut tx, &by, &wrong)
        .await
        .unwrap_err()
        .to_api();
    for field in [
        "name",
        "host",
        "port",
        "weight",
        "connections",
        "max_per_second",
        "password",
        "authorities",
    ] {
        assert!(error.field(field).is_some(), "{field}");
    }
    sending::create_relay(&mut tx, &by, &relay("Main")).await?;
    let twice = sending::create_relay(&mut tx, &by, &relay("Main"))
        .await
        .unwrap_err();
    assert_eq!(twice.to_api().field("name").map(|it| it.code), Some(Code::Taken));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn relays_come_in_their_order_and_inactive_ones_do_not(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let by = staff.system()?;
    let domain = &staff.university.domain;
    assert!(!sending::has_relays(domain).await?);
    let before = sending::version(domain).await?;
    let mut tx = domain.begin().await?;
    for (name, priority, weight, lanes, is_active) in [
        ("spare", 20, 10, vec![], true),
        ("light", 10, 5, vec![], true),
        (
            "heavy",
            10,
            50,
            vec![RelayLane::Marketing, RelayLane::Marketing],
            true,
        ),
        ("off", 0, 10, vec![], false),
    ] {
        let input = RelayInput {
            priority,
            weight,
            lanes,
            is_active,
            max_per_second: (name == "heavy").then_some(12.5),
            ..relay(name)
        };
        sending::create_relay(&mut tx, &by, &input).await?;
    }
    sending::set_limit(
        &mut tx,
        &by,
        &RecipientLimit {
            domain: "GMail.com".into(),
            max_per_second: Some(20.0),
            max_connections: Some(4),
        },
    )
    .await?;
    tx.commit().await?;
    assert!(sending::version(domain).await? > before);
    let relays = sending::relays(domain).await?;
    let names: Vec<_> = relays.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["heavy", "light", "spare"]);
    assert!(relays[0].serves(Lane::Marketing) && !relays[0].serves(Lane::Transactional));
    let limits = sending::limits(domain).await?;
    assert_eq!(limits.relays.get(&relays[0].id), Some(&12.5));
    assert_eq!(limits.relays.len(), 1);
    assert_eq!(limits.recipient_domains["gmail.com"].max_connections, Some(4));

    let mut tx = domain.begin().await?;
    sending::remove_limit(&mut tx, &by, "gmail.com").await?;
    let gone = sending::remove_limit(&mut tx, &by, "gmail.com")
        .await
        .unwrap_err();
    assert_eq!(gone.refusal(), Some(Code::NotFound));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_environments_relay_is_followed_until_somebody_changes_it(pool: PgPool) -> Result<()> {
    let staff = Staff::new(pool).await?;
    let domain = &staff.university.domain;
    let password = SecretString::from(PASSWORD);
    let seed = |host| SeedRelay {
        host,
        port: 465,
        security: RelaySecurity::Implicit,
        credentials: Some(("campanile", &password)),
        authorities: String::new(),
        connections: 7,
    };
    let both = futures::future::join_all(
        [1, 2].map(|_| async { sending::follow_environment(domain, Some(&seed("first.test"))).await }),
    )
    .await;
    let made = both.into_iter().collect::<Result<Vec<_>>>()?;
    assert_eq!(made.iter().filter(|made| **made).count(), 1);
    let relays = sending::relays(domain).await?;
    assert_eq!(
        (relays.len(), relays[0].host.as_str(), relays[0].connections),
        (1, "first.test", 7)
    );
    assert!(relays[0].credentials.is_some());
    assert!(log(&staff).await?.contains("CAMPANILE_SMTP_URL"));
    assert!(!log(&staff).await?.contains("correct horse"));

    let hosts = async || -> Result<Vec<String>> {
        Ok(sending::relays(domain)
            .await?
            .into_iter()
            .map(|it| it.host)
            .collect())
    };
    assert!(!sending::follow_environment(domain, Some(&seed("second.test"))).await?);
    assert_eq!(hosts().await?, ["second.test"]);
    sending::follow_environment(domain, None).await?;
    assert!(
        !sending::has_relays(domain).await?,
        "taken out of the environment"
    );

    sending::follow_environment(domain, Some(&seed("third.test"))).await?;
    let by = staff.system()?;
    let mut tx = domain.begin().await?;
    let row = sending::list_relays(&mut tx, &by).await?.remove(0);
    let change = RelayInput {
        name: "Ours".to_owned(),
        host: row.host.clone(),
        port: row.port,
        security: row.security,
        username: row.username.clone(),
        edit_version: row.edit_version,
        ..RelayInput::default()
    };
    sending::update_relay(&mut tx, &by, row.id, &change).await?;
    tx.commit().await?;
    for environment in [Some(&seed("fourth.test")), None] {
        assert!(!sending::follow_environment(domain, environment).await?);
        assert_eq!(hosts().await?, ["third.test"], "the console's from now on");
    }
    Ok(())
}
