//! Charts as SVG that the server draws: there before any script, printable, each with a table behind it and a download.
//!
//! Shapes stretch with the page while words stay HTML, so that they keep their size on a phone. No style attributes:
//! lengths are SVG attributes, colours are classes over the tokens.

mod bars;
mod course;
mod figure;
mod funnel;
mod sparkline;

pub use bars::{Bar, Bars};
pub use course::{Course, Series};
pub use figure::ChartFigure;
pub use funnel::{Funnel, Stage};
pub use sparkline::Sparkline;

/// The colour of a series; the same word means the same thing in every chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    First,
    Second,
    Third,
    Fourth,
    /// What machines did (scanners, prefetching): always grey.
    Machine,
}

impl Ink {
    fn stroke(self) -> &'static str {
        match self {
            Self::First => "stroke-chart-1",
            Self::Second => "stroke-chart-2",
            Self::Third => "stroke-chart-3",
            Self::Fourth => "stroke-chart-4",
            Self::Machine => "stroke-chart-machine",
        }
    }

    fn fill(self) -> &'static str {
        match self {
            Self::First => "fill-chart-1",
            Self::Second => "fill-chart-2",
            Self::Third => "fill-chart-3",
            Self::Fourth => "fill-chart-4",
            Self::Machine => "fill-chart-machine",
        }
    }

    fn ground(self) -> &'static str {
        match self {
            Self::First => "bg-chart-1",
            Self::Second => "bg-chart-2",
            Self::Third => "bg-chart-3",
            Self::Fourth => "bg-chart-4",
            Self::Machine => "bg-chart-machine",
        }
    }
}

/// A length in a view box, with as many digits as a screen can show.
fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The end of an axis that holds `max`: 1, 2, 2.5 or 5 times a power of ten.
fn nice_max(max: f64) -> f64 {
    if max <= 4.0 {
        return 4.0;
    }
    let power = 10_f64.powf(max.log10().floor());
    let steps = [1.0, 2.0, 4.0, 6.0, 8.0, 10.0];
    steps
        .iter()
        .map(|step| step * power)
        .find(|end| *end >= max)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_on_round_numbers() {
        for (max, end) in [
            (0.0, 4.0),
            (3.0, 4.0),
            (7.0, 8.0),
            (11.0, 20.0),
            (95.0, 100.0),
            (100.0, 100.0),
            (4321.0, 6000.0),
        ] {
            assert!((nice_max(max) - end).abs() < 1e-9, "{max} -> {}", nice_max(max));
        }
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!(coordinate(12.0), "12");
        assert_eq!(coordinate(12.345), "12.35");
        assert_eq!(coordinate(0.5), "0.5");
    }
}
