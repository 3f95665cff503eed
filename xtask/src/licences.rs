//! Whether every dependency's licence is one that `deny.toml` allows: a check for machines without cargo-deny.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Reads `cargo metadata` and compares each package's SPDX expression with the list in `deny.toml`.
///
/// # Errors
/// When a package has no licence, or none that is allowed.
pub fn check(workspace: &Workspace) -> Result<()> {
    let allowed = allowed(&fs::read_to_string(workspace.root.join("deny.toml"))?)?;
    let output = workspace
        .cargo(&["metadata", "--format-version=1", "--offline", "--locked"])
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        match package["license"].as_str() {
            Some(expression) if satisfied(expression, &allowed) => {}
            Some(expression) => wrong.push(format!("{name}: {expression}")),
            None => wrong.push(format!("{name}: no licence given")),
        }
        let registry = package["source"].as_str().unwrap_or("registry+ (this workspace)");
        if !registry.starts_with("registry+") {
            wrong.push(format!("{name}: from {registry}"));
        }
    }
    if !wrong.is_empty() {
        bail!("not allowed by deny.toml:\n  {}", wrong.join("\n  "));
    }
    println!(
        "{} packages, all with allowed licences and from the registry",
        packages.len()
    );
    Ok(())
}

fn allowed(deny: &str) -> Result<BTreeSet<String>> {
    let list = deny
        .split("\nallow = [")
        .nth(1)
        .and_then(|rest| rest.split(']').next())
        .context("no allow list")?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

/// Whether one alternative of the expression consists of allowed licences only. `/` is the old way of writing OR.
fn satisfied(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ");
    let expression = expression.trim();
    if let Some((left, right)) = split_outside(expression, " AND ") {
        return satisfied(left, allowed) && satisfied(right, allowed);
    }
    if let Some((left, right)) = split_outside(expression, " OR ") {
        return satisfied(left, allowed) || satisfied(right, allowed);
    }
    match expression
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
    {
        Some(inner) => satisfied(inner, allowed),
        None => allowed.contains(expression),
    }
}

/// Splits at the first operator that is not inside parentheses.
fn split_outside<'a>(text: &'a str, operator: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0_i32;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && text[at..].starts_with(operator) => {
                return Some((&text[..at], &text[at + operator.len()..]));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_understood() {
        let allowed: BTreeSet<String> = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned).into();
        assert!(satisfied("MIT OR GPL-3.0", &allowed));
        assert!(satisfied("MIT/Apache-2.0", &allowed));
        assert!(satisfied("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
        assert!(!satisfied("MIT AND GPL-3.0", &allowed));
        assert!(!satisfied("(MIT AND GPL-3.0) OR LGPL-2.1", &allowed));
    }
}
