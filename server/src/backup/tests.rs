//! Backups are tested the only way that counts: by restoring them into an empty place.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::config::{Config, Sources};
use crate::database::{Access, Database};

async fn open(directory: &Path) -> Database {
    let sources = Sources {
        environment: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
        directory: directory.to_owned(),
        ..Sources::default()
    };
    let config = Config::load(&sources).expect("defaults");
    Database::open(&config, Access::Own, "test")
        .await
        .expect("opened")
}

fn place() -> tempfile::TempDir {
    let directory = tempfile::Builder::new()
        .prefix("campanile-backup")
        .tempdir()
        .expect("temporary directory");
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).expect("opened");
    directory
}

const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

#[tokio::test]
async fn a_backup_restored_elsewhere_has_the_rows_and_the_key() {
    let (old, new, files) = (place(), place(), place());
    let file = files.path().join("campanile.backup");
    let database = open(old.path()).await;
    crate::migrate::run(&database.options).await.expect("migrated");
    sqlx::query("insert into settings (key, value) values ('mark', '\"Zażółć 🎓\"')")
        .execute(&database.pool)
        .await
        .expect("inserted");
    let key = database.secret_key().expect("made").expose().to_owned();
    let written = write(&database, &file, NOW).await.expect("written");
    assert_eq!(written.bytes, std::fs::metadata(&file).expect("a file").len());
    let mode = std::fs::metadata(&file).expect("a file").permissions().mode();
    assert_eq!(mode & 0o077, 0, "others can read the backup");
    assert!(
        write(&database, &file, NOW).await.is_err(),
        "a backup was overwritten"
    );
    database.close().await;

    let database = open(new.path()).await;
    let restored = restore(&database, &file).await.expect("restored");
    assert_eq!(restored.created_at, NOW);
    let mark: String = sqlx::query_scalar("select value #>> '{}' from settings where key = 'mark'")
        .fetch_one(&database.pool)
        .await
        .expect("the row");
    assert_eq!(mark, "Zażółć 🎓");
    assert_eq!(database.secret_key().expect("kept").expose(), key);
    let again = restore(&database, &file)
        .await
        .expect_err("not empty any more")
        .to_string();
    assert!(again.contains("not empty"), "{again}");
    // What must not be undone by moving: the triggers that keep the logs append-only.
    let refused = sqlx::query("truncate audit_log").execute(&database.pool).await;
    assert!(refused.is_err());
    database.close().await;
}

#[tokio::test]
async fn damaged_files_change_nothing() {
    let (place, files) = (place(), place());
    let file = files.path().join("good");
    let database = open(place.path()).await;
    crate::migrate::run(&database.options).await.expect("migrated");
    write(&database, &file, NOW).await.expect("written");
    database.close().await;

    let empty = self::place();
    let database = open(empty.path()).await;
    let good = std::fs::read(&file).expect("read");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let damaged = [
        ("digest", flipped),
        ("digest", good[..good.len() - 7].to_vec()),
        ("cut off", good[..60].to_vec()),
        ("no backup", b"PGDMP and so on, of some other program".to_vec()),
        ("no backup", Vec::new()),
    ];
    for (expected, bytes) in damaged {
        std::fs::write(&file, bytes).expect("written");
        let error = format!("{:#}", restore(&database, &file).await.expect_err("refused"));
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(crate::migrate::newest(&database.pool).await.expect("asked"), None);
    assert!(
        database.existing_key().expect("looked").is_none(),
        "a damaged backup left its key"
    );
    database.close().await;
}

#[tokio::test]
async fn a_lost_key_is_not_replaced_in_silence() {
    let place = place();
    let database = open(place.path()).await;
    crate::migrate::run(&database.options).await.expect("migrated");
    database
        .key_is_not_lost()
        .await
        .expect("an empty database needs none");
    database.secret_key().expect("made");
    sqlx::query("insert into users (id, email, name, status, created_at) values (gen_random_uuid(), 'a@b.example', 'A', 'active', now())")
        .execute(&database.pool)
        .await
        .expect("inserted");
    database.key_is_not_lost().await.expect("it is there");
    std::fs::remove_file(database.data_dir.join("secret.key")).expect("lost");
    let told = database.key_is_not_lost().await.expect_err("lost").to_string();
    assert!(told.contains("secret.key") && told.contains("backup"), "{told}");
    database.close().await;
}
