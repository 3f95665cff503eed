//! From bytes that somebody sent to an image that is safe to keep. The file's name and what the browser calls it count for
//! nothing: the type is read from the content, and size and pixels are known before anything is decoded.

use crate::{Error, Result};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};
use img_parts::{png::Png, webp::WebP};
use sha2::{Digest, Sha256};
use std::io::Cursor;
use tokio::sync::Semaphore;
use types::{ApiError, Code};

/// Mails with larger pictures are not opened on a phone.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// A picture of 40 megapixels takes 160 MB when decoded; more is an attack or a mistake.
pub const MAX_PIXELS: u64 = 40_000_000;
/// Pictures in hand at once: each may take a few hundred megabytes while it is decoded, turned and written.
static TURNS: Semaphore = Semaphore::const_new(2);
const MAX_SIDE: u32 = 12_000;
const MAX_DECODED: u64 = 256 * 1024 * 1024;
/// Wide enough for the gallery on a dense screen.
const THUMBNAIL: u32 = 480;
/// Of a JPEG that has to be written anew: above 90 the file grows and nobody sees why.
const QUALITY: u8 = 90;

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
    let _turn = TURNS
        .acquire()
        .await
        .map_err(|_| Error::broken("the turns are over"))?;
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
    limits.max_alloc = Some(MAX_DECODED);
    decoder.limits(limits);
    let mut decoder = decoder.into_decoder().map_err(|_| refused(Code::ImageType))?;
    if decoder.total_bytes() > MAX_DECODED {
        return Err(refused(Code::ImageTooLarge));
    }
    let told = match format {
        ImageFormat::Jpeg => Told::read(&mut decoder),
        _ => None,
    };
    // Decoding the whole picture also finds the file that is cut off.
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| refused(Code::ImageType))?;
    let bytes = match (told, format) {
        (Some(told), _) => told.leave_out(&mut picture)?,
        (None, ImageFormat::Png) => bare_png(bytes)?,
        (None, ImageFormat::WebP) => bare_webp(bytes)?,
        (None, _) => bytes,
    };
    let (width, height) = (picture.width(), picture.height());
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

/// What a camera or an editor wrote beside the picture: where and when it was taken, by whom, with what. It must not go
/// out to a hundred thousand people with the invitation (GDPR art. 25).
struct Told {
    orientation: Orientation,
    colours: Option<Vec<u8>>,
}

impl Told {
    /// None when the file says nothing: its bytes are kept as they are.
    fn read<D: ImageDecoder>(decoder: &mut D) -> Option<Self> {
        let mut says =
            |read: fn(&mut D) -> image::ImageResult<Option<Vec<u8>>>| matches!(read(decoder), Ok(Some(_)));
        let any = says(ImageDecoder::exif_metadata)
            || says(ImageDecoder::xmp_metadata)
            || says(ImageDecoder::iptc_metadata);
        any.then(|| Self {
            orientation: decoder.orientation().unwrap_or(Orientation::NoTransforms),
            colours: decoder.icc_profile().unwrap_or_default(),
        })
    }

    /// Turns the picture as the camera was held and writes it anew with its colour profile and nothing else.
    fn leave_out(self, picture: &mut DynamicImage) -> Result<Vec<u8>> {
        let failed = || Error::broken("encoding an image failed");
        picture.apply_orientation(self.orientation);
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
        if let Some(colours) = self.colours {
            encoder.set_icc_profile(colours).map_err(|_| failed())?;
        }
        picture.write_with_encoder(encoder).map_err(|_| failed())?;
        // One that was squeezed harder than this may have grown.
        if bytes.len() > MAX_BYTES {
            return Err(refused(Code::ImageTooLarge));
        }
        Ok(bytes)
    }
}

/// A PNG without what was written beside its picture, which itself stays as it is: it may be a film, and its loss of quality
/// would be ours.
fn bare_png(bytes: Vec<u8>) -> Result<Vec<u8>> {
    let mut file = Png::from_bytes(bytes.into()).map_err(|_| refused(Code::ImageType))?;
    for beside in [*b"eXIf", *b"iTXt", *b"tEXt", *b"zTXt", *b"tIME"] {
        file.remove_chunks_by_type(beside);
    }
    Ok(file.encoder().bytes().into())
}

