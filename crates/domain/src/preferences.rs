//! How a person wants their console: language and colour scheme. Their own affair, so it takes no permission.

use crate::{Actor, Error, Result, Tx, access::ActorKind};
use types::{Code, Language, UserId};

fn person(actor: &Actor) -> Result<UserId> {
    match actor.kind() {
        ActorKind::User(user) => Ok(user),
        _ => Err(Error::code(Code::Forbidden)),
    }
}

/// Sets the language of the console and of mails to this person.
///
/// # Errors
/// `forbidden` for API clients and workers.
pub async fn set_language(tx: &mut Tx, actor: &Actor, language: Language) -> Result<()> {
    let user = person(actor)?;
    sqlx::query!(
        "update users set language = $2 where id = $1",
        user.uuid(),
        language.code()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets the colour scheme: `system`, `light` or `dark`.
///
/// # Errors
/// `forbidden` for API clients and workers, `bad_format` for another word.
pub async fn set_theme(tx: &mut Tx, actor: &Actor, theme: &str) -> Result<()> {
    let user = person(actor)?;
    if !matches!(theme, "system" | "light" | "dark") {
        return Err(Error::field("theme", Code::BadFormat));
    }
    sqlx::query!("update users set theme = $2 where id = $1", user.uuid(), theme)
        .execute(tx.conn())
        .await?;
    Ok(())
}
