//! Who acts, and the proof that they may.

use super::{Permits, permissions_of};
use crate::{Domain, Error, Result};
use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};
use types::{
    ClientId, Code, Language, UnitId, UserId,
    access::{Me, MyUnit, Permission, Role},
};
use uuid::Uuid;

/// Who is behind an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    User(UserId),
    Client(ClientId),
    /// Workers and the command line.
    System,
}

/// A unit the actor sees, with everything they may do there (roles of the units above included).
#[derive(Clone, Debug)]
pub struct ActorUnit {
    pub id: UnitId,
    pub key: String,
    pub name: String,
    pub parent_id: Option<UnitId>,
    pub accent: String,
    pub permissions: Arc<BTreeSet<Permission>>,
}

/// A signed-in user or an API client, loaded afresh for every request: a revoked role stops at once.
#[derive(Clone, Debug)]
pub struct Actor {
    kind: ActorKind,
    /// The person who answers for it: the user, or who set the client up.
    person: Option<UserId>,
    name: Arc<str>,
    email: String,
    language: Language,
    theme: String,
    time_zone: String,
    /// In the order of the tree.
    units: Vec<ActorUnit>,
}

/// An API client whose token has been checked.
pub(crate) struct ClientOf<'a> {
    pub id: ClientId,
    pub name: &'a str,
    /// The person who answers for it, or the placeholder of whoever runs the server.
    pub owner: UserId,
    /// Those of its token that it still has.
    pub scopes: &'a [Permission],
}

impl ClientOf<'_> {
    /// The client in its unit and those below. `units` are those in the order of the tree, each with the roles that the owner holds
    /// there now: it may never do more than they may, and does not see what they do not see. Without roles (`None`) it is a client
    /// that the operator let in, which nobody's roles bind.
    pub(crate) fn acting(&self, units: impl IntoIterator<Item = (ActorUnit, Option<Vec<Role>>)>) -> Actor {
        let units = units.into_iter().filter_map(|(mut unit, roles)| {
            let held = |scope: Permission| match &roles {
                None => true,
                Some(roles) => roles.iter().any(|role| permissions_of(*role).contains(&scope)),
            };
            if roles.as_ref().is_some_and(Vec::is_empty) {
                return None;
            }
            let scopes = self.scopes.iter().copied().filter(|scope| held(*scope));
            unit.permissions = Arc::new(scopes.chain([Permission::ViewUnit]).collect());
            Some(unit)
        });
        Actor {
            kind: ActorKind::Client(self.id),
            person: Some(self.owner),
            name: self.name.into(),
            email: String::new(),
            language: Language::En,
            theme: String::new(),
            time_zone: "UTC".to_owned(),
            units: units.collect(),
        }
    }
}

impl Actor {
    /// Loads an active user with everything they may do; `None` if there is no such active user.
    pub async fn load(domain: &Domain, user: UserId) -> Result<Option<Self>> {
        // One query for a request: a row a unit, or one without a unit for somebody who has none.
        let rows = sqlx::query!(
            r#"select s.name as user_name, s.email, s.language, s.theme, s.time_zone,
                      u.id as "id?: UnitId", u.key as "key?", u.name as "name?", u.parent_id as "parent_id?: UnitId", u.accent as "accent?",
                      u.roles as "roles?"
               from users s
               left join lateral (
                   select u.id, u.key, u.name, u.parent_id, u.accent, array_agg(distinct m.role) as roles,
                          (select array_agg(a.name order by array_position(u.ancestors, a.id)) from units a where a.id = any (u.ancestors)) as path
                   from memberships m join units u on m.unit_id = any (u.ancestors)
                   where m.user_id = s.id and u.archived_at is null
                   group by u.id
               ) u on true
               where s.id = $1 and s.status = 'active'
               order by u.path"#,
            user.uuid()
        )
        .fetch_all(domain.pool())
        .await?;
        let mut units = Vec::with_capacity(rows.len());
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        for unit in &rows {
            let (Some(id), Some(key), Some(name), Some(accent), Some(roles)) =
                (unit.id, &unit.key, &unit.name, &unit.accent, &unit.roles)
            else {
                continue;
            };
            let mut permissions = BTreeSet::new();
            for role in roles {
                let role: Role = role
                    .parse()
                    .map_err(|_| Error::broken("unknown role in memberships"))?;
                permissions.extend(permissions_of(role));
            }
            units.push(ActorUnit {
                id,
                key: key.clone(),
                name: name.clone(),
                parent_id: unit.parent_id,
                accent: accent.clone(),
                permissions: Arc::new(permissions),
            });
        }
        Ok(Some(Self {
            kind: ActorKind::User(user),
            person: Some(user),
            name: row.user_name.as_str().into(),
            email: row.email.clone(),
            language: row.language.parse().unwrap_or_default(),
            theme: row.theme.clone(),
            time_zone: row.time_zone.clone(),
            units,
        }))
    }

