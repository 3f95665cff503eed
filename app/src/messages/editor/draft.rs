//! What is being edited, and how it gets saved by itself.

use crate::messages::api::{EditorData, read_campaign, save_campaign};
use crate::triggered::api::{read_definition, save_definition};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use types::campaigns::{Audience, CampaignContent, CampaignUpdate, Schedule};
use types::content::Classification;
use types::messages::{DefinitionUpdate, Parameter};
use types::{ApiError, CampaignId, Code, SenderProfileId};

/// How long after the last change it is saved.
const PAUSE: Duration = Duration::from_millis(800);

/// Where saving stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Saving {
    Saved,
    /// Changed, not on its way yet.
    Changed,
    UnderWay,
    /// Somebody else changed it; the error names them.
    Conflict(ApiError),
    /// Not saved: what the server said.
    Failed(ApiError),
}

/// The draft as it stands in the form. Copy it anywhere.
#[derive(Clone, Copy)]
pub(crate) struct Editing {
    pub id: CampaignId,
    /// It is that of a message definition.
    pub definition: bool,
    unit: StoredValue<String>,
    pub name: RwSignal<String>,
    pub classification: RwSignal<Classification>,
    pub audience: RwSignal<Audience>,
    pub content: RwSignal<CampaignContent>,
    pub sender: RwSignal<Option<SenderProfileId>>,
    pub schedule: RwSignal<Schedule>,
    /// 0: no limit.
    pub throttle: RwSignal<i32>,
    /// What calls give; of a message definition.
    pub parameters: RwSignal<Vec<Parameter>>,
    pub state: RwSignal<Saving>,
    version: StoredValue<i32>,
    /// What the server has.
    saved: StoredValue<Form>,
    wait: StoredValue<Option<TimeoutHandle>>,
}

/// Everything in the form.
#[derive(Clone, Debug, Default, PartialEq)]
struct Form {
    draft: CampaignUpdate,
    parameters: Vec<Parameter>,
}

impl Editing {
    pub fn new(data: &EditorData, unit: String) -> Self {
        let campaign = &data.draft;
        let parameters = campaign.called.as_ref().map(|it| it.parameters.clone());
        let editing = Self {
            id: campaign.id,
            definition: campaign.called.is_some(),
            unit: StoredValue::new(unit),
            name: RwSignal::new(campaign.name.clone()),
            classification: RwSignal::new(campaign.classification),
            audience: RwSignal::new(campaign.audience.clone()),
            content: RwSignal::new(campaign.content.clone()),
            sender: RwSignal::new(campaign.sender_profile_id),
            schedule: RwSignal::new(campaign.schedule.clone()),
            throttle: RwSignal::new(campaign.throttle_per_hour.unwrap_or(0)),
            parameters: RwSignal::new(parameters.unwrap_or_default()),
            state: RwSignal::new(Saving::Saved),
            version: StoredValue::new(campaign.edit_version),
            saved: StoredValue::new(Form::default()),
            wait: StoredValue::new(None),
        };
        editing.saved.set_value(editing.form());
        let form = Memo::new(move |_| editing.form());
        Effect::new(move |_| {
            let changed = form.with(|form| editing.saved.with_value(|saved| saved != form));
            if changed {
                editing.plan();
            }
        });
        on_cleanup(move || {
            // Leaving within the pause: what was typed last is still sent.
            let waiting = editing.wait.try_get_value().flatten();
            if let Some(handle) = waiting {
                handle.clear();
                editing.send();
            }
        });
        editing
    }

    /// The whole form. The edit version is put in when it is sent.
    fn form(self) -> Form {
        let draft = CampaignUpdate {
            edit_version: 0,
            name: Some(self.name.get()),
            classification: Some(self.classification.get()),
            audience: Some(self.audience.get()),
            content: Some(self.content.get()),
            sender_profile_id: self.sender.get(),
            schedule: Some(self.schedule.get()),
            throttle_per_hour: Some(self.throttle.get()),
        };
        Form {
            draft,
            parameters: self.parameters.get(),
        }
    }

    /// Saves after a pause; every further change begins the pause anew. While a conflict is not settled nothing is sent.
    fn plan(self) {
        if matches!(self.state.get_untracked(), Saving::Conflict(_)) {
            return;
        }
        if self.state.get_untracked() != Saving::UnderWay {
            self.state.set(Saving::Changed);
        }
        if let Some(handle) = self.wait.get_value() {
            handle.clear();
        }
        let handle = set_timeout_with_handle(
            move || {
                self.wait.try_set_value(None);
                if self.state.try_get_untracked() == Some(Saving::UnderWay) {
                    self.plan();
                } else {
                    self.send();
                }
            },
            PAUSE,
        );
        self.wait.set_value(handle.ok());
    }

