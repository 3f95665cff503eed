//! One message that was asked for: where it stands, everything that happened to it, and every rule that was looked at.

use super::api::{cancel_message, read_message};
use super::words::{MessageBadge, RuleTable, event_text};
use crate::layout::use_here;
use crate::reports::rule_text;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use std::time::Duration;
use types::access::Permission;
use types::messages::{MessageDetail, MessageEvent, MessageState};
use types::{ApiError, MessageId};

/// How often a message that is on its way is looked at again.
const LIVE: Duration = Duration::from_secs(3);

/// `/c/:unit/messages/asked/:id`
#[component]
pub(super) fn Message() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let found = Resource::new(
        move || (here.key.get(), id.get()),
        |(unit, id)| read_message(unit, id),
    );
    let reload = Callback::new(move |()| found.refetch());
    let wait = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let moving = found.with(|answer| {
            matches!(answer, Some(Ok(it)) if matches!(it.message.state, MessageState::Queued | MessageState::Retrying))
        });
        if moving {
            wait.set_value(set_timeout_with_handle(move || found.refetch(), LIVE).ok());
        }
    });
    on_cleanup(move || {
        if let Some(handle) = wait.try_get_value().flatten() {
            handle.clear();
        }
    });
    view! {
        <Transition fallback=|| view! { <SkeletonRows rows=8 /> }>
            {move || {
                found
                    .get()
                    .map(|answer| match answer {
                        Ok(it) => view! { <Loaded it reload /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text=move || t_string!(i18n, triggered.tab_asked).to_string() />
                                <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[component]
fn Loaded(it: MessageDetail, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let (id, state) = (it.message.id, it.message.state);
    let title = if it.message.address.is_empty() {
        it.message.key.clone()
    } else {
        it.message.address.clone()
    };
    let (crumb, heading) = (title.clone(), title.clone());
    let cancellable = state == MessageState::Scheduled && here.may(Permission::SendMessages);
    let (rules, tested) = (it.rules.clone(), it.test);
    view! {
        <Title text=title />
        <Breadcrumb crumbs=vec![
            Crumb::new(move || t_string!(i18n, triggered.tab_asked), here.href("/messages/asked")),
            Crumb::here(move || crumb.clone()),
        ] />
        <PageHeader
            title=heading
            badge=move || view! { <MessageBadge state /> }
            actions=move || cancellable.then(|| view! { <Cancel id reload /> })
        />
        {tested.then(|| view! { <div class="mb-6"><Notice>{t!(i18n, triggered.was_test)}</Notice></div> })}
        <div class="grid items-start gap-6 lg:grid-cols-2">
            <div class="flex min-w-0 flex-col gap-6">
                <About it=it.clone() />
                <Given it=it.clone() />
            </div>
            <div class="flex min-w-0 flex-col gap-6">
                <Timeline events=it.events />
                <Card title=move || t_string!(i18n, triggered.rules) flush=true>
                    <p class="px-4 pt-3 text-[13px] text-muted">{t!(i18n, triggered.rules_text)}</p>
                    <RuleTable rules past=true />
                </Card>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn About(it: MessageDetail) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let MessageDetail {
        message,
        reply_code,
        reply,
        attempts,
        reply_to,
        cc,
        bcc,
        left_out,
        attachments,
        ..
    } = it;
    let files: Vec<String> = attachments.into_iter().map(|it| it.name).collect();
    // Quiet hours may have put it off.
    let due_at = message.due_at.filter(|at| Some(*at) != message.send_at);
    let definition = here.href(&format!(
        "/messages/definitions?q={}",
        crate::layout::query_value(&message.definition)
    ));
    let (state, rule) = (message.state, message.rule.clone());
    let own_key = (message.key != message.id.to_string()).then(|| message.key.clone());
    let reply = match reply_code {
        Some(code) => format!("{code} {reply}"),
        None => reply,
    };
    view! {
        <Card title=move || t_string!(i18n, triggered.what_was_asked)>
            <Facts>
                <FactRow label=move || t_string!(i18n, triggered.definition)>
                    <a href=definition class="text-accent underline"><code class="break-all">{message.definition.clone()}</code></a>
                    ", " {t!(i18n, campaigns.version_number, number = message.version)}
                </FactRow>
                <FactRow label=move || t_string!(i18n, campaigns.recipient)>
                    <span class="break-all">{message.address.clone()}</span>
                    {message.contact_key.map(|key| view! { <code class="block text-xs text-muted break-all">{key}</code> })}
                </FactRow>
                <FactRow label=move || t_string!(i18n, triggered.asked_at)><Moment at=message.created_at style=TimeStyle::DateTimeZone /></FactRow>
                {message.send_at.map(|at| view! { <FactRow label=move || t_string!(i18n, triggered.send_at)><Moment at style=TimeStyle::DateTimeZone /></FactRow> })}
                {due_at.map(|at| view! { <FactRow label=move || t_string!(i18n, triggered.due_at)><Moment at style=TimeStyle::DateTimeZone /></FactRow> })}
                {message.expires_at.map(|at| view! { <FactRow label=move || t_string!(i18n, triggered.expires_at)><Moment at style=TimeStyle::DateTimeZone /></FactRow> })}
                {(!rule.is_empty())
                    .then(|| view! { <FactRow label=move || t_string!(i18n, campaigns.reason)>{move || rule_text(i18n, state.as_str(), &rule, reply_code)}</FactRow> })}
                {(!reply.is_empty())
                    .then(|| view! { <FactRow label=move || t_string!(i18n, triggered.reply)><code class="text-xs break-words">{reply}</code></FactRow> })}
                {(attempts > 0).then(|| view! { <FactRow label=move || t_string!(i18n, campaigns.attempts)>{attempts}</FactRow> })}
                {(!reply_to.is_empty()).then(|| view! { <FactRow label=move || t_string!(i18n, campaigns.reply_to)>{reply_to}</FactRow> })}
                <Several label=move || t_string!(i18n, triggered.copies) values=cc />
                <Several label=move || t_string!(i18n, triggered.blind_copies) values=bcc />
                <Several label=move || t_string!(i18n, triggered.without_copy) values=left_out />
                <Several label=move || t_string!(i18n, triggered.attachments) values=files />
                {own_key.map(|key| view! { <FactRow label=move || t_string!(i18n, triggered.own_key)><code class="text-xs break-all">{key}</code></FactRow> })}
                <FactRow label=move || t_string!(i18n, triggered.message_id)><code class="text-xs break-all">{message.id.to_string()}</code></FactRow>
            </Facts>
        </Card>
    }
    .into_any()
}

/// Addresses or files, where there are any.
#[component]
fn Several(#[prop(into)] label: TextProp, values: Vec<String>) -> impl IntoView {
    (!values.is_empty())
        .then(|| {
            let lines = values
                .into_iter()
                .map(|it| view! { <span class="block break-all">{it}</span> })
                .collect_view();
            view! { <FactRow label>{lines}</FactRow> }
        })
        .into_any()
}

/// What the caller gave to get it back.
#[component]
fn Given(it: MessageDetail) -> impl IntoView {
    let i18n = use_i18n();
    let metadata = it.message.metadata;
    if metadata.as_object().is_none_or(serde_json::Map::is_empty) {
        return ().into_any();
    }
    let text = serde_json::to_string_pretty(&metadata).unwrap_or_else(|_| metadata.to_string());
    view! {
        <Card title=move || t_string!(i18n, triggered.metadata)>
            <pre class="overflow-x-auto font-mono text-[13px]" tabindex="0">{text}</pre>
        </Card>
    }
    .into_any()
}

/// What happened, in its order.
#[component]
fn Timeline(events: Vec<MessageEvent>) -> impl IntoView {
    let i18n = use_i18n();
    let lines = events
        .into_iter()
        .map(|event| {
            let machine = event.verdict.as_deref() == Some("machine");
            let (icon, tone) = match event.kind.as_str() {
                "sent" => (Icon::Done, "text-success"),
                "failed" | "bounced" | "complained" => (Icon::Failed, "text-danger"),
                "deferred" | "ambiguous" => (Icon::Retry, "text-warning"),
                "suppressed" | "cancelled" | "unsubscribed" => (Icon::Ban, "text-muted"),
                "opened" | "clicked" if machine => (Icon::Bot, "text-muted"),
                "opened" => (Icon::Eye, "text-accent"),
                "clicked" => (Icon::Click, "text-accent"),
                _ => (Icon::Inbox, "text-muted"),
            };
            let (kind, at, detail) = (event.kind, event.at, event.detail);
            view! {
                <li class="flex items-start gap-3 border-t border-line py-2.5 first:border-t-0">
                    <span class=tone><Glyph icon class="mt-0.5 h-4 w-4 flex-none" /></span>
                    <span class="min-w-0 flex-1">
                        <span class="font-medium">{move || event_text(i18n, &kind)}</span>
                        {machine.then(|| view! { <span class="text-[13px] text-muted">" (" {t!(i18n, triggered.by_machine)} ")"</span> })}
                        <span class="block text-[13px] text-muted"><Moment at style=TimeStyle::DateTimeZone /></span>
                        {(!detail.is_empty()).then(|| view! { <code class="block text-xs text-muted break-all">{detail}</code> })}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <Card title=move || t_string!(i18n, triggered.timeline)>
            <ol class="-my-2.5" data-testid="timeline">{lines}</ol>
        </Card>
    }
    .into_any()
}

/// Takes it back while its time has not come.
#[component]
fn Cancel(id: MessageId, reload: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let open = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let act = Action::new(move |(): &()| {
        let unit = here.key.get_untracked();
        async move {
            match cancel_message(unit, id.to_string()).await {
                Ok(()) => {
                    open.set(false);
                    reload.run(());
                }
                Err(refusal) => error.set(Some(refusal)),
            }
        }
    });
    view! {
        <Button kind=Kind::Danger icon=Icon::Stop on_click=move |_| open.set(true)>{t!(i18n, triggered.cancel)}</Button>
        <ConfirmDialog
            id="cancel-message"
            open
            title=move || t_string!(i18n, triggered.cancel_title)
            text=move || t_string!(i18n, triggered.cancel_text)
            confirm=move || t_string!(i18n, triggered.cancel)
            busy=act.pending()
            error=error
            on_confirm=Callback::new(move |()| {
                error.set(None);
                act.dispatch(());
            })
        />
    }
    .into_any()
}
