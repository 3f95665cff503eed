//! On a real database: rows as `dispatch` leaves them, hits through `events`, and what reports make of both.

use super::*;
use crate::access::{ReadReports, System, ViewUnit};
use crate::events::{Hit, HitKind, Rule, record};
use crate::testing::University;
use crate::tokens::DeliveryRef;
use crate::{Result, Tx};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgPool;
use types::access::Role;
use types::{CampaignId, DispatchId, Id as _, PageQuery, UnitId, UserId};

/// A finished campaign with this ledger: how many of each outcome and rule, seq 1, 2, … in this order, all at `sent_at`.
async fn finished(
    tx: &mut Tx,
    unit: UnitId,
    author: UserId,
    name: &str,
    sent_at: Timestamp,
    ledger: &[(&str, &str, i64)],
) -> Result<(CampaignId, DispatchId)> {
    let (campaign, dispatch): (CampaignId, DispatchId) = (tx.id(), tx.id());
    let of = |outcome: &str| {
        ledger
            .iter()
            .filter(|line| line.0 == outcome)
            .map(|line| line.2)
            .sum::<i64>()
    };
    let audience: i64 = ledger.iter().map(|line| line.2).sum();
    let at = crate::ts(sent_at);
    sqlx::query(
        "insert into campaigns (id, unit_id, name, state, created_by, created_at, updated_at, started_at, finished_at)
         values ($1, $2, $3, 'finished', $4, $5, $5, $5, $5)",
    )
    .bind(campaign.uuid())
    .bind(unit.uuid())
    .bind(name)
    .bind(author.uuid())
    .bind(at)
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into dispatches (id, unit_id, kind, campaign_id, lane, classification, state, audience, sent, failed, suppressed,
                                 cancelled, ambiguous, created_at, started_at, finished_at)
         values ($1, $2, 'campaign', $3, 'marketing', 'marketing', 'done', $4, $5, $6, $7, $8, $9, $10, $10, $10)",
    )
    .bind(dispatch.uuid())
    .bind(unit.uuid())
    .bind(campaign.uuid())
    .bind(audience)
    .bind(of("sent"))
    .bind(of("failed"))
    .bind(of("suppressed"))
    .bind(of("cancelled"))
    .bind(of("ambiguous"))
    .bind(at)
    .execute(tx.conn())
    .await?;
    sqlx::query("select ledger_partition($1)")
        .bind(dispatch.uuid())
        .execute(tx.conn())
        .await?;
    sqlx::query(
        "insert into deliveries (dispatch_id, seq, contact_id, address, language)
         select $1, n, gen_random_uuid(), n || '@mail.test', case when n % 2 = 0 then 'pl' else 'en' end from generate_series(1, $2) n",
    )
    .bind(dispatch.uuid())
    .bind(audience)
    .execute(tx.conn())
    .await?;
    let mut first = 1;
    for (outcome, rule, people) in ledger {
        sqlx::query(
            "insert into outcomes (dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at)
             select $1, n, $2, $3, case when $3 = 'reply_5xx' then 550 end, case when $3 = 'reply_5xx' then '550 no such user' else '' end, 1, $4
             from generate_series($5, $6) n",
        )
        .bind(dispatch.uuid())
        .bind(outcome)
        .bind(rule)
        .bind(at)
        .bind(first)
        .bind(first + people - 1)
        .execute(tx.conn())
        .await?;
        first += people;
    }
    sqlx::query(
        "insert into dispatch_links (dispatch_id, language, number, url, label)
         select $1, l, n, 'https://university.test/' || n, 'Link ' || n from unnest(array['en', 'pl']) l, generate_series(1, 2) n",
    )
    .bind(dispatch.uuid())
    .execute(tx.conn())
    .await?;
    Ok((campaign, dispatch))
}

