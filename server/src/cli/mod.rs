//! The command line. Each command is one file; this one reads the configuration, runs the command until it is done or
//! the operator stops it, and turns errors into one message and an exit code.

mod backup;
mod client;
mod doctor;
mod import;
mod ledger;
mod migrate;
mod node;
mod seed;
mod serve;
mod signals;
mod unit;
mod user;
mod verify;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Sources};
pub use node::Node;

/// Campanile: one voice for a university's mail.
#[derive(Debug, Parser)]
#[command(name = "campanile", version, propagate_version = true)]
struct Cli {
    /// Configuration file (default: campanile.toml in the working directory, if there).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrate the database, serve console, public pages and API, and run jobs.
    Serve(serve::Options),
    /// Run jobs only, beside any number of servers.
    Worker(serve::WorkerOptions),
    /// Bring the database's schema up to this version, and stop.
    Migrate,
    /// Write database, assets and keys into one file.
    Backup(backup::BackupOptions),
    /// Bring a backup back into an empty place.
    Restore(backup::RestoreOptions),
    /// Fill an empty database: a demo, or many people for measuring.
    Seed(seed::Options),
    /// Bring people, or addresses never to write to, from a CSV file into a unit.
    #[command(subcommand)]
    Import(import::ImportWhat),
    /// Write what a unit has as a CSV file.
    #[command(subcommand)]
    Export(import::ExportWhat),
    /// Members of staff.
    User(user::Options),
    /// Other systems that may call the API.
    Client(client::Options),
    /// How other systems name a unit.
    Unit(unit::Options),
    /// The months of the ledger: which there are, and taking old ones out of it.
    Ledger(ledger::Options),
    /// Check database, clock, secrets, relay, addresses and sender domains.
    Doctor,
    /// Check the ledger, the chain of the audit log and every reference.
    Verify,
}

impl Command {
    /// What other processes are told about who holds the data directory.
    fn name(&self) -> &'static str {
        match self {
            Self::Serve(_) => "serve",
            Self::Worker(_) => "worker",
            Self::Migrate => "migrate",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Seed(_) => "seed",
            Self::Import(_) => "import",
            Self::Export(_) => "export",
            Self::User(_) => "user",
            Self::Client(_) => "client add",
            Self::Unit(_) => "unit",
            Self::Ledger(_) => "ledger",
            Self::Doctor => "doctor",
            Self::Verify => "verify",
        }
    }
}

/// Runs the program with the process's own arguments and environment.
#[must_use]
pub fn main() -> ExitCode {
    // A printed line that nobody reads any more (`campanile … | head`) is no reason to panic.
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&anyhow::Error::new(error).context("starting")),
    };
    let done = runtime.block_on(run(cli));
    // Blocking work that is still under way (a password being hashed) is not waited for.
    runtime.shutdown_background();
    match done {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("campanile: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = Config::load(&Sources::of_process(cli.config)?)?;
    crate::logging::start(&config.log);
    let name = cli.command.name();
    match cli.command {
        Command::Serve(options) => serve::serve(config, options).await,
        Command::Worker(options) => serve::work(config, options).await,
        Command::Migrate => migrate::migrate(config, name).await,
        Command::Backup(options) => backup::backup(config, name, options).await,
        Command::Restore(options) => backup::restore(config, name, options).await,
        Command::Seed(options) => seed::seed(config, name, options).await,
        Command::Import(what) => import::import(config, name, what).await,
        Command::Export(what) => import::export(config, name, what).await,
        Command::User(options) => user::user(config, name, options).await,
        Command::Client(options) => client::client(config, name, options).await,
        Command::Unit(options) => unit::unit(config, name, options).await,
        Command::Ledger(options) => ledger::ledger(config, name, options).await,
        Command::Doctor => doctor::doctor(config, name).await,
        Command::Verify => verify::verify(config, name).await,
    }
}
