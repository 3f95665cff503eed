//! A PostgreSQL of one's own for as long as it is needed: on a Unix socket in a temporary folder, thrown away afterwards.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::workspace::run;

/// The user that runs it when we are root, which PostgreSQL refuses to be.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

/// A running cluster; dropping it stops and removes it.
pub struct Cluster {
    folder: TempDir,
    binaries: PathBuf,
    user: Option<&'static str>,
}

impl Cluster {
    pub fn start() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("campanile-pg-")
            .tempdir_in("/tmp")?;
        let binaries = binaries()?;
        let user = if is_root()? { Some(unprivileged()?) } else { None };
        if let Some(user) = user {
            run(Command::new("chown").arg(user).arg(folder.path()))?;
        }
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711))?;
        let cluster = Self {
            folder,
            binaries,
            user,
        };
        let data = cluster.data();
        let quiet = |command: &mut Command| run(command.stdout(Stdio::null()));
        quiet(cluster.command("initdb").arg("-D").arg(&data).args([
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]))?;
        // Not reachable from outside, and careless of crashes: it lives for minutes.
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off",
            cluster.socket()
        );
        let log = cluster.folder.path().join("log");
        quiet(
            cluster
                .command("pg_ctl")
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(log)
                .args(["-w", "-o", &options, "start"]),
        )?;
        run(&mut cluster.psql("postgres", &["-c", "create database campanile"]))?;
        Ok(cluster)
    }

    /// The address of its database `campanile`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/campanile?host={}", self.socket())
    }

    /// Applies the migrations in their order.
    pub fn migrate(&self, folder: &Path) -> Result<()> {
        let mut files: Vec<_> = std::fs::read_dir(folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        files.retain(|path| path.extension().is_some_and(|e| e == "sql"));
        files.sort();
        for file in files {
            run(self.psql("campanile", &["-f"]).arg(&file)).with_context(|| file.display().to_string())?;
        }
        Ok(())
    }

    fn psql(&self, database: &str, args: &[&str]) -> Command {
        let beside = self.binaries.join("psql");
        let mut command = Command::new(if beside.exists() {
            beside
        } else {
            PathBuf::from("psql")
        });
        command.args([
            "-q",
            "-X",
            "-U",
            "postgres",
            "-h",
            &self.socket(),
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
        ]);
        command.args(args);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn command(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", user, "--regid", "nogroup", "--clear-groups", "--"])
                    .arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        let mut stop = self.command("pg_ctl");
        if let Err(error) = run(stop
            .arg("-D")
            .arg(data)
            .args(["-m", "immediate", "stop"])
            .stdout(Stdio::null()))
        {
            eprintln!("the temporary PostgreSQL did not stop: {error:#}");
        }
    }
}

/// Debian keeps the server's programs out of PATH.
fn binaries() -> Result<PathBuf> {
    let output = Command::new("sh")
        .args([
            "-c",
            "dirname \"$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)\"",
        ])
        .output()?;
    let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !folder.join("initdb").exists() {
        bail!(
            "no PostgreSQL server programs (initdb): run scripts/bootstrap.sh, or apt-get install postgresql-15"
        );
    }
    Ok(folder)
}

fn is_root() -> Result<bool> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim() == "0")
}

fn unprivileged() -> Result<&'static str> {
    for user in UNPRIVILEGED {
        if Command::new("id")
            .arg(user)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?
            .success()
        {
            return Ok(user);
        }
    }
    bail!("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody")
}
