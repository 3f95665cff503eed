//! The golden record: one person once in the installation, seen by a unit only through its own membership row (law 3).

pub mod address;
