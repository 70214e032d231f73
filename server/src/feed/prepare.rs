//! An uploaded picture becomes what is served: decoded under limits, turned upright, made small, and written anew as JPEG. Nothing of the
//! upload is kept but what is to be seen: no place, no camera, no text, no script. Pure, and slow: see [`super::pictures`] for the pool.

use std::io::Cursor;

use app::wire::feed::NO_PICTURE;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, Limits, Rgb, RgbImage};

/// Most pixels of an upload, whatever it decodes to.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Most bytes that decoding may take.
const MEMORY_MAX: u64 = 256 << 20;
/// The widths that are served, in pixels. What is narrower is served as it is.
const WIDTHS: [u32; 3] = [480, 960, 1440];
/// What is higher is made smaller: three times the widest width would only be scrolled past.
const HEIGHT_MAX: u32 = 2880;
/// JPEG quality, of 100.
const QUALITY: u8 = 82;

/// What can be seen, in each width.
#[derive(Debug)]
pub struct Prepared {
    /// Width of the widest, in pixels.
    pub width: u32,
    /// Height of the widest, in pixels.
    pub height: u32,
    /// Width and JPEG, the widest last.
    pub files: Vec<(u32, Vec<u8>)>,
}

/// An upload that becomes none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not one of the three formats by its content, or not whole.
    #[error("{NO_PICTURE}")]
    NoPicture,
    /// More pixels than [`PIXELS_MAX`]: found out before anything is decoded.
    #[error("This picture has {0} megapixels. The limit is 40.")]
    Pixels(u64),
}

/// The widths in which a picture is there whose widest is `width`, ascending.
#[must_use]
pub fn widths(width: u32) -> Vec<u32> {
    WIDTHS.into_iter().filter(|smaller| *smaller < width).chain([width]).collect()
}

/// Does it.
///
/// # Errors
/// What keeps it from being a picture.
pub fn prepare(upload: &[u8]) -> Result<Prepared, Fault> {
    let upright = decode(upload)?;
    let (width, height) = fitting(upright.width(), upright.height());
    let whole = (width, height) == (upright.width(), upright.height());
    let widest = if whole { upright } else { upright.resize_exact(width, height, FilterType::Lanczos3) };
    let files = widths(width).into_iter().map(|to| {
        let high = (u64::from(height) * u64::from(to)).div_ceil(u64::from(width)).max(1);
        let high = u32::try_from(high).map_err(|_| Fault::NoPicture)?;
        Ok((to, if to == width { write(&widest)? } else { write(&widest.resize_exact(to, high, FilterType::Lanczos3))? }))
    });
    Ok(Prepared { width, height, files: files.collect::<Result<_, Fault>>()? })
}

/// The widest size in which a picture is kept.
fn fitting(width: u32, height: u32) -> (u32, u32) {
    let most = WIDTHS[WIDTHS.len() - 1];
    let scale = (f64::from(most) / f64::from(width)).min(f64::from(HEIGHT_MAX) / f64::from(height)).min(1.0);
    let scaled = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (scaled(width), scaled(height))
}

fn decode(upload: &[u8]) -> Result<DynamicImage, Fault> {
    let no_picture = |_| Fault::NoPicture;
    let from = Cursor::new(upload);
    match image::guess_format(upload).map_err(no_picture)? {
        ImageFormat::Jpeg if !is_whole_jpeg(upload) => Err(Fault::NoPicture),
        ImageFormat::Jpeg => upright(JpegDecoder::new(from).map_err(no_picture)?),
        ImageFormat::Png => upright(PngDecoder::with_limits(from, limits()).map_err(no_picture)?),
        ImageFormat::WebP => upright(WebPDecoder::new(from).map_err(no_picture)?),
        _ => Err(Fault::NoPicture),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    limits
}

fn upright(mut decoder: impl ImageDecoder) -> Result<DynamicImage, Fault> {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > PIXELS_MAX {
        return Err(Fault::Pixels(pixels.div_ceil(1_000_000)));
    }
    if pixels == 0 || decoder.total_bytes() > MEMORY_MAX {
        return Err(Fault::NoPicture);
    }
    decoder.set_limits(limits()).map_err(|_| Fault::NoPicture)?;
    // What its own metadata says is upright; without any it is as it is.
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Fault::NoPicture)?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Ok(if picture.color().has_alpha() { on_white(picture) } else { picture.into_rgb8() }.into())
}

/// JPEG knows nothing transparent.
fn on_white(picture: DynamicImage) -> RgbImage {
    let picture = picture.into_rgba8();
    let blend = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        Rgb([blend(red, alpha), blend(green, alpha), blend(blue, alpha)])
    })
}

fn write(picture: &DynamicImage) -> Result<Vec<u8>, Fault> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, QUALITY).encode_image(picture).map_err(|_| Fault::NoPicture)?;
    Ok(file)
}

