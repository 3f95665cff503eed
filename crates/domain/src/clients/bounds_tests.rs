//! From where, how often, with which secret: what bounds a client beside its scopes.

use super::*;
use crate::access::ManageClients;
use crate::testing::{University, noon};
use crate::{Domain, Granted, Result, ts};
use jiff::SignedDuration;
use sqlx::PgPool;
use std::net::IpAddr;
use std::sync::Arc;
use types::access::{Permission, Role};
use types::clients::{ApiClient, ApiClientInput, ApiCredentials, RotateInput};
use types::{ClientId, Code};

struct Office {
    university: University,
    by: Granted<ManageClients>,
}

impl Office {
    async fn new(pool: PgPool) -> Result<Self> {
        let university = University::new(pool).await?;
        let unit = university.admissions;
        let ada = university.user("Ada Admin", unit, Role::UnitAdmin).await?;
        Ok(Self {
            by: ada.grant(unit)?,
            university,
        })
    }

    fn domain(&self) -> &Domain {
        &self.university.domain
    }

    async fn add(&self, input: &ApiClientInput) -> Result<ApiCredentials> {
        let mut tx = self.domain().begin().await?;
        let made = create(&mut tx, &self.by, |scope| self.by.may(scope), input).await?;
        tx.commit().await?;
        Ok(made)
    }

    async fn change(&self, id: ClientId, input: &ApiClientInput) -> Result<()> {
        let mut tx = self.domain().begin().await?;
        update(&mut tx, &self.by, |scope| self.by.may(scope), id, input).await?;
        tx.commit().await
    }

    async fn look(&self, id: ClientId) -> Result<ApiClient> {
        let mut tx = self.domain().begin().await?;
        Ok(get(&mut tx, &self.by, id).await?.expect("the client"))
    }
}

fn input() -> ApiClientInput {
    ApiClientInput {
        name: "Student records".to_owned(),
        scopes: vec![Permission::ReadTopics, Permission::ReadContacts],
        ..ApiClientInput::default()
    }
}

