//! Something over time.

use super::{ChartFigure, Ink, coordinate, nice_max};
use crate::ui::format::number;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 240.0;

/// One line of a [`Course`], with as many values as there are points in time.
#[derive(Clone)]
pub struct Series {
    pub label: TextProp,
    pub values: Vec<u64>,
    pub ink: Ink,
}

/// Lines over the same points in time. `times` are the points in the reader's words, first to last.
#[component]
pub fn Course(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(into)] times: Signal<Vec<String>>,
    series: Vec<Series>,
    #[prop(optional, into)] csv: Option<String>,
    #[prop(optional)] bare: bool,
) -> impl IntoView {
    let i18n = use_i18n();
    let points = series.iter().map(|line| line.values.len()).max().unwrap_or(0);
    let max = series
        .iter()
        .flat_map(|line| line.values.iter().copied())
        .max()
        .unwrap_or(0);
    let top = nice_max(max as f64);
    let x = move |at: usize| {
        if points < 2 {
            WIDTH / 2.0
        } else {
            at as f64 / (points - 1) as f64 * WIDTH
        }
    };
    let y = move |value: u64| HEIGHT - value as f64 / top * HEIGHT;

    let rows = {
        let series = series.clone();
        Signal::derive(move || {
            let locale = i18n.get_locale();
            times
                .get()
                .into_iter()
                .enumerate()
                .map(|(at, time)| {
                    let mut row = vec![time];
                    row.extend(
                        series
                            .iter()
                            .map(|line| number(locale, line.values.get(at).copied().unwrap_or(0))),
                    );
                    row
                })
                .collect::<Vec<_>>()
        })
    };
    let head = {
        let series = series.clone();
        Signal::derive(move || {
            let mut head = vec![t_string!(i18n, common.chart_time).to_string()];
            head.extend(series.iter().map(|line| line.label.get().to_string()));
            head
        })
    };
    let grid = (0..=4)
        .map(|step| {
            let at = coordinate(f64::from(step) / 4.0 * HEIGHT);
            view! { <line class="stroke-chart-grid" x1="0" x2=WIDTH.to_string() y1=at.clone() y2=at stroke-width="1" /> }
        })
        .collect_view();
    let lines = series
        .iter()
        .enumerate()
        .map(|(order, line)| {
            let path: String = line
                .values
                .iter()
                .enumerate()
                .map(|(at, value)| {
                    let verb = if at == 0 { 'M' } else { 'L' };
                    format!("{verb}{} {}", coordinate(x(at)), coordinate(y(*value)))
                })
                .collect();
            let area = (order == 0 && line.values.len() > 1).then(|| {
                format!(
                    "{path}L{} {HEIGHT}L{} {HEIGHT}Z",
                    coordinate(x(line.values.len() - 1)),
                    coordinate(x(0))
                )
            });
            view! {
                {area.map(|d| view! { <path class=line.ink.fill() fill-opacity="0.12" d=d /> })}
                <path
                    class=line.ink.stroke()
                    fill="none"
                    stroke-width="2"
                    stroke-linejoin="round"
                    stroke-linecap="round"
                    d=path
                />
            }
        })
        .collect_view();
    // One invisible bar a point in time, so that pointing anywhere tells its figures.
    let width = if points == 0 { 0.0 } else { WIDTH / points as f64 };
    let hits = move || {
        rows.get()
            .into_iter()
            .enumerate()
            .map(|(at, row)| {
                let names = head.get();
                let text = row.iter().zip(&names).skip(1).fold(row[0].clone(), |text, (value, name)| {
                    format!("{text}\n{name}: {value}")
                });
                view! {
                    <rect class="chart-hit" x=coordinate(at as f64 * width) y="0" width=coordinate(width) height=HEIGHT.to_string()>
                        <title>{text}</title>
                    </rect>
                }
            })
            .collect_view()
    };
    let scale = move || {
        let locale = i18n.get_locale();
        (0..=4_u32)
            .rev()
            .map(|step| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "the axis ends on a small whole number"
                )]
                let value = (top * f64::from(step) / 4.0) as u64;
                view! { <span>{number(locale, value)}</span> }
            })
            .collect_view()
    };
    let ends = move || {
        let times = times.get();
        let middle = times.get(times.len() / 2).cloned().filter(|_| times.len() > 4);
        [
            times.first().cloned(),
            middle,
            times.last().cloned().filter(|_| times.len() > 1),
        ]
        .into_iter()
        .flatten()
        .map(|time| view! { <span>{time}</span> })
        .collect_view()
    };
    let legend = series
        .iter()
        .map(|line| {
            let label = line.label.clone();
            view! {
                <li class="flex items-center gap-1.5">
                    <span class=format!("h-2 w-2 flex-none rounded-full {}", line.ink.ground())></span>
                    {move || label.get()}
                </li>
            }
        })
        .collect_view();
    let several = series.len() > 1;
    view! {
        <ChartFigure title text=text head rows csv bare>
            {several.then(|| view! { <ul class="flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-muted">{legend}</ul> })}
            <div class="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 gap-y-1 text-xs text-muted tabular-nums">
                <div class="-my-2 flex flex-col justify-between text-right" aria-hidden="true">{scale}</div>
                <svg
                    class="chart h-40 w-full overflow-visible sm:h-52"
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    aria-hidden="true"
                    focusable="false"
                >
                    {grid}
                    {lines}
                    {hits}
                </svg>
                <span></span>
                <div class="flex justify-between gap-2" aria-hidden="true">{ends}</div>
            </div>
        </ChartFigure>
    }
}
