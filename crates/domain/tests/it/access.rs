use domain::{Actor, access::*, audit, testing::University, units};
use sqlx::PgPool;
use types::{Code, PageQuery, access::Role, units::UnitInput};

#[sqlx::test(migrations = "../../migrations")]
async fn a_role_holds_below_never_above_or_beside(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.root, Role::SystemAdmin)
        .await?;
    let author = university
        .user("Anna Author", university.admissions, Role::Author)
        .await?;

    assert!(admin.grant::<EditCampaigns>(university.shop).is_ok());
    assert!(author.grant::<EditCampaigns>(university.admissions).is_ok());
    // Sees the unit, lacks the permission: forbidden. Does not see the unit: it does not exist for them.
    assert_eq!(
        author
            .grant::<ApproveCampaigns>(university.admissions)
            .unwrap_err()
            .refusal(),
        Some(Code::Forbidden)
    );
    assert_eq!(
        author
            .grant::<EditCampaigns>(university.shop)
            .unwrap_err()
            .refusal(),
        Some(Code::NotFound)
    );
    assert_eq!(
        author.grant::<ViewUnit>(university.root).unwrap_err().refusal(),
        Some(Code::NotFound)
    );
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn units_are_listed_as_a_tree(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.root, Role::SystemAdmin)
        .await?;
    let me = admin.me().expect("a user");
    let tree: Vec<_> = me
        .units
        .iter()
        .map(|unit| (unit.key.as_str(), unit.depth))
        .collect();
    assert_eq!(tree, [("university", 0), ("admissions", 1), ("shop", 1)]);
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_disabled_user_is_nobody(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let author = university
        .user("Anna Author", university.admissions, Role::Author)
        .await?;
    let id = author.user().expect("a user");
    sqlx::query("update users set status = 'disabled' where id = $1")
        .bind(id.uuid())
        .execute(university.domain.pool())
        .await?;
    assert!(Actor::load(&university.domain, id).await?.is_none());
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn unit_keys_are_unique_and_said_so_on_the_field(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.root, Role::SystemAdmin)
        .await?;
    let mut tx = university.domain.begin().await?;
    let input = UnitInput {
        key: "shop".into(),
        name: "Second shop".into(),
        ..UnitInput::default()
    };
    let error = units::create(&mut tx, &admin.grant(university.root)?, &input)
        .await
        .unwrap_err()
        .to_api();
    assert_eq!(error.field("key").map(|field| field.code), Some(Code::Taken));
    Ok(())
}

#[sqlx::test(migrations = "../../migrations")]
async fn the_audit_log_cannot_be_changed(pool: PgPool) -> domain::Result<()> {
    let university = University::new(pool).await?;
    let admin = university
        .user("Ada Admin", university.root, Role::SystemAdmin)
        .await?;
    let mut tx = university.domain.begin().await?;
    let page = audit::list(&mut tx, &admin.grant(university.root)?, &PageQuery::default()).await?;
    assert_eq!(page.items.len(), 3);
    assert_eq!(page.items[0].action, "unit.created");
    drop(tx);
    for statement in [
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log",
    ] {
        let mut tx = university.domain.begin().await?;
        assert!(
            sqlx::query(statement).execute(tx.conn()).await.is_err(),
            "{statement}"
        );
    }
    Ok(())
}