    /// Saves what is there now, if it differs from what the server has.
    fn send(self) {
        let form = untrack(move || self.form());
        if self.saved.with_value(|saved| *saved == form) {
            self.state.try_set(Saving::Saved);
            return;
        }
        self.state.try_set(Saving::UnderWay);
        let (unit, id) = (self.unit.get_value(), self.id);
        let before = self.saved.get_value();
        let change = CampaignUpdate {
            edit_version: self.version.get_value(),
            ..changes(&before.draft, &form.draft)
        };
        let parameters = (before.parameters != form.parameters).then(|| form.parameters.clone());
        spawn_local(async move {
            let answer = if self.definition {
                save_definition(unit, id, definition_change(change, parameters)).await
            } else {
                save_campaign(unit, id, change).await
            };
            // The page may be left by now: then there is nobody to tell.
            match answer {
                Ok(version) => {
                    self.version.try_set_value(version);
                    if self.saved.try_set_value(form.clone()).is_some()
                        || self.state.try_get_untracked().is_none()
                    {
                        return;
                    }
                    self.state.set(Saving::Saved);
                    if untrack(move || self.form()) != form {
                        self.plan();
                    }
                }
                Err(error) if error.code == Code::EditConflict => {
                    self.state.try_set(Saving::Conflict(error));
                }
                Err(error) => {
                    self.state.try_set(Saving::Failed(error));
                }
            }
        });
    }

    /// Another try after a failure.
    pub fn retry(self) {
        self.send();
    }

    /// Settles a conflict by keeping what is in this form, over what the other person saved.
    pub fn overwrite(self) {
        let (unit, id) = (self.unit.get_value(), self.id);
        spawn_local(async move {
            let newest = if self.definition {
                read_definition(unit, id)
                    .await
                    .map(|it| it.detail.definition.edit_version)
            } else {
                read_campaign(unit, id).await.map(|it| it.edit_version)
            };
            // Without an answer the conflict stands, and can be settled again.
            if let Ok(version) = newest
                && self.version.try_set_value(version).is_none()
            {
                self.state.set(Saving::Changed);
                self.send();
            }
        });
    }

    /// Address of the page of what is edited, within the unit.
    pub fn page(self) -> String {
        if self.definition {
            format!("/messages/definitions/{}", self.id)
        } else {
            format!("/messages/{}", self.id)
        }
    }

    /// Address of a step.
    pub fn step(self, step: &str) -> String {
        format!("{}/edit?step={step}", self.page())
    }

    /// Field errors of the last try.
    pub fn error(self) -> Signal<Option<ApiError>> {
        Signal::derive(move || match self.state.get() {
            Saving::Failed(error) => Some(error),
            _ => None,
        })
    }

    /// Everything is with the server.
    pub fn is_saved(self) -> bool {
        self.state.get() == Saving::Saved
    }
}

/// The same change in a definition's words: it has topics where a campaign has an audience, and neither time nor limit.
fn definition_change(change: CampaignUpdate, parameters: Option<Vec<Parameter>>) -> DefinitionUpdate {
    DefinitionUpdate {
        edit_version: change.edit_version,
        name: change.name,
        classification: change.classification,
        content: change.content,
        sender_profile_id: change.sender_profile_id,
        topics: change.audience.map(|it| it.include_topics),
        parameters,
        ..DefinitionUpdate::default()
    }
}

/// Only what differs: two people who edit different parts still see each other, but less is sent.
fn changes(saved: &CampaignUpdate, form: &CampaignUpdate) -> CampaignUpdate {
    fn differs<T: Clone + PartialEq>(saved: &Option<T>, form: &Option<T>) -> Option<T> {
        if saved == form { None } else { form.clone() }
    }
    CampaignUpdate {
        edit_version: 0,
        name: differs(&saved.name, &form.name),
        classification: differs(&saved.classification, &form.classification),
        audience: differs(&saved.audience, &form.audience),
        content: differs(&saved.content, &form.content),
        sender_profile_id: differs(&saved.sender_profile_id, &form.sender_profile_id),
        schedule: differs(&saved.schedule, &form.schedule),
        throttle_per_hour: differs(&saved.throttle_per_hour, &form.throttle_per_hour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_sent() {
        let saved = CampaignUpdate {
            name: Some("A".into()),
            audience: Some(Audience::default()),
            throttle_per_hour: Some(0),
            ..CampaignUpdate::default()
        };
        let form = CampaignUpdate {
            name: Some("B".into()),
            ..saved.clone()
        };
        assert_eq!(
            changes(&saved, &form),
            CampaignUpdate {
                name: Some("B".into()),
                ..CampaignUpdate::default()
            }
        );
    }
}
