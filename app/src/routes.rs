//! The addresses of the console. Areas give their own pages in `<area>/mod.rs`; here is only the table.
//!
//! Every page is a `Lazy` route, and the pages of an area share one piece of code (`area!`), loaded when somebody goes there.
//!
//! Pages are rendered whole on the server (`SsrMode::Async`): statuses and redirects are right, nothing flickers, and the
//! queries behind a page take milliseconds.

use i18n::{t, use_i18n};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::layout::ConsoleFrame;
use crate::locale::provide_locale;
use crate::ui::{RootTitle, Title, provide_title};
use crate::{approvals, audience, content, dev, home, messages, reports, settings, triggered};

/// The console.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_title();
    let i18n = provide_locale();
    view! {
        <RootTitle />
        <Router>
            <a href="#content" rel="external" class="sr-only focus:not-sr-only focus:fixed focus:left-4 focus:top-3 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2">{t!(i18n, common.skip_to_content)}</a>
            <Routes fallback=NotFound>
                // "/" and the pages before signing in are plain pages of the server: server/src/http/auth.

                <Route path=path!("/dev/ui") view=dev::UiPage ssr=SsrMode::Async/>

                <ParentRoute path=path!("/c/:unit") view=ConsoleFrame ssr=SsrMode::Async>
                    <Route path=path!("") view={Lazy::<home::HomePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages") view={Lazy::<messages::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/new") view={Lazy::<messages::NewPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/definitions") view={Lazy::<triggered::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/definitions/new") view={Lazy::<triggered::NewPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/definitions/:id") view={Lazy::<triggered::DefinitionPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/definitions/:id/edit") view={Lazy::<triggered::EditPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/asked") view={Lazy::<triggered::AskedPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/asked/:id") view={Lazy::<triggered::MessagePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/playground") view={Lazy::<triggered::PlaygroundPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/:id") view={Lazy::<messages::DetailPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/messages/:id/edit") view={Lazy::<messages::EditPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/approvals") view={Lazy::<approvals::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/approvals/:id") view={Lazy::<approvals::ReviewPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/content") view={Lazy::<content::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/content/templates/:id") view={Lazy::<content::TemplatePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/content/images") view={Lazy::<content::ImagesPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/content/senders") view={Lazy::<content::SendersPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience") view={Lazy::<audience::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/people/new") view={Lazy::<audience::NewPersonPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/people/:id") view={Lazy::<audience::PersonPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/people/:id/edit") view={Lazy::<audience::EditPersonPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/topics") view={Lazy::<audience::TopicsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/topics/new") view={Lazy::<audience::TopicPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/topics/:id") view={Lazy::<audience::TopicPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/imports") view={Lazy::<audience::ImportsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/imports/new") view={Lazy::<audience::NewImportPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/imports/:id") view={Lazy::<audience::ImportPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/audience/suppressions") view={Lazy::<audience::SuppressionsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/reports") view={Lazy::<reports::ListPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/reports/:id") view={Lazy::<reports::ReportPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view={Lazy::<settings::OverviewPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/units") view={Lazy::<settings::UnitsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/domains") view={Lazy::<settings::DomainsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/domains/:id") view={Lazy::<settings::DomainPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/relays") view={Lazy::<settings::RelaysPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/live") view={Lazy::<settings::LivePage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/api") view={Lazy::<settings::ClientsPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/webhooks") view={Lazy::<settings::WebhooksPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/webhooks/:id") view={Lazy::<settings::WebhookPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/audit") view={Lazy::<settings::AuditPage>::new()} ssr=SsrMode::Async/>
                    <Route path=path!("/settings/account") view={Lazy::<settings::AccountPage>::new()} ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}

/// What an address without a page shows, with status 404.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    let i18n = use_i18n();
    view! {
        <main id="content" tabindex="-1" class="mx-auto max-w-lg p-8">
            <Title text=move || i18n::t_string!(i18n, common.not_found_title).to_string()/>
            <h1 class="text-xl font-semibold">{t!(i18n, common.not_found_title)}</h1>
            <p class="mt-2 text-muted">{t!(i18n, common.not_found_text)}</p>
            <p class="mt-4"><a href="/" rel="external" class="text-accent underline">{t!(i18n, common.go_home)}</a></p>
        </main>
    }
    .into_any()
}
