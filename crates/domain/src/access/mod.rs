//! The only authorisation code there is. `actor.grant::<ApproveCampaigns>(unit)?` is the only way to obtain a
//! [`Granted`]; domain functions ask for one, and every query binds its unit: a forgotten check does not compile.

mod actor;
mod permissions;
mod roles;

pub(crate) use actor::ClientOf;
pub use actor::{Actor, ActorKind, ActorUnit, Granted, System};
pub use permissions::*;
pub use roles::{permissions_of, roles_grantable_by};
