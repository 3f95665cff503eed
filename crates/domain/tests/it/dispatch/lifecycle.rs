//! From expansion to the end: chunks, deferrals, refusals, lost workers.

use super::*;
use domain::tokens::{Click, DeliveryRef};
use sqlx::PgPool;
use types::{Language, content::Classification};

async fn launched(university: &University, people: usize) -> domain::Result<(TopicId, Run)> {
    let topic = university.topic(university.admissions, "open-days").await?;
    university
        .people(university.admissions, Some(topic), &addresses(people))
        .await?;
    let run = university
        .launched(university.admissions, Classification::Marketing, &to(topic))
        .await?;
    Ok((topic, run))
}

#[sqlx::test(migrations = "../../migrations")]
async fn everybody_is_sent_once_and_the_campaign_ends(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 175).await?;
    let chunks: i64 = sqlx::query_scalar("select count(*) from dispatch_chunks")
        .fetch_one(university.domain.pool())
        .await?;
    assert_eq!(chunks, 4, "small audiences are spread: 50 a chunk");
    let now = university.domain.now();
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let mut handed = work(&university, &rules, Lane::Marketing, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    handed.sort_unstable();
    assert_eq!(handed, (1..=175).collect::<Vec<_>>());
    dispatch::settle(&university.domain).await?;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason, counts),
        ("done", None, [175, 175, 0, 0, 0, 0])
    );
    balances(&university, run).await;
    let campaign: String = sqlx::query_scalar("select state from campaigns")
        .fetch_one(university.domain.pool())
        .await?;
    assert_eq!(campaign, "finished");
    let hours: i64 = sqlx::query_scalar("select sum(sent)::bigint from dispatch_hours")
        .fetch_one(university.domain.pool())
        .await?;
    assert_eq!(hours, 175);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_deferral_is_sent_later_and_a_bad_address_is_closed(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 3).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let now = university.domain.now();
    let answer = |it: &Recipient| match it.address.as_str() {
        "p0@mail.test" if it.attempts == 0 => Err(deferred(it, now)),
        "p1@mail.test" => Ok(ended(it, OutcomeKind::Failed, "hard_bounce", now)),
        _ => Ok(ended(it, OutcomeKind::Sent, "", now)),
    };
    let trouble = Some("relay_unreachable");
    dispatch::note_trouble(&university.domain, run.dispatch, trouble).await?;
    dispatch::settle(&university.domain).await?;
    assert_eq!(dispatch_row(&university, run).await.1.as_deref(), trouble);
    assert_eq!(work(&university, &rules, Lane::Marketing, answer).await.len(), 3);
    dispatch::settle(&university.domain).await?;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason, counts),
        ("sending", None, [3, 1, 1, 0, 0, 0]),
        "not over: one waits; and it no longer stands still"
    );
    assert!(
        work(&university, &rules, Lane::Marketing, answer)
            .await
            .is_empty(),
        "not before its time"
    );
    university.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(work(&university, &rules, Lane::Marketing, answer).await.len(), 1);
    dispatch::settle(&university.domain).await?;
    let (state, _, counts) = dispatch_row(&university, run).await;
    assert_eq!((state.as_str(), counts), ("done", [3, 2, 1, 0, 0, 0]));
    balances(&university, run).await;
    let attempts: Vec<i16> = sqlx::query_scalar("select attempts from outcomes order by attempts")
        .fetch_all(university.domain.pool())
        .await?;
    assert_eq!(attempts, [1, 1, 2]);
    let (bounced, listed, waiting): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from identities where bounced_at is not null), (select count(*) from suppressions where reason = 'undeliverable' and unit_id is null),
                (select count(*) from deferrals)",
    )
    .fetch_one(university.domain.pool())
    .await?;
    assert_eq!((bounced, listed, waiting), (1, 1, 0));
    Ok(())
}

