//! Where things are, and how Cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The two ways of building.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Dev,
    Release,
}

/// The checkout and its target folder.
pub struct Workspace {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Workspace {
    /// The checkout that it is called in (two checkouts may share one target folder, and so one xtask). Cargo says where the
    /// target folder is, as a machine may have moved it.
    pub fn find() -> Result<Self> {
        let found = Command::new("cargo")
            .args(["locate-project", "--workspace", "--message-format=plain"])
            .output()
            .context("cargo locate-project")?;
        let root = Path::new(std::str::from_utf8(&found.stdout)?.trim())
            .parent()
            .context("no workspace here")?
            .to_owned();
        let output = Command::new("cargo")
            .current_dir(&root)
            .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
            .output()
            .context("cargo metadata")?;
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target folder")?;
        Ok(Self {
            target: PathBuf::from(target),
            root,
        })
    }

    /// What the server serves: it looks here when it runs from the target folder.
    pub fn site(&self) -> PathBuf {
        self.target.join("site")
    }

    pub fn compile_server(&self, profile: Profile) -> Result<()> {
        let mut cargo = self.cargo(&["build", "--package", "server", "--bin", "campanile"]);
        if profile == Profile::Release {
            cargo.arg("--release");
        }
        run(&mut cargo)
    }

    pub fn cargo(&self, args: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root).args(args);
        command
    }
}

/// Runs a program to its end; its output goes to ours.
///
/// # Errors
/// When it cannot be started or does not succeed.
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("starting {name}"))?;
    if !status.success() {
        bail!("{name} {:?}: {status}", command.get_args().collect::<Vec<_>>());
    }
    Ok(())
}
