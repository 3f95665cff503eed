//! Examples of what calls send, by the name of their type. A test sends every one of them.

use std::collections::BTreeMap;

use serde_json::Value;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// By the name in `components/schemas`.
pub(super) fn all() -> BTreeMap<String, Value> {
    // A test parses it.
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

/// Puts them at the routes that take them.
pub(super) fn describe(openapi: &mut OpenApi) {
    let all = all();
    for item in openapi.paths.paths.values_mut() {
        for operation in [&mut item.put, &mut item.post, &mut item.patch]
            .into_iter()
            .flatten()
        {
            let Some(RefOr::T(body)) = &mut operation.request_body else {
                continue;
            };
            for content in body.content.values_mut() {
                if let RefOr::T(content) = content
                    && let Some(RefOr::Ref(schema)) = &content.schema
                    && let Some((_, name)) = schema.ref_location.rsplit_once('/')
                    && let Some(example) = all.get(name)
                {
                    content.example = Some(example.clone());
                }
            }
        }
    }
    // A column's kind has a name or none; utoipa says neither that the others have none.
    if let Some(components) = &mut openapi.components
        && let Some(RefOr::T(Schema::OneOf(target))) = components.schemas.get_mut("Target")
    {
        for kind in &mut target.items {
            if let RefOr::T(Schema::Object(kind)) = kind {
                kind.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
    // Clients are made from the schemas too.
    if let Some(components) = &mut openapi.components {
        for (name, schema) in &mut components.schemas {
            if let (RefOr::T(Schema::Object(object)), Some(example)) = (schema, all.get(name)) {
                object.examples = vec![example.clone()];
            }
        }
    }
}
