//! `page.console`, `page.public`: how long one page takes on the server, one client after the other, median; baseline: bare
//! axum with the same queries and a small askama template, in this process, on the same database.

use std::io::Write;
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Html;
use axum::routing::get;
use domain::access::ReadContacts;
use domain::identity::sessions;
use domain::tokens::{Subject, Tokens};
use domain::{Actor, Domain, contacts, events, topics};
use types::contacts::ContactSummary;
use types::{ContactId, PageQuery, UserId};

use crate::node;
use crate::place::Place;
use crate::report::{Report, median};
use crate::server::{self, Installation};

const UNIT: &str = "admissions";
/// Requests that warm up, and requests that count.
const WARM: usize = 20;

/// Value and baseline in milliseconds.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let installation = Installation::new(place, &[])?;
    installation.run(&["seed", "demo"])?;
    let running = installation.serve()?;
    let cookie = sign_in(installation.port)?;
    let count = place.size("REQUESTS", 200);

    let (token, bare_console, bare_public) = node::with(&installation, |domain| bare(domain, count))?;
    let console = format!("/c/{UNIT}/audience");
    let ours = times(installation.port, &console, &cookie, count)?;
    report.line("page.console", ours, "ms", bare_console);
    let path = format!("/p/{token}");
    let (_, page) = server::get(installation.port, &path, "")?;
    let text = String::from_utf8_lossy(&page);
    ensure!(
        page.len() <= 30 * 1024,
        "the preference centre has {} bytes",
        page.len()
    );
    ensure!(!text.contains("<script"), "the preference centre has a script");
    report.line(
        "page.public",
        times(installation.port, &path, "", count)?,
        "ms",
        bare_public,
    );
    drop(running);
    Ok(())
}

/// Signs in as a person does and returns the header that carries the session.
fn sign_in(port: u16) -> Result<String> {
    let password = domain::seed::PASSWORD.replace(' ', "+");
    let body = format!("email=anna%40brackwater.example&password={password}");
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(
        stream,
        "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let (status, rest) = server::answer(&mut stream)?;
    ensure!(
        (300..400).contains(&status),
        "signing in was answered with {status}"
    );
    let rest = String::from_utf8_lossy(&rest);
    // The session's, and that of the device that is known by now.
    let cookies: Vec<&str> = rest
        .lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let cookie = value.split(';').next()?.trim();
            name.eq_ignore_ascii_case("set-cookie").then_some(cookie)
        })
        .collect();
    ensure!(!cookies.is_empty(), "no session cookie");
    Ok(format!("Cookie: {}\r\n", cookies.join("; ")))
}

/// Milliseconds of the median request.
fn times(port: u16, path: &str, headers: &str, count: usize) -> Result<f64> {
    let mut runs = Vec::with_capacity(count);
    for request in 0..WARM + count {
        let began = Instant::now();
        let (status, _) = server::get(port, path, headers)?;
        ensure!(status == 200, "{path} was answered with {status}");
        if request >= WARM {
            runs.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    Ok(median(runs))
}

/// A token for the preference centre, and the medians of the bare pages.
async fn bare(domain: Domain, count: usize) -> Result<(String, f64, f64)> {
    let actor = node::staff(&domain, "anna").await?;
    let contact: uuid::Uuid = sqlx::query_scalar("select contact_id from subscriptions limit 1")
        .fetch_one(domain.pool())
        .await?;
    let contact = ContactId::from(contact);
    let state = Bare {
        user: actor.user().context("a person")?,
        contact,
        domain: domain.clone(),
    };
    let router = Router::new()
        .route("/console", get(console))
        .route("/public", get(public))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let measured = tokio::task::spawn_blocking(move || -> Result<(f64, f64)> {
        Ok((
            times(port, "/console", "", count)?,
            times(port, "/public", "", count)?,
        ))
    });
    let (console, public) = measured.await??;
    serving.abort();
    Ok((
        Tokens::new(domain.keys()).preferences(Subject::Contact(contact)),
        console,
        public,
    ))
}

#[derive(Clone)]
struct Bare {
    domain: Domain,
    user: UserId,
    contact: ContactId,
}

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><title>People</title><table>{% for row in rows %}<tr><td>{{ row.email }}</td><td>{{ row.first_name }} \
              {{ row.last_name }}</td><td>{{ row.topics }}</td></tr>{% endfor %}</table>",
    ext = "html"
)]
struct People {
    rows: Vec<ContactSummary>,
}

/// The session's query, the person's, the list's.
async fn console(State(state): State<Bare>) -> Result<Html<String>, String> {
    let words = |error: domain::Error| error.to_string();
    sessions::load(&state.domain, &[0; 32]).await.map_err(words)?;
    let actor = Actor::load(&state.domain, state.user)
        .await
        .map_err(words)?
        .ok_or("nobody")?;
    let unit = actor.unit_by_key(UNIT).ok_or("no unit")?.id;
    let by = actor.grant::<ReadContacts>(unit).map_err(words)?;
    let mut tx = state.domain.begin().await.map_err(words)?;
    let page = contacts::list(&mut tx, &by, &PageQuery::default())
        .await
        .map_err(words)?;
    People { rows: page.items }
        .render()
        .map(Html)
        .map_err(|error| error.to_string())
}

#[derive(Template)]
#[template(
    source = "<!DOCTYPE html><title>{{ email }}</title><ul>{% for topic in topics %}<li>{{ topic }}</li>{% endfor %}</ul>",
    ext = "html"
)]
struct Preferences {
    email: String,
    topics: Vec<String>,
}

/// The subscriber's query and that of the choices.
async fn public(State(state): State<Bare>) -> Result<Html<String>, String> {
    let words = |error: domain::Error| error.to_string();
    let mut tx = state.domain.begin().await.map_err(words)?;
    let person = events::subscriber(&mut tx, Subject::Contact(state.contact))
        .await
        .map_err(words)?
        .ok_or("nobody")?;
    let choices = topics::choices_of_subscriber(&mut tx, person.contact)
        .await
        .map_err(words)?;
    let topics = choices
        .iter()
        .map(|shown| format!("{:?}", shown.choice.name))
        .collect();
    let page = Preferences {
        email: format!("{:?}", state.contact),
        topics,
    };
    page.render().map(Html).map_err(|error| error.to_string())
}
