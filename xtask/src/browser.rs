//! The part of the console that runs in the browser: compile, split into lazily loaded pieces, bind, shrink.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use wasm_bindgen_cli_support::Bindgen;

use crate::npm;
use crate::workspace::{Profile, Workspace, run};

/// The name under which the page loads the console; leptos appends `_bg` to the wasm.
pub const NAME: &str = "campanile";
/// Leptos looks for exactly these names (`leptos::hydration`).
const SPLIT_LOADER: &str = "./__wasm_split.______________________.js";
const SPLIT_MANIFEST: &str = "__wasm_split_manifest.json";

/// The one wasm file with everything in it. Relocations, which splitting needs, come from `.cargo/config.toml`.
pub fn compile(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Release => ("wasm-release", "wasm-release"),
    };
    let target = "wasm32-unknown-unknown";
    let mut cargo = workspace.cargo(&[
        "build",
        "--package",
        "frontend",
        "--lib",
        "--target",
        target,
        "--profile",
        name,
    ]);
    // scripts/wasm.sh leaves the name of the toolchain here where the target did not come from rustup.
    if let Ok(toolchain) = std::fs::read_to_string(workspace.target.join("wasm-toolchain")) {
        cargo.env("RUSTUP_TOOLCHAIN", toolchain.trim());
    }
    run(&mut cargo)?;
    Ok(workspace.target.join(target).join(folder).join("frontend.wasm"))
}

/// Splits at the lazy routes, then makes the bindings of the main piece.
pub fn split(workspace: &Workspace, wasm: &Path) -> Result<TempDir> {
    let package = tempfile::Builder::new()
        .prefix("console-")
        .tempdir_in(&workspace.target)?;
    let input = std::fs::read(wasm).with_context(|| wasm.display().to_string())?;
    let main = package.path().join("main.wasm");
    let main_module = format!("./{NAME}.js");

    let mut options = wasm_split_cli_support::Options::new(&input);
    options.output_dir = package.path();
    options.main_out_path = &main;
    options.main_module = &main_module;
    options.link_name = SPLIT_LOADER;
    let pieces =
        wasm_split_cli_support::transform(options).map_err(|error| anyhow!("splitting: {error:?}"))?;
    std::fs::write(
        package.path().join(SPLIT_MANIFEST),
        serde_json::to_vec(&pieces.prefetch_map)?,
    )?;

    // The pieces refer to the main module's exports by their linker names: keep them, and as they are.
    Bindgen::new()
        .input_path(&main)
        .web(true)?
        .out_name(NAME)
        .typescript(false)
        .keep_lld_exports(true)
        .demangle(false)
        .omit_default_module_path(false)
        .generate(package.path())?;
    std::fs::remove_file(&main)?;
    println!(
        "      {} pieces for {} lazy pages",
        pieces.split_modules.len() + 1,
        pieces.prefetch_map.len()
    );
    Ok(package)
}

/// Shrinks every piece with binaryen's `wasm-opt`, as many at once as there are cores. Nothing in a development build.
pub fn optimise(workspace: &Workspace, profile: Profile, package: &Path) -> Result<()> {
    if profile == Profile::Dev {
        println!("      skipped in a development build");
        return Ok(());
    }
    let wasm_opt = npm::tool(workspace, "wasm-opt")?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(package)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "wasm") {
            files.push(path);
        }
    }
    let before = total(&files)?;
    let queue = Mutex::new(files.clone());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    thread::scope(|scope| -> Result<()> {
        let handles: Vec<_> = (0..workers)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    while let Some(path) = next() {
                        let path = path.to_string_lossy();
                        // Browsers do not read compact import sections yet ("Invalid import kind 127").
                        let features = ["--all-features", "--disable-compact-imports"];
                        run(Command::new(&wasm_opt)
                            .arg("-Oz")
                            .args(features)
                            .args([&*path, "-o", &*path]))?;
                    }
                    Ok(())
                })
            })
            .collect();
        for handle in handles {
            handle
                .join()
                .map_err(|_| anyhow!("a worker of wasm-opt panicked"))??;
        }
        Ok(())
    })?;
    println!(
        "      {} KB before, {} KB after",
        before / 1024,
        total(&files)? / 1024
    );
    Ok(())
}

fn total(files: &[PathBuf]) -> Result<u64> {
    files.iter().map(|path| Ok(path.metadata()?.len())).sum()
}
