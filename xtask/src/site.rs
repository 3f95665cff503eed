//! The folder that the server serves: `public/` as it is, and the console's package under a versioned address.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::styles;
use crate::workspace::{Profile, Workspace};

/// Copies everything to its place and returns the version. The package goes to `pkg/<version>/`, where the version is a
/// digest of its content, so that browsers may keep it for ever; the file `version` tells the server which one is current.
/// The package before stays, for the tabs that still use it.
pub fn lay_out(workspace: &Workspace, package: &Path) -> Result<String> {
    let site = workspace.site();
    fs::create_dir_all(site.join("pkg"))?;
    // Until it is complete, it is the site of nothing.
    let _ = fs::remove_file(Inputs::file(workspace));
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

/// A digest of all that the site is made of: when it is that of the last build, the site is there already.
pub struct Inputs(String);

impl Inputs {
    /// The compiled console, the styles, the public files, and the build itself with its tools.
    pub fn of(workspace: &Workspace, profile: Profile, wasm: &Path) -> Result<Self> {
        let mut hasher = Sha256::new();
        hasher.update(if profile == Profile::Dev { "dev" } else { "release" });
        hasher.update(fs::read(wasm)?);
        hasher.update(styles::stylesheet(workspace, true)?);
        for folder in ["public", "xtask/src"] {
            add(&mut hasher, &workspace.root.join(folder))?;
        }
        for file in ["Cargo.lock", "xtask/package-lock.json"] {
            hasher.update(fs::read(workspace.root.join(file))?);
        }
        Ok(Self(hex(hasher, 32)))
    }

    /// The version of the site that was made of the same, if that is what is there.
    pub fn built(&self, workspace: &Workspace) -> Option<String> {
        let last = fs::read_to_string(Self::file(workspace)).ok()?;
        let version = fs::read_to_string(workspace.site().join("version")).ok()?;
        (last == self.0).then_some(version)
    }

    /// To be called when the site is complete.
    pub fn remember(&self, workspace: &Workspace) -> Result<()> {
        Ok(fs::write(Self::file(workspace), &self.0)?)
    }

    fn file(workspace: &Workspace) -> PathBuf {
        workspace.target.join("site-inputs")
    }
}

fn digest(folder: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    add(&mut hasher, folder)?;
    Ok(hex(hasher, 8))
}

fn add(hasher: &mut Sha256, folder: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    collect(folder, &mut files)?;
    for (name, path) in files {
        hasher.update(name.as_bytes());
        hasher.update(fs::read(&path)?);
    }
    Ok(())
}

fn hex(hasher: Sha256, bytes: usize) -> String {
    let digest = hasher.finalize();
    digest
        .iter()
        .take(bytes)
        .map(|byte| format!("{byte:02x}"))
        .collect()
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
