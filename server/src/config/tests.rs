use super::*;

fn load(environment: &[(&str, &str)], file: &str) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().expect("temporary directory");
    if !file.is_empty() {
        std::fs::write(directory.path().join("campanile.toml"), file).expect("write");
    }
    let environment = environment
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Config::load(&Sources {
        environment,
        directory: directory.path().to_owned(),
        ..Sources::default()
    })
}

fn problems(environment: &[(&str, &str)], file: &str) -> Vec<String> {
    load(environment, file).expect_err("must be refused").problems
}

#[test]
fn defaults_are_enough() {
    let config = load(&[("HOME", "/root")], "").expect("defaults are valid");
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.http.public_url.origin(), "http://127.0.0.1:3000");
    assert!(matches!(config.database.server, Database::Embedded));
    assert!(config.data_dir.is_absolute());
    assert!(config.smtp.relay.is_none());
}

#[test]
fn the_environment_wins_over_the_file() {
    let file =
        "listen = \"127.0.0.1:1\"\nsmtp_connections = 4\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n";
    let config = load(&[("CAMPANILE_LISTEN", "127.0.0.1:2")], file).expect("valid");
    assert_eq!(config.http.listen.port(), 2);
    assert_eq!(config.smtp.connections, 4);
    assert!(config.http.trusts("10.1.2.3".parse().expect("address")));
    assert!(config.http.trusts("::ffff:10.1.2.3".parse().expect("address")));
    assert!(config.http.trusts("::1".parse().expect("address")));
    assert!(!config.http.trusts("11.1.2.3".parse().expect("address")));
}

#[test]
fn networks_for_calls_outward_are_a_list() {
    assert!(load(&[], "").expect("valid").outbound_allow.is_empty());
    let config = load(&[("CAMPANILE_OUTBOUND_ALLOW", "127.0.0.0/8, fd00::/8")], "").expect("valid");
    let allowed = |address: &str| {
        let address = address.parse().expect("address");
        config.outbound_allow.iter().any(|it| it.contains(address))
    };
    assert!(allowed("127.0.0.1") && allowed("fd12::1") && !allowed("10.0.0.1"));
    let found = problems(&[("CAMPANILE_OUTBOUND_ALLOW", "10.0.0.0/33")], "");
    assert!(found[0].contains("CAMPANILE_OUTBOUND_ALLOW"), "{found:?}");
}

#[test]
fn unknown_keys_are_refused_in_both_places_at_once() {
    let found = problems(&[("CAMPANILE_LISTNE", "x")], "smtp_uri = \"smtp://x\"\n");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].contains("smtp_uri") && found[0].contains("did you mean `smtp_url`"),
        "{found:?}"
    );
    assert!(
        found[1].contains("CAMPANILE_LISTNE") && found[1].contains("did you mean `listen`"),
        "{found:?}"
    );
}

#[test]
fn a_file_that_is_no_toml_is_named() {
    let found = problems(&[], "listen = ");
    assert!(found[0].contains("campanile.toml"), "{found:?}");
}

#[test]
fn an_external_database_needs_a_key() {
    let url = ("CAMPANILE_DATABASE_URL", "postgres://a:b@localhost/c");
    let found = problems(&[url], "");
    assert!(found[0].contains("CAMPANILE_SECRET_KEY"), "{found:?}");
    let key = ("CAMPANILE_SECRET_KEY", "0123456789abcdef0123456789abcdef");
    assert!(
        load(&[url, key], "")
            .expect("valid")
            .database
            .server
            .external()
            .is_some()
    );
    let short = problems(&[url, ("CAMPANILE_SECRET_KEY", "secret")], "");
    assert!(short[0].contains("32 characters"), "{short:?}");
}

#[test]
fn secrets_are_not_repeated_in_messages_or_debug_output() {
    let wrong = problems(&[("CAMPANILE_SMTP_URL", "smtp://me:hunter2@mail?tls=maybe")], "");
    assert!(!wrong.join(" ").contains("hunter2"), "{wrong:?}");
    let config = load(&[("CAMPANILE_SMTP_URL", "smtp://me:hunter2@mail")], "").expect("valid");
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn listening_to_the_world_needs_a_public_address() {
    let found = problems(&[("CAMPANILE_LISTEN", "0.0.0.0:3000")], "");
    assert!(found[0].contains("CAMPANILE_PUBLIC_URL"), "{found:?}");
    for wrong in [
        "mail.example.edu",
        "https://a.example/path",
        "ftp://a.example",
        "https://u@a.example",
    ] {
        assert_eq!(
            problems(&[("CAMPANILE_PUBLIC_URL", wrong)], "").len(),
            1,
            "{wrong}"
        );
    }
    let config = load(&[("CAMPANILE_PUBLIC_URL", "https://mail.example.edu/")], "").expect("valid");
    assert_eq!(
        config.http.public_url.join("/u/x"),
        "https://mail.example.edu/u/x"
    );
    assert!(config.http.public_url.is_https());
}

#[test]
fn the_relays_address_is_read_and_a_wrong_one_is_refused() {
    let relay = |url: &str| load(&[("CAMPANILE_SMTP_URL", url)], "").map(|config| config.smtp.relay);
    let found = relay("smtp://me%40x:p%3Aw@mail.example?tls=required")
        .expect("valid")
        .expect("a relay");
    assert_eq!((found.host.as_str(), found.port), ("mail.example", 587));
    for wrong in [
        "http://mail",
        "smtp://",
        "smtp://u@mail",
        "smtp://m?tls=maybe",
        "smtp://m/x",
    ] {
        assert!(relay(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn resolvers_may_carry_a_port() {
    let dns = |text: &str| load(&[("CAMPANILE_DNS", text)], "").map(|config| config.dns);
    assert_eq!(dns("192.0.2.53").expect("valid").map(|a| a.port()), Some(53));
    assert_eq!(
        dns("127.0.0.1:5353").expect("valid").map(|a| a.port()),
        Some(5353)
    );
    assert!(dns("nowhere").is_err());
}
