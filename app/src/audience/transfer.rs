//! Sending a file from the browser with progress. `XMLHttpRequest` is the one thing that reports how much of a body has
//! gone out; it is spoken to by name, so that no further part of `web-sys` is needed.

use leptos::prelude::*;
use types::{ApiError, Code, ImportId};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// How an upload stands.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) enum Transfer {
    #[default]
    Idle,
    /// Bytes sent, of how many.
    Sending {
        name: String,
        sent: u64,
        total: u64,
    },
    Done(ImportId),
    Failed(ApiError),
}

/// Sends the file as it is to `address`, and keeps `state` up to date. Browser only.
pub(super) fn send(file: &web_sys::File, address: &str, state: RwSignal<Transfer>) {
    let total = bytes(file.size());
    let name = file.name();
    state.set(Transfer::Sending {
        name: name.clone(),
        sent: 0,
        total,
    });
    if try_send(file, address, name, total, state).is_err() {
        state.set(Transfer::Failed(ApiError::new(Code::Offline)));
    }
}

fn try_send(
    file: &web_sys::File,
    address: &str,
    name: String,
    total: u64,
    state: RwSignal<Transfer>,
) -> Result<(), JsValue> {
    let class: js_sys::Function = get(&js_sys::global(), "XMLHttpRequest")?.dyn_into()?;
    let request = js_sys::Reflect::construct(&class, &js_sys::Array::new())?;
    call(&request, "open", &["POST".into(), address.into()])?;
    let progress = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let sent = get(&event, "loaded")
            .ok()
            .and_then(|loaded| loaded.as_f64())
            .map_or(0, bytes);
        state.try_set(Transfer::Sending {
            name: name.clone(),
            sent,
            total,
        });
    });
    set(&get(&request, "upload")?, "onprogress", &progress.into_js_value())?;
    let ended = {
        let request = request.clone();
        Closure::once_into_js(move || {
            state.try_set(match outcome(&request) {
                Ok(id) => Transfer::Done(id),
                Err(error) => Transfer::Failed(error),
            });
        })
    };
    set(&request, "onloadend", &ended)?;
    call(&request, "send", &[file.into()])?;
    Ok(())
}

/// What the server answered; no status at all means that it was not reached.
fn outcome(request: &JsValue) -> Result<ImportId, ApiError> {
    #[derive(serde::Deserialize)]
    struct Created {
        id: ImportId,
    }
    let text = |key: &str| {
        get(request, key)
            .ok()
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    };
    let status = get(request, "status")
        .ok()
        .and_then(|status| status.as_f64())
        .unwrap_or(0.0);
    let body = text("responseText");
    if status == 201.0 {
        return serde_json::from_str::<Created>(&body)
            .map(|created| created.id)
            .map_err(|_| ApiError::new(Code::Internal));
    }
    if status == 0.0 {
        return Err(ApiError::new(Code::Offline));
    }
    Err(serde_json::from_str(&body).unwrap_or_else(|_| ApiError::new(Code::Internal)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes of files, as JavaScript counts them"
)]
fn bytes(size: f64) -> u64 {
    size.max(0.0) as u64
}

fn get(object: &JsValue, key: &str) -> Result<JsValue, JsValue> {
    js_sys::Reflect::get(object, &key.into())
}

fn set(object: &JsValue, key: &str, value: &JsValue) -> Result<(), JsValue> {
    js_sys::Reflect::set(object, &key.into(), value).map(drop)
}

fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: js_sys::Function = get(object, name)?.dyn_into()?;
    function.apply(object, &arguments.iter().collect::<js_sys::Array>())
}
