use super::*;
use clap::Parser;
use domain::testing::University;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// As typed after `campanile client`.
async fn typed(domain: &Domain, words: &[&str]) -> anyhow::Result<String> {
    let line = Line::try_parse_from(["client"].iter().chain(words))?;
    run(domain, line.options.what).await
}

fn value<'a>(said: &'a str, name: &str) -> &'a str {
    said.lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_default()
}

#[test]
fn scopes_in_any_of_the_usual_ways() {
    let texts = |texts: &[&str]| parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    let both = [Permission::ReadContacts, Permission::ReadTopics];
    assert_eq!(texts(&["contacts:read", "topics:read"]).expect("known"), both);
    assert_eq!(texts(&["contacts:read topics:read"]).expect("known"), both);
    let unknown = texts(&["contacts:eat"]).expect_err("unknown").to_string();
    assert!(
        unknown.contains("contacts:eat") && unknown.contains("contacts:read"),
        "{unknown}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_client_from_beginning_to_end(pool: sqlx::PgPool) -> anyhow::Result<()> {
    let university = University::new(pool).await?;
    let domain = &university.domain;
    let add = [
        "add",
        "--unit",
        "admissions",
        "--name",
        "Student records",
        "--scope",
        "contacts:read",
        "--allow",
        "192.0.2.7,2001:db8::/32",
        "--rate",
        "120",
    ];
    let made = typed(domain, &add).await?;
    assert_eq!(made.lines().count(), 2, "{made}");
    let (id, secret) = (value(&made, "client_id"), value(&made, "client_secret"));
    assert_eq!(secret.len(), 43);

    let shown = typed(domain, &["show", id]).await?;
    assert_eq!(value(&shown, "allowed_networks"), "192.0.2.7 2001:db8::/32");
    assert_eq!(
        (value(&shown, "requests_per_minute"), value(&shown, "burst")),
        ("120", "12")
    );
    assert_eq!(value(&shown, "last_used"), "never");
    assert!(!shown.contains(secret));
    let listed = typed(domain, &["list", "--unit", "admissions"]).await?;
    assert_eq!(listed, format!("{id} active never Student records\n"));
    assert_eq!(typed(domain, &["list", "--unit", "shop"]).await?, "");

    let slower = typed(
        domain,
        &[
            "update",
            id,
            "--rate",
            "5",
            "--scope",
            "contacts:read topics:read",
        ],
    )
    .await?;
    assert_eq!(
        (value(&slower, "requests_per_minute"), value(&slower, "burst")),
        ("5", "5")
    );
    assert_eq!(value(&slower, "scopes"), "contacts:read topics:read");
    assert_eq!(
        value(&slower, "allowed_networks"),
        "192.0.2.7 2001:db8::/32",
        "stays"
    );
    let open = typed(domain, &["update", id, "--allow-all", "--name", "Records"]).await?;
    assert_eq!(
        (value(&open, "allowed_networks"), value(&open, "name")),
        ("anywhere", "Records")
    );

    let fresh = typed(domain, &["rotate", id, "--overlap", "48"]).await?;
    assert_ne!(value(&fresh, "client_secret"), secret);
    let both = typed(domain, &["show", id]).await?;
    assert_eq!(both.matches("secret: since").count(), 2, "{both}");
    assert!(both.contains(", until 2026-10-03T"), "{both}");

    typed(domain, &["revoke", id]).await?;
    let gone = typed(domain, &["show", id]).await?;
    assert!(
        !value(&gone, "revoked").is_empty() && !gone.contains("secret: "),
        "{gone}"
    );
    assert!(
        typed(domain, &["revoke", id]).await.is_err(),
        "it is shut out already"
    );
    Ok(())
}

#[sqlx::test(migrations = "../migrations")]
async fn what_cannot_be_is_said_in_words(pool: sqlx::PgPool) -> anyhow::Result<()> {
    let university = University::new(pool).await?;
    let domain = &university.domain;
    let with = |more: &[&'static str]| {
        let mut words = vec![
            "add",
            "--unit",
            "admissions",
            "--name",
            "Shop",
            "--scope",
            "topics:read",
        ];
        words.extend(more);
        words
    };
    for (words, says) in [
        (
            with(&["--allow", "campus"]),
            "allowed_networks: “campus” is neither",
        ),
        (with(&["--rate", "0"]), "requests_per_minute: "),
        (with(&["--rate", "60", "--burst", "61"]), "burst: "),
        (
            vec!["show", "00000000-0000-7000-8000-000000000000"],
            "there is no client",
        ),
    ] {
        let error = typed(domain, &words).await.expect_err("refused").to_string();
        assert!(error.contains(says), "{words:?}: {error}");
    }
    // A person's client is theirs: with its secret somebody else could approve in their name.
    let ada = university
        .user("Ada Admin", university.admissions, types::access::Role::UnitAdmin)
        .await?;
    let mut tx = domain.begin().await?;
    let input = ApiClientInput {
        name: "Hers".to_owned(),
        scopes: vec![Permission::ReadTopics],
        ..ApiClientInput::default()
    };
    let hers = clients::create(&mut tx, &ada.grant(university.admissions)?, |_| true, &input).await?;
    tx.commit().await?;
    let taken = typed(domain, &["rotate", &hers.client_id.to_string()]).await;
    assert!(
        taken
            .expect_err("hers")
            .to_string()
            .contains("answers for somebody else")
    );
    Ok(())
}
