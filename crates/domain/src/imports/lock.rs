//! Who gives addresses to people. Imports write thousands in one statement, which sees the database as it was when it began:
//! an address given away meanwhile would be missed. So imports take turns, and single additions wait for the slice in hand
//! (well under a second), by advisory locks that nothing else uses.

use crate::Result;
use sqlx::PgConnection;

/// "addr" in ASCII, as advisory locks are numbers.
const KEY: i64 = 0x6164_6472;

/// For an import's slice.
pub(super) async fn exclusive(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", KEY)
        .execute(conn)
        .await?;
    Ok(())
}

/// For adding or changing one person.
pub(crate) async fn shared(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", KEY)
        .execute(conn)
        .await?;
    Ok(())
}
