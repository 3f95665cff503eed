//! Charts over made-up figures.

use super::gallery::Group;
use crate::ui::chart::*;
use crate::ui::*;
use leptos::prelude::*;

#[component]
pub(super) fn Charts() -> impl IntoView {
    let opened: Vec<u64> = (0..48)
        .map(|hour| 900 / (hour / 3 + 1) + (hour % 7) * 12)
        .collect();
    let machine: Vec<u64> = (0..48).map(|hour| 300 / (hour + 1)).collect();
    let clicked: Vec<u64> = opened.iter().map(|value| value / 5).collect();
    let spark = clicked.clone();
    let times = Signal::derive(|| {
        (0..48)
            .map(|hour| format!("{} Nov {:02}:00", 20 + hour / 24, hour % 24))
            .collect::<Vec<_>>()
    });
    view! {
        <Group title="Charts">
            <div class="grid gap-4 lg:grid-cols-2">
                <Card>
                    <Funnel
                        title="From audience to click"
                        text="People, each counted once; what machines did is shown apart."
                        stages=vec![
                            Stage::new("Audience", 5_000),
                            Stage::new("Sent", 4_812),
                            Stage::new("Delivered", 4_790),
                            Stage::new("Opened", 2_310).machine(420),
                            Stage::new("Clicked", 640).machine(55),
                        ]
                        csv="#"
                    />
                </Card>
                <Card>
                    <Bars
                        title="Links"
                        text="Clicks by people."
                        kind="Link"
                        bars=vec![
                            Bar { label: "https://campanile.example/open-day".into(), value: 412, href: Some("#".into()) },
                            Bar { label: "https://campanile.example/programme".into(), value: 180, href: None },
                            Bar { label: "https://campanile.example/how-to-find-us".into(), value: 48, href: None },
                        ]
                        csv="#"
                    />
                </Card>
            </div>
            <Card>
                <Course
                    title="The course over time"
                    text="Per hour since the send began."
                    times=times
                    series=vec![
                        Series { label: "Opened".into(), values: opened, ink: Ink::First },
                        Series { label: "Clicked".into(), values: clicked, ink: Ink::Second },
                        Series { label: "Machines".into(), values: machine, ink: Ink::Machine },
                    ]
                    csv="#"
                />
            </Card>
            <p class="flex items-center gap-3">"A sparkline: " <Sparkline label="Clicks in the first two days" values=spark /></p>
        </Group>
    }
    .into_any()
}
