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
    let mut handed = work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    handed.sort_unstable();
    assert_eq!(handed, (1..=175).collect::<Vec<_>>());
    settle(&university).await;
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
    settle(&university).await;
    assert_eq!(dispatch_row(&university, run).await.1.as_deref(), trouble);
    assert_eq!(work(&university, &rules, run, answer).await.len(), 3);
    settle(&university).await;
    let (state, reason, counts) = dispatch_row(&university, run).await;
    assert_eq!(
        (state.as_str(), reason, counts),
        ("sending", None, [3, 1, 1, 0, 0, 0]),
        "not over: one waits; and it no longer stands still"
    );
    assert!(
        work(&university, &rules, run, answer).await.is_empty(),
        "not before its time"
    );
    university.clock.advance(SignedDuration::from_secs(61));
    assert_eq!(work(&university, &rules, run, answer).await.len(), 1);
    settle(&university).await;
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

/// A worker of another host dies with announced recipients: exactly those are ambiguous, the others are sent by the next one,
/// none twice.
#[sqlx::test(migrations = "../../migrations")]
async fn what_a_lost_worker_had_announced_is_ambiguous_and_nothing_else(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 20).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let now = university.domain.now();
    let dead = worker(99, 2);
    dispatch::enlist(&university.domain, dead, "elsewhere").await?;
    let claimed = claim(&university, dead, run).await.unwrap();
    let first = slice(&university, dead, claimed, &rules, 0, 5).await.people;
    let done: Vec<_> = first
        .iter()
        .map(|it| ended(it, OutcomeKind::Sent, "", now))
        .collect();
    assert!(record(&university, dead, claimed, &done, false).await);
    let second = slice(&university, dead, claimed, &rules, 5, 3).await.people;
    assert_eq!(second.iter().map(|it| it.seq).collect::<Vec<_>>(), [6, 7, 8]);
    // Killed here. Nobody else gets the chunk before the lease ends.
    assert!(claim(&university, WORKER, run).await.is_none());
    lapse(&university).await;
    let handed = work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed, (9..=20).collect::<Vec<_>>());
    // A frozen worker that wakes up now may write nothing any more.
    let late = [ended(&second[0], OutcomeKind::Sent, "", now)];
    assert!(!record(&university, dead, claimed, &late, true).await);
    settle(&university).await;
    let (state, _, counts) = dispatch_row(&university, run).await;
    assert_eq!((state.as_str(), counts), ("done", [20, 17, 0, 0, 0, 3]));
    assert_eq!(outcomes(&university, run).await["ambiguous/worker_lost"], 3);
    balances(&university, run).await;
    Ok(())
}

/// A worker of this host dies: nobody takes its chunk until its journal was read, and then only what the journal does not know
/// the end of is ambiguous.
#[sqlx::test(migrations = "../../migrations")]
async fn a_lost_worker_of_this_host_is_settled_by_its_journal(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 20).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let now = university.domain.now();
    let dead = worker(99, 1);
    dispatch::enlist(&university.domain, dead, "here").await?;
    let claimed = claim(&university, dead, run).await.unwrap();
    let people = slice(&university, dead, claimed, &rules, 0, 8).await.people;
    let done = [ended(&people[0], OutcomeKind::Sent, "", now)];
    assert!(record(&university, dead, claimed, &done, false).await);
    lapse(&university).await;
    assert!(claim(&university, WORKER, run).await.is_none());
    assert_eq!(
        dispatch::lapsed(&university.domain, WORKER.host).await?,
        [dead.id]
    );

    let orphans = dispatch::orphans(&university.domain, dead.id).await?;
    assert_eq!((orphans.len(), orphans[0].chunk), (1, claimed.chunk));
    // The journal still knows the first, whose outcome was written; the fourth got "later"; of the fifth it has no reply.
    let found: Vec<_> = [0, 1, 2, 4]
        .into_iter()
        .map(|n: usize| {
            let kind = if n == 4 {
                OutcomeKind::Ambiguous
            } else {
                OutcomeKind::Sent
            };
            ended(&people[n], kind, "", now)
        })
        .collect();
    let later = [deferred(&people[3], now)];
    assert!(dispatch::recover(&university.domain, dead.id, claimed.chunk, &found, &later).await?);
    assert!(!dispatch::recover(&university.domain, dead.id, claimed.chunk, &found, &later).await?);
    dispatch::strike_off(&university.domain, dead.id).await?;
    let handed = work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed, (6..=20).collect::<Vec<_>>());
    university.clock.advance(SignedDuration::from_secs(61));
    let now = university.domain.now();
    let handed = work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    assert_eq!(handed, [4]);
    settle(&university).await;
    assert_eq!(dispatch_row(&university, run).await.2, [20, 19, 0, 0, 0, 1]);
    balances(&university, run).await;
    Ok(())
}

