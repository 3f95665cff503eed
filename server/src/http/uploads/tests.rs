//! The routes with real bodies on a real database.

use super::*;
use axum_test::TestServer;
use domain::imports::run;
use domain::testing::University;
use sqlx::PgPool;
use types::access::Role;
use types::imports::ImportStatus;

fn server(domain: &Domain, actor: Option<Actor>) -> TestServer {
    let routes = router(domain.clone());
    let routes = match actor {
        Some(actor) => routes.layer(Extension(actor)),
        None => routes,
    };
    TestServer::new(routes).expect("a server for tests")
}

#[sqlx::test(migrator = "domain::MIGRATOR")]
async fn a_file_goes_in_and_its_errors_and_people_come_out(pool: PgPool) {
    let u = University::new(pool).await.expect("a university");
    let author = u
        .user("Ewa Author", u.admissions, Role::UnitAdmin)
        .await
        .expect("a user");
    let console = server(&u.domain, Some(author));
    let mut file = "email;first name\nwrong;Nobody\n".to_owned();
    for n in 0..30_000 {
        file.push_str(&format!("p{n}@example.org;=First{n}\n"));
    }
    let answer = console
        .post("/c-api/admissions/uploads/contacts?name=people.csv")
        .text(file)
        .await;
    answer.assert_status(StatusCode::CREATED);
    let id: ImportId =
        serde_json::from_value(answer.json::<serde_json::Value>()["id"].clone()).expect("an id");

    let by = domain::access::System.grant::<ImportContacts>(u.admissions);
    let mut tx = u.domain.begin().await.expect("a transaction");
    let seen = imports::preview(&mut tx, &by, id, None).await.expect("a preview");
    let options = types::imports::ImportOptions {
        dialect: seen.dialect,
        targets: seen.targets,
        ..types::imports::ImportOptions::default()
    };
    imports::start(&mut tx, &by, id, &options).await.expect("started");
    tx.commit().await.expect("committed");
    assert_eq!(run(&u.domain, id).await.expect("ran"), ImportStatus::Finished);

    let errors = console
        .get(&format!("/c-api/admissions/imports/{id}/errors.csv"))
        .await;
    errors.assert_status_ok();
    assert!(errors.text().contains("2,email,"), "{}", errors.text());
    let people = console
        .get("/c-api/admissions/contacts.csv?q=p2999&sort=email")
        .await;
    people.assert_status_ok();
    let text = people.text();
    assert_eq!(text.lines().count(), 12, "{text}");
    assert!(text.contains("p29990@example.org,,'=First29990,"));
}

#[sqlx::test(migrator = "domain::MIGRATOR")]
async fn nothing_without_a_session_the_permission_or_the_unit(pool: PgPool) {
    let u = University::new(pool).await.expect("a university");
    let upload = "/c-api/admissions/uploads/contacts";
    let status = async |actor: Option<Actor>, path: &str| {
        server(&u.domain, actor)
            .post(path)
            .text("email\na@x.pl\n")
            .await
            .status_code()
    };
    assert_eq!(status(None, upload).await, StatusCode::UNAUTHORIZED);
    let viewer = u
        .user("A Viewer", u.admissions, Role::Viewer)
        .await
        .expect("a user");
    assert_eq!(status(Some(viewer.clone()), upload).await, StatusCode::FORBIDDEN);
    let other = u
        .user("A Shopkeeper", u.shop, Role::UnitAdmin)
        .await
        .expect("a user");
    assert_eq!(status(Some(other.clone()), upload).await, StatusCode::NOT_FOUND);
    let author = u
        .user("An Author", u.admissions, Role::Author)
        .await
        .expect("a user");
    assert_eq!(
        status(Some(author.clone()), "/c-api/admissions/uploads/suppressions").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        status(Some(author.clone()), "/c-api/admissions/uploads/cats").await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        server(&u.domain, Some(author))
            .post(upload)
            .text("")
            .await
            .status_code(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let export = server(&u.domain, Some(viewer))
        .get("/c-api/admissions/contacts.csv")
        .await;
    assert_eq!(export.status_code(), StatusCode::FORBIDDEN);
    let foreign = server(&u.domain, Some(other))
        .get("/c-api/admissions/contacts.csv")
        .await;
    assert_eq!(foreign.status_code(), StatusCode::NOT_FOUND);
}
