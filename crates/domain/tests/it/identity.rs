//! Staff: signing in, links by mail, members and what they may give.

use domain::{
    Actor, Domain, Error,
    access::{ManageMembers, System},
    identity::{
        account, invitation, members, passwords, reset, sessions, setup,
        sign_in::{Attempt, SignedIn, sign_in},
    },
    testing::{University, domain as bare},
};
use jiff::SignedDuration;
use sqlx::PgPool;
use std::net::IpAddr;
use types::{
    Code, Language, PageQuery, UserId,
    access::Role,
    identity::{InviteInput, PasswordInput, SetupInput, UserStatus},
};

const PASSWORD: &str = "a quiet bell at noon";

fn at(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<Code> {
    result.expect_err("refused").refusal()
}

async fn enter(
    domain: &Domain,
    email: &str,
    password: &str,
    address: IpAddr,
    device: Option<&str>,
) -> Result<SignedIn, Error> {
    sign_in(
        domain,
        Attempt {
            email,
            password,
            address,
            device,
        },
    )
    .await
}

/// Somebody with a password in a unit.
async fn person(u: &University, name: &str, unit: types::UnitId, role: Role) -> Result<UserId, Error> {
    let hash = passwords::hash(&u.domain, PASSWORD).await?;
    let mut tx = u.domain.begin().await?;
    let email = format!("{}@uni.example", name.to_lowercase());
    let new = members::NewMember {
        email: &email,
        name,
        roles: &[role],
        language: Language::Pl,
        password_hash: hash,
    };
    let id = members::add(&mut tx, &System.grant(unit), new).await?;
    tx.commit().await?;
    Ok(id)
}

async fn actor(u: &University, user: UserId) -> Actor {
    Actor::load(&u.domain, user)
        .await
        .expect("loaded")
        .expect("active")
}

/// Links in the mails that wait to be sent, the newest last.
async fn links(domain: &Domain, notice: &str) -> Vec<String> {
    sqlx::query_scalar::<_, String>(
        "select payload -> 'notice' ->> 'link' from jobs where kind = 'system_mail' and payload -> 'notice' ->> 'notice' = $1 order by created_at, id",
    )
    .bind(notice)
    .fetch_all(domain.pool())
    .await
    .expect("jobs")
}

fn token(link: &str) -> &str {
    link.rsplit('/').next().expect("a token")
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_right_password_opens_and_everything_else_has_one_answer(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let ada = person(&u, "Ada", u.admissions, Role::Author).await?;
    assert_eq!(
        enter(&u.domain, " ADA@uni.example", PASSWORD, at(1), None)
            .await?
            .user,
        ada
    );
    let wrong = Some(Code::BadCredentials);
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", "wrong password", at(1), None).await),
        wrong
    );
    assert_eq!(
        refusal(enter(&u.domain, "nobody@uni.example", PASSWORD, at(1), None).await),
        wrong
    );
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", "", at(1), None).await),
        wrong
    );

    let mut tx = u.domain.begin().await?;
    members::disable(&mut tx, &System.grant(u.root), ada).await?;
    tx.commit().await?;
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", PASSWORD, at(1), None).await),
        wrong
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn guessing_ends_and_locks_no_colleague_out(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    person(&u, "Ada", u.admissions, Role::Author).await?;
    let device = enter(&u.domain, "ada@uni.example", PASSWORD, at(1), None)
        .await?
        .device;

    // A neighbour in the same office network guesses, in upper case to be clever.
    for _ in 0..10 {
        let guess = enter(&u.domain, "Ada@uni.example", "guess guess guess", at(2), None).await;
        assert_eq!(refusal(guess), Some(Code::BadCredentials));
    }
    let refused = enter(&u.domain, "ada@uni.example", PASSWORD, at(3), None)
        .await
        .expect_err("refused")
        .to_api();
    assert_eq!(refused.code, Code::Throttled);
    assert!(refused.params.contains_key("seconds"));

    // Ada, in her own browser in that network, and at home, gets in all the same.
    enter(&u.domain, "ada@uni.example", PASSWORD, at(1), Some(&device)).await?;
    enter(
        &u.domain,
        "ada@uni.example",
        PASSWORD,
        IpAddr::from([203, 0, 113, 5]),
        None,
    )
    .await?;
    // The browser's token is hers alone, and cannot be made up.
    for wrong in [device.as_str(), "AAAA", ""] {
        let other = enter(&u.domain, "bob@uni.example", PASSWORD, at(2), Some(wrong)).await;
        assert_eq!(refusal(other), Some(Code::BadCredentials));
    }
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", PASSWORD, at(1), Some("AAAA")).await),
        Some(Code::Throttled)
    );
    // A quarter of an hour later the network may try again.
    u.clock.advance(SignedDuration::from_mins(16));
    enter(&u.domain, "ada@uni.example", PASSWORD, at(2), None).await?;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_stolen_browser_token_does_not_help_guessing_either(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    person(&u, "Ada", u.admissions, Role::Author).await?;
    let device = enter(&u.domain, "ada@uni.example", PASSWORD, at(1), None)
        .await?
        .device;
    for _ in 0..10 {
        let guess = enter(
            &u.domain,
            "ada@uni.example",
            "guess guess guess",
            at(9),
            Some(&device),
        )
        .await;
        assert_eq!(refusal(guess), Some(Code::BadCredentials));
    }
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", PASSWORD, at(9), Some(&device)).await),
        Some(Code::Throttled)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_reset_link_works_once_and_ends_all_sessions(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let ada = person(&u, "Ada", u.admissions, Role::Author).await?;
    sessions::create(&u.domain, &[1; 32], Some(ada), b"x").await?;
    reset::send(&u.domain, "ADA@uni.example").await?;
    reset::send(&u.domain, "nobody@uni.example").await?;
    reset::send(&u.domain, "ada@uni.example").await?;
    let links = links(&u.domain, "password_reset").await;
    assert_eq!(links.len(), 2);
    assert!(links[1].starts_with("https://mail.university.test/reset/"));
    // Only the newest mail counts. Looking does not use it up; a weak password does not either.
    let (old, new) = (token(&links[0]), token(&links[1]));
    assert_eq!(
        refusal(reset::peek(&u.domain, old, at(1)).await),
        Some(Code::LinkExpired)
    );
    reset::peek(&u.domain, new, at(1)).await?;
    reset::peek(&u.domain, new, at(1)).await?;
    assert_eq!(
        refusal(reset::complete(&u.domain, new, "short", at(1)).await),
        Some(Code::Invalid)
    );
    assert_eq!(
        refusal(invitation::peek(&u.domain, new, at(1)).await),
        Some(Code::LinkExpired)
    );

    assert_eq!(
        reset::complete(&u.domain, new, "another bell at six", at(1)).await?,
        ada
    );
    assert_eq!(
        refusal(reset::complete(&u.domain, new, "a third bell at nine", at(1)).await),
        Some(Code::LinkExpired)
    );
    assert_eq!(sessions::load(&u.domain, &[1; 32]).await?, None);
    assert_eq!(
        refusal(enter(&u.domain, "ada@uni.example", PASSWORD, at(1), None).await),
        Some(Code::BadCredentials)
    );
    enter(&u.domain, "ada@uni.example", "another bell at six", at(1), None).await?;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn reset_links_expire_and_nobody_is_pestered(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    person(&u, "Ada", u.admissions, Role::Author).await?;
    for _ in 0..5 {
        reset::send(&u.domain, "ada@uni.example").await?;
    }
    let links = links(&u.domain, "password_reset").await;
    assert_eq!(links.len(), 3);
    u.clock.advance(SignedDuration::from_mins(61));
    let late = reset::complete(&u.domain, token(&links[2]), "another bell at six", at(1)).await;
    assert_eq!(refusal(late), Some(Code::LinkExpired));
    Ok(())
}

fn invite(email: &str, roles: &[Role]) -> InviteInput {
    InviteInput {
        email: email.into(),
        name: "Eve New".into(),
        roles: roles.to_vec(),
        language: Language::De,
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_invitation_is_accepted_once(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let admin = u.user("Ugo", u.admissions, Role::UnitAdmin).await?;
    let by = admin.grant::<ManageMembers>(u.admissions)?;
    let mut tx = u.domain.begin().await?;
    let eve = members::invite(&mut tx, &by, &invite("Eve@uni.example", &[Role::Author])).await?;
    members::resend(&mut tx, &by, eve).await?;
    tx.commit().await?;
    let links = links(&u.domain, "invitation").await;
    assert_eq!(links.len(), 2);
    assert_eq!(
        refusal(invitation::peek(&u.domain, token(&links[0]), at(1)).await),
        Some(Code::LinkExpired)
    );
    let token = token(&links[1]);
    assert_eq!(
        invitation::peek(&u.domain, token, at(1)).await?.language,
        Language::De
    );
    assert_eq!(
        refusal(enter(&u.domain, "eve@uni.example", PASSWORD, at(1), None).await),
        Some(Code::BadCredentials)
    );

    assert_eq!(
        invitation::accept(&u.domain, token, "Eve Accepted", PASSWORD, at(1)).await?,
        eve
    );
    assert_eq!(
        refusal(invitation::accept(&u.domain, token, "Eve", PASSWORD, at(1)).await),
        Some(Code::LinkExpired)
    );
    enter(&u.domain, "eve@uni.example", PASSWORD, at(1), None).await?;
    assert!(
        actor(&u, eve)
            .await
            .grant::<domain::access::EditCampaigns>(u.admissions)
            .is_ok()
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_gives_or_takes_more_than_they_hold(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let admin = u.user("Ugo", u.admissions, Role::UnitAdmin).await?;
    let author = u.user("Ann", u.admissions, Role::Author).await?;
    let by = admin.grant::<ManageMembers>(u.admissions)?;
    assert!(author.grant::<ManageMembers>(u.admissions).is_err());
    assert!(admin.grant::<ManageMembers>(u.shop).is_err());

    let mut tx = u.domain.begin().await?;
    let grant = members::invite(&mut tx, &by, &invite("x@uni.example", &[Role::SystemAdmin])).await;
    assert_eq!(refusal(grant), Some(Code::CannotGrantRole));
    let ann = author.user().expect("a user");
    let raise = members::set_roles(&mut tx, &by, ann, &[Role::Author, Role::SystemAdmin]).await;
    assert_eq!(refusal(raise), Some(Code::CannotGrantRole));
    // A system admin is one of the whole installation, whoever asks.
    let root = System.grant::<ManageMembers>(u.admissions);
    assert_eq!(
        refusal(members::set_roles(&mut tx, &root, ann, &[Role::SystemAdmin]).await),
        Some(Code::CannotGrantRole)
    );
    members::set_roles(&mut tx, &by, ann, &[Role::Approver, Role::Viewer]).await?;
    tx.commit().await?;
    let ann = actor(&u, ann).await;
    assert!(
        ann.grant::<domain::access::ApproveCampaigns>(u.admissions)
            .is_ok()
    );
    assert!(ann.grant::<domain::access::EditCampaigns>(u.admissions).is_err());
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_unit_admin_does_not_reach_people_of_other_units(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let admin = u.user("Ugo", u.admissions, Role::UnitAdmin).await?;
    let boss = u.user("Sys", u.root, Role::SystemAdmin).await?;
    let shop = u
        .user("Shop", u.shop, Role::Author)
        .await?
        .user()
        .expect("a user");
    let both = u
        .user("Both", u.admissions, Role::Author)
        .await?
        .user()
        .expect("a user");
    let by = admin.grant::<ManageMembers>(u.admissions)?;
    let mut tx = u.domain.begin().await?;
    let new = InviteInput {
        email: "both@university.test".into(),
        ..invite("", &[Role::Author])
    };
    members::invite(&mut tx, &boss.grant(u.shop)?, &new).await?;
    assert_eq!(
        refusal(members::disable(&mut tx, &by, shop).await),
        Some(Code::NotFound)
    );
    assert_eq!(
        refusal(members::set_roles(&mut tx, &by, shop, &[Role::Viewer]).await),
        Some(Code::NotFound)
    );
    // In two units: each may take away its own roles, only who manages both may disable.
    assert_eq!(
        refusal(members::disable(&mut tx, &by, both).await),
        Some(Code::Forbidden)
    );
    assert_eq!(
        refusal(members::disable(&mut tx, &by, boss.user().expect("a user")).await),
        Some(Code::NotFound)
    );
    members::set_roles(&mut tx, &by, both, &[]).await?;
    members::disable(&mut tx, &boss.grant(u.root)?, both).await?;
    tx.commit().await?;

    let mut tx = u.domain.begin().await?;
    let page = members::list(&mut tx, &by, &PageQuery::default()).await?;
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|m| (m.name.as_str(), m.roles.len(), m.inherited.len(), m.manageable))
        .collect();
    assert_eq!(seen, [("Sys", 0, 1, false), ("Ugo", 1, 0, true)]);
    let in_shop = members::list(&mut tx, &boss.grant(u.shop)?, &PageQuery::default()).await?;
    let disabled = in_shop.items.iter().find(|m| m.id == both).expect("listed");
    assert_eq!(disabled.status, UserStatus::Disabled);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_last_system_admin_stays(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let first = u.user("Sys", u.root, Role::SystemAdmin).await?;
    let by = first.grant::<ManageMembers>(u.root)?;
    let me = first.user().expect("a user");
    let mut tx = u.domain.begin().await?;
    assert_eq!(
        refusal(members::set_roles(&mut tx, &by, me, &[Role::Viewer]).await),
        Some(Code::LastAdmin)
    );
    drop(tx);
    let mut tx = u.domain.begin().await?;
    assert_eq!(
        refusal(members::disable(&mut tx, &by, me).await),
        Some(Code::LastAdmin)
    );
    drop(tx);
    let second = u
        .user("Second", u.root, Role::SystemAdmin)
        .await?
        .user()
        .expect("a user");
    let mut tx = u.domain.begin().await?;
    members::disable(&mut tx, &by, second).await?;
    assert_eq!(
        refusal(members::disable(&mut tx, &by, me).await),
        Some(Code::LastAdmin)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revoked_session_does_not_come_back(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let ada = person(&u, "Ada", u.admissions, Role::Author).await?;
    let actor = actor(&u, ada).await;
    for id in [[1; 32], [2; 32]] {
        assert!(sessions::create(&u.domain, &id, Some(ada), b"one").await?);
    }
    assert!(!sessions::create(&u.domain, &[1; 32], None, b"planted").await?);
    assert_eq!(
        sessions::list(&u.domain, &actor, Some(&[1; 32]))
            .await?
            .iter()
            .filter(|s| s.current)
            .count(),
        1
    );
    assert_eq!(
        sessions::sign_out_everywhere(&u.domain, &actor, Some(&[1; 32])).await?,
        1
    );
    assert!(!sessions::save(&u.domain, &[2; 32], b"two").await?);
    assert_eq!(sessions::load(&u.domain, &[2; 32]).await?, None);
    assert!(sessions::save(&u.domain, &[1; 32], b"two").await?);
    assert_eq!(
        sessions::load(&u.domain, &[1; 32]).await?.as_deref(),
        Some(b"two".as_slice())
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn sessions_end_when_idle_and_in_any_case(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let ada = person(&u, "Ada", u.admissions, Role::Author).await?;
    sessions::create(&u.domain, &[1; 32], Some(ada), b"x").await?;
    sessions::create(&u.domain, &[2; 32], Some(ada), b"x").await?;
    // Used every ten hours it goes on, up to a week.
    for _ in 0..16 {
        u.clock.advance(SignedDuration::from_hours(10));
        assert!(sessions::load(&u.domain, &[1; 32]).await?.is_some());
    }
    assert_eq!(sessions::load(&u.domain, &[2; 32]).await?, None);
    u.clock.advance(SignedDuration::from_hours(10));
    assert_eq!(sessions::load(&u.domain, &[1; 32]).await?, None);
    assert_eq!(sessions::sweep(&u.domain).await?, 2);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn changing_the_password_asks_for_the_present_one(pool: PgPool) -> domain::Result<()> {
    let u = University::new(pool).await?;
    let ada = person(&u, "Ada", u.admissions, Role::Author).await?;
    let actor = actor(&u, ada).await;
    sessions::create(&u.domain, &[1; 32], Some(ada), b"here").await?;
    sessions::create(&u.domain, &[2; 32], Some(ada), b"elsewhere").await?;
    let wrong = PasswordInput {
        current: "wrong".into(),
        new: "another bell at six".into(),
    };
    let error = account::change_password(&u.domain, &actor, &wrong, None)
        .await
        .expect_err("refused")
        .to_api();
    assert_eq!(error.field("current").map(|f| f.code), Some(Code::BadCredentials));
    let right = PasswordInput {
        current: PASSWORD.into(),
        new: "another bell at six".into(),
    };
    account::change_password(&u.domain, &actor, &right, Some(&[1; 32])).await?;
    assert!(sessions::load(&u.domain, &[1; 32]).await?.is_some());
    assert!(sessions::load(&u.domain, &[2; 32]).await?.is_none());
    assert_eq!(links(&u.domain, "password_changed").await.len(), 1);
    enter(&u.domain, "ada@uni.example", "another bell at six", at(1), None).await?;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_first_admin_is_made_once(pool: PgPool) -> domain::Result<()> {
    let (domain, clock) = bare(pool);
    let old = setup::link(&domain).await?.expect("a link");
    clock.advance(SignedDuration::from_hours(25));
    assert_eq!(
        refusal(setup::peek(&domain, token(&old), at(1)).await),
        Some(Code::LinkExpired)
    );
    let (a, b) = (
        setup::link(&domain).await?.expect("a link"),
        setup::link(&domain).await?.expect("a link"),
    );
    let input = SetupInput {
        university: "University of Example".into(),
        name: "Sys Admin".into(),
        email: "sys@uni.example".into(),
        password: PASSWORD.into(),
        ..SetupInput::default()
    };
    assert!(setup::peek(&domain, token(&a), at(1)).await?);
    let weak = SetupInput {
        password: "short".into(),
        ..input.clone()
    };
    assert_eq!(
        refusal(setup::complete(&domain, token(&a), &weak, at(1)).await),
        Some(Code::Invalid)
    );
    let user = setup::complete(&domain, token(&a), &input, at(1)).await?;
    for link in [&a, &b] {
        assert_eq!(
            refusal(setup::complete(&domain, token(link), &input, at(1)).await),
            Some(Code::SetupDone)
        );
    }
    assert_eq!(setup::link(&domain).await?, None);
    let admin = Actor::load(&domain, user).await?.expect("active");
    assert_eq!(admin.units().len(), 1);
    assert!(
        admin
            .grant::<domain::access::ManageSystem>(admin.units()[0].id)
            .is_ok()
    );
    enter(&domain, "sys@uni.example", PASSWORD, at(1), None).await?;
    Ok(())
}