/// A worker dies with announced recipients: exactly those are ambiguous, the others are sent by the next one, none twice.
#[sqlx::test(migrations = "../../migrations")]
async fn what_a_lost_worker_had_announced_is_ambiguous_and_nothing_else(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 20).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let now = university.domain.now();
    let dead = Uuid::from_u128(99);
    let chunk = claim(&university, dead, Lane::Marketing).await.unwrap();
    let people = dispatch::recipients(&university.domain, chunk).await?;
    let window = dispatch::record(
        &university.domain,
        dead,
        chunk,
        LEASE,
        &rules,
        &[],
        &[],
        &people[..5],
    )
    .await?;
    assert!(matches!(window, Window::Go(ref allowed) if allowed.len() == 5));
    let done: Vec<_> = people[..5]
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    dispatch::record(
        &university.domain,
        dead,
        chunk,
        LEASE,
        &rules,
        &done,
        &[],
        &people[5..8],
    )
    .await?;
    // Killed here. Nobody else gets the chunk before the lease ends.
    assert!(claim(&university, WORKER, Lane::Marketing).await.is_none());
    university.clock.advance(SignedDuration::from_secs(61));
    let now = university.domain.now();
    let handed = work(&university, &rules, Lane::Marketing, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed.len(), 12);
    // A frozen worker that wakes up now may write nothing any more.
    let late = dispatch::record(
        &university.domain,
        dead,
        chunk,
        LEASE,
        &rules,
        &[ended(&people[5], OutcomeKind::Sent, "", now)],
        &[],
        &[],
    )
    .await?;
    assert_eq!(late, Window::Lost);
    dispatch::settle(&university.domain).await?;
    let (state, _, counts) = dispatch_row(&university, run).await;
    assert_eq!((state.as_str(), counts), ("done", [20, 17, 0, 0, 0, 3]));
    assert_eq!(outcomes(&university, run).await["ambiguous/worker_lost"], 3);
    balances(&university, run).await;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_workers_never_have_the_same_chunk(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    launched(&university, 200).await?;
    let mut seen = std::collections::HashSet::new();
    for n in 0..4 {
        let chunk = claim(&university, Uuid::from_u128(n + 10), Lane::Marketing)
            .await
            .unwrap();
        assert!(seen.insert(chunk.chunk));
    }
    assert!(
        claim(&university, Uuid::from_u128(20), Lane::Marketing)
            .await
            .is_none()
    );
    assert!(
        claim(&university, Uuid::from_u128(21), Lane::Transactional)
            .await
            .is_none(),
        "lanes are apart"
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_limit_per_hour_spreads_the_chunks(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let topic = university.topic(university.admissions, "open-days").await?;
    university
        .people(university.admissions, Some(topic), &addresses(100))
        .await?;
    university
        .launched_with(
            university.admissions,
            Classification::Marketing,
            &to(topic),
            Some(1200),
        )
        .await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let mut total = 0;
    for minute in 1..=5 {
        let now = university.domain.now();
        total += work(&university, &rules, Lane::Marketing, |it| {
            Ok(ended(it, OutcomeKind::Sent, "", now))
        })
        .await
        .len();
        assert_eq!(total, 20 * minute, "20 a minute");
        university.clock.advance(SignedDuration::from_secs(60));
    }
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_message_can_be_looked_at_again_and_its_links_lead_where_they_did(
    pool: PgPool,
) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (_, run) = launched(&university, 2).await?;
    let delivery = DeliveryRef {
        dispatch: run.dispatch,
        seq: 1,
    };
    let seen = dispatch::view(&university.domain, delivery).await?.unwrap();
    assert_eq!(seen.subject, "Dni otwarte 🎓, Żaneta: gęślą jaźń");
    assert!(
        seen.html.contains("https://mail.university.test/t/c/")
            && seen.html.contains("/t/o/")
            && seen.html.contains("/u/")
    );
    assert_eq!(
        dispatch::view(&university.domain, delivery).await?.unwrap().html,
        seen.html,
        "byte for byte"
    );
    assert!(
        dispatch::view(&university.domain, DeliveryRef { seq: 77, ..delivery })
            .await?
            .is_none()
    );
    let numbers: Vec<i16> =
        sqlx::query_scalar("select number from dispatch_links where language = 'pl' order by number")
            .fetch_all(university.domain.pool())
            .await?;
    let cache = dispatch::LinkCache::default();
    let mut targets = Vec::new();
    for number in numbers {
        let click = Click {
            delivery,
            language: Language::Pl,
            link: u16::try_from(number).unwrap(),
        };
        let target = dispatch::link_target(&university.domain, click).await?.unwrap();
        for _ in 0..2 {
            assert_eq!(
                cache.target(&university.domain, click).await?.as_deref(),
                Some(target.as_str())
            );
        }
        targets.push(target);
    }
    assert!(
        targets.contains(&"https://university.test/open-days?a=1&b=2".to_owned()),
        "{targets:?}"
    );
    let address: String = sqlx::query_scalar("select address from deliveries where seq = 1")
        .fetch_one(university.domain.pool())
        .await?;
    assert!(
        targets
            .iter()
            .any(|it| it.contains(&address) || it.contains(&address.replace('@', "%40"))),
        "{targets:?}"
    );
    let unknown = Click {
        delivery,
        language: Language::Pl,
        link: 999,
    };
    assert_eq!(dispatch::link_target(&university.domain, unknown).await?, None);
    Ok(())
}
