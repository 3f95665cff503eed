//! The routes with real bodies on a real database.

use super::*;
use axum::body::to_bytes;
use axum::http::{Method, Request};
use domain::imports::run;
use domain::testing::University;
use sqlx::PgPool;
use tower::ServiceExt;
use types::access::Role;
use types::imports::ImportStatus;

/// One request to the routes, as this person: status and body.
async fn ask(
    domain: &Domain,
    actor: Option<&Actor>,
    method: Method,
    path: &str,
    body: String,
) -> (StatusCode, String) {
    let routes = router(domain.clone());
    let routes = match actor {
        Some(actor) => routes.layer(Extension(actor.clone())),
        None => routes,
    };
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::from(body))
        .expect("a request");
    let answer = routes.oneshot(request).await.expect("an answer");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), usize::MAX)
        .await
        .expect("a whole body");
    (status, String::from_utf8(bytes.to_vec()).expect("UTF-8"))
}

#[sqlx::test(migrator = "domain::MIGRATOR")]
async fn a_file_goes_in_and_its_errors_and_people_come_out(pool: PgPool) {
    let u = University::new(pool).await.expect("a university");
    let admin = u
        .user("Ewa Admin", u.admissions, Role::UnitAdmin)
        .await
        .expect("a user");
    let mut file = "email;first name\nwrong;Nobody\n".to_owned();
    for n in 0..30_000 {
        file.push_str(&format!("p{n}@example.org;=First{n}\n"));
    }
    let path = "/c-api/admissions/uploads/contacts?name=people.csv";
    let (status, body) = ask(&u.domain, Some(&admin), Method::POST, path, file).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    let id = serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["id"].clone();
    let id: ImportId = serde_json::from_value(id).expect("an id");

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

    let path = format!("/c-api/admissions/imports/{id}/errors.csv");
    let (status, errors) = ask(&u.domain, Some(&admin), Method::GET, &path, String::new()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(errors.contains("2,email,"), "{errors}");
    let path = "/c-api/admissions/contacts.csv?q=p2999&sort=email";
    let (status, people) = ask(&u.domain, Some(&admin), Method::GET, path, String::new()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(people.lines().count(), 12, "{people}");
    assert!(people.contains("p29990@example.org,,'=First29990,"));
}

#[sqlx::test(migrator = "domain::MIGRATOR")]
async fn nothing_without_a_session_the_permission_or_the_unit(pool: PgPool) {
    let u = University::new(pool).await.expect("a university");
    let viewer = u
        .user("A Viewer", u.admissions, Role::Viewer)
        .await
        .expect("a user");
    let other = u
        .user("A Shopkeeper", u.shop, Role::UnitAdmin)
        .await
        .expect("a user");
    let author = u
        .user("An Author", u.admissions, Role::Author)
        .await
        .expect("a user");
    let upload = "/c-api/admissions/uploads/contacts";
    let list = "/c-api/admissions/uploads/suppressions";
    let people = "/c-api/admissions/contacts.csv";
    let (post, get) = (Method::POST, Method::GET);
    for (actor, method, path, body, expected) in [
        (None, &post, upload, "email\na@x.pl\n", StatusCode::UNAUTHORIZED),
        (
            Some(&viewer),
            &post,
            upload,
            "email\na@x.pl\n",
            StatusCode::FORBIDDEN,
        ),
        (
            Some(&other),
            &post,
            upload,
            "email\na@x.pl\n",
            StatusCode::NOT_FOUND,
        ),
        (
            Some(&author),
            &post,
            list,
            "email\na@x.pl\n",
            StatusCode::FORBIDDEN,
        ),
        (
            Some(&author),
            &post,
            "/c-api/admissions/uploads/cats",
            "x",
            StatusCode::NOT_FOUND,
        ),
        (Some(&author), &post, upload, "", StatusCode::UNPROCESSABLE_ENTITY),
        (None, &get, people, "", StatusCode::UNAUTHORIZED),
        (Some(&viewer), &get, people, "", StatusCode::FORBIDDEN),
        (Some(&other), &get, people, "", StatusCode::NOT_FOUND),
    ] {
        let (status, answer) = ask(&u.domain, actor, method.clone(), path, body.to_owned()).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
    }
}
