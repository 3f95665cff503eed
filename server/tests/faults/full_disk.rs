//! A disk that is full.

use std::ffi::OsStr;
use std::time::Duration;

use crate::support::Disk;
use domain::access::{ImportContacts, ReadContacts, System};
use domain::imports::{self, Upload};
use domain::testing::University;
use domain::{Domain, Granted};
use server::embedded::Cluster;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use types::imports::{ImportOptions, ImportStatus};
use types::{ApiError, Code, ImportId};

const PEOPLE: usize = 60_000;

/// The disk of the database is full in the middle of an import: PostgreSQL may even stop. Whoever asks is told to come back,
/// what was written stays, and with room on the disk the import goes on to its end, each person once.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_stops_an_import_and_loses_nothing() {
    let Some(disk) = Disk::new(600) else {
        eprintln!("not run: mounting a small disk needs root");
        return;
    };
    let search_path = OsStr::new("/usr/local/bin:/usr/bin:/bin");
    let mut cluster = Cluster::start(&disk.path().join("data"), "test", search_path)
        .await
        .unwrap();
    let options = cluster.connect_options();
    server::migrate::run(&options).await.unwrap();
    let pool = PgPoolOptions::new()
        .max_connections(5)
        .acquire_timeout(Duration::from_secs(5))
        .connect_lazy_with(options);
    tokio::select! {
        () = import_on(&disk, pool.clone()) => {}
        () = cluster.keep_running() => unreachable!("it never returns"),
    }
    pool.close().await;
    cluster.stop().await;
}

async fn import_on(disk: &Disk, pool: PgPool) {
    let university = University::new(pool.clone()).await.unwrap();
    let domain = &university.domain;
    let by = System.grant::<ImportContacts>(university.admissions);
    let id = uploaded(domain, &by).await;
    disk.fill(20);

    let mut refusals = 0;
    let status = loop {
        match imports::run(domain, id).await {
            Ok(status) if status.is_over() => break status,
            // Its former run still holds the import; the database has not noticed its end yet.
            Ok(_) => {}
            Err(error) => {
                assert_eq!(ApiError::from(error).code, Code::Unavailable);
                refusals += 1;
                disk.free();
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert!(refusals > 0, "the disk was never full");
    assert_eq!(status, ImportStatus::Finished);
    let reading: Granted<ReadContacts> = System.grant(university.admissions);
    let mut tx = domain.begin().await.unwrap();
    let import = imports::get(&mut tx, &reading, id).await.unwrap().unwrap();
    let people: i64 = sqlx::query_scalar("select count(*) from identities where value like 'p%@example.org'")
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert_eq!(usize::try_from(people), Ok(PEOPLE));
    assert_eq!(
        (import.rows_created, import.rows_failed),
        (i64::try_from(PEOPLE).unwrap(), 0),
        "{import:?}"
    );
}

async fn uploaded(domain: &Domain, by: &Granted<ImportContacts>) -> ImportId {
    let mut upload = Upload::begin(domain, by, "people.csv").await.unwrap();
    upload.push(b"email,first name,faculty\n").await.unwrap();
    for n in 0..PEOPLE {
        let row = format!("p{n}@example.org,First{n},Faculty of some length number {n}\n");
        upload.push(row.as_bytes()).await.unwrap();
    }
    let id = upload.finish().await.unwrap();
    let mut tx = domain.begin().await.unwrap();
    let seen = imports::preview(&mut tx, by, id, None).await.unwrap();
    let options = ImportOptions {
        dialect: seen.dialect,
        targets: seen.targets,
        ..ImportOptions::default()
    };
    imports::start(&mut tx, by, id, &options).await.unwrap();
    tx.commit().await.unwrap();
    id
}
