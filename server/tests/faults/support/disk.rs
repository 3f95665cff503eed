//! A small disk of its own, so that filling it harms nobody: a file system in memory, mounted by root.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Unmounted when dropped.
pub struct Disk {
    place: tempfile::TempDir,
}

impl Disk {
    /// None where this user may not mount anything.
    pub fn new(megabytes: u32) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        std::fs::set_permissions(place.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let size = format!("size={megabytes}m,mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "campanile-test"])
            .arg(place.path())
            .output();
        matches!(mounted, Ok(Output { status, .. }) if status.success()).then_some(Self { place })
    }

    pub fn path(&self) -> &Path {
        self.place.path()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    /// Takes all but a few megabytes.
    pub fn fill(&self, left: u64) {
        let said = run(Command::new("df")
            .args(["--output=avail", "-BM"])
            .arg(self.path()));
        let free: u64 = said
            .lines()
            .last()
            .and_then(|line| line.trim().trim_end_matches('M').parse().ok())
            .unwrap();
        let size = format!("{}M", free.saturating_sub(left));
        run(Command::new("fallocate")
            .args(["--length", &size])
            .arg(self.ballast()));
    }

    /// Gives the room back.
    pub fn free(&self) {
        // Freed before: nothing to do.
        let _ = std::fs::remove_file(self.ballast());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run(Command::new("umount").arg("--lazy").arg(self.path()));
    }
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
