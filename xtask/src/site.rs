//! The folder that the server serves: `public/` as it is, and the console's package under a versioned address.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace::Workspace;

/// Copies everything to its place and returns the version. The package goes to `pkg/<version>/`, where the version is a
/// digest of its content, so that browsers may keep it for ever; the file `version` tells the server which one is current.
/// The package before stays, for the tabs that still use it.
pub fn lay_out(workspace: &Workspace, package: &Path) -> Result<String> {
    let site = workspace.site();
    fs::create_dir_all(site.join("pkg"))?;
    let before = fs::read_to_string(site.join("version")).unwrap_or_default();

    let version = digest(package)?;
    for entry in fs::read_dir(&site)? {
        let path = entry?.path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("pkg") => {}
            _ if path.is_dir() => fs::remove_dir_all(&path)?,
            _ => fs::remove_file(&path)?,
        }
    }
    for entry in fs::read_dir(site.join("pkg"))? {
        let path = entry?.path();
        if path.file_name().is_none_or(|name| name != before.trim()) || before.trim() == version {
            fs::remove_dir_all(&path)?;
        }
    }
    copy(package, &site.join("pkg").join(&version))?;
    copy(&workspace.root.join("public"), &site)?;
    fs::write(site.join("version"), &version)?;
    Ok(version)
}

fn digest(folder: &Path) -> Result<String> {
    let mut files = BTreeMap::new();
    collect(folder, &mut files)?;
    let mut hasher = Sha256::new();
    for (name, path) in files {
        hasher.update(name.as_bytes());
        hasher.update(fs::read(&path)?);
    }
    Ok(hasher
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn collect(folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.insert(
                path.to_string_lossy()
                    .into_owned()
                    .split_off(folder.to_string_lossy().len()),
                path,
            );
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("a file without a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
