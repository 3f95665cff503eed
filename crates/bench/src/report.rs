//! The lines of the report.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};

/// Prints each line as it comes and keeps it for the file.
pub struct Report {
    only: String,
    lines: Vec<Value>,
}

impl Report {
    pub fn new(only: &str) -> Self {
        Self {
            only: only.to_owned(),
            lines: Vec::new(),
        }
    }

    /// Whether anybody asked for this line.
    pub fn wants(&self, name: &str) -> bool {
        name.starts_with(&self.only)
    }

    /// One figure; `baseline` 0 where there is none.
    pub fn line(&mut self, name: &str, value: f64, unit: &str, baseline: f64) {
        if !self.wants(name) {
            return;
        }
        let ratio = if baseline > 0.0 { value / baseline } else { 0.0 };
        println!("{name} {} {unit} {} {ratio:.3}", figure(value), figure(baseline));
        self.lines.push(
            json!({ "name": name, "value": value, "unit": unit, "baseline": baseline, "ratio": ratio }),
        );
    }

    /// Writes the report as a list of objects.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, serde_json::to_vec_pretty(&self.lines)?)?;
        Ok(())
    }
}

/// Four significant digits without an exponent.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 || size == 0.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.3}"),
        _ => format!("{value:.6}"),
    }
}

/// The middle one of an odd number of runs.
pub fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or_default()
}

/// The median of three runs of something that measures itself.
pub fn of_three(mut run: impl FnMut() -> Result<f64>) -> Result<f64> {
    let runs = (0..3).map(|_| run()).collect::<Result<Vec<_>>>()?;
    Ok(median(runs))
}