/// Whether the data of a JPEG goes on to its end mark (ITU T.81 §B.1.1.2): the decoder would fill up with grey what is missing. A preview in
/// the metadata has an end mark of its own, so the search begins behind the head.
fn is_whole_jpeg(file: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = file.get(at..at + 4) {
        // Start of scan. In what follows, 0xff is never followed by 0xd9 but at the end.
        if *marker == 0xda {
            return file[at..].windows(2).any(|pair| pair == [0xff, 0xd9]);
        }
        // Filled up with more of 0xff.
        at += if *marker == 0xff { 1 } else { 2 + usize::from(u16::from_be_bytes([*high, *low])) };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::png::PngEncoder;
    use image::codecs::webp::WebPEncoder;
    use image::{ExtendedColorType, ImageEncoder, Rgba, RgbaImage};

    /// Red above, blue below.
    fn two_colours(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |_, y| if y < height / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
    }

    fn jpeg(picture: &RgbImage) -> Vec<u8> {
        write(&picture.clone().into()).unwrap()
    }

    /// Puts metadata behind the first two bytes: orientation 6 (a quarter to the right) and a place.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        exif.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        exif.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0GPSLatitude 48.2082");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
    }

    fn read(jpeg: &[u8]) -> RgbImage {
        image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap().into_rgb8()
    }

    fn contains(file: &[u8], word: &str) -> bool {
        file.windows(word.len()).any(|window| window == word.as_bytes())
    }

    #[test]
    fn it_is_there_in_three_widths_and_never_wider_than_it_was() {
        for (given, kept) in [
            ((2000, 1000), vec![480, 960, 1440]),
            ((1000, 500), vec![480, 960, 1000]),
            ((480, 480), vec![480]),
            ((3, 2), vec![3]),
            ((1000, 9000), vec![320]),
        ] {
            let prepared = prepare(&jpeg(&two_colours(given.0, given.1))).unwrap();
            assert_eq!(prepared.files.iter().map(|(width, _)| *width).collect::<Vec<_>>(), kept, "{given:?}");
            let widest = read(&prepared.files.last().unwrap().1);
            assert_eq!(widest.dimensions(), (prepared.width, prepared.height));
            assert!(prepared.height <= HEIGHT_MAX);
        }
    }

    #[test]
    fn it_is_turned_upright_and_its_metadata_is_gone() {
        let upload = with_exif(&jpeg(&two_colours(64, 32)));
        assert!(contains(&upload, "GPSLatitude"));
        let prepared = prepare(&upload).unwrap();
        assert_eq!((prepared.width, prepared.height), (32, 64), "lying on its side before");
        let picture = read(&prepared.files[0].1);
        // What was above is on the right.
        let (left, right) = (picture.get_pixel(2, 32), picture.get_pixel(29, 32));
        assert!(right[0] > 150 && right[2] < 100 && left[2] > 150 && left[0] < 100, "{left:?} {right:?}");
        for (_, file) in &prepared.files {
            assert!(!contains(file, "GPS") && !contains(file, "Exif") && !contains(file, "48.2082"));
        }
    }

    #[test]
    fn the_other_formats_are_read_and_lie_on_white() {
        let picture = RgbaImage::from_pixel(40, 30, Rgba([0, 0, 0, 0]));
        let (mut png, mut webp) = (Vec::new(), Vec::new());
        PngEncoder::new(&mut png).write_image(&picture, 40, 30, ExtendedColorType::Rgba8).unwrap();
        WebPEncoder::new_lossless(&mut webp).encode(&picture, 40, 30, ExtendedColorType::Rgba8).unwrap();
        for upload in [png, webp] {
            let prepared = prepare(&upload).unwrap();
            assert!(read(&prepared.files[0].1).pixels().all(|pixel| pixel.0 == [255, 255, 255]));
            // Half of it is none.
            assert_eq!(prepare(&upload[..upload.len() / 2]).unwrap_err(), Fault::NoPicture);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let whole = jpeg(&two_colours(200, 200));
        let html = b"\xff\xd8\xff\xe0<html><script>alert(1)</script></html>\xff\xd9";
        for (name, upload) in [
            ("nothing", &b""[..]),
            ("text", b"hello"),
            ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
            ("gif", b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"),
            ("html that begins like a jpeg", html),
            ("a truncated jpeg", &whole[..whole.len() - 100]),
            ("a jpeg's head alone", &whole[..20]),
            ("a truncated jpeg with a whole preview", &with_preview(&whole)[..whole.len() - 100]),
        ] {
            assert_eq!(prepare(upload).unwrap_err(), Fault::NoPicture, "{name}");
        }
    }

    fn with_preview(whole: &[u8]) -> Vec<u8> {
        let preview = jpeg(&two_colours(8, 8));
        let length = u16::try_from(preview.len() + 2).unwrap().to_be_bytes();
        [&whole[..2], b"\xff\xe1", &length, &preview, &whole[2..]].concat()
    }

    #[test]
    fn what_was_hidden_in_a_picture_is_gone() {
        let mut upload = jpeg(&two_colours(20, 20));
        upload.extend(b"<script>alert(1)</script>");
        let comment = [&upload[..2], b"\xff\xfe\0\x1b<script>alert(2)</script>", &upload[2..]].concat();
        for (_, file) in prepare(&comment).unwrap().files {
            assert!(!contains(&file, "script"));
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_decoded() {
        // A head that promises 50 megapixels, with no data at all: it is the head that is looked at.
        let mut png = Vec::new();
        PngEncoder::new(&mut png).write_image(&[0; 4], 2, 2, ExtendedColorType::L8).unwrap();
        png[16..20].copy_from_slice(&10_000_u32.to_be_bytes());
        png[20..24].copy_from_slice(&5_000_u32.to_be_bytes());
        let sum = crc(&png[12..29]).to_be_bytes();
        png[29..33].copy_from_slice(&sum);
        assert_eq!(prepare(&png).unwrap_err(), Fault::Pixels(50));
        let mut jpeg = jpeg(&two_colours(16, 16));
        let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        assert_eq!(prepare(&jpeg).unwrap_err(), Fault::Pixels(4295));
    }

    /// CRC-32 of PNG (W3C PNG §D).
    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        !bytes.iter().fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }
}
