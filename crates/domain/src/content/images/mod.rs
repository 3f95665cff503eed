//! Images: uploaded once, kept by their content in the database (never on one node's disk), served at a public address
//! that never changes.

mod prepare;
mod read;
mod write;

pub use prepare::{MAX_BYTES, MAX_PIXELS, Prepared, prepare};
pub use read::{Media, get, list, media};
pub use write::{archive, describe, store};

/// The public path of a blob.
fn address(sha256: &[u8], media_type: &str) -> String {
    let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/media/{hex}.{}", extension(media_type))
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "png",
    }
}
