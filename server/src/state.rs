//! What every request handler may use.

use std::sync::Arc;

use axum::extract::FromRef;
use domain::Domain;
use domain::clients::Meter;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::config::Config;
use crate::engine::Intake;
use crate::http::api_v1::caller::SigningIn;
use crate::http::console::Site;
use crate::http::health::Readiness;
use crate::http::public::PublicState;
use crate::outside::World;
use crate::triggered::Desk;

/// Shared by all handlers of one process; cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// Rules and rows.
    pub domain: Domain,
    /// How this process was configured.
    pub config: Arc<Config>,
    /// The built console.
    pub site: Site,
    /// Counters for `/metrics`.
    pub metrics: PrometheusHandle,
    /// What a subscriber's pages need.
    pub public: PublicState,
    /// Remembers for a moment whether the relay could be reached.
    pub readiness: Arc<Readiness>,
    /// Counts what API clients call.
    pub meter: Arc<Meter>,
    /// Where triggered messages are handed in.
    pub intake: Arc<Intake>,
    /// Where single calls for messages wait for the one under way.
    pub desk: Arc<Desk>,
    /// Where calls wait whose token is being looked at.
    pub signing: Arc<SigningIn>,
    /// Relays, names and addresses that users gave.
    pub outside: Arc<World>,
}
