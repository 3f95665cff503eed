//! Images: the library and the picker of image slots.

use super::AreaTabs;
use super::api::{archive_image, describe_image, list_images};
use super::upload::upload_image;
use crate::layout::use_here;
use crate::ui::*;
use i18n::{t, t_string, use_i18n};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use types::access::Permission;
use types::content::ImageRow;
use types::{ApiError, PageQuery};

#[component]
pub(super) fn Images() -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let query = use_list_query(&["archived"]);
    let rows = Resource::new(
        move || (here.key.get(), query.get()),
        |(unit, query)| list_images(unit, query),
    );
    let may = Signal::derive(move || here.may(Permission::EditContent));
    let changed = Callback::new(move |()| rows.refetch());
    view! {
        <Title text=move || t_string!(i18n, content.images).to_string() />
        <PageHeader title=move || t_string!(i18n, content.images) text=move || t_string!(i18n, content.images_text) />
        <AreaTabs selected="images" />
        {move || {
            may.get()
                .then(|| view! { <Card title=move || t_string!(i18n, content.upload)><Upload done=Callback::new(move |_| changed.run(())) /></Card> })
        }}
        <div class="mt-6">
            <Transition fallback=|| view! { <SkeletonRows rows=4 /> }>
                {move || rows.get().map(|answer| match answer {
                    Ok(page) if page.items.is_empty() => view! {
                        <EmptyState icon=Icon::Image title=move || t_string!(i18n, content.images_empty) text=move || t_string!(i18n, content.images_empty_text) />
                    }.into_any(),
                    Ok(page) => view! {
                        <ul class="grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-4">
                            {page.items.into_iter().map(|image| view! { <ImageCard image may changed /> }).collect_view()}
                        </ul>
                    }.into_any(),
                    Err(error) => view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any(),
                })}
            </Transition>
        </div>
    }
    .into_any()
}

