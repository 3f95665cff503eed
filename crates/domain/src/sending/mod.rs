//! What mail leaves by and under whose name: relays, sender domains with their DKIM keys, limits, and the DNS records to
//! publish.
//!
//! Staff manage them with a proof ([`relays`](list_relays) for the installation, sender domains for their unit). Secrets
//! are sealed before they reach the database ([`seal`]), and only what is in [`engine`] opens them.

mod domains;
mod engine;
mod key;
mod keys;
mod limits;
mod names;
mod outside;
mod pace;
mod places;
mod records;
mod relays;
pub(crate) mod seal;
mod verify;

pub use domains::{create_domain, get_domain, list_domains, remove_domain, update_domain};
pub use engine::{
    Places, RelayConfig, SeedRelay, SigningConfig, follow_environment, has_relays, places, relay_config,
    relays, signing, version,
};
pub use keys::{activate_key, make_key, remove_key, retire_key};
pub use limits::{list_limits, remove_limit, set_limit};
pub use outside::Outside;
pub use pace::{Limits, Pace, WarmUpPlan, limits};
pub use places::{set_unit_places, unit_places};
pub use records::{check_domain, checked};
pub use relays::{create_relay, get_relay, list_relays, update_relay};
pub use verify::{Unopened, unopened};
