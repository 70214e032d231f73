//! Compression, done once here so that the server never does it.

use std::io::Write;

use anyhow::Result;

/// Compresses bytes.
type Press = fn(&[u8]) -> Result<Vec<u8>>;

/// File endings and what makes them.
pub(crate) const BOTH: [(&str, Press); 2] = [("br", brotli), ("gz", gzip)];

/// Whether a file gets smaller at all. Pictures and fonts are compressed already.
pub(crate) fn worth_it(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "css" | "html" | "js" | "json" | "svg" | "txt" | "wasm" | "webmanifest" | "xml")
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut pressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut pressed, &params)?;
    Ok(pressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
