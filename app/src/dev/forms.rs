//! Forms, fine and with errors; dialogs.

use super::gallery::Group;
use crate::ui::*;
use leptos::context::Provider;
use leptos::prelude::*;
use types::{ApiError, Code, FieldError};

#[component]
pub(super) fn Forms() -> impl IntoView {
    let error = ApiError::invalid(vec![
        FieldError::new("topic_name", Code::TooLong).with("max", 80),
        FieldError::new("reply_to", Code::BadEmail),
    ]);
    let errors = FieldErrors::new(Signal::stored(Some(error.clone())));
    let pick = RwSignal::new("now".to_owned());
    let select = RwSignal::new("en".to_owned());
    let languages = || {
        vec![
            ("en".to_owned(), "English".to_owned()),
            ("pl".to_owned(), "Polski".to_owned()),
        ]
    };
    view! {
        <Group title="Forms">
            <FormError
                error=Signal::stored(Some(error))
                labels=vec![("topic_name", "Name".into()), ("reply_to", "Replies to".into())]
            />
            <div class="grid gap-6 lg:grid-cols-2">
                <div class="flex flex-col gap-4">
                    <Field name="campaign_name" label="Name" hint="Only colleagues see it." required=true>
                        <TextInput value="Open day 2026" />
                    </Field>
                    <Field name="note" label="Note to the approver">
                        <TextArea placeholder="What should they look at?" />
                    </Field>
                    <Field name="language" label="Language" required=true>
                        <Select options=Signal::derive(languages) bind=select />
                    </Field>
                    <Field name="file" label="File" hint="CSV, up to 1 GB." required=true>
                        <FileInput accept=".csv,text/csv" />
                    </Field>
                </div>
                <Provider value=errors>
                    <div class="flex flex-col gap-4">
                        <Field name="topic_name" label="Name" required=true>
                            <TextInput value="A name that goes on and on" />
                        </Field>
                        <Field name="reply_to" label="Replies to" required=true>
                            <TextInput r#type="email" value="admissions@" />
                        </Field>
                        <RadioGroup
                            name="when"
                            legend="When"
                            bind=pick
                            boxed=true
                            choices=vec![
                                Choice::new("now", "At once").hint("As soon as it is approved."),
                                Choice::new("later", "Later").hint("At a time that you choose."),
                            ]
                        />
                        <Checkbox name="agree" label="People of this file agreed to be mailed" hint="Kept as a consent record." checked=true />
                        <Switch name="public" label="Show in the preference centre" checked=true />
                        <Switch name="off" label="Off" />
                    </div>
                </Provider>
            </div>
            <Dialogs />
        </Group>
    }
    .into_any()
}

#[component]
fn Dialogs() -> impl IntoView {
    let dialog = RwSignal::new(false);
    let confirm = RwSignal::new(false);
    let toasts = use_toasts();
    view! {
        <div class="flex flex-wrap gap-3">
            <Button on_click=move |_| dialog.set(true)>"Open a dialog"</Button>
            <Button on_click=move |_| confirm.set(true)>"Ask before deleting"</Button>
            <Button on_click=move |_| toasts.success("Saved")>"Toast"</Button>
            <Button on_click=move |_| toasts.undoable("Topic archived", "Undo", Callback::new(move |()| toasts.info("Back again")))>
                "Toast with undo"
            </Button>
        </div>
        <Dialog
            id="demo-dialog"
            open=dialog
            title="A dialog"
            footer=move || view! { <Button kind=Kind::Primary on_click=move |_| dialog.set(false)>"Save"</Button> }
        >
            <Field name="in_dialog" label="Name" required=true>
                <TextInput />
            </Field>
        </Dialog>
        <ConfirmDialog
            id="demo-confirm"
            open=confirm
            title="Delete 12 people?"
            text="12 people leave this unit with their attributes and subscriptions. Their history in reports stays."
            confirm="Delete 12 people"
            on_confirm=Callback::new(move |()| confirm.set(false))
        />
    }
    .into_any()
}
