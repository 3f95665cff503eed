//! Send definitions: message definitions under the names that callers know. Whatever they change goes through approval (law 2), so a new
//! definition is inactive until another person has approved it in Campanile.

mod create;
mod delete;
mod draft;
mod get;
mod list;
mod queue;
mod update;

use axum::Router;
use axum::routing::get;
use domain::Tx;
use domain::access::Permits;
use types::{CampaignId, Code};

use super::fault::{ErrorCode, Fault};
use super::spelled;
use crate::http::api_v1::caller::By;
use crate::state::AppState;

const PATH: &str = "/messaging/v1/email/definitions";

pub(super) fn routes() -> Router<AppState> {
    let router = spelled(Router::new(), PATH, get(list::list).post(create::create));
    let one = get(get::get).patch(update::update).delete(delete::delete);
    let router = spelled(router, &format!("{PATH}/{{key}}"), one);
    let queue = get(queue::get).delete(queue::delete);
    spelled(router, &format!("{PATH}/{{key}}/queue"), queue)
}

/// The definition of an address, whatever the case of its key.
async fn find<P: Permits>(tx: &mut Tx, by: &By<P>, key: &str) -> Result<CampaignId, Fault> {
    match domain::messages::key_of(tx, by, key).await? {
        Some(key) => Ok(domain::messages::id_of(tx, by, &key).await?),
        None => Err(unknown()),
    }
}

fn unknown() -> Fault {
    Fault::new(
        axum::http::StatusCode::from_u16(Code::NotFound.status()).unwrap_or_default(),
        ErrorCode::NOT_FOUND,
        "there is no definition with this key",
    )
}
