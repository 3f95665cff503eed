//! On the real programs of PostgreSQL; run by root they also show that root is dropped.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::*;

const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn place() -> tempfile::TempDir {
    let directory = tempfile::Builder::new()
        .prefix("campanile-embedded")
        .tempdir()
        .expect("temporary directory");
    // As an operator would: a directory others may pass through.
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).expect("opened");
    directory
}

async fn start(data_dir: &Path) -> Result<Cluster, EmbeddedError> {
    Cluster::start(data_dir, "serve", OsStr::new(SEARCH_PATH)).await
}

async fn one(cluster: &Cluster, sql: &'static str) -> String {
    let mut connection = PgConnection::connect_with(&cluster.connect_options())
        .await
        .expect("connected");
    let answer = sqlx::query_scalar(sql)
        .fetch_one(&mut connection)
        .await
        .expect("answered");
    connection.close().await.expect("closed");
    answer
}

fn server_pid(data_dir: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

#[tokio::test]
async fn starts_on_a_socket_only_without_root_and_stops() {
    let place = place();
    let data = place.path().join("data");
    let cluster = start(&data).await.expect("started");
    assert_eq!(one(&cluster, "show listen_addresses").await, "");
    assert_eq!(
        one(&cluster, "select current_database()::text").await,
        "campanile"
    );
    let pid = server_pid(&data).expect("running");
    let process = std::fs::metadata(format!("/proc/{pid}")).expect("a process");
    assert_ne!(process.uid(), 0, "the database runs as root");
    let socket = std::fs::metadata(data.join("socket")).expect("socket directory");
    assert_eq!(socket.mode() & 0o077, 0, "others can reach the socket");
    cluster.stop().await;
    assert!(server_pid(&data).is_none());

    let again = start(&data).await.expect("started again");
    assert_ne!(server_pid(&data), Some(pid));
    again.stop().await;
}

/// `timeout` and some service managers end every process of a group: the database is told before Campanile tells it.
#[tokio::test]
async fn a_server_that_was_told_already_has_stopped_well() {
    let place = place();
    let data = place.path().join("data");
    let mut cluster = start(&data).await.expect("started");
    let pid = server_pid(&data).expect("running").to_string();
    let told = std::process::Command::new("kill").args(["-TERM", &pid]).status();
    assert!(told.expect("kill").success());
    while server_pid(&data).is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cluster.end().await.expect("nothing is left to stop");
}

#[tokio::test]
async fn a_directory_in_use_is_refused_and_can_be_joined() {
    let place = place();
    let data = place.path().join("data");
    let cluster = start(&data).await.expect("started");
    let refused = start(&data).await.expect_err("refused").to_string();
    assert!(refused.contains("in use by another campanile"), "{refused}");
    assert!(
        refused.contains(&format!("process {}", std::process::id())),
        "{refused}"
    );

    let joined = Cluster::start_or_join(&data, "user add", OsStr::new(SEARCH_PATH))
        .await
        .expect("joined");
    assert_eq!(one(&joined, "select 'here'").await, "here");
    joined.stop().await;
    assert_eq!(one(&cluster, "select 'still here'").await, "still here");
    cluster.stop().await;
}

#[tokio::test]
async fn recovers_when_campanile_was_killed_and_its_server_lives_on() {
    let place = place();
    let data = place.path().join("data");
    let cluster = start(&data).await.expect("started");
    one(
        &cluster,
        "select 'kept' from (select set_config('x.y', 'z', false)) as t",
    )
    .await;
    let mut connection = PgConnection::connect_with(&cluster.connect_options())
        .await
        .expect("connected");
    sqlx::query("create table kept as select 1 as one")
        .execute(&mut connection)
        .await
        .expect("created");
    let orphan = server_pid(&data).expect("running");
    // What a kill -9 leaves: the lock gone with its process, the server alive, a client connected.
    cluster.forget();

    let next = start(&data).await.expect("recovered");
    assert_ne!(server_pid(&data), Some(orphan));
    assert!(!Path::new("/proc").join(orphan.to_string()).join("cwd").exists() || is_zombie(orphan));
    assert_eq!(one(&next, "select one::text from kept").await, "1");
    next.stop().await;
}

fn is_zombie(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status
        .rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn recovers_when_the_server_itself_was_killed() {
    let place = place();
    let data = place.path().join("data");
    let cluster = start(&data).await.expect("started");
    let mut connection = PgConnection::connect_with(&cluster.connect_options())
        .await
        .expect("connected");
    sqlx::query("create table kept as select 1 as one")
        .execute(&mut connection)
        .await
        .expect("created");
    let pid = server_pid(&data).expect("running");
    let killed = std::process::Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());
    cluster.forget();

    let next = start(&data).await.expect("recovered");
    assert_eq!(one(&next, "select one::text from kept").await, "1");
    next.stop().await;
}

#[tokio::test]
async fn starts_its_server_again_when_somebody_kills_it() {
    let place = place();
    let data = place.path().join("data");
    let mut cluster = start(&data).await.expect("started");
    let options = cluster.connect_options();
    let mut connection = PgConnection::connect_with(&options).await.expect("connected");
    sqlx::query("create table kept as select 1 as one")
        .execute(&mut connection)
        .await
        .expect("created");
    let pid = server_pid(&data).expect("running");
    let killed = std::process::Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status();
    assert!(killed.expect("kill").success());
    let answer = async {
        loop {
            if let Ok(mut connection) = PgConnection::connect_with(&options).await
                && let Ok(one) = sqlx::query_scalar::<_, i32>("select one from kept")
                    .fetch_one(&mut connection)
                    .await
                && server_pid(&data) != Some(pid)
            {
                return one;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let one = tokio::select! {
        one = answer => one,
        () = cluster.keep_running() => unreachable!("it never returns"),
    };
    assert_eq!(one, 1);
    cluster.stop().await;
}

#[tokio::test]
async fn a_stale_pid_file_naming_a_stranger_is_cleared() {
    let place = place();
    let data = place.path().join("data");
    start(&data).await.expect("started").stop().await;
    let file = data.join("postgres/postmaster.pid");
    // This test's own process: alive, and no database server.
    let text = format!(
        "{}\n{}\n1\n5432\n\n\n\n",
        std::process::id(),
        data.join("postgres").display()
    );
    std::fs::write(&file, text).expect("written");
    let owner = std::fs::metadata(data.join("postgres")).expect("cluster");
    std::os::unix::fs::chown(&file, Some(owner.uid()), Some(owner.gid())).expect("handed over");
    start(&data).await.expect("started in spite of it").stop().await;
}

#[tokio::test]
async fn a_closed_data_directory_is_handed_over_and_long_paths_are_fine() {
    let place = place();
    let data = place.path().join("d".repeat(110));
    std::fs::create_dir(&data).expect("made");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).expect("closed");
    let cluster = start(&data).await.expect("started");
    assert_eq!(one(&cluster, "select 'fine'").await, "fine");
    let socket = PathBuf::from(one(&cluster, "show unix_socket_directories").await);
    assert!(socket.starts_with("/tmp"), "{}", socket.display());
    cluster.stop().await;
    std::fs::remove_dir_all(socket).expect("removed");
}

#[tokio::test]
async fn below_a_closed_directory_the_data_lives_elsewhere() {
    let place = tempfile::tempdir().expect("temporary directory");
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o700)).expect("closed");
    let asked = place.path().join("data");
    let chosen = place::data_dir(&asked).await.expect("chosen");
    if user::is_root() {
        assert!(chosen.starts_with("/var/lib/campanile"), "{}", chosen.display());
    } else {
        assert_eq!(chosen, asked);
    }
}

#[tokio::test]
async fn without_binaries_the_message_says_what_to_do() {
    let missing = Binaries::find(Some(9), OsStr::new("/nonexistent"))
        .await
        .expect_err("there is no PostgreSQL 9");
    let text = missing.to_string();
    assert!(
        text.contains("CAMPANILE_DATABASE_URL") && text.contains("apt-get install"),
        "{text}"
    );
}
