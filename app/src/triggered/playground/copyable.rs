//! The call to copy.

use super::filled::Filled;
use crate::layout::use_here;
use crate::settings::copy::CopyButton;
use crate::triggered::snippets::{Call, Sample};
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use types::access::Permission;
use types::definitions::Material;

/// Where the browser keeps which language the samples are shown in.
const REMEMBERED: &str = "campanile-sample";

/// The call in the language of one's own system.
#[component]
pub(super) fn Copyable(filled: Filled, about: StoredValue<Material>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let selected = RwSignal::new(Sample::Curl.key());
    Effect::new(move |first: Option<()>| {
        let key = selected.get();
        let storage = window().local_storage().ok().flatten();
        let Some(storage) = storage else { return };
        if first.is_some() {
            // A browser that keeps nothing shows curl the next time.
            let _ = storage.set_item(REMEMBERED, key);
        } else if let Ok(Some(kept)) = storage.get_item(REMEMBERED)
            && let Some(sample) = Sample::ALL.into_iter().find(|it| it.key() == kept)
        {
            selected.set(sample.key());
        }
    });
    let call = Memo::new(move |_| {
        let (base, definition) = about.with_value(|it| (it.public_url.clone(), it.key.clone()));
        Call {
            base,
            definition,
            email: filled.email(),
            attributes: filled.attributes(),
            key: filled.key.with(|it| it.trim().to_owned()),
        }
    });
    let tabs = Sample::ALL
        .into_iter()
        .map(|it| Tab::new(it.key(), move || it.name()))
        .collect();
    let panels = Sample::ALL
        .into_iter()
        .map(|it| {
            let text = Signal::derive(move || call.with(|call| call.sample(it)));
            view! {
                <TabPanel id="samples" key=it.key() selected>
                    <div class="mb-2 flex justify-end"><CopyButton name=it.name() value=text /></div>
                    <pre
                        class="max-h-160 overflow-auto rounded-md border border-line bg-sunken p-4 font-mono text-[13px] leading-5"
                        tabindex="0"
                        aria-label=it.name()
                        data-testid=format!("sample-{}", it.key())
                    >
                        {text}
                    </pre>
                </TabPanel>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, triggered.copy_title)>
            <p class="mb-3 max-w-prose text-[13px] text-muted">
                {t!(i18n, triggered.copy_text)} " "
                <a href="/api/docs" rel="external" class="text-accent underline">{t!(i18n, triggered.to_docs)}</a>
                {here
                    .may(Permission::ManageClients)
                    .then(|| view! { " · " <a href=here.href("/settings/api") class="text-accent underline">{t!(i18n, triggered.to_clients)}</a> })}
            </p>
            <Tabs id="samples" label=move || t_string!(i18n, triggered.copy_title) tabs selected />
            {panels}
        </Card>
    }
    .into_any()
}
