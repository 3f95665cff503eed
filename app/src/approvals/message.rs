//! The sealed message, rendered in the browser from the sealed source by the renderer that sends (law 9).

use super::api::review_samples;
use crate::content::MessageFrame;
use crate::layout::use_here;
use crate::messages::words::language_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use render::{Person, PlainLinks, Rendered, Source};
use types::Language;
use types::approvals::ReviewDetail;
use types::messages::Parameter;

#[component]
pub(super) fn SealedMessage(review: ReviewDetail) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let Ok(source) = serde_json::from_value::<Source>(review.source) else {
        return view! { <Notice tone=Tone::Danger>{t!(i18n, campaigns.cannot_show)}</Notice> }.into_any();
    };
    let id = review.id;
    // Calls give these; an example of each stands in.
    let attributes = review
        .definition
        .as_ref()
        .map(|it| Parameter::samples(&it.parameters));
    let attributes = StoredValue::new(attributes.unwrap_or_default());
    let people = Resource::new(
        move || here.key.get(),
        move |unit| review_samples(unit, id, String::new()),
    );
    let found = move || people.get().and_then(Result::ok).unwrap_or_default();
    let chosen = RwSignal::new(String::new());
    let language = RwSignal::new(String::new());
    let languages: Vec<Language> = source.languages.keys().copied().collect();
    let several = languages.len() > 1;
    let options = Signal::derive(move || {
        let people = found();
        if people.is_empty() {
            return vec![(String::new(), t_string!(i18n, campaigns.made_up).to_owned())];
        }
        people
            .iter()
            .enumerate()
            .map(|(at, it)| {
                let name = format!("{} {}", it.first_name, it.last_name).trim().to_owned();
                let value = if at == 0 { String::new() } else { it.id.to_string() };
                (value, if name.is_empty() { it.email.clone() } else { name })
            })
            .collect()
    });
    let versions = Signal::derive(move || {
        let mut options = vec![(String::new(), t_string!(i18n, campaigns.own_language).to_owned())];
        options.extend(
            languages
                .iter()
                .map(|it| (it.code().to_owned(), language_text(i18n, *it).to_owned())),
        );
        options
    });
    let compiled = StoredValue::new(render::compile(&source).ok());
    let shown = Memo::new(move |_| {
        let people = found();
        let id = chosen.get();
        let sample = people
            .iter()
            .find(|it| it.id.to_string() == id)
            .or(people.first());
        let mut reader = sample.map_or_else(Person::made_up, Person::from);
        reader.attributes.extend(attributes.get_value());
        if let Ok(wanted) = language.get().parse() {
            reader.language = Some(wanted);
        }
        compiled.with_value(|compiled| compiled.as_ref()?.render(&reader, &PlainLinks).ok())
    });
    view! {
        <section aria-label=move || t_string!(i18n, campaigns.message) class="min-w-0 rounded-md border border-line bg-surface" data-testid="sealed-message">
            <div class="flex flex-wrap items-end gap-3 border-b border-line p-3">
                <div class="w-64 max-w-full">
                    <Transition fallback=|| view! { <Skeleton class="h-9 w-full" /> }>
                        {move || {
                            // Read here, so that the Transition around waits for it.
                            let _ = people.get();
                            view! { <Select name="sample" options bind=chosen label=move || t_string!(i18n, campaigns.seen_by) /> }
                        }}
                    </Transition>
                </div>
                {several
                    .then(|| {
                        view! {
                            <div class="w-48 max-w-full">
                                <Select name="version" options=versions bind=language label=move || t_string!(i18n, campaigns.test_language) />
                            </div>
                        }
                    })}
            </div>
            <Transition fallback=|| view! { <SkeletonRows rows=6 /> }>
                {move || {
                    let _ = people.get();
                    view! { <Shown shown /> }
                }}
            </Transition>
        </section>
    }
    .into_any()
}

/// A rendered message: its subject, and the rest as on a desktop, on a phone, or as text.
#[component]
pub(crate) fn Shown(shown: Memo<Option<Rendered>>) -> impl IntoView {
    let i18n = use_i18n();
    let device = RwSignal::new("desktop");
    let tabs = vec![
        Tab::new("desktop", move || t_string!(i18n, campaigns.view_desktop)),
        Tab::new("phone", move || t_string!(i18n, campaigns.view_phone)),
        Tab::new("text", move || t_string!(i18n, campaigns.view_text)),
    ];
    let html =
        Signal::derive(move || shown.with(|it| it.as_ref().map(|it| it.html.clone()).unwrap_or_default()));
    let class = Signal::derive(move || match device.get() {
        "phone" => "mx-auto block h-160 w-96 max-w-full border-0 bg-white".to_owned(),
        "text" => "hidden".to_owned(),
        _ => "block h-160 w-full border-0 bg-white".to_owned(),
    });
    let head = move || {
        shown.with(|it| match it {
            Some(it) => view! {
                <div class="border-b border-line px-4 py-3">
                    <p class="text-[13px] text-muted">{it.from_name.clone()}</p>
                    <p class="font-medium break-words" data-testid="sealed-subject">{it.subject.clone()}</p>
                </div>
            }
            .into_any(),
            None => view! { <div class="p-4"><Notice tone=Tone::Warning>{t!(i18n, campaigns.cannot_show)}</Notice></div> }
                .into_any(),
        })
    };
    view! {
        {head}
        <div class="border-b border-line px-3 pt-2">
            <Tabs id="sealed" label=move || t_string!(i18n, campaigns.message) tabs selected=device />
        </div>
        <TabPanel id="sealed" key="desktop" selected=device><span class="sr-only">{t!(i18n, campaigns.message)}</span></TabPanel>
        <TabPanel id="sealed" key="phone" selected=device><span class="sr-only">{t!(i18n, campaigns.message)}</span></TabPanel>
        <TabPanel id="sealed" key="text" selected=device>
            <pre class="max-h-160 overflow-auto whitespace-pre-wrap break-words p-4 font-mono text-[13px]" tabindex="0">
                {move || shown.with(|it| it.as_ref().map(|it| it.text.clone()))}
            </pre>
        </TabPanel>
        <MessageFrame html dark=Signal::stored(false) title=move || t_string!(i18n, campaigns.message) class />
    }
    .into_any()
}
