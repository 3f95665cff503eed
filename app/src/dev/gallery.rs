//! The page itself: buttons, words of state, things of the frame; the rest is in the sister files.

use super::{charts::Charts, feedback::Feedback, forms::Forms};
use crate::ui::*;
use leptos::prelude::*;

/// One group of components.
#[component]
pub(super) fn Group(children: Children, title: &'static str) -> impl IntoView {
    view! {
        <section class="mb-10">
            <h2 class="mb-3 border-b border-line pb-2 text-base font-semibold">{title}</h2>
            <div class="flex flex-col gap-4">{children()}</div>
        </section>
    }
}

#[component]
pub(super) fn Gallery() -> impl IntoView {
    provide_toasts();
    provide_zone("Europe/Warsaw".to_owned());
    view! {
        <main id="content" tabindex="-1" class="mx-auto max-w-6xl px-4 py-8">
            <Title text="Components" />
            <PageHeader
                title="Components"
                text="Every part of the design system in every state, in the reader's language where it speaks itself."
                badge=|| view! { <Badge text="Debug builds only" tone=Tone::Info /> }
                actions=|| view! {
                    <Button icon=Icon::Copy>"Duplicate"</Button>
                    <Button kind=Kind::Primary icon=Icon::Send>"Send"</Button>
                }
            />
            <Buttons />
            <Forms />
            <Feedback />
            <Places />
            <Charts />
            <Icons />
            <ToastRegion />
        </main>
    }
    .into_any()
}

#[component]
fn Buttons() -> impl IntoView {
    view! {
        <Group title="Buttons">
            <div class="flex flex-wrap items-center gap-3">
                <Button kind=Kind::Primary>"Primary"</Button>
                <Button>"Secondary"</Button>
                <Button kind=Kind::Quiet>"Quiet"</Button>
                <Button kind=Kind::Danger icon=Icon::Delete>"Danger"</Button>
                <Button kind=Kind::Primary busy=true>"Busy"</Button>
                <Button disabled=true>"Disabled"</Button>
                <LinkButton href="#" icon=Icon::External>"Link"</LinkButton>
                <IconButton icon=Icon::Edit label="Edit" />
            </div>
            <div class="flex flex-wrap items-center gap-3">
                <Button kind=Kind::Primary size=Size::Small>"Small"</Button>
                <Button size=Size::Small icon=Icon::Filter>"Small"</Button>
                <Button kind=Kind::Quiet size=Size::Small>"Small"</Button>
                <IconButton icon=Icon::More label="More" size=Size::Small />
                <Menu label="Actions">
                    <MenuButton icon=Icon::Copy>"Duplicate"</MenuButton>
                    <MenuLink href="#" icon=Icon::Download>"Download"</MenuLink>
                    <MenuDivider />
                    <MenuButton icon=Icon::Delete danger=true>"Delete"</MenuButton>
                </Menu>
                <KeyboardHint keys="Ctrl K" />
                <Avatar name="Ewa Nowak" />
                <Avatar name="Medical Faculty" square=true />
            </div>
            <div class="flex flex-wrap items-center gap-2">
                <Badge text="Draft" />
                <Badge text="In review" tone=Tone::Accent icon=Icon::Clock />
                <Badge text="Scheduled" tone=Tone::Info icon=Icon::Calendar />
                <Badge text="Finished" tone=Tone::Success icon=Icon::Done />
                <Badge text="Paused" tone=Tone::Warning icon=Icon::Pause />
                <Badge text="Failed" tone=Tone::Danger icon=Icon::Failed />
            </div>
        </Group>
    }
    .into_any()
}

#[component]
fn Places() -> impl IntoView {
    let tab = RwSignal::new("audience");
    let steps = || {
        vec![
            Step {
                label: "Audience".into(),
                summary: "4,812 people".into(),
                href: "#1".into(),
                state: StepState::Done,
            },
            Step {
                label: "Content".into(),
                summary: "One link is broken".into(),
                href: "#2".into(),
                state: StepState::Problem,
            },
            Step {
                label: "Sender and time".into(),
                summary: "Admissions, now".into(),
                href: "#3".into(),
                state: StepState::Current,
            },
            Step {
                label: "Review".into(),
                summary: "".into(),
                href: "#4".into(),
                state: StepState::Open,
            },
        ]
    };
    view! {
        <Group title="Places">
            <Breadcrumb crumbs=vec![Crumb::new("Messages", "#"), Crumb::new("Open day 2026", "#"), Crumb::here("Report")] />
            <Stepper label="Campaign" steps=Signal::derive(steps) />
            <div>
                <Tabs
                    id="demo"
                    label="Demo"
                    selected=tab
                    tabs=vec![
                        Tab::new("audience", "Audience").count(Signal::stored(Some("4,812".to_owned()))),
                        Tab::new("content", "Content"),
                        Tab::new("history", "History"),
                    ]
                />
                <TabPanel id="demo" key="audience" selected=tab>"People"</TabPanel>
                <TabPanel id="demo" key="content" selected=tab>"Words"</TabPanel>
                <TabPanel id="demo" key="history" selected=tab>"Acts"</TabPanel>
            </div>
            <div class="grid gap-4 sm:grid-cols-3">
                <Stat label="People" value="48,120" note="1,204 more than a month ago" />
                <Stat label="Delivered" value="98.7%" note="accepted by the relay, minus bounces" />
                <Stat label="Waiting for approval" value="2" href="#" />
            </div>
            <Card title="Facts" actions=|| view! { <Button size=Size::Small>"Edit"</Button> }>
                <Facts>
                    <FactRow label="Sender">"Admissions office <admissions@campanile.example>"</FactRow>
                    <FactRow label="Subject">"Open day on 12 December: your place is waiting"</FactRow>
                    <FactRow label="Starts">
                        <Moment at=jiff::Timestamp::UNIX_EPOCH style=TimeStyle::DateTimeZone />
                    </FactRow>
                </Facts>
            </Card>
            <Reveal title="Something that opens" open=true>"Its inside."</Reveal>
        </Group>
    }
    .into_any()
}

#[component]
fn Icons() -> impl IntoView {
    view! {
        <Group title="Icons">
            <ul class="grid grid-cols-2 gap-2 sm:grid-cols-4 lg:grid-cols-6">
                {Icon::ALL
                    .iter()
                    .map(|icon| {
                        view! {
                            <li class="flex items-center gap-2 text-[13px] text-muted">
                                <Glyph icon=*icon class="h-5 w-5 flex-none text-ink" />
                                {format!("{icon:?}")}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Group>
    }
    .into_any()
}
