//! Whom the preview is for: people of the unit, or somebody made up where there are none yet.

use crate::content::api::sample_people;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t_string, use_i18n};
use leptos::prelude::*;
use leptos::task::spawn_local;
use render::Person;
use types::content::SamplePerson;

#[component]
pub(super) fn SampleSelect(person: RwSignal<Person>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let people = RwSignal::new(Vec::<SamplePerson>::new());
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| {
        let unit = here.key.get();
        spawn_local(async move {
            let found = sample_people(unit, String::new()).await.unwrap_or_default();
            let first = found.first().map(|it| it.id.to_string()).unwrap_or_default();
            people.try_set(found);
            chosen.try_set(first);
        });
    });
    Effect::new(move |_| {
        let id = chosen.get();
        let found = people.with(|it| it.iter().find(|it| it.id.to_string() == id).map(Person::from));
        person.set(found.unwrap_or_else(Person::made_up));
    });
    let options = Signal::derive(move || {
        let made_up = (String::new(), t_string!(i18n, content.sample_made_up).to_string());
        let people = people.with(|it| {
            it.iter()
                .map(|it| {
                    let name = format!("{} {}", it.first_name, it.last_name);
                    let name = if name.trim().is_empty() {
                        it.email.clone()
                    } else {
                        name
                    };
                    (it.id.to_string(), name)
                })
                .collect::<Vec<_>>()
        });
        people.into_iter().chain([made_up]).collect()
    });
    view! { <Select options bind=chosen label=move || t_string!(i18n, content.sample) /> }
}
