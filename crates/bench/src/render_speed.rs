//! `render.mjml`, `render.person`: the renderer alone, by its own example.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::place::Place;
use crate::report::Report;

/// Runs `crates/render/examples/bench.rs`, which prints lines `name value unit` (medians of eleven rounds).
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let output = Command::new("cargo")
        .current_dir(&place.root)
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "campanile-render",
            "--example",
            "bench",
        ])
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split_whitespace();
        let (name, value, unit) = (words.next(), words.next(), words.next());
        let value: f64 = value
            .and_then(|text| text.parse().ok())
            .with_context(|| format!("no figure in {line}"))?;
        report.line(name.unwrap_or_default(), value, unit.unwrap_or_default(), 0.0);
    }
    Ok(())
}
