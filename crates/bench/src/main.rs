//! `make bench`: what the project promises about speed and size, measured on this machine.
//!
//! Machines are shared and noisy, so a figure counts as a ratio to a baseline measured in the same run, and every timed
//! figure is the median of three runs. Each line reads `name value unit baseline ratio`, ratio = value / baseline, 0 where
//! there is no baseline; `target/bench/report.json` holds the same.

mod import;
mod node;
mod pages;
mod place;
mod postgres;
mod render_speed;
mod report;
mod send;
mod server;
mod start;
mod tx;
mod wasm;

use anyhow::Result;

use crate::place::Place;
use crate::report::Report;

/// Adds lines to the report.
type Bench = fn(&Place, &mut Report) -> Result<()>;

/// Everything there is, by the beginning of its lines' names; cheap ones first.
const BENCHES: [(&str, Bench); 7] = [
    ("wasm", wasm::run),
    ("render", render_speed::run),
    ("start", start::run),
    ("page", pages::run),
    ("import", import::run),
    ("tx", tx::run),
    ("send", send::run),
];

fn main() -> Result<()> {
    let place = Place::find()?;
    let only = std::env::args().nth(1).unwrap_or_default();
    let mut report = Report::new(&only);
    let mut failed = Vec::new();
    for (name, bench) in BENCHES {
        // ONLY=send.campaign asks for a line, ONLY=s for several groups.
        if !(name.starts_with(&only) || only.starts_with(name)) {
            continue;
        }
        if let Err(error) = bench(&place, &mut report) {
            eprintln!("{name}: {error:#}");
            failed.push(name);
        }
    }
    report.write(&place.target.join("bench/report.json"))?;
    anyhow::ensure!(failed.is_empty(), "not measured: {}", failed.join(", "));
    Ok(())
}
