//! The build of Campanile: `cargo xtask build`, `cargo xtask sqlx`, `cargo xtask styles`.

mod browser;
mod compress;
mod licences;
mod npm;
mod postgres;
mod progress;
mod site;
mod sqlx_data;
mod styles;
mod workspace;

use std::path::Path;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::progress::Progress;
use crate::workspace::{Profile, Workspace};

/// The build of Campanile.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds everything: the console's wasm in pieces, styles, public files (compressed), the server.
    Build(BuildArgs),
    /// Regenerates the data in `.sqlx` that lets the macros of sqlx compile without a database.
    Sqlx {
        /// Changes nothing; fails when the data is not what the queries and migrations give.
        #[arg(long)]
        check: bool,
    },
    /// Prints the stylesheet.
    Styles {
        /// Without our tokens and base: what Tailwind's own compiler would write.
        #[arg(long)]
        utilities: bool,
    },
    /// Compares the licences of all dependencies with `deny.toml`.
    Licences,
}

#[derive(Args)]
struct BuildArgs {
    /// Optimised for size and speed, as shipped (the default).
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// Quick to build, with checks; no wasm-opt.
    #[arg(long)]
    dev: bool,
    /// Leaves the server binary alone.
    #[arg(long)]
    no_server: bool,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let workspace = Workspace::find()?;
    match cli.command {
        Command::Build(args) => build(&workspace, &args),
        Command::Sqlx { check } => sqlx_data::run(&workspace, check),
        Command::Licences => licences::check(&workspace),
        Command::Styles { utilities } => {
            print!("{}", styles::stylesheet(&workspace, !utilities)?);
            Ok(())
        }
    }
}

fn build(workspace: &Workspace, args: &BuildArgs) -> Result<()> {
    let profile = if args.dev { Profile::Dev } else { Profile::Release };
    let steps = if args.no_server { 6 } else { 7 };
    let mut progress = Progress::new(steps);

    let wasm = progress.step("console: compile for the browser", || {
        browser::compile(workspace, profile)
    })?;
    // What is made of these is made in minutes, and always the same.
    let inputs = site::Inputs::of(workspace, profile, &wasm)?;
    let version = match inputs.built(workspace) {
        Some(version) => {
            progress.skip(5, "console: as it was built before");
            version
        }
        None => {
            let version = make_site(workspace, profile, &wasm, &mut progress)?;
            inputs.remember(workspace)?;
            version
        }
    };
    if !args.no_server {
        progress.step("server: compile", || workspace.compile_server(profile))?;
    }
    progress.done(&format!("console {version} in {}", workspace.site().display()));
    Ok(())
}

/// From the compiled console to what the server serves; its version.
fn make_site(
    workspace: &Workspace,
    profile: Profile,
    wasm: &Path,
    progress: &mut Progress,
) -> Result<String> {
    let package = progress.step("console: split into areas, make bindings", || {
        browser::split(workspace, wasm)
    })?;
    progress.step("console: optimise for size", || {
        browser::optimise(workspace, profile, package.path())
    })?;
    progress.step("styles", || styles::write(workspace, package.path()))?;
    let version = progress.step("site: lay out", || site::lay_out(workspace, package.path()))?;
    progress.step("site: compress (br, gz)", || compress::tree(&workspace.site()))?;
    Ok(version)
}
