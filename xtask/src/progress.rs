//! What the build says while it works: one line a step, with its time.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Counts steps and prints them as they begin and end.
pub struct Progress {
    steps: usize,
    current: usize,
    started: Instant,
}

impl Progress {
    pub fn new(steps: usize) -> Self {
        Self {
            steps,
            current: 0,
            started: Instant::now(),
        }
    }

    /// Runs one step between its two lines.
    ///
    /// # Errors
    /// Those of the step.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.current += 1;
        println!("[{}/{}] {name} …", self.current, self.steps);
        let started = Instant::now();
        let result = work();
        let time = seconds(started.elapsed());
        match &result {
            Ok(_) => println!("[{}/{}] {name}: {time}", self.current, self.steps),
            Err(_) => println!("[{}/{}] {name}: FAILED after {time}", self.current, self.steps),
        }
        result
    }

    /// Steps whose results are there already.
    pub fn skip(&mut self, steps: usize, why: &str) {
        self.current += steps;
        println!("[{}/{}] {why}", self.current, self.steps);
    }

    pub fn done(&self, what: &str) {
        println!("built in {}: {what}", seconds(self.started.elapsed()));
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