#[component]
fn ImageCard(image: ImageRow, may: Signal<bool>, changed: Callback<()>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let id = image.id;
    let alt = RwSignal::new(image.alt.clone());
    let act = move |archived: bool| {
        let unit = here.key.get_untracked();
        spawn_local(async move {
            match archive_image(unit, id, archived).await {
                Ok(()) => changed.run(()),
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let keep = move |_| {
        let (unit, text) = (here.key.get_untracked(), alt.get_untracked());
        spawn_local(async move {
            match describe_image(unit, id, text).await {
                Ok(()) => toasts.success(t_string!(i18n, content.saved).to_string()),
                Err(error) => toasts.error(i18n.get_locale_untracked(), &error),
            }
        });
    };
    let field = format!("alt-{id}");
    view! {
        <li class="flex flex-col overflow-hidden rounded-md border border-line bg-surface">
            <img src=image.thumbnail alt=image.alt class="h-36 w-full bg-sunken object-contain" loading="lazy" />
            <div class="flex flex-1 flex-col gap-2 p-3">
                <p class="truncate text-sm font-medium">{image.file_name}</p>
                <p class="text-[13px] text-muted">{format!("{} × {}", image.width, image.height)}</p>
                {move || {
                    let field = field.clone();
                    may.get()
                        .then(|| {
                            view! {
                                <Field name=field label=move || t_string!(i18n, content.alt)>
                                    <TextInput bind=alt maxlength=300 />
                                </Field>
                                <div class="mt-auto flex gap-2">
                                    <Button size=Size::Small on_click=keep>{t!(i18n, content.save)}</Button>
                                    <Button size=Size::Small kind=Kind::Quiet on_click=move |_| act(true)>{t!(i18n, content.archive)}</Button>
                                </div>
                            }
                        })
                }}
            </div>
        </li>
    }
}

/// File, alternative text, button; gives the new image.
#[component]
fn Upload(done: Callback<ImageRow>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let toasts = use_toasts();
    let alt = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let file = NodeRef::<html::Input>::new();
    let finished = Callback::new(move |answer: Result<ImageRow, ApiError>| {
        busy.set(false);
        match answer {
            Ok(image) => {
                error.set(None);
                alt.set(String::new());
                if let Some(input) = file.get_untracked() {
                    input.set_value("");
                }
                toasts.success(t_string!(i18n, content.uploaded).to_string());
                done.run(image);
            }
            Err(problem) => error.set(Some(problem)),
        }
    });
    let send = move |_| {
        let chosen = file
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        let Some(chosen) = chosen else {
            error.set(Some(ApiError::invalid(vec![types::FieldError::new(
                "file",
                types::Code::Required,
            )])));
            return;
        };
        busy.set(true);
        upload_image(&here.key.get_untracked(), &chosen, &alt.get_untracked(), finished);
    };
    view! {
        <leptos::context::Provider value=FieldErrors::new(error.into())>
            <div class="flex flex-col gap-3">
                <FormError error />
                <div class="grid gap-3 sm:grid-cols-2">
                    <Field name="file" label=move || t_string!(i18n, content.file) hint=move || t_string!(i18n, content.file_hint) required=true>
                        <FileInput accept="image/png,image/jpeg,image/gif,image/webp" node_ref=file />
                    </Field>
                    <Field name="alt" label=move || t_string!(i18n, content.alt) hint=move || t_string!(i18n, content.alt_hint) required=true>
                        <TextInput bind=alt maxlength=300 />
                    </Field>
                </div>
                <div><Button kind=Kind::Primary icon=Icon::Upload busy on_click=send>{t!(i18n, content.upload)}</Button></div>
            </div>
        </leptos::context::Provider>
    }
    .into_any()
}

/// Choose an image of the library, or upload one and take it.
#[component]
pub(super) fn ImagePicker(picked: Callback<ImageRow>) -> impl IntoView {
    let i18n = use_i18n();
    let here = use_here();
    let search = RwSignal::new(String::new());
    let images = RwSignal::new(None::<Result<Vec<ImageRow>, ApiError>>);
    Effect::new(move |_| {
        let query = PageQuery {
            search: search.get(),
            limit: Some(48),
            ..PageQuery::default()
        };
        let unit = here.key.get();
        spawn_local(async move {
            let found = list_images(unit, query).await.map(|page| page.items);
            images.try_set(Some(found));
        });
    });
    let may = Signal::derive(move || here.may(Permission::EditContent));
    view! {
        <div class="flex flex-col gap-4">
            {move || may.get().then(|| view! { <Card title=move || t_string!(i18n, content.upload)><Upload done=picked /></Card> })}
            <SearchInput
                name="image-search"
                label=move || t_string!(i18n, content.search_images)
                value=search
                on_input=Callback::new(move |text| search.set(text))
            />
            {move || images.get().map(|answer| match answer {
                Ok(found) if found.is_empty() => view! { <p class="text-sm text-muted">{t!(i18n, content.images_empty)}</p> }.into_any(),
                Ok(found) => view! {
                    <ul class="grid grid-cols-2 gap-3 sm:grid-cols-4">
                        {found
                            .into_iter()
                            .map(|image| {
                                let chosen = image.clone();
                                view! {
                                    <li>
                                        <button
                                            type="button"
                                            class="w-full overflow-hidden rounded-md border border-line bg-surface text-left hover:border-accent"
                                            on:click=move |_| picked.run(chosen.clone())
                                        >
                                            <img src=image.thumbnail alt=image.alt class="h-24 w-full bg-sunken object-contain" loading="lazy" />
                                            <span class="block truncate p-2 text-[13px]">{image.file_name}</span>
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                }.into_any(),
                Err(error) => view! { <Notice tone=Tone::Danger>{error_text(i18n.get_locale(), &error)}</Notice> }.into_any(),
            })}
        </div>
    }
    .into_any()
}
