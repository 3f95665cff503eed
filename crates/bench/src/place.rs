//! Where the checkout, its build and the sizes of the benchmarks are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The checkout and its target folder.
pub struct Place {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl Place {
    /// The target folder is where this program was built.
    pub fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .canonicalize()?;
        let program = std::env::current_exe()?;
        let target = program
            .parent()
            .and_then(Path::parent)
            .context("no target folder")?
            .to_owned();
        Ok(Self { root, target })
    }

    /// The server that is measured: the release build.
    pub fn campanile(&self) -> PathBuf {
        self.target.join("release/campanile")
    }

    /// How much of something is measured: `BENCH_ROWS`, `BENCH_MESSAGES`, …
    pub fn size(&self, name: &str, usual: usize) -> usize {
        #[expect(
            clippy::disallowed_methods,
            reason = "the sizes of a benchmark are for whoever starts it"
        )]
        let given = std::env::var(format!("BENCH_{name}")).ok();
        given
            .and_then(|text| text.replace('_', "").parse().ok())
            .unwrap_or(usual)
    }
}