/// The same for WebP.
fn bare_webp(bytes: Vec<u8>) -> Result<Vec<u8>> {
    /// In the first byte of the chunk `VP8X`, which comes first where there is one: "there is EXIF", "there is XMP".
    const BESIDE: u8 = 0x08 | 0x04;
    let mut file = WebP::from_bytes(bytes.into()).map_err(|_| refused(Code::ImageType))?;
    for beside in [*b"EXIF", *b"XMP "] {
        file.remove_chunks_by_id(beside);
    }
    let mut bytes = Vec::from(file.encoder().bytes());
    // Behind `RIFF`, its length and `WEBP`: the name of the first chunk, its length, its content.
    if let Some([b'V', b'P', b'8', b'X', _, _, _, _, flags]) = bytes.get_mut(12..21) {
        *flags &= !BESIDE;
    }
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::jpeg::JpegDecoder;

    #[tokio::test]
    async fn what_the_camera_wrote_beside_a_picture_is_left_out() -> Result<()> {
        // A TIFF header (big endian) with one entry: orientation (0x0112) is 6, "the camera was turned clockwise".
        let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        let mut photo = Vec::new();
        let mut encoder = JpegEncoder::new(&mut photo);
        encoder.set_exif_metadata(exif).expect("JPEG takes EXIF");
        encoder
            .write_image(&[90; 40 * 20 * 3], 40, 20, image::ExtendedColorType::Rgb8)
            .expect("a picture");
        let prepared = prepare(photo).await?;
        assert_eq!(
            (prepared.width, prepared.height),
            (20, 40),
            "turned as it was held"
        );
        let mut kept = JpegDecoder::new(Cursor::new(&prepared.bytes)).expect("still a JPEG");
        assert_eq!(kept.exif_metadata().expect("readable"), None);
        assert_eq!(kept.dimensions(), (20, 40));
        Ok(())
    }

    /// What says where the picture was taken, and when the file was changed, as a camera would write it.
    const TOLD: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x32\0\x02\0\0\0\x04\x31\x39\x39\0\0\0\0\0";

    #[tokio::test]
    async fn other_pictures_lose_it_too_and_stay_as_they_are() -> Result<()> {
        use image::codecs::{png::PngDecoder, png::PngEncoder, webp::WebPDecoder, webp::WebPEncoder};
        let pixels = [90; 40 * 20 * 3];
        let kind = image::ExtendedColorType::Rgb8;

        let mut drawing = Vec::new();
        let mut encoder = PngEncoder::new(&mut drawing);
        encoder.set_exif_metadata(TOLD.to_vec()).expect("PNG takes EXIF");
        encoder.write_image(&pixels, 40, 20, kind).expect("a picture");
        let prepared = prepare(drawing.clone()).await?;
        assert!(prepared.bytes.len() < drawing.len());
        let mut kept = PngDecoder::new(Cursor::new(&prepared.bytes)).expect("still a PNG");
        assert_eq!(kept.exif_metadata().expect("readable"), None);
        assert_eq!(prepare(prepared.bytes.clone()).await?.sha256, prepared.sha256);

        let mut drawing = Vec::new();
        let mut encoder = WebPEncoder::new_lossless(&mut drawing);
        encoder.set_exif_metadata(TOLD.to_vec()).expect("WebP takes EXIF");
        encoder.write_image(&pixels, 40, 20, kind).expect("a picture");
        let prepared = prepare(drawing.clone()).await?;
        assert!(prepared.bytes.len() < drawing.len());
        let mut kept = WebPDecoder::new(Cursor::new(&prepared.bytes)).expect("still a WebP");
        assert_eq!(kept.exif_metadata().expect("readable"), None);
        assert_eq!(prepare(prepared.bytes.clone()).await?.sha256, prepared.sha256);
        Ok(())
    }
}
