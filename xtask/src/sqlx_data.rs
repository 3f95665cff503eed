//! `.sqlx`: what the macros of sqlx learned from a database, committed so that others compile without one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::postgres::Cluster;
use crate::progress::Progress;
use crate::workspace::{self, Workspace};

/// Packages in which the macros are used; each is compiled again, so that every query is asked.
const PACKAGES: [&str; 2] = ["campanile-domain", "server"];

/// The command `cargo xtask sqlx`: asks a fresh, migrated PostgreSQL about every query; then replaces `.sqlx`, or, with
/// `check`, only compares.
///
/// # Errors
/// When a query does not fit the migrations, or (checking) when `.sqlx` is not what it should be.
pub fn run(workspace: &Workspace, check: bool) -> Result<()> {
    let mut progress = Progress::new(3);
    let cluster = progress.step("a PostgreSQL with the migrations", || {
        let cluster = Cluster::start()?;
        cluster.migrate(&workspace.root.join("migrations"))?;
        Ok(cluster)
    })?;
    let fresh = tempfile::tempdir_in(&workspace.target)?;
    progress.step("ask it about every query", || {
        for package in PACKAGES {
            touch(workspace, package)?;
        }
        // One selection of packages for lints, tests and this: another one would compile all dependencies again, with
        // other features. The tests have queries of their own.
        workspace::run(
            workspace
                .cargo(&[
                    "check",
                    "--quiet",
                    "--workspace",
                    "--exclude",
                    "frontend",
                    "--all-targets",
                ])
                .env("DATABASE_URL", cluster.url())
                .env("SQLX_OFFLINE", "false")
                .env("SQLX_OFFLINE_DIR", fresh.path()),
        )?;
        Ok(())
    })?;
    let committed = workspace.root.join(".sqlx");
    progress.step(
        if check {
            "compare with .sqlx"
        } else {
            "replace .sqlx"
        },
        || {
            let (old, new) = (files(&committed)?, files(fresh.path())?);
            if check {
                compare(&old, &new)
            } else {
                replace(&committed, &new)
            }
        },
    )?;
    progress.done("the data in .sqlx is that of the queries and migrations");
    Ok(())
}

/// Makes Cargo compile the package's targets again: the macros run only then.
fn touch(workspace: &Workspace, package: &str) -> Result<()> {
    let folder = match package {
        "campanile-domain" => workspace.root.join("crates/domain"),
        other => workspace.root.join(other),
    };
    for (parent, recursive) in [("src", false), ("tests", true)] {
        let Ok(entries) = fs::read_dir(folder.join(parent)) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            if path.extension().is_some_and(|e| e == "rs")
                && (recursive || matches!(name, "lib.rs" | "main.rs"))
            {
                let file = fs::File::options().append(true).open(&path)?;
                #[expect(clippy::disallowed_methods, reason = "a file is touched with the time of day")]
                file.set_modified(std::time::SystemTime::now())?;
            }
        }
    }
    Ok(())
}

type Files = BTreeMap<String, serde_json::Value>;

fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    if !folder.exists() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.starts_with("query-") && name.ends_with(".json") {
            files.insert(name, serde_json::from_slice(&fs::read(&path)?)?);
        }
    }
    if files.is_empty() {
        println!("      {} holds no query", folder.display());
    }
    Ok(files)
}

fn compare(old: &Files, new: &Files) -> Result<()> {
    let sql = |value: &serde_json::Value| {
        value["query"]
            .as_str()
            .unwrap_or_default()
            .trim()
            .replace('\n', " ")
    };
    let mut wrong = Vec::new();
    for (name, value) in new {
        match old.get(name) {
            None => wrong.push(format!("missing: {}", sql(value))),
            Some(other) if other != value => wrong.push(format!("changed: {}", sql(value))),
            Some(_) => {}
        }
    }
    wrong.extend(
        old.iter()
            .filter(|(name, _)| !new.contains_key(*name))
            .map(|(_, v)| format!("not used: {}", sql(v))),
    );
    if wrong.is_empty() {
        println!("      {} queries", new.len());
        return Ok(());
    }
    bail!(
        "run `cargo xtask sqlx` and commit .sqlx:\n  {}",
        wrong.join("\n  ")
    )
}

fn replace(folder: &Path, new: &Files) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (name, value) in new {
        fs::write(
            folder.join(name),
            format!("{}\n", serde_json::to_string_pretty(value)?),
        )?;
    }
    println!("      {} queries", new.len());
    Ok(())
}
