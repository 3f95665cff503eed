//! Build tools that come from npm, pinned by `xtask/package-lock.json`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::workspace::{Workspace, run};

/// The path of a tool, after installing what is pinned when it is not there or is older than the pin.
pub fn tool(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let folder = workspace.root.join("xtask");
    let path = folder.join("node_modules/.bin").join(name);
    let installed = folder.join("node_modules/.package-lock.json");
    let changed = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
    if !path.exists() || changed(&folder.join("package-lock.json")) > changed(&installed) {
        println!("      getting {name} from npm …");
        run(Command::new("npm")
            .current_dir(&folder)
            .args(["ci", "--no-audit", "--no-fund", "--silent"]))?;
    }
    Ok(path)
}
