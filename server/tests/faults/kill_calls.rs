//! The server is killed by force between the answer to a call and the hand-over of its message, again and again.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::clients;
use types::access::Permission;
use types::clients::ApiClientInput;
use types::content::Classification;

use crate::support::{Scene, locals, until};

const KEY: &str = "order-placed";
const KILLS: usize = 5;
const CALLERS: usize = 4;

/// What was answered with 202 reaches its recipient: from the journal, or by whoever takes its line after the lease.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_sent_though_the_server_is_killed() {
    let scene = Scene::new(&locals("person", 1), 2, &[]).await;
    let unit = scene.university.admissions;
    scene
        .university
        .defined(unit, KEY, Classification::Transactional, &[])
        .await
        .unwrap();
    let token = token(&scene).await;
    // Answers come long before the relay has taken anything.
    scene.sink.delay(40);
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let accepted = Arc::new(Mutex::new(BTreeSet::new()));
    for kill in 0..KILLS {
        let mut server = scene.server("data", port);
        listening(&mut server, port).await;
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (token, accepted) = (token.clone(), Arc::clone(&accepted));
                std::thread::spawn(move || {
                    let mut n = 0;
                    // Until the server is gone.
                    while let Some(address) = call(port, &token, &format!("{kill}-{caller}-{n}")) {
                        accepted
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .insert(address);
                        n += 1;
                    }
                })
            })
            .collect();
        let wanted = (kill + 1) * 30;
        until("calls are answered", async || {
            accepted.lock().unwrap_or_else(PoisonError::into_inner).len() >= wanted
        })
        .await;
        assert!(server.kill(), "it had ended by itself");
        for caller in callers {
            caller.join().unwrap();
        }
    }
    scene.sink.delay(0);
    let mut server = scene.server("data", port);
    listening(&mut server, port).await;
    until("nothing is open any more", async || {
        let open: i64 = sqlx::query_scalar(
            "select count(*) from messages m where not exists (select from outcomes o where o.dispatch_id = m.dispatch_id and o.seq = m.seq)",
        )
        .fetch_one(scene.pool())
        .await
        .unwrap();
        open == 0
    })
    .await;
    server.stop();
    scene.sink.settle();
    let accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let events = scene.sink.events();
    let got: BTreeSet<String> = events
        .iter()
        .filter(|event| event.what == "accepted")
        .map(|event| event.to.clone())
        .collect();
    let lost: Vec<_> = accepted.difference(&got).collect();
    assert!(
        lost.is_empty(),
        "{} of {} got nothing: {lost:?}",
        lost.len(),
        accepted.len()
    );
    // Whoever got it twice got the same message, by which mailboxes know it.
    let ids: BTreeSet<(&str, &str)> = events
        .iter()
        .filter(|event| event.what == "accepted")
        .map(|event| (event.to.as_str(), event.message_id.as_str()))
        .collect();
    assert_eq!(ids.len(), got.len());
    println!(
        "{} accepted over {KILLS} kills, {} hand-overs",
        accepted.len(),
        events.len()
    );
}

async fn token(scene: &Scene) -> String {
    let domain = &scene.university.domain;
    let mut tx = domain.begin().await.unwrap();
    let client = ApiClientInput {
        name: "Shop".to_owned(),
        scopes: vec![Permission::SendMessages],
        requests_per_minute: Some(600_000),
        burst: Some(600_000),
        ..ApiClientInput::default()
    };
    let made = clients::create_by_operator(&mut tx, scene.university.admissions, &client)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (meter, here) = (Arc::default(), IpAddr::from([127, 0, 0, 1]));
    let exchanged = clients::exchange(domain, &meter, here, made.client_id, &made.client_secret, &[]);
    exchanged.await.unwrap().1.unwrap().value
}

async fn listening(server: &mut crate::support::Process, port: u16) {
    until("the server listens", async || {
        assert!(server.is_alive(), "the server ended:\n{}", server.said());
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })
    .await;
}

/// One call on a connection of its own. The address, once it was answered with 202; none: the server is gone.
fn call(port: u16, token: &str, order: &str) -> Option<String> {
    let address = format!("order-{order}@mail.example");
    let body = format!(
        r#"{{"definition": "{KEY}", "key": "{order}", "to": {{"email": "{address}"}}, "attributes": {{"order": "{order}"}}}}"#
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let head = format!(
        "POST /api/v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    if answer.is_empty() {
        return None;
    }
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    Some(address)
}
