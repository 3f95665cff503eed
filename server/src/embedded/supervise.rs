//! Keeping the private server running while Campanile does.

use std::time::Duration;

use super::cluster::{Cluster, LOG, open_log};
use super::{EmbeddedError, leftovers};

/// Between two tries to start it again: growing, so that a full disk does not also fill the log.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

impl Cluster {
    /// Starts the server again whenever it ends by itself (killed, out of memory, disk full). What was committed is there
    /// again; meanwhile requests are answered with "come back in a moment" and jobs wait. Never returns.
    pub async fn keep_running(&mut self) {
        loop {
            let Some(owned) = &mut self.owned else {
                return std::future::pending().await;
            };
            // An error means that the child cannot be waited for, so it is gone.
            let status = owned.server.wait().await;
            let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
            tracing::error!(
                status,
                "the private database has ended unexpectedly; starting it again"
            );
            let mut pause = FIRST_PAUSE;
            while let Err(error) = self.start_again().await {
                tracing::error!(%error, again_in = ?pause, "the private database does not start");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            tracing::info!("the private database runs again");
        }
    }

    async fn start_again(&mut self) -> Result<(), EmbeddedError> {
        leftovers::clear(&self.tools, &self.socket_dir).await?;
        let log = self.data_dir().join(LOG);
        let server = self.tools.spawn(&self.socket_dir, open_log(&log)?)?;
        if let Some(owned) = &mut self.owned {
            owned.server = server;
        }
        self.wait_until_ready(&log).await
    }
}
