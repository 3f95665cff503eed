use crate::{
    Error, Granted, Result, Tx,
    access::{ManageMembers, roles_grantable_by},
    audit::like,
    cursor,
};
use types::{
    Page, PageQuery, UserId,
    access::Role,
    identity::{InheritedRole, Member},
};

/// Everybody who has a role here, of the unit itself or of one above. Search looks at name and address; filters: `role`
/// (given here), `status`. In the order of the names.
pub async fn list(tx: &mut Tx, by: &Granted<ManageMembers>, query: &PageQuery) -> Result<Page<Member>> {
    let after: Option<(String, UserId)> = cursor::decode(query.after.as_deref())?;
    let (after_name, after_id) = after.map_or((None, None), |(name, id)| (Some(name), Some(id.uuid())));
    let filter = |key: &str| query.filters.get(key).filter(|value| !value.is_empty()).cloned();
    select(
        tx,
        by,
        Which {
            after_name,
            after_id,
            search: format!("%{}%", like(&query.search)),
            role: filter("role"),
            status: filter("status"),
            only: None,
            limit: query.limit(),
        },
    )
    .await
}

/// One of them.
pub async fn get(tx: &mut Tx, by: &Granted<ManageMembers>, user: UserId) -> Result<Option<Member>> {
    let which = Which {
        only: Some(user),
        search: "%%".to_owned(),
        limit: 1,
        ..Which::default()
    };
    Ok(select(tx, by, which).await?.items.into_iter().next())
}

#[derive(Default)]
struct Which {
    after_name: Option<String>,
    after_id: Option<uuid::Uuid>,
    search: String,
    role: Option<String>,
    status: Option<String>,
    only: Option<UserId>,
    limit: i64,
}

async fn select(tx: &mut Tx, by: &Granted<ManageMembers>, which: Which) -> Result<Page<Member>> {
    let grantable: Vec<String> = roles_grantable_by(|permission| by.may(permission))
        .iter()
        .map(ToString::to_string)
        .collect();
    let rows = sqlx::query!(
        r#"with here as (select id, ancestors from units where id = $1)
           select u.id as "id: UserId", u.email, u.name, lower(u.name) as "sorted!", u.status, u.created_at, u.last_sign_in_at,
                  coalesce(array_agg(m.role order by m.role) filter (where m.unit_id = h.id), '{}') as "roles!",
                  coalesce(array_agg(m.role || ' ' || t.name order by t.name) filter (where m.unit_id <> h.id), '{}') as "inherited!",
                  not exists (
                      select from memberships x join units y on y.id = x.unit_id
                      where x.user_id = u.id and (not h.id = any (y.ancestors) or x.role <> all ($2))
                  ) as "manageable!"
           from here h
           join memberships m on m.unit_id = any (h.ancestors)
           join units t on t.id = m.unit_id
           join users u on u.id = m.user_id
           where ($3::text is null or (lower(u.name), u.id) > ($3, $4))
             and ($5 = '%%' or u.name ilike $5 or u.email ilike $5)
             and ($6::text is null or exists (select from memberships r where r.user_id = u.id and r.unit_id = h.id and r.role = $6))
             and ($7::text is null or u.status = $7)
             and ($8::uuid is null or u.id = $8)
           group by u.id, h.id
           order by lower(u.name), u.id limit $9"#,
        by.unit().uuid(),
        &grantable,
        which.after_name,
        which.after_id,
        which.search,
        which.role,
        which.status,
        which.only.map(UserId::uuid),
        which.limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, which.limit, |row| cursor::encode(&(&row.sorted, row.id)));
    let (next, mut items) = (page.next, Vec::with_capacity(page.items.len()));
    for row in page.items {
        let mut inherited = Vec::with_capacity(row.inherited.len());
        for text in &row.inherited {
            let (name, unit) = text.split_once(' ').unwrap_or((text, ""));
            inherited.push(InheritedRole {
                role: role(name)?,
                unit: unit.to_owned(),
            });
        }
        items.push(Member {
            id: row.id,
            email: row.email,
            name: row.name,
            status: row
                .status
                .parse()
                .map_err(|_| Error::broken("unknown status of a user"))?,
            roles: row.roles.iter().map(|name| role(name)).collect::<Result<_>>()?,
            inherited,
            manageable: row.manageable,
            is_self: by.user() == Some(row.id),
            last_sign_in_at: row.last_sign_in_at.map(jiff_sqlx::Timestamp::to_jiff),
            created_at: row.created_at.to_jiff(),
        });
    }
    Ok(Page {
        items,
        next,
        total: None,
        estimated: false,
    })
}

fn role(name: &str) -> Result<Role> {
    name.parse()
        .map_err(|_| Error::broken("unknown role in memberships"))
}
