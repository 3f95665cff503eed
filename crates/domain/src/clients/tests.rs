use super::*;
use crate::access::{ManageClients, ReadContacts};
use crate::testing::University;
use crate::{Actor, Domain, Result};
use jiff::SignedDuration;
use sqlx::PgPool;
use std::net::Ipv4Addr;
use std::sync::Arc;
use types::access::{Permission, Role};
use types::clients::{ApiClientInput, ApiCredentials, RotateInput};
use types::{ClientId, Code};

fn input(scopes: &[Permission]) -> ApiClientInput {
    ApiClientInput {
        name: "Student system".to_owned(),
        scopes: scopes.to_vec(),
        ..ApiClientInput::default()
    }
}

/// A token of a process that has just begun, asked for on the machine itself.
async fn exchange(domain: &Domain, client: ClientId, secret: &str, scopes: &[Permission]) -> Result<Token> {
    let meter = Arc::default();
    let exchanged =
        super::exchange(domain, &meter, Ipv4Addr::LOCALHOST.into(), client, secret, scopes).await?;
    Ok(exchanged.1.expect("not too many calls"))
}

async fn client(university: &University, admin: &Actor, scopes: &[Permission]) -> Result<ApiCredentials> {
    let unit = university.admissions;
    let by = admin.grant::<ManageClients>(unit)?;
    let mut tx = university.domain.begin().await?;
    let made = create(
        &mut tx,
        &by,
        |permission| admin.may(permission, unit),
        &input(scopes),
    )
    .await?;
    tx.commit().await?;
    Ok(made)
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_secret_becomes_a_token_becomes_an_actor_of_one_unit(pool: PgPool) -> Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.admissions, Role::UnitAdmin)
        .await?;
    let made = client(
        &university,
        &admin,
        &[Permission::ReadContacts, Permission::ReadTopics],
    )
    .await?;
    let domain = &university.domain;

    let token = exchange(
        domain,
        made.client_id,
        &made.client_secret,
        &[Permission::ReadContacts],
    )
    .await?;
    let Caller {
        actor, unit: home, ..
    } = authenticate(domain, &token.value).await?.expect("a token");
    assert_eq!(home, university.admissions);
    let granted = actor.grant::<ReadContacts>(home)?;
    assert_eq!(Some(granted.person()?), admin.user());
    assert!(!actor.may(Permission::ReadTopics, home), "the token was narrowed");
    assert_eq!(
        actor
            .grant::<ReadContacts>(university.shop)
            .expect_err("not theirs")
            .refusal(),
        Some(Code::NotFound)
    );

    university.clock.advance(SignedDuration::from_secs(TOKEN_SECONDS));
    assert!(
        authenticate(domain, &token.value).await?.is_none(),
        "an expired token"
    );
    assert_eq!(forget_expired(domain).await?, 1);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn wrong_secrets_and_wider_scopes_are_refused(pool: PgPool) -> Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.admissions, Role::UnitAdmin)
        .await?;
    let made = client(&university, &admin, &[Permission::ReadContacts]).await?;
    let domain = &university.domain;
    let wrong = exchange(domain, made.client_id, "guess", &[])
        .await
        .expect_err("a guess");
    assert_eq!(wrong.refusal(), Some(Code::BadCredentials));
    let wide = exchange(
        domain,
        made.client_id,
        &made.client_secret,
        &[Permission::ManageContacts],
    )
    .await;
    assert_eq!(wide.expect_err("too wide").refusal(), Some(Code::Invalid));
    let more = client(&university, &admin, &[Permission::ManageSystem]).await;
    assert_eq!(
        more.expect_err("more than held").to_api().fields[0].field,
        "scopes"
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn secrets_overlap_while_they_change_and_end_with_the_client(pool: PgPool) -> Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.admissions, Role::UnitAdmin)
        .await?;
    let made = client(&university, &admin, &[Permission::ReadContacts]).await?;
    let domain = &university.domain;
    let by = admin.grant::<ManageClients>(university.admissions)?;
    let mut tx = domain.begin().await?;
    let fresh = rotate(&mut tx, &by, made.client_id, RotateInput::default()).await?;
    tx.commit().await?;
    exchange(domain, made.client_id, &made.client_secret, &[]).await?;
    university.clock.advance(SignedDuration::from_hours(25));
    assert!(
        exchange(domain, made.client_id, &made.client_secret, &[])
            .await
            .is_err()
    );
    let token = exchange(domain, made.client_id, &fresh.client_secret, &[]).await?;

    // With it, a colleague could approve in the owner's name what is their own work.
    let colleague = university
        .user("Cleo Colleague", university.admissions, Role::UnitAdmin)
        .await?;
    let theirs = colleague.grant::<ManageClients>(university.admissions)?;
    let mut tx = domain.begin().await?;
    let taken = rotate(&mut tx, &theirs, made.client_id, RotateInput::default()).await;
    assert_eq!(
        taken.expect_err("somebody else's").refusal(),
        Some(Code::ClientOfAnother)
    );
    assert!(!list(&mut tx, &theirs).await?[0].mine && list(&mut tx, &by).await?[0].mine);
    drop(tx);

    let stranger = university
        .user("Sam Shop", university.shop, Role::UnitAdmin)
        .await?;
    let mut tx = domain.begin().await?;
    let other = revoke(&mut tx, &stranger.grant(university.shop)?, made.client_id).await;
    assert_eq!(other.expect_err("another unit's").refusal(), Some(Code::NotFound));
    revoke(&mut tx, &by, made.client_id).await?;
    let left = list(&mut tx, &by).await?;
    assert!(left[0].revoked_at.is_some());
    tx.commit().await?;
    assert!(authenticate(domain, &token.value).await?.is_none());
    assert!(
        exchange(domain, made.client_id, &fresh.client_secret, &[])
            .await
            .is_err()
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_client_of_the_command_line_answers_for_itself(pool: PgPool) -> Result<()> {
    let university = University::new(pool).await?;
    let domain = &university.domain;
    let mut tx = domain.begin().await?;
    let one = create_by_operator(&mut tx, university.root, &input(&[Permission::EditCampaigns])).await?;
    let two = create_by_operator(&mut tx, university.root, &input(&[Permission::EditCampaigns])).await?;
    tx.commit().await?;
    let mut people = Vec::new();
    for made in [one, two] {
        let token = exchange(domain, made.client_id, &made.client_secret, &[]).await?;
        let Caller { actor, .. } = authenticate(domain, &token.value).await?.expect("a token");
        people.push(
            actor
                .grant::<crate::access::EditCampaigns>(university.shop)?
                .person()?,
        );
    }
    assert_ne!(people[0], people[1], "two clients would pass for one author");
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_client_may_never_do_more_than_its_owner_may_now(pool: PgPool) -> Result<()> {
    use crate::access::{ManageMembers, System};
    use crate::identity::members;
    let university = University::new(pool).await?;
    let domain = &university.domain;
    let admin = university
        .user("Ada Admin", university.admissions, Role::UnitAdmin)
        .await?;
    let owner = admin.grant::<ManageClients>(university.admissions)?.person()?;
    let made = client(
        &university,
        &admin,
        &[Permission::ReadContacts, Permission::ExportContacts],
    )
    .await?;
    let token = exchange(domain, made.client_id, &made.client_secret, &[]).await?;
    let by = System.grant::<ManageMembers>(university.admissions);
    // However the owner's address looks, they are no operator.
    sqlx::query("update users set email = 'ada@client.invalid' where id = $1")
        .bind(owner.uuid())
        .execute(domain.pool())
        .await?;
    let Caller { actor, .. } = authenticate(domain, &token.value).await?.expect("a token");
    assert!(actor.may(Permission::ExportContacts, university.admissions));
    assert!(
        !actor.may(Permission::ReadContacts, university.root),
        "its unit and below"
    );

    let mut tx = domain.begin().await?;
    members::set_roles(&mut tx, &by, owner, &[Role::Viewer]).await?;
    tx.commit().await?;
    let Caller { actor, .. } = authenticate(domain, &token.value).await?.expect("a token");
    assert!(actor.may(Permission::ReadContacts, university.admissions));
    assert!(!actor.may(Permission::ExportContacts, university.admissions));

    let mut tx = domain.begin().await?;
    members::disable(&mut tx, &by, owner).await?;
    tx.commit().await?;
    assert!(
        authenticate(domain, &token.value).await?.is_none(),
        "its owner has left"
    );
    Ok(())
}
