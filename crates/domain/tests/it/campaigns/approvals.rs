//! The four eyes and the seal.

use super::*;
use domain::access::{ApproveCampaigns, ReadCampaigns};
use domain::approvals;
use types::approvals::{ChangedField, PieceKind, ReviewState};
use types::{Code, PageQuery};

async fn mails(set: &Set, notice: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select payload ->> 'to' from jobs where kind = 'system_mail' and payload -> 'notice' ->> 'notice' = $1 order by 1",
    )
    .bind(notice)
    .fetch_all(set.university.domain.pool())
    .await
    .expect("the queue")
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_person_approves_what_they_saw(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let root = set
        .university
        .user("Rita Rector", set.university.root, Role::Approver)
        .await?;
    let id = set.draft().await?;
    let review = set.submit(&set.author, id).await?;
    let detail = set.detail(id).await?;
    assert_eq!(detail.state, CampaignState::InReview);
    assert_eq!(
        detail
            .revision
            .as_ref()
            .map(|it| (it.number, it.audience_count, it.seal.len())),
        Some((1, 3, 64))
    );
    // Approvers here and above, not the author.
    assert_eq!(
        mails(&set, "review_requested").await,
        [
            "ed.admin@university.test",
            "piotr.approver@university.test",
            "rita.rector@university.test"
        ]
    );

    let mut tx = set.university.domain.begin().await?;
    let page = approvals::get(&mut tx, &set.approver.grant(set.unit())?, review, Language::En)
        .await?
        .expect("the review");
    assert_eq!(
        (
            page.state,
            page.own_work,
            page.seal_broken,
            page.counts.recipients
        ),
        (ReviewState::Waiting, false, false, 3)
    );
    assert_eq!(
        (page.include_topics, page.note.as_str()),
        (vec!["Open days".to_owned()], "Please look")
    );
    assert_eq!(page.sender.from_address, "office@university.test");
    assert_eq!(
        approvals::waiting_count(&mut tx, &root.grant_all::<ApproveCampaigns>()).await?,
        1
    );
    let waiting = approvals::list(&mut tx, &root.grant_all(), &PageQuery::default()).await?;
    assert_eq!(
        waiting
            .items
            .iter()
            .map(|it| (it.id, it.own_work))
            .collect::<Vec<_>>(),
        [(review, false)]
    );
    drop(tx);

    assert_eq!(
        set.approve(&set.approver, id, review).await?,
        CampaignState::Scheduled
    );
    assert_eq!(
        mails(&set, "review_decided").await,
        ["anna.author@university.test"]
    );
    let again = set.approve(&root, id, review).await;
    assert_eq!(
        again
            .unwrap_err()
            .to_api()
            .params
            .get("state")
            .map(String::as_str),
        Some("approved")
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn nobody_approves_their_own_work(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let unit = set.unit();
    // Submitted by one who may approve.
    let id = set.draft().await?;
    let review = set.submit(&set.second, id).await?;
    assert_eq!(
        code(set.approve(&set.second, id, review).await),
        Some(Code::OwnWork)
    );
    // Changed by one who may approve, submitted by another.
    let mut tx = set.university.domain.begin().await?;
    approvals::withdraw(&mut tx, &set.author.grant(unit)?, id).await?;
    tx.commit().await?;
    set.change(
        &set.second,
        id,
        CampaignUpdate {
            name: Some("Open day!".into()),
            ..CampaignUpdate::default()
        },
    )
    .await?;
    let review = set.submit(&set.author, id).await?;
    assert_eq!(
        code(set.approve(&set.second, id, review).await),
        Some(Code::OwnWork)
    );
    // Withdrawing and submitting again without a change does not launder it.
    let mut tx = set.university.domain.begin().await?;
    approvals::withdraw(&mut tx, &set.author.grant(unit)?, id).await?;
    tx.commit().await?;
    let review = set.submit(&set.author, id).await?;
    assert_eq!(
        code(set.approve(&set.second, id, review).await),
        Some(Code::OwnWork)
    );
    let mut tx = set.university.domain.begin().await?;
    let page = approvals::get(&mut tx, &set.second.grant(unit)?, review, Language::En)
        .await?
        .unwrap();
    assert!(page.own_work);
    assert_eq!(
        approvals::waiting_count(&mut tx, &set.second.grant_all::<ApproveCampaigns>()).await?,
        0
    );
    assert_eq!(
        code(approvals::reject(&mut tx, &set.second.grant(unit)?, review, "no").await),
        Some(Code::OwnWork)
    );
    drop(tx);
    // The database refuses it too, should the code above it fail one day.
    let forced =
        sqlx::query("update reviews set state = 'approved', decided_by = requested_by where id = $1")
            .bind(review)
            .execute(set.university.domain.pool())
            .await;
    assert!(forced.is_err());
    assert_eq!(
        set.approve(&set.approver, id, review).await?,
        CampaignState::Scheduled
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_seal_that_is_not_the_one_seen_is_refused(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let review = set.submit(&set.author, id).await?;
    let mut tx = set.university.domain.begin().await?;
    let by = set.approver.grant::<ApproveCampaigns>(set.unit())?;
    assert_eq!(
        code(approvals::approve(&mut tx, &by, review, &"0".repeat(64), "").await),
        Some(Code::SealBroken)
    );
    drop(tx);
    // A revision changed behind our back (the trigger that forbids it taken away) no longer matches its seal.
    let pool = set.university.domain.pool();
    sqlx::query("alter table campaign_revisions disable trigger campaign_revisions_frozen")
        .execute(pool)
        .await?;
    sqlx::query("update campaign_revisions set audience = '{\"everyone\": true}'")
        .execute(pool)
        .await?;
    assert_eq!(
        code(set.approve(&set.approver, id, review).await),
        Some(Code::SealBroken)
    );
    let mut tx = set.university.domain.begin().await?;
    let page = approvals::get(&mut tx, &set.approver.grant(set.unit())?, review, Language::En)
        .await?
        .unwrap();
    assert!(page.seal_broken);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_revision_cannot_be_changed(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    set.submit(&set.author, id).await?;
    let changed = sqlx::query("update campaign_revisions set audience = '{}'")
        .execute(set.university.domain.pool())
        .await;
    assert!(changed.is_err());
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_who_approve_at_once(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let other = set
        .university
        .user("Olga Approver", set.unit(), Role::Approver)
        .await?;
    let id = set.draft().await?;
    let review = set.submit(&set.author, id).await?;
    let (a, b) = tokio::join!(
        set.approve(&set.approver, id, review),
        set.approve(&other, id, review)
    );
    let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
    assert_eq!(won?, CampaignState::Scheduled);
    assert_eq!(code(lost), Some(Code::WrongState));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_rejection_says_why_and_gives_it_back(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let review = set.submit(&set.author, id).await?;
    let by = set.approver.grant::<ApproveCampaigns>(set.unit())?;
    let mut tx = set.university.domain.begin().await?;
    let silent = approvals::reject(&mut tx, &by, review, "  ")
        .await
        .unwrap_err()
        .to_api();
    assert_eq!(silent.field("comment").map(|it| it.code), Some(Code::Required));
    approvals::reject(&mut tx, &by, review, "The date is wrong").await?;
    tx.commit().await?;
    let detail = set.detail(id).await?;
    assert_eq!(detail.state, CampaignState::Draft);
    assert_eq!(
        detail.review.map(|it| (it.state, it.comment)),
        Some((ReviewState::Rejected, "The date is wrong".into()))
    );
    assert_eq!(
        mails(&set, "review_decided").await,
        ["anna.author@university.test"]
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn in_review_nothing_can_be_changed_and_a_change_after_approval_drops_it(
    pool: PgPool,
) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let rename = || CampaignUpdate {
        name: Some("Other".into()),
        ..CampaignUpdate::default()
    };
    let review = set.submit(&set.author, id).await?;
    assert_eq!(
        code(set.change(&set.author, id, rename()).await),
        Some(Code::WrongState)
    );
    set.approve(&set.approver, id, review).await?;
    set.change(&set.author, id, rename()).await?;
    assert_eq!(set.detail(id).await?.state, CampaignState::Draft);
    let mut tx = set.university.domain.begin().await?;
    assert_eq!(
        code(campaigns::sealed(tx.conn(), set.unit(), id).await),
        Some(Code::SealBroken)
    );
    drop(tx);
    assert_eq!(campaigns::launch_due(&set.university.domain).await?, 0);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn changes_are_told_against_the_last_approved_revision(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.approved().await?;
    let change = CampaignUpdate {
        content: Some(set.content("Open day in June")),
        throttle_per_hour: Some(500),
        ..CampaignUpdate::default()
    };
    set.change(&set.author, id, change).await?;
    let review = set.submit(&set.author, id).await?;
    let mut tx = set.university.domain.begin().await?;
    let page = approvals::get(
        &mut tx,
        &set.approver.grant::<ReadCampaigns>(set.unit())?,
        review,
        Language::En,
    )
    .await?
    .unwrap();
    assert_eq!(
        page.compared_with.map(|it| (it.number, it.approved)),
        Some((1, true))
    );
    let told: Vec<_> = page.changes.iter().map(|it| (it.field, it.language)).collect();
    assert_eq!(
        told,
        [
            (ChangedField::Subject, Some(Language::En)),
            (ChangedField::Throttle, None)
        ]
    );
    let pieces: Vec<_> = page.changes[0]
        .pieces
        .iter()
        .map(|it| (it.kind, it.text.as_str()))
        .collect();
    assert_eq!(
        pieces,
        [
            (PieceKind::Same, "Open day in "),
            (PieceKind::Removed, "May"),
            (PieceKind::Added, "June")
        ]
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_sent_cannot_be_submitted(pool: PgPool) -> domain::Result<()> {
    let set = Set::new(pool).await?;
    let id = set.draft().await?;
    let past = Schedule::At {
        at: set.university.domain.now(),
        time_zone: "Europe/Warsaw".into(),
    };
    set.change(
        &set.author,
        id,
        CampaignUpdate {
            schedule: Some(past),
            ..CampaignUpdate::default()
        },
    )
    .await?;
    assert_eq!(code(set.submit(&set.author, id).await), Some(Code::InThePast));
    let now = CampaignUpdate {
        schedule: Some(Schedule::Now),
        ..CampaignUpdate::default()
    };
    set.change(&set.author, id, now).await?;
    let nobody = Audience {
        languages: vec![Language::Fr],
        include_topics: vec![set.topic],
        ..Audience::default()
    };
    set.change(
        &set.author,
        id,
        CampaignUpdate {
            audience: Some(nobody),
            ..CampaignUpdate::default()
        },
    )
    .await?;
    assert_eq!(code(set.submit(&set.author, id).await), Some(Code::AudienceEmpty));
    let topic = Audience {
        include_topics: vec![set.topic],
        ..Audience::default()
    };
    let broken = CampaignUpdate {
        audience: Some(topic),
        content: Some(set.content("{{ contact.nickname }}")),
        ..CampaignUpdate::default()
    };
    set.change(&set.author, id, broken).await?;
    assert_eq!(code(set.submit(&set.author, id).await), Some(Code::ChecksFailed));
    Ok(())
}