fn hit(dispatch: DispatchId, seq: i64, kind: HitKind, machine: Option<Rule>, at: Timestamp) -> Hit {
    Hit {
        delivery: DeliveryRef { dispatch, seq },
        kind,
        machine,
        user_agent: "Test".to_owned(),
        network: "192.0.2.0/24".to_owned(),
        at,
    }
}

fn by(unit: UnitId) -> crate::Granted<ReadReports> {
    System.grant(unit)
}

const LEDGER: [(&str, &str, i64); 6] = [
    ("sent", "", 20),
    ("failed", "reply_5xx", 3),
    ("failed", "render_error", 1),
    ("suppressed", "unsubscribed_all", 5),
    ("suppressed", "suppression_list", 2),
    ("ambiguous", "", 1),
];

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_report_equals_the_ledger_and_keeps_machines_apart(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let author = u.user("Ewa Nowak", u.admissions, Role::Author).await?;
    let mut tx = u.domain.begin().await?;
    let sent_at = tx.now() - SignedDuration::from_hours(5);
    let author_id = author.me().expect("a person").id;
    let (campaign, dispatch) =
        finished(&mut tx, u.admissions, author_id, "Open day", sent_at, &LEDGER).await?;
    let later = |minutes| sent_at + SignedDuration::from_mins(minutes);
    let opened = HitKind::Opened;
    record(
        &mut tx,
        &[
            hit(dispatch, 1, opened, None, later(10)),
            // The same person again, an hour later: counted once.
            hit(dispatch, 1, opened, None, later(70)),
            hit(dispatch, 2, opened, None, later(80)),
            hit(dispatch, 3, opened, Some(Rule::Prefetch), later(1)),
            hit(dispatch, 1, HitKind::Clicked { link: 1 }, None, later(11)),
            hit(dispatch, 1, HitKind::Clicked { link: 1 }, None, later(12)),
            hit(dispatch, 2, HitKind::Clicked { link: 2 }, None, later(81)),
            hit(
                dispatch,
                4,
                HitKind::Clicked { link: 2 },
                Some(Rule::Agent),
                later(1),
            ),
            hit(dispatch, 2, HitKind::Unsubscribed, None, later(90)),
        ],
    )
    .await?;

    let report = campaign_report(&mut tx, u.admissions, campaign).await?;
    let counts = report.counts;
    for (outcome, figure) in [
        ("sent", counts.sent),
        ("failed", counts.failed),
        ("suppressed", counts.suppressed),
        ("cancelled", counts.cancelled),
        ("ambiguous", counts.ambiguous),
    ] {
        let rows: i64 =
            sqlx::query_scalar("select count(*) from outcomes where dispatch_id = $1 and outcome = $2")
                .bind(dispatch.uuid())
                .bind(outcome)
                .fetch_one(tx.conn())
                .await?;
        assert_eq!(count(rows), figure, "{outcome}");
    }
    assert_eq!((counts.audience, counts.pending, counts.delivered), (32, 0, 20));
    assert_eq!((counts.opened, counts.opened_by_machine), (2, 1));
    assert_eq!(
        (counts.clicked, counts.clicked_by_machine, counts.unsubscribed),
        (2, 1, 1)
    );

    // Two hours in which somebody opened for the first time.
    let opens: Vec<u64> = report
        .hours
        .iter()
        .map(|hour| hour.opened)
        .filter(|opened| *opened > 0)
        .collect();
    assert_eq!(opens, [1, 1]);

    // Links by address over both languages: seq 1 reads English, seq 2 and 4 Polish.
    let links: Vec<_> = report
        .links
        .iter()
        .map(|link| (link.url.as_str(), link.clicks, link.clicks_by_machine))
        .collect();
    assert_eq!(
        links,
        [
            ("https://university.test/1", 2, 0),
            ("https://university.test/2", 1, 1)
        ]
    );

    let reasons: Vec<_> = report
        .reasons
        .iter()
        .map(|r| (r.outcome.as_str(), r.rule.as_str(), r.reply_code, r.count))
        .collect();
    assert_eq!(
        reasons,
        [
            ("suppressed", "unsubscribed_all", None, 5),
            ("failed", "reply_5xx", Some(550), 3),
            ("suppressed", "suppression_list", None, 2),
            ("ambiguous", "", None, 1),
            ("failed", "render_error", None, 1),
        ]
    );
    Ok(())
}

