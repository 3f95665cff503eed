//! How fast a sending goes on: the limit as it is now, and another one.

use super::api::change_speed;
use super::words::limit_text;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::context::Provider;
use leptos::prelude::*;
use types::campaigns::{CampaignProgress, CampaignState};
use types::{ApiError, CampaignId};

/// Limits that can be had with one press, in messages an hour.
const PRESETS: [u64; 4] = [1_000, 5_000, 20_000, 100_000];
/// The choices that are no number.
const NONE: &str = "none";
const OWN: &str = "own";

fn limit(progress: &CampaignProgress) -> Option<u64> {
    progress.throttle_per_hour.and_then(|it| u64::try_from(it).ok())
}

/// The limit, with the way to another one while it is under way.
#[component]
pub(super) fn SpeedLine(
    progress: Memo<CampaignProgress>,
    may: bool,
    changing: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let under_way = Memo::new(move |_| {
        progress.with(|it| matches!(it.state, CampaignState::Sending | CampaignState::Paused))
    });
    let text = move || match progress.with(limit) {
        Some(limit) => limit_text(i18n, limit),
        None => t_string!(i18n, campaigns.speed_none).to_owned(),
    };
    view! {
        <Show when=move || under_way.get()>
            <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t border-line pt-3">
                <p class="text-[13px] text-muted">
                    {t!(i18n, campaigns.speed)} ": "
                    <span class="text-ink tabular-nums" data-testid="speed">{text}</span>
                </p>
                {may
                    .then(|| {
                        view! {
                            <Button size=Size::Small on_click=move |_| changing.set(true)>
                                {t!(i18n, campaigns.speed_change)}
                            </Button>
                        }
                    })}
            </div>
        </Show>
    }
    .into_any()
}

/// Asks for another limit.
#[component]
pub(super) fn SpeedDialog(
    id: CampaignId,
    progress: Memo<CampaignProgress>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let choice = RwSignal::new(NONE.to_owned());
    let own = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        error.set(None);
        let now = progress.with_untracked(limit);
        let (chosen, typed) = match now {
            None => (NONE.to_owned(), String::new()),
            Some(limit) if PRESETS.contains(&limit) => (limit.to_string(), String::new()),
            Some(limit) => (OWN.to_owned(), limit.to_string()),
        };
        choice.set(chosen);
        own.set(typed);
    });
    let save = Action::new(move |(): &()| {
        let per_hour = choice.with_untracked(|choice| own.with_untracked(|own| wanted(choice, own)));
        let unit = here.key.get_untracked();
        async move {
            match change_speed(unit, id, per_hour).await {
                Ok(()) => {
                    open.set(false);
                    toasts.success(t_string!(i18n, common.saved));
                }
                Err(refused) => error.set(Some(refused)),
            }
        }
    });
    let footer = move || {
        view! {
            <Button on_click=move |_| open.set(false)>{t!(i18n, common.cancel)}</Button>
            <Button kind=Kind::Primary busy=save.pending() on_click=move |_| { save.dispatch(()); }>
                {t!(i18n, campaigns.speed_change)}
            </Button>
        }
    };
    let choices = move || {
        // As of the moment of opening: numbers that move while one chooses do not help.
        let left = progress.with_untracked(|it| it.audience - it.done()).max(0);
        let mut choices = vec![Choice::new(NONE, move || t_string!(i18n, campaigns.speed_none))];
        choices.extend(PRESETS.map(|limit| {
            let hours = left as f64 / limit as f64;
            let choice = Choice::new(limit.to_string(), move || limit_text(i18n, limit));
            if left == 0 {
                return choice;
            }
            choice.hint(move || {
                let time = duration(i18n.get_locale(), hours * 3600.0);
                t_string!(i18n, campaigns.speed_takes, time = time).to_string()
            })
        }));
        choices.push(Choice::new(OWN, move || t_string!(i18n, campaigns.speed_own)));
        choices
    };
    view! {
        <Dialog id="speed" open title=move || t_string!(i18n, campaigns.speed_title) footer>
            <Provider value=FieldErrors::new(error.into())>
                <div class="flex flex-col gap-4">
                    <p class="text-sm text-muted">{t!(i18n, campaigns.speed_text)}</p>
                    <FormError error />
                    <RadioGroup
                        name="speed"
                        legend=move || t_string!(i18n, campaigns.speed)
                        choices=choices()
                        bind=choice
                    />
                    <Show when=move || choice.with(|it| it == OWN)>
                        <Field
                            id="speed-per-hour"
                            name="per_hour"
                            label=move || t_string!(i18n, campaigns.throttle)
                            hint=move || t_string!(i18n, campaigns.speed_range)
                            required=true
                        >
                            <TextInput bind=own r#type="number" min="1" inputmode="numeric" autocomplete="off" />
                        </Field>
                    </Show>
                </div>
            </Provider>
        </Dialog>
    }
    .into_any()
}

/// The limit that was chosen. What is no number is sent as one that the server refuses, at its field.
fn wanted(choice: &str, own: &str) -> Option<i32> {
    match choice {
        NONE => None,
        OWN => Some(own.trim().parse().unwrap_or(0)),
        preset => preset.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn what_is_chosen_is_asked_for() {
        assert_eq!(wanted("none", "7"), None);
        assert_eq!(wanted("5000", ""), Some(5000));
        assert_eq!(wanted("own", " 700 "), Some(700));
        assert_eq!(wanted("own", "many"), Some(0));
        assert_eq!(wanted("own", ""), Some(0), "no full speed by an empty field");
    }
}
