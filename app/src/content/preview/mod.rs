//! The preview beside an editor: the same renderer as the send, in the browser, for a real person who can be changed.

mod frame;
mod sample;

pub use self::frame::MessageFrame;
use self::sample::SampleSelect;

use super::api::preview_setting;
use super::slots::reader;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use render::{Compiled, Draft, Finding, Person, PlainLinks, ProblemCode, Rendered, Setting, Severity};
use serde_json::{Map, Value};
use std::time::Duration;
use types::Language;

/// How long after the last keystroke the preview follows.
const PAUSE: Duration = Duration::from_millis(150);

/// Shows `draft` in `language` as desktop, phone, dark or text, for a sample recipient. What the renderer finds wrong goes
/// to `findings`; while there is an error, the last good rendering stays.
#[component]
pub fn Preview(
    #[prop(into)] draft: Signal<Option<Draft>>,
    #[prop(into)] language: Signal<Language>,
    findings: RwSignal<Vec<Finding>>,
    /// Over those of the person: what calls give with a triggered message.
    #[prop(optional, into)]
    attributes: Signal<Map<String, Value>>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let setting = RwSignal::new(None::<Setting>);
    let person = RwSignal::new(Person::default());
    let shown = RwSignal::new(None::<Rendered>);
    let device = RwSignal::new("desktop");
    Effect::new(move |_| {
        let unit = here.key.get();
        spawn_local(async move {
            if let Ok(found) = preview_setting(unit).await {
                setting.try_set(Some(found));
            }
        });
    });
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let (draft, setting, mut person, language) =
            (draft.get(), setting.get(), person.get(), language.get());
        person.attributes.extend(attributes.get());
        if let Some(handle) = wait.get_value() {
            handle.clear();
        }
        let (Some(draft), Some(setting)) = (draft, setting) else {
            return;
        };
        let for_reader = reader(i18n.get_locale_untracked());
        let show = move || {
            let person = Person {
                language: Some(language),
                ..person
            };
            let (found, rendered) = run(&setting.source(draft), &person, for_reader);
            findings.try_set(found);
            if rendered.is_some() {
                shown.try_set(rendered);
            }
        };
        wait.set_value(set_timeout_with_handle(show, PAUSE).ok());
    });
    let html =
        Signal::derive(move || shown.with(|it| it.as_ref().map(|it| it.html.clone()).unwrap_or_default()));
    let tabs = vec![
        Tab::new("desktop", move || t_string!(i18n, content.preview_desktop)),
        Tab::new("phone", move || t_string!(i18n, content.preview_phone)),
        Tab::new("dark", move || t_string!(i18n, content.preview_dark)),
        Tab::new("text", move || t_string!(i18n, content.preview_text)),
    ];
    let head = move || {
        shown.with(|it| {
            it.as_ref().map(|it| {
                view! {
                    <div class="border-b border-line px-4 py-3 text-sm">
                        <p class="truncate text-muted">{it.from_name.clone()}</p>
                        <p class="font-medium break-words">{it.subject.clone()}</p>
                    </div>
                }
            })
        })
    };
    let place = move || {
        match device.get() {
        "text" => view! {
            <pre class="max-h-[40rem] overflow-auto whitespace-pre-wrap break-words p-4 font-mono text-[13px]" tabindex="0" aria-label=move || t_string!(i18n, content.preview_text)>
                {move || shown.with(|it| it.as_ref().map(|it| it.text.clone()))}
            </pre>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    let frame_class = Signal::derive(move || match device.get() {
        "phone" => "mx-auto block h-[40rem] w-96 max-w-full border-0 bg-white".to_owned(),
        "text" => "hidden".to_owned(),
        _ => "block h-[40rem] w-full border-0 bg-white".to_owned(),
    });
    view! {
        <section aria-label=move || t_string!(i18n, content.preview) class="min-w-0 rounded-md border border-line bg-surface" data-testid="preview">
            <div class="flex flex-wrap items-end justify-between gap-3 border-b border-line px-3 pt-2">
                <Tabs id="preview" label=move || t_string!(i18n, content.preview) tabs selected=device />
                <div class="w-64 max-w-full pb-2"><SampleSelect person /></div>
            </div>
            {head}
            {move || {
                shown.with(Option::is_none)
                    .then(|| {
                        let why = move || {
                            if findings.with(Vec::is_empty) {
                                t_string!(i18n, content.preview_waiting)
                            } else {
                                t_string!(i18n, content.preview_problems)
                            }
                        };
                        view! { <p class="p-4 text-sm text-muted">{why}</p> }
                    })
            }}
            {["desktop", "phone", "dark", "text"]
                .map(|key| {
                    view! { <TabPanel id="preview" key selected=device><span class="sr-only">{t!(i18n, content.preview)}</span></TabPanel> }
                })
                .collect_view()}
            <MessageFrame
                html
                dark=Signal::derive(move || device.get() == "dark")
                title=move || t_string!(i18n, content.preview)
                class=frame_class
            />
            {place}
        </section>
    }
    .into_any()
}

/// Compiles, checks and renders; what cannot be sent is found, what can is shown.
fn run(source: &render::Source, person: &Person, reader: Language) -> (Vec<Finding>, Option<Rendered>) {
    match render::compile(source) {
        Ok(compiled) => {
            let findings = render::check_compiled(&compiled, person, &PlainLinks);
            (findings, rendered(&compiled, person))
        }
        Err(problems) => {
            // What is not written yet is no reason to show nothing.
            let unfinished = problems.iter().all(|it| it.code == ProblemCode::SlotRequired);
            let shown = unfinished
                .then(|| render::compile(&source.unfinished(reader)).ok())
                .flatten()
                .and_then(|compiled| rendered(&compiled, person));
            let findings = problems
                .into_iter()
                .map(|problem| Finding {
                    severity: Severity::Error,
                    problem,
                })
                .collect();
            (findings, shown)
        }
    }
}

fn rendered(compiled: &Compiled, person: &Person) -> Option<Rendered> {
    compiled.render(person, &PlainLinks).ok()
}
