//! Compressed copies beside the files, made once here rather than at every request.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// What is worth compressing; fonts and images are already.
const KINDS: [&str; 7] = ["wasm", "js", "css", "svg", "json", "txt", "html"];

/// Writes `x.br` and `x.gz` beside every `x` that has none yet.
pub fn tree(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            tree(&path)?;
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| KINDS.contains(&e))
        {
            file(&path)?;
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<()> {
    let appended = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name
    };
    let (br, gz) = (appended(".br"), appended(".gz"));
    if Path::new(&br).exists() && Path::new(&gz).exists() {
        return Ok(());
    }
    let content = fs::read(path)?;
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut content.as_slice(), &mut compressed, &parameters)?;
    fs::write(br, compressed)?;
    let mut encoder = GzEncoder::new(fs::File::create(gz)?, Compression::best());
    encoder.write_all(&content)?;
    encoder.finish()?;
    Ok(())
}
