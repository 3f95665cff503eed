//! Compressed copies beside the files, made once here rather than at every request.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Result, anyhow};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// What is worth compressing; fonts and images are already.
const KINDS: [&str; 7] = ["wasm", "js", "css", "svg", "json", "txt", "html"];

/// Writes `x.br` and `x.gz` beside every `x` that has none yet, as many at once as there are cores.
pub fn tree(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let queue = Mutex::new(files);
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            while let Some(path) = next() {
                file(&path)?;
            }
            Ok(())
        };
        let handles: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for handle in handles {
            handle
                .join()
                .map_err(|_| anyhow!("a worker of the compression panicked"))??;
        }
        Ok(())
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| KINDS.contains(&e))
        {
            files.push(path);
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