/// Nobody knows whether a batch was committed: it is offered again, and nothing is written or counted twice.
#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_offered_again_is_written_once(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 20).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    let now = university.domain.now();
    let claimed = claim(&university, WORKER, run).await.unwrap();
    let people = slice(&university, WORKER, claimed, &rules, 0, 20).await.people;
    let batch = |n: std::ops::Range<usize>, back: bool| Batch {
        outcomes: people[n]
            .iter()
            .map(|it| (claimed.chunk, ended(it, OutcomeKind::Sent, "", now)))
            .collect(),
        released: back.then_some((claimed.chunk, None)).into_iter().collect(),
        ..Batch::default()
    };
    for again in [false, true] {
        dispatch::record(&university.domain, WORKER, &batch(0..5, false), again).await?;
    }
    // Not committed the first time.
    dispatch::record(&university.domain, WORKER, &batch(5..20, true), true).await?;
    dispatch::record(&university.domain, WORKER, &batch(5..20, true), true).await?;
    settle(&university).await;
    assert_eq!(dispatch_row(&university, run).await.2, [20, 20, 0, 0, 0, 0]);
    balances(&university, run).await;
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_workers_never_have_the_same_chunk(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (_, run) = launched(&university, 200).await?;
    let mut seen = std::collections::HashSet::new();
    for n in 0..4 {
        let claimed = claim(&university, worker(n + 10, n), run).await.unwrap();
        assert!(seen.insert(claimed.chunk));
    }
    assert!(claim(&university, worker(20, 20), run).await.is_none());
    Ok(())
}

/// Frozen between two pieces of a `copy`: its locks would keep its chunks from everybody, for as long as it is frozen.
#[sqlx::test(migrations = "../../migrations")]
async fn a_session_that_stopped_inside_a_copy_is_ended(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool.clone()).await?;
    let (_, run) = launched(&university, 3).await?;
    let mut frozen = pool.acquire().await?.detach();
    sqlx::raw_sql("begin; select from dispatch_chunks for update")
        .execute(&mut frozen)
        .await?;
    let copy = "copy outcomes (dispatch_id, seq, outcome, at) from stdin";
    let writing = frozen.copy_in_raw(copy).await?;
    let soon = SignedDuration::from_millis(200);
    assert_eq!(
        dispatch::end_stalled(&university.domain, SignedDuration::from_secs(60)).await?,
        0
    );
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(dispatch::end_stalled(&university.domain, soon).await?, 1);
    let mut free = false;
    for _ in 0..100 {
        let rows = sqlx::query("select from dispatch_chunks where dispatch_id = $1 for update skip locked")
            .bind(run.dispatch.uuid())
            .fetch_all(&pool)
            .await?;
        free |= !rows.is_empty();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(free, "its locks are gone");
    assert!(writing.finish().await.is_err());
    Ok(())
}

/// Months are made when they are needed and taken out when they are over.
#[sqlx::test(migrations = "../../migrations")]
async fn old_months_are_detached(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let (topic, run) = launched(&university, 3).await?;
    let rules = rules(university.admissions, "marketing", Some(&[topic]));
    dispatch::prepare_partitions(&university.domain).await?;
    let months = dispatch::partitions(&university.domain).await?;
    let month = university.domain.now().strftime("%Y%m").to_string();
    assert_eq!(months.len(), 2);
    assert_eq!(months[0].month, month);
    let refused = dispatch::detach(&university.domain, &month).await.unwrap_err();
    assert_eq!(refused.refusal(), Some(types::Code::WrongState), "this month");
    let now = university.domain.now();
    work(&university, &rules, run, |it| {
        Ok(ended(it, OutcomeKind::Sent, "", now))
    })
    .await;
    settle(&university).await;
    university.clock.advance(SignedDuration::from_hours(24 * 40));
    dispatch::detach(&university.domain, &month).await?;
    let (attached, kept): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "select (select count(*) from deliveries), (select count(*) from deliveries_{month})"
    )))
    .fetch_one(university.domain.pool())
    .await?;
    assert_eq!((attached, kept), (0, 3));
    let delivery = DeliveryRef {
        dispatch: run.dispatch,
        seq: 2,
    };
    let mut tx = university.domain.begin().await?;
    let found = domain::events::recipient(&mut tx, delivery).await?;
    assert!(found.is_some(), "an old message's link to leave still works");
    drop(tx);
    assert!(dispatch::view(&university.domain, delivery).await?.is_some());
    let findings: Vec<_> = domain::verify::run(&university.domain)
        .await?
        .into_iter()
        .filter(|it| it.name.contains("ledger") || it.name.contains("outcome"))
        .flat_map(|it| it.findings)
        .collect();
    assert_eq!(findings, Vec::<String>::new());
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
