//! Sends a form with a file to the server. Files go by a plain route, not by a server function, which would keep them in
//! memory as text.

use js_sys::{Function, Object, Promise, Reflect};
use leptos::prelude::*;
use types::content::ImageRow;
use types::{ApiError, Code};
use wasm_bindgen::prelude::*;

/// Posts an image with its alternative text; `done` gets the answer.
pub(super) fn upload_image(
    unit: &str,
    file: &web_sys::File,
    alt: &str,
    done: Callback<Result<ImageRow, ApiError>>,
) {
    if let Err(()) = send(unit, file, alt, done) {
        done.run(Err(ApiError::new(Code::Offline)));
    }
}

fn send(
    unit: &str,
    file: &web_sys::File,
    alt: &str,
    done: Callback<Result<ImageRow, ApiError>>,
) -> Result<(), ()> {
    let lost = |_: JsValue| ();
    let form = web_sys::FormData::new().map_err(lost)?;
    form.append_with_blob_and_filename("file", file, &file.name())
        .map_err(lost)?;
    form.append_with_str("alt", alt).map_err(lost)?;
    let options = Object::new();
    Reflect::set(&options, &"method".into(), &"POST".into()).map_err(lost)?;
    Reflect::set(&options, &"body".into(), &form).map_err(lost)?;
    let window = web_sys::window().ok_or(())?;
    let fetch: Function = Reflect::get(&window, &"fetch".into())
        .map_err(lost)?
        .dyn_into()
        .map_err(lost)?;
    let answer = fetch
        .call2(&window, &format!("/files/images/{unit}").into(), &options)
        .map_err(lost)?;
    let answer: Promise = answer.dyn_into().map_err(lost)?;
    let offline = move |_: JsValue| done.run(Err(ApiError::new(Code::Offline)));
    let failed = Closure::once_into_js(offline);
    let read = Closure::once_into_js(move |response: JsValue| {
        let ok = Reflect::get(&response, &"ok".into()).is_ok_and(|it| it.is_truthy());
        let text =
            Reflect::get(&response, &"text".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
        let body = text
            .and_then(|it| it.call0(&response))
            .and_then(wasm_bindgen::JsCast::dyn_into::<Promise>);
        let Ok(body) = body else {
            done.run(Err(ApiError::new(Code::Internal)));
            return;
        };
        let finish = Closure::once_into_js(move |text: JsValue| {
            let text = text.as_string().unwrap_or_default();
            let unreadable = |_| ApiError::new(Code::Internal);
            done.run(if ok {
                serde_json::from_str::<ImageRow>(&text).map_err(unreadable)
            } else {
                Err(serde_json::from_str::<ApiError>(&text).unwrap_or_else(unreadable))
            });
        });
        then(&body, &finish, &JsValue::UNDEFINED);
    });
    then(&answer, &read, &failed);
    Ok(())
}

/// `promise.then(done, failed)`.
fn then(promise: &Promise, done: &JsValue, failed: &JsValue) {
    let method = Reflect::get(promise, &"then".into()).and_then(wasm_bindgen::JsCast::dyn_into::<Function>);
    if let Ok(method) = method {
        // A promise's own method does not throw.
        drop(method.call2(promise, done, failed));
    }
}
