//! From bytes that somebody sent to an image that is safe to keep. The file's name and what the browser calls it count for
//! nothing: the type is read from the content, and size and pixels are known before anything is decoded.

use crate::{Error, Result};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use types::{ApiError, Code};

/// Mails with larger pictures are not opened on a phone.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// A picture of 40 megapixels takes 160 MB when decoded; more is an attack or a mistake.
pub const MAX_PIXELS: u64 = 40_000_000;
const MAX_SIDE: u32 = 12_000;
/// Wide enough for the gallery on a dense screen.
const THUMBNAIL: u32 = 480;

/// An image with everything that is computed from it.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: [u8; 32],
    pub(super) media_type: &'static str,
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) thumbnail: Vec<u8>,
    pub(super) thumbnail_sha256: [u8; 32],
}

/// Checks, measures and makes the thumbnail, off the async threads.
pub async fn prepare(bytes: Vec<u8>) -> Result<Prepared> {
    tokio::task::spawn_blocking(move || prepare_now(bytes))
        .await
        .map_err(|_| Error::broken("preparing an image panicked"))?
}

fn refused(code: Code) -> Error {
    Error::Refused(Box::new(
        ApiError::new(code)
            .with("max_mb", MAX_BYTES / 1024 / 1024)
            .with("max_megapixels", MAX_PIXELS / 1_000_000),
    ))
}

fn prepare_now(bytes: Vec<u8>) -> Result<Prepared> {
    if bytes.len() > MAX_BYTES {
        return Err(refused(Code::ImageTooLarge));
    }
    let (media_type, format) = match infer::get(&bytes).map(|it| it.mime_type()) {
        Some("image/png") => ("image/png", ImageFormat::Png),
        Some("image/jpeg") => ("image/jpeg", ImageFormat::Jpeg),
        Some("image/gif") => ("image/gif", ImageFormat::Gif),
        Some("image/webp") => ("image/webp", ImageFormat::WebP),
        _ => return Err(refused(Code::ImageType)),
    };
    let reader = |bytes| ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader(&bytes)
        .into_dimensions()
        .map_err(|_| refused(Code::ImageType))?;
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(refused(Code::ImageTooLarge));
    }
    let mut decoder = reader(&bytes);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(256 * 1024 * 1024);
    decoder.limits(limits);
    // Decoding the whole picture also finds the file that is cut off.
    let picture = decoder.decode().map_err(|_| refused(Code::ImageType))?;
    let thumbnail = thumbnail(&picture)?;
    Ok(Prepared {
        sha256: Sha256::digest(&bytes).into(),
        thumbnail_sha256: Sha256::digest(&thumbnail).into(),
        media_type,
        width: i32::try_from(width).unwrap_or(i32::MAX),
        height: i32::try_from(height).unwrap_or(i32::MAX),
        bytes,
        thumbnail,
    })
}

/// PNG, because it keeps transparency; never enlarged.
fn thumbnail(picture: &DynamicImage) -> Result<Vec<u8>> {
    let small = if picture.width().max(picture.height()) > THUMBNAIL {
        picture.thumbnail(THUMBNAIL, THUMBNAIL)
    } else {
        picture.clone()
    };
    let small = if small.color().has_alpha() {
        DynamicImage::ImageRgba8(small.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(small.to_rgb8())
    };
    let mut bytes = Vec::new();
    small
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(|_| Error::broken("encoding a thumbnail failed"))?;
    Ok(bytes)
}
