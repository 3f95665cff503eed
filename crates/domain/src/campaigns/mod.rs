//! Campaigns: a message, an audience, a sender, a schedule. Drafts are edited freely; what is submitted is frozen in a
//! revision under a [`seal`]; [`state`] says what may happen when.

mod archive;
mod audience;
mod checks;
mod control;
mod create;
mod draft;
mod footer;
mod get;
mod launch;
mod ledger;
mod list;
mod progress;
mod seal;
mod source;
pub mod state;
mod test_send;
mod throttle;
mod update;

pub(crate) use archive::put_away;
pub use archive::{archive, delete};
pub use audience::{AudienceArrays, audience_counts, count_audience, sample_recipients};
pub use checks::{Checks, checks};
pub(crate) use control::give_to_clock;
pub use control::{cancel, pause, resume, schedule};
pub use create::{create, duplicate};
pub use get::get;
pub(crate) use get::review;
pub use launch::launch_due;
pub use ledger::{ledger, ledger_csv, ledger_csv_head, ledger_exported, ledger_page};
pub use list::list;
pub use progress::progress;
pub(crate) use seal::{Parts, Stored, load};
pub use seal::{Sealed, hex, sealed};
pub use source::{Prepared, prepare};
pub use test_send::{MAX_TEST_ADDRESSES, test_send};
pub(crate) use test_send::{Test, known_person, send_rendered};
pub use throttle::{MAX_PER_HOUR, set_throttle};
pub use update::update;
pub(crate) use update::{remember_editor, update_draft};

pub(crate) use audience::{count, samples};
pub(crate) use checks::run as run_checks;
pub(crate) use create::{NAME_CHARS, first_content};
pub use draft::SenderChoice;
pub(crate) use draft::{Called, Draft, lock, lock_campaign, lock_definition, read, set_state};
pub(crate) use source::prepare_draft;

use crate::{Error, Result, Tx, access::ActorKind};
use types::UserId;
use types::content::Classification;

/// The classification as stored.
pub(crate) fn classification(text: &str) -> Result<Classification> {
    text.parse()
        .map_err(|_| Error::broken("unknown classification in campaigns"))
}

/// The person whose work this is: the user, or whoever made the API client that acts. Nobody approves what a client of
/// their own has written.
pub(crate) async fn person_behind(tx: &mut Tx, kind: ActorKind) -> Result<Option<UserId>> {
    match kind {
        ActorKind::User(user) => Ok(Some(user)),
        ActorKind::System => Ok(None),
        ActorKind::Client(client) => Ok(sqlx::query_scalar!(
            r#"select created_by as "created_by: UserId" from api_clients where id = $1"#,
            client.uuid()
        )
        .fetch_optional(tx.conn())
        .await?
        .flatten()),
    }
}