fn at(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[sqlx::test(migrations = "../../migrations")]
async fn tokens_are_given_to_allowed_addresses_and_refusals_tell_nothing(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let made = office
        .add(&ApiClientInput {
            allowed_networks: vec!["192.0.2.0/24".to_owned(), "2001:db8::/32".to_owned()],
            ..input()
        })
        .await?;
    let meter = Arc::default();
    for inside in ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::9"] {
        let (domain, secret) = (office.domain(), &made.client_secret);
        let (_, token) = exchange(domain, &meter, at(inside), made.client_id, secret, &[]).await?;
        let caller = authenticate(domain, &token.expect("a token").value)
            .await?
            .expect("a client");
        caller.admit(at(inside))?;
        let elsewhere = caller.admit(at("203.0.113.1")).expect_err("elsewhere").to_api();
        assert_eq!(elsewhere.code, Code::AddressNotAllowed);
        assert_eq!(elsewhere.params["address"], "203.0.113.1");
    }
    let elsewhere = at("203.0.113.1");
    let refused = exchange(
        office.domain(),
        &meter,
        elsewhere,
        made.client_id,
        &made.client_secret,
        &[],
    )
    .await;
    assert_eq!(
        refused.expect_err("elsewhere").refusal(),
        Some(Code::AddressNotAllowed)
    );
    // Without the secret nobody learns that there is a list.
    let guess = exchange(office.domain(), &meter, elsewhere, made.client_id, "guess", &[]).await;
    assert_eq!(guess.expect_err("a guess").refusal(), Some(Code::BadCredentials));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_change_counts_from_the_next_call_on(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let made = office.add(&input()).await?;
    let meter = Arc::default();
    let (domain, here) = (office.domain(), at("192.0.2.9"));
    let (_, token) = exchange(domain, &meter, here, made.client_id, &made.client_secret, &[]).await?;
    let token = token.expect("a token").value;
    let change = ApiClientInput {
        scopes: vec![Permission::ReadTopics],
        allowed_networks: vec!["192.0.2.7".to_owned()],
        requests_per_minute: Some(60),
        edit_version: office.look(made.client_id).await?.edit_version,
        ..input()
    };
    office.change(made.client_id, &change).await?;
    let caller = authenticate(domain, &token).await?.expect("a client");
    let unit = office.university.admissions;
    assert!(
        caller.actor.may(Permission::ReadTopics, unit) && !caller.actor.may(Permission::ReadContacts, unit)
    );
    assert!(caller.admit(here).is_err() && caller.admit(at("192.0.2.7")).is_ok());
    assert_eq!(
        (caller.quota.limit.per_minute, caller.quota.limit.burst),
        (60, 10)
    );

    let late = office.change(made.client_id, &change).await;
    assert_eq!(
        late.expect_err("an old version").refusal(),
        Some(Code::EditConflict)
    );
    let now = ApiClientInput {
        edit_version: 2,
        ..input()
    };
    let wider = ApiClientInput {
        scopes: vec![Permission::ManageSystem],
        ..now.clone()
    };
    let wider = office
        .change(made.client_id, &wider)
        .await
        .expect_err("more than held");
    assert_eq!(wider.to_api().fields[0].field, "scopes");
    let wrong = ApiClientInput {
        name: " ".to_owned(),
        allowed_networks: vec!["campus".to_owned(), "10.0.0.0/8".to_owned()],
        requests_per_minute: Some(10),
        burst: Some(11),
        ..now
    };
    let wrong = office
        .change(made.client_id, &wrong)
        .await
        .expect_err("all wrong")
        .to_api();
    let fields: Vec<_> = wrong.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(fields, ["name", "allowed_networks", "burst"]);
    assert_eq!(wrong.fields[1].params["entry"], "campus");
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_overlap_of_secrets_is_chosen(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let made = office.add(&input()).await?;
    let (domain, meter, here) = (office.domain(), Arc::default(), at("192.0.2.9"));
    let change = async |hours| {
        let mut tx = domain.begin().await?;
        let input = RotateInput {
            overlap_hours: Some(hours),
        };
        let fresh = rotate(&mut tx, &office.by, made.client_id, input).await?;
        tx.commit().await?;
        Ok::<_, crate::Error>(fresh.client_secret)
    };
    let works = async |secret: &str| {
        exchange(domain, &meter, here, made.client_id, secret, &[])
            .await
            .is_ok()
    };
    let second = change(2).await?;
    assert!(works(&made.client_secret).await && works(&second).await);
    let ends: Vec<_> = office.look(made.client_id).await?.live_secrets;
    let ends: Vec<_> = ends.into_iter().map(|secret| secret.expires_at).collect();
    assert!(ends.contains(&None) && ends.contains(&Some(noon() + SignedDuration::from_hours(2))));
    // A longer overlap later does not lengthen a shorter one.
    let third = change(48).await?;
    office.university.clock.advance(SignedDuration::from_hours(2));
    assert!(!works(&made.client_secret).await && works(&second).await && works(&third).await);

    let token = exchange(domain, &meter, here, made.client_id, &third, &[])
        .await?
        .1;
    let token = token.expect("a token").value;
    assert!(authenticate(domain, &token).await?.is_some());
    let fourth = change(0).await?;
    assert!(!works(&second).await && !works(&third).await && works(&fourth).await);
    assert!(
        authenticate(domain, &token).await?.is_none(),
        "gained by a secret that others may have"
    );
    for wrong in [-1, 721] {
        assert_eq!(
            change(wrong).await.expect_err("not so long").to_api().fields[0].field,
            "overlap_hours"
        );
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_secrets_shut_out_neither_elsewhere_nor_neighbours(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let ours = office.add(&input()).await?;
    let neighbour = office.add(&input()).await?;
    let (domain, meter) = (office.domain(), Arc::default());
    let (bad, good) = (at("203.0.113.1"), at("192.0.2.9"));
    let ask = async |from, client: &ApiCredentials, secret: &str| {
        let asked = exchange(domain, &meter, from, client.client_id, secret, &[]).await;
        asked
            .map(|(_, token)| token.is_some())
            .map_err(|error| error.refusal())
    };
    for _ in 0..10 {
        assert_eq!(ask(bad, &ours, "guess").await, Err(Some(Code::BadCredentials)));
    }
    assert_eq!(ask(bad, &ours, "guess").await, Err(Some(Code::Throttled)));
    assert_eq!(
        ask(bad, &ours, &ours.client_secret).await,
        Err(Some(Code::Throttled))
    );
    assert_eq!(ask(good, &ours, &ours.client_secret).await, Ok(true));
    assert_eq!(ask(bad, &neighbour, &neighbour.client_secret).await, Ok(true));
    // Many clients' secrets from one address: beyond 60, nothing is counted any more, and who has a right one still gets in.
    for _ in 0..50 {
        let nobody = ApiCredentials {
            client_id: domain.begin().await?.id(),
            client_secret: String::new(),
        };
        assert_eq!(ask(bad, &nobody, "guess").await, Err(Some(Code::BadCredentials)));
    }
    let counted = async || {
        sqlx::query_scalar::<_, i64>("select count(*) from throttles")
            .fetch_one(domain.pool())
            .await
    };
    let before = counted().await?;
    for _ in 0..5 {
        let nobody = ApiCredentials {
            client_id: domain.begin().await?.id(),
            client_secret: String::new(),
        };
        assert_eq!(ask(bad, &nobody, "guess").await, Err(Some(Code::Throttled)));
    }
    assert_eq!(counted().await?, before);
    assert_eq!(ask(bad, &neighbour, &neighbour.client_secret).await, Ok(true));
    office.university.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(ask(bad, &ours, &ours.client_secret).await, Ok(true));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_bucket_of_a_client_is_filled_by_the_databases_clock(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let made = office.add(&input()).await?;
    let post = async |calls: i32, seconds: i64| {
        let now = noon() + SignedDuration::from_secs(seconds);
        let row: (f64, i64) =
            sqlx::query_as("select tokens, version from client_bucket_post($1, $2, 60, 10, $3)")
                .bind(made.client_id.uuid())
                .bind(calls)
                .bind(ts(now))
                .fetch_one(office.domain().pool())
                .await?;
        Ok::<_, crate::Error>(row)
    };
    assert_eq!(post(4, 0).await?, (6.0, 1));
    assert_eq!(post(7, 2).await?, (1.0, 2));
    assert_eq!(post(3, 2).await?, (-2.0, 3), "too much is owed");
    assert_eq!(
        post(0, 1).await?,
        (-2.0, 4),
        "a clock that goes back gives nothing"
    );
    assert_eq!(post(0, 5).await?, (1.0, 5));
    assert_eq!(post(0, 600).await?, (10.0, 6), "never more than the burst");
    assert_eq!(
        post(500, 600).await?,
        (-100.0, 7),
        "nor is more owed than a lowered limit could ever repay"
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_use_is_written_down_once_a_minute_and_at_the_end(pool: PgPool) -> Result<()> {
    let office = Office::new(pool).await?;
    let made = office.add(&input()).await?;
    let (domain, meter) = (office.domain(), Arc::<Meter>::default());
    let (_, token) = exchange(
        domain,
        &meter,
        at("192.0.2.9"),
        made.client_id,
        &made.client_secret,
        &[],
    )
    .await?;
    let token = token.expect("a token").value;
    let used = async || {
        let client = office.look(made.client_id).await?;
        Ok::<_, crate::Error>((client.last_used_at, client.last_used_from))
    };
    // The task of the meter writes it a moment later.
    let mut first = used().await?;
    for _ in 0..100 {
        if first.0.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        first = used().await?;
    }
    assert_eq!(first, (Some(noon()), Some("192.0.2.9".to_owned())));
    let later = SignedDuration::from_secs(30);
    office.university.clock.advance(later);
    let caller = authenticate(domain, &token).await?.expect("a client");
    meter.spend(domain, caller.quota, at("::ffff:192.0.2.10")).await?;
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert_eq!(used().await?.0, Some(noon()), "not a row for every call");
    meter.finish(domain).await?;
    assert_eq!(
        used().await?,
        (Some(noon() + later), Some("192.0.2.10".to_owned()))
    );
    Ok(())
}
