//! `campanile user add`: a member of staff, from the operator's command line.

use std::io::{BufRead as _, IsTerminal as _};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use domain::Domain;
use domain::access::System;
use domain::identity::{members, passwords};
use types::Language;
use types::access::Role;
use types::identity::InviteInput;

use super::Node;
use super::words::{in_words, unit};
use crate::config::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a member of staff. A password piped into standard input is theirs; without one they are invited by mail.
    Add(Add),
}

#[derive(Debug, Args)]
struct Add {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// Key of the unit.
    #[arg(long)]
    unit: String,
    /// viewer, author, approver, `unit_admin` or `system_admin` (in the topmost unit only); may be given several times.
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    /// en, pl, de or fr.
    #[arg(long, default_value = "en", value_parser = language)]
    language: Language,
}

fn role(text: &str) -> Result<Role, String> {
    let known = || {
        Role::ALL
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    text.parse().map_err(|_| format!("one of {}", known()))
}

fn language(text: &str) -> Result<Language, String> {
    text.parse().map_err(|_| "one of en, pl, de, fr".to_owned())
}

pub(super) async fn user(config: Config, name: &str, options: Options) -> anyhow::Result<ExitCode> {
    let What::Add(add) = options.what;
    let password = piped_password()?;
    let invited = password.is_none();
    let email = add.email.clone();
    Node::with(config, name, async move |domain| {
        run(&domain, add, password).await
    })
    .await?;
    if invited {
        println!("{email} was added; the invitation is on its way");
    } else {
        println!("{email} was added and can sign in");
    }
    Ok(ExitCode::SUCCESS)
}

/// The first line of standard input, unless that is a terminal: a password typed there would be seen.
fn piped_password() -> anyhow::Result<Option<String>> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Ok(None);
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .context("reading the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    Ok((!password.is_empty()).then(|| password.to_owned()))
}

async fn run(domain: &Domain, add: Add, password: Option<String>) -> anyhow::Result<()> {
    let hash = match &password {
        Some(password) => {
            passwords::check("password", password, &[&add.name, &add.email]).map_err(in_words)?;
            Some(passwords::hash(domain, password).await?)
        }
        None => None,
    };
    let mut tx = domain.begin().await?;
    let by = System.grant(unit(&mut tx, &add.unit).await?);
    let added = match hash {
        Some(password_hash) => {
            let new = members::NewMember {
                email: &add.email,
                name: &add.name,
                roles: &add.roles,
                language: add.language,
                password_hash,
            };
            members::add(&mut tx, &by, new).await
        }
        None => {
            let input = InviteInput {
                email: add.email,
                name: add.name,
                roles: add.roles,
                language: add.language,
            };
            members::invite(&mut tx, &by, &input).await
        }
    };
    added.map_err(in_words)?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::identity::sign_in::{Attempt, sign_in};
    use domain::testing::University;

    fn add(email: &str, roles: &[Role]) -> Add {
        Add {
            email: email.to_owned(),
            name: "Olga Operator".to_owned(),
            unit: "admissions".to_owned(),
            roles: roles.to_vec(),
            language: Language::Pl,
        }
    }

    #[sqlx::test(migrations = "../migrations")]
    async fn with_a_password_they_sign_in_and_without_they_are_invited(
        pool: sqlx::PgPool,
    ) -> anyhow::Result<()> {
        let university = University::new(pool).await?;
        let domain = &university.domain;
        run(
            domain,
            add("olga@uni.example", &[Role::Author]),
            Some("a quiet bell at noon".to_owned()),
        )
        .await?;
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        let attempt = Attempt {
            email: "olga@uni.example",
            password: "a quiet bell at noon",
            address,
            device: None,
        };
        sign_in(domain, attempt).await?;

        run(domain, add("new@uni.example", &[Role::Viewer]), None).await?;
        let mails: i64 = sqlx::query_scalar("select count(*) from jobs where kind = 'system_mail'")
            .fetch_one(domain.pool())
            .await?;
        assert_eq!(mails, 1);

        let again = run(
            domain,
            add("olga@uni.example", &[Role::Author]),
            Some("a quiet bell at noon".to_owned()),
        )
        .await;
        assert!(again.expect_err("taken").to_string().starts_with("email: "));
        let too_much = run(domain, add("x@uni.example", &[Role::SystemAdmin]), None).await;
        assert!(too_much.is_err());
        let nowhere = Add {
            unit: "nowhere".to_owned(),
            ..add("x@uni.example", &[Role::Author])
        };
        assert!(
            run(domain, nowhere, None)
                .await
                .expect_err("no unit")
                .to_string()
                .contains("nowhere")
        );
        Ok(())
    }
}
