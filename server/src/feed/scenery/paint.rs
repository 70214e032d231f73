//! The ten motifs. Each chooses a palette by chance and builds from the back to the front, as a painter does.
//! What they share is here: palettes, sky, sun and moon, light on water.

mod lamps;
mod land;
mod water;

pub(super) use lamps::{city, village};
pub(super) use land::{desert, forest, ridges, snow};
pub(super) use water::{aurora, lake, lighthouse, sea};

use super::brush::{Brush, HEIGHT, Point, Rgb, WIDTH};

/// Sky from top to horizon, light, far land, near land.
type Palette = [Rgb; 6];

const fn palette(c: [u32; 6]) -> Palette {
    [Rgb(c[0]), Rgb(c[1]), Rgb(c[2]), Rgb(c[3]), Rgb(c[4]), Rgb(c[5])]
}

const DAWN: Palette = palette([0x6f8fb5, 0xe9b7a5, 0xfbe3c6, 0xfff3d6, 0x9aa3bd, 0x232f45]);

const TEAL: Palette = palette([0x14535f, 0x5fa39b, 0xf0dfb4, 0xfff4cf, 0x76a9a4, 0x0c2a31]);

const EMBER: Palette = palette([0x3a2350, 0xb8475a, 0xf6a35c, 0xffe2a0, 0xa45a68, 0x1d1228]);

const PALE: Palette = palette([0x9fb7c6, 0xcbd9de, 0xf1ece0, 0xfffaf0, 0xa9bcc4, 0x33474f]);

const PLUM: Palette = palette([0x2b2a55, 0x8a5a8f, 0xf2b5a0, 0xffe6c4, 0x85709c, 0x1a1831]);

const NIGHT: Palette = palette([0x070d20, 0x122445, 0x2c4a6e, 0xf4ecd2, 0x223a58, 0x060a15]);

const INDIGO: Palette = palette([0x0b0a24, 0x221f52, 0x544a86, 0xf7e9cf, 0x332f61, 0x08071a]);

fn sky(brush: &mut Brush, p: &Palette, horizon: f32) {
    let h = horizon / HEIGHT;
    let fill = brush.falling(&[(0.0, p[0], 1.0), (h * 0.62, p[1], 1.0), (h, p[2], 1.0)]);
    brush.fill_from(0.0, &fill);
}

fn disc(brush: &mut Brush, at: Point, radius: f32, colour: Rgb, glow: f32) {
    brush.glow(at, radius * 7.0, colour, glow);
    brush.ellipse(at, radius, radius, &colour.to_string());
}

/// The sun's or moon's path on the water: short strokes, wider and further apart towards us.
fn glitter(brush: &mut Brush, x: f32, from: f32, to: f32, spread: f32, colour: Rgb) {
    for (thick, opacity) in [(3.0, 0.75), (5.0, 0.5), (8.0, 0.3)] {
        let strokes: Vec<_> = (0..34)
            .map(|_| {
                let t = brush.chance(0.0, 1.0).powf(1.5);
                let reach = 26.0 + t * spread;
                let length = brush.chance(0.2, 1.0) * (18.0 + t * 90.0);
                let middle = x + (brush.chance(-1.0, 1.0) + brush.chance(-1.0, 1.0)) * reach * 0.5;
                (middle - length / 2.0, from + 6.0 + t * (to - from), length)
            })
            .collect();
        brush.strokes(&strokes, thick, colour, opacity);
    }
}

fn ripples(brush: &mut Brush, from: f32, colour: Rgb, count: u32) {
    for (thick, opacity) in [(2.0, 0.18), (4.0, 0.12)] {
        let strokes: Vec<_> = (0..count)
            .map(|_| {
                let t = brush.chance(0.0, 1.0);
                (brush.chance(-60.0, WIDTH), from + 8.0 + t * t * (HEIGHT - from), brush.chance(30.0, 90.0 + t * 220.0))
            })
            .collect();
        brush.strokes(&strokes, thick, colour, opacity);
    }
}