    #[must_use]
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// The user's id; API clients have none.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User(user) => Some(user),
            _ => None,
        }
    }

    /// The user's address; API clients have none.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// `system`, `light` or `dark`.
    #[must_use]
    pub fn theme(&self) -> &str {
        &self.theme
    }

    #[must_use]
    pub fn units(&self) -> &[ActorUnit] {
        &self.units
    }

    /// The unit by its key, if the actor sees it.
    #[must_use]
    pub fn unit_by_key(&self, key: &str) -> Option<&ActorUnit> {
        self.units.iter().find(|unit| unit.key == key)
    }

    #[must_use]
    pub fn may(&self, permission: Permission, unit: UnitId) -> bool {
        self.units
            .iter()
            .any(|it| it.id == unit && it.permissions.contains(&permission))
    }

    /// The proof, or the refusal: a unit that one does not see is not found, one that one sees is forbidden.
    pub fn grant<P: Permits>(&self, unit: UnitId) -> Result<Granted<P>> {
        let Some(found) = self.units.iter().find(|it| it.id == unit) else {
            return Err(Error::not_found());
        };
        if !found.permissions.contains(&P::PERMISSION) {
            return Err(Error::code(Code::Forbidden));
        }
        Ok(Granted {
            unit,
            kind: self.kind,
            person: self.person,
            name: self.name.clone(),
            permissions: found.permissions.clone(),
            permission: PhantomData,
        })
    }

    /// All units in which the actor has the permission, e.g. for a list over departments.
    pub fn grant_all<P: Permits>(&self) -> Vec<Granted<P>> {
        self.units
            .iter()
            .filter_map(|unit| self.grant(unit.id).ok())
            .collect()
    }

    /// For the console's frame.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        let ActorKind::User(id) = self.kind else {
            return None;
        };
        let mut depths: std::collections::BTreeMap<UnitId, u16> = std::collections::BTreeMap::new();
        let units = self
            .units
            .iter()
            .map(|unit| {
                let depth = unit
                    .parent_id
                    .and_then(|parent| depths.get(&parent))
                    .map_or(0, |depth| depth + 1);
                depths.insert(unit.id, depth);
                MyUnit {
                    id: unit.id,
                    key: unit.key.clone(),
                    name: unit.name.clone(),
                    parent_id: unit.parent_id,
                    depth,
                    accent: unit.accent.clone(),
                    permissions: unit.permissions.iter().copied().collect(),
                }
            })
            .collect();
        Some(Me {
            id,
            name: self.name.to_string(),
            email: self.email.clone(),
            language: self.language,
            theme: self.theme.clone(),
            time_zone: self.time_zone.clone(),
            units,
        })
    }
}

/// Proof that somebody may do `P` in one unit. Only [`Actor::grant`] and [`System::grant`] make it.
#[derive(Clone, Debug)]
pub struct Granted<P> {
    unit: UnitId,
    kind: ActorKind,
    person: Option<UserId>,
    name: Arc<str>,
    /// Everything that the actor may do in the unit: who gives roles must hold them.
    permissions: Arc<BTreeSet<Permission>>,
    permission: PhantomData<P>,
}

impl<P: Permits> Granted<P> {
    /// The unit that every query must bind.
    #[must_use]
    pub fn unit(&self) -> UnitId {
        self.unit
    }

    #[must_use]
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The user behind it; clients and workers have none.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User(user) => Some(user),
            _ => None,
        }
    }

    /// The person who answers for the act, where there must be one (authorship, approval). For an API client that is who
    /// set it up: otherwise anybody could approve their own work through a client of theirs (law 2).
    pub fn person(&self) -> Result<UserId> {
        self.person.ok_or_else(|| Error::code(Code::Forbidden))
    }

    /// [`Granted::user`] as a query's parameter.
    #[must_use]
    pub fn user_uuid(&self) -> Option<Uuid> {
        self.user().map(UserId::uuid)
    }

    /// Whether the actor may also do this in the unit, where an act depends on what else they hold.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    #[must_use]
    pub fn actor_name(&self) -> &str {
        &self.name
    }
}

/// Workers and the command line, which act for the installation.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl System {
    /// The proof for a worker acting in a unit.
    #[must_use]
    pub fn grant<P: Permits>(self, unit: UnitId) -> Granted<P> {
        Granted {
            unit,
            kind: ActorKind::System,
            person: None,
            name: "Campanile".into(),
            permissions: Arc::new(Permission::ALL.iter().copied().collect()),
            permission: PhantomData,
        }
    }
}
