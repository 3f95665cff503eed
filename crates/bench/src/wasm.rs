//! `wasm.first`, `wasm.total`: what a browser loads before the console works, compressed (br).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::place::Place;
use crate::report::Report;

/// `wasm.first`: script, main wasm, the loader, and the chunks of the page after signing in. `wasm.total`: every script and wasm.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let site = place.target.join("site");
    let version = fs::read_to_string(site.join("version")).context("no site: cargo xtask build")?;
    let package = site.join("pkg").join(version.trim());
    let manifest: Value = serde_json::from_slice(&fs::read(package.join("__wasm_split_manifest.json"))?)?;

    let mut first: BTreeSet<String> = [
        "campanile.js",
        "campanile_bg.wasm",
        "__wasm_split.______________________.js",
    ]
    .map(str::to_owned)
    .into();
    let pages = manifest.as_object().context("the manifest is no object")?;
    let home = pages
        .iter()
        .find(|(name, _)| name.starts_with("home_area"))
        .context("no chunk of the home area")?;
    for chunk in home.1.as_array().into_iter().flatten().filter_map(Value::as_str) {
        first.insert(format!("{chunk}.wasm"));
    }
    let mut total = 0;
    for entry in fs::read_dir(&package)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wasm") || name.ends_with(".js") {
            total += compressed(&package, &name)?;
        }
    }
    let first = first
        .iter()
        .map(|name| compressed(&package, name))
        .sum::<Result<u64>>()?;
    report.line("wasm.first", kilobytes(first), "KB", 0.0);
    report.line("wasm.total", kilobytes(total), "KB", 0.0);
    Ok(())
}

fn compressed(package: &Path, name: &str) -> Result<u64> {
    let path = package.join(format!("{name}.br"));
    Ok(path.metadata().with_context(|| path.display().to_string())?.len())
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