async fn campaign_report(
    tx: &mut Tx,
    unit: UnitId,
    id: CampaignId,
) -> Result<types::reports::CampaignReport> {
    campaign(tx, &by(unit), id)
        .await?
        .ok_or_else(crate::Error::not_found)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_verdict_that_changes_moves_the_clicks(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let author = u
        .user("Ewa Nowak", u.admissions, Role::Author)
        .await?
        .me()
        .expect("a person")
        .id;
    let mut tx = u.domain.begin().await?;
    let sent_at = tx.now() - SignedDuration::from_hours(1);
    let (campaign, dispatch) = finished(
        &mut tx,
        u.admissions,
        author,
        "Scanned",
        sent_at,
        &[("sent", "", 2)],
    )
    .await?;
    sqlx::query("insert into dispatch_links (dispatch_id, language, number, url) values ($1, 'en', 3, 'https://university.test/3')")
        .bind(dispatch.uuid())
        .execute(tx.conn())
        .await?;
    let at = sent_at + SignedDuration::from_mins(3);
    // A scanner follows every link within a second; only the third shows it.
    for link in 1..=3 {
        record(&mut tx, &[hit(dispatch, 1, HitKind::Clicked { link }, None, at)]).await?;
    }
    let report = campaign_report(&mut tx, u.admissions, campaign).await?;
    assert_eq!((report.counts.clicked, report.counts.clicked_by_machine), (0, 1));
    assert!(
        report
            .links
            .iter()
            .all(|link| link.clicks == 0 && link.clicks_by_machine == 1),
        "{:?}",
        report.links
    );
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn reports_of_other_units_do_not_exist(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let author = u
        .user("Ewa Nowak", u.admissions, Role::Author)
        .await?
        .me()
        .expect("a person")
        .id;
    let mut tx = u.domain.begin().await?;
    let at = tx.now();
    let (id, _) = finished(&mut tx, u.admissions, author, "Open day", at, &LEDGER).await?;
    assert!(campaign(&mut tx, &by(u.shop), id).await?.is_none());
    assert!(
        list(&mut tx, &by(u.shop), &PageQuery::default())
            .await?
            .items
            .is_empty()
    );
    assert_eq!(
        list(&mut tx, &by(u.admissions), &PageQuery::default())
            .await?
            .items
            .len(),
        1
    );
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_list_pages_without_gaps_and_searches(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let author = u
        .user("Ewa Nowak", u.admissions, Role::Author)
        .await?
        .me()
        .expect("a person")
        .id;
    let mut tx = u.domain.begin().await?;
    let now = tx.now();
    for number in 0..7_i64 {
        // Two at the same moment, so that the id decides.
        let at = now - SignedDuration::from_hours(number / 2);
        finished(
            &mut tx,
            u.admissions,
            author,
            &format!("Letter {number} 100%"),
            at,
            &[("sent", "", 2)],
        )
        .await?;
    }
    let mut query = PageQuery {
        limit: Some(3),
        ..PageQuery::default()
    };
    let mut names = Vec::new();
    loop {
        let page = list(&mut tx, &by(u.admissions), &query).await?;
        assert_eq!(page.total, Some(7));
        names.extend(page.items.into_iter().map(|item| item.name));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((names.len(), unique.len()), (7, 7));

    let search = |text: &str| PageQuery {
        search: text.to_owned(),
        ..PageQuery::default()
    };
    assert_eq!(
        list(&mut tx, &by(u.admissions), &search("letter 3"))
            .await?
            .items
            .len(),
        1
    );
    assert_eq!(
        list(&mut tx, &by(u.admissions), &search("100%"))
            .await?
            .items
            .len(),
        7
    );
    assert_eq!(
        list(&mut tx, &by(u.admissions), &search("1_0"))
            .await?
            .items
            .len(),
        0
    );
    Ok(())
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn home_shows_each_person_their_own(pool: PgPool) -> Result<()> {
    let u = University::new(pool).await?;
    let author = u.user("Ewa Nowak", u.admissions, Role::Author).await?;
    let approver = u.user("Jan Kowalski", u.admissions, Role::Approver).await?;
    let author_id = author.me().expect("a person").id;
    let mut tx = u.domain.begin().await?;
    let (draft, waiting): (CampaignId, CampaignId) = (tx.id(), tx.id());
    for (id, name, state) in [(draft, "A draft", "draft"), (waiting, "Waiting", "in_review")] {
        sqlx::query(
            "insert into campaigns (id, unit_id, name, state, created_by, created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $6)",
        )
        .bind(id.uuid())
        .bind(u.admissions.uuid())
        .bind(name)
        .bind(state)
        .bind(author_id.uuid())
        .bind(tx.now_sql())
        .execute(tx.conn())
        .await?;
    }
    let revision = tx.uuid();
    sqlx::query(
        "insert into campaign_revisions (id, campaign_id, number, classification, audience, source, sender, schedule, audience_count,
                                         seal, submitted_by, submitted_at)
         values ($1, $2, 1, 'marketing', '{}', '{}', '{}', '{}', 4812, '\\x00', $3, $4)",
    )
    .bind(revision)
    .bind(waiting.uuid())
    .bind(author_id.uuid())
    .bind(tx.now_sql())
    .execute(tx.conn())
    .await?;
    sqlx::query(
        "insert into reviews (id, unit_id, campaign_id, revision_id, state, requested_by, requested_at, seal)
         values ($1, $2, $3, $4, 'waiting', $5, $6, '\\x00')",
    )
    .bind(tx.uuid())
    .bind(u.admissions.uuid())
    .bind(waiting.uuid())
    .bind(revision)
    .bind(author_id.uuid())
    .bind(tx.now_sql())
    .execute(tx.conn())
    .await?;

    let sees = author.grant::<ViewUnit>(u.admissions)?;
    let theirs = home(&mut tx, &sees, &author).await?;
    assert!(theirs.waiting.is_empty(), "nobody approves their own work");
    assert_eq!(theirs.drafts.len(), 2);

    let sees = approver.grant::<ViewUnit>(u.admissions)?;
    let theirs = home(&mut tx, &sees, &approver).await?;
    assert_eq!(theirs.waiting.len(), 1);
    assert_eq!(
        (theirs.waiting[0].people, theirs.waiting[0].requested_by.as_str()),
        (4812, "Ewa Nowak")
    );
    assert!(theirs.drafts.is_empty());
    Ok(())
}

#[test]
fn files_hold_no_formulas() {
    let report = types::reports::CampaignReport {
        campaign_id: CampaignId::from_uuid(uuid::Uuid::nil()),
        name: "Open day".to_owned(),
        state: "finished".to_owned(),
        started_at: None,
        finished_at: None,
        counts: types::reports::ReportCounts::default(),
        hours: Vec::new(),
        links: vec![types::reports::ReportLink {
            url: "https://university.test/".to_owned(),
            label: "=HYPERLINK(\"x\"), really".to_owned(),
            clicks: 3,
            clicks_by_machine: 1,
        }],
        reasons: Vec::new(),
    };
    let text = String::from_utf8(csv(&report, Part::Links).expect("memory")).expect("UTF-8");
    assert_eq!(
        text,
        "\u{feff}url,label,clicks,clicks_by_machine\r\nhttps://university.test/,\"'=HYPERLINK(\"\"x\"\"), really\",3,1\r\n"
    );
}
