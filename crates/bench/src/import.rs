//! `import.contacts.new`, `import.contacts.existing`: rows a second from a CSV file to people with addresses, attributes and
//! checks, by `campanile import contacts`; baseline: a bare `copy` of the same file into a table like `contacts`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::place::Place;
use crate::postgres;
use crate::report::{Report, median};
use crate::server::{Installation, scratch};

/// A unit of the demo.
const UNIT: &str = "admissions";

/// `BENCH_ROWS` rows (100,000; the goal is set for 1,000,000), three files of other people each, then the same files again.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let rows = place.size("ROWS", 100_000);
    let installation = Installation::new(place, &[])?;
    installation.run(&["seed", "demo"])?;
    let running = installation.serve()?;
    let socket = installation.socket()?;

    let (mut new, mut existing, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..3 {
        let file = scratch(installation.data.path(), &format!("{round}.csv"));
        write(&file, rows, round)?;
        bare.push(rate(rows, || copy(&socket, &file))?);
        let import = || {
            let path = file.to_str().context("a path in UTF-8")?;
            installation
                .run(&["import", "contacts", "--unit", UNIT, "--file", path])
                .map(drop)
        };
        new.push(rate(rows, import)?);
        existing.push(rate(rows, import)?);
        std::fs::remove_file(&file)?;
    }
    drop(running);
    let bare = median(bare);
    report.line("import.contacts.new", median(new), "rows/s", bare);
    report.line("import.contacts.existing", median(existing), "rows/s", bare);
    Ok(())
}

fn rate(rows: usize, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    work()?;
    let rows = u32::try_from(rows).context("fewer rows")?;
    Ok(f64::from(rows) / began.elapsed().as_secs_f64())
}

/// People nobody else has; names of all four languages.
pub fn write(path: &Path, rows: usize, round: usize) -> Result<()> {
    const FIRST: [&str; 8] = [
        "Anna",
        "Paweł",
        "Jürgen",
        "Zoë",
        "Małgorzata",
        "John",
        "Élodie",
        "Łukasz",
    ];
    const LAST: [&str; 8] = [
        "Nowak",
        "Müller",
        "Lefèvre",
        "Smith",
        "Wiśniewska",
        "Groß",
        "O'Neill",
        "Żak",
    ];
    const LANGUAGE: [&str; 4] = ["pl", "de", "fr", "en"];
    const FACULTY: [&str; 4] = ["medicine", "law", "physics", "arts"];
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "email,first_name,last_name,language,faculty")?;
    for row in 0..rows {
        writeln!(
            out,
            "person{row}.{round}@students.example.edu,{},{},{},{}",
            FIRST[row % 8],
            LAST[(row / 8) % 8],
            LANGUAGE[row % 4],
            FACULTY[(row / 4) % 4]
        )?;
    }
    out.flush()?;
    Ok(())
}

/// The same rows, the same indexes, no questions asked.
fn copy(socket: &str, file: &Path) -> Result<()> {
    postgres::sql(
        socket,
        "campanile",
        "campanile",
        "drop table if exists bench_contacts;
         create table bench_contacts (like contacts including all);
         alter table bench_contacts alter id set default gen_random_uuid(), alter created_at set default now(),
             alter updated_at set default now(), add email text, add faculty text",
    )?;
    let from = format!(
        "\\copy bench_contacts (email, first_name, last_name, language, faculty) from '{}' with (format csv, header true)",
        file.display()
    );
    postgres::sql(socket, "campanile", "campanile", &from)?;
    Ok(())
}
