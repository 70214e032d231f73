//! The ten motifs. Each chooses a palette by chance and builds from the back to the front, as a painter does.

use std::fmt::Write;

use super::brush::{Brush, HEIGHT, Point, Rgb, WIDTH, fir, level_at, path};

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

pub(super) fn ridges(brush: &mut Brush) {
    let p = brush.choose(&[DAWN, TEAL, EMBER, PALE, PLUM]);
    sky(brush, &p, 760.0);
    let at = (brush.chance(260.0, 820.0), brush.chance(330.0, 470.0));
    let radius = brush.chance(44.0, 74.0);
    disc(brush, at, radius, p[3], 0.75);
    brush.clouds(5, 120.0, 420.0, p[3], 0.5);
    let layers = 7;
    for i in 0..layers {
        let t = i as f32 / (layers - 1) as f32;
        let height = 250.0 - t * 60.0;
        let line = brush.grown(520.0 + t * 620.0, height, 0.5, 7 - u32::from(i < 2));
        let top = p[2].mix(p[4], 0.35 + t * 0.9).mix(p[5], (t * 1.25 - 0.3).max(0.0));
        let foot = top.mix(p[2], 0.62 - t * 0.5);
        let fill = brush.falling(&[(0.0, top, 1.0), (0.55, foot, 1.0), (1.0, foot, 1.0)]);
        if i + 2 == layers {
            brush.firs(&line, 30.0, 62.0, &top.to_string());
        }
        if i + 1 == layers {
            brush.firs(&line, 58.0, 150.0, &p[5].to_string());
            brush.land(&line, &p[5].to_string());
        } else {
            brush.land(&line, &fill);
        }
    }
}

pub(super) fn sea(brush: &mut Brush) {
    let p = brush.choose(&[EMBER, DAWN, PLUM, NIGHT, TEAL]);
    let horizon = brush.chance(640.0, 780.0);
    let moon = p[0].0 == NIGHT[0].0;
    sky(brush, &p, horizon);
    if moon {
        brush.stars(horizon * 0.9);
    }
    let at = (brush.chance(330.0, 750.0), if moon { brush.chance(220.0, 340.0) } else { horizon - brush.chance(10.0, 150.0) });
    brush.clouds(7, 140.0, horizon - 60.0, p[1].mix(p[3], 0.7), if moon { 0.14 } else { 0.5 });
    disc(brush, at, if moon { 54.0 } else { 88.0 }, p[3], 0.8);
    let far = brush.grown(horizon - 16.0, 46.0, 0.5, 5);
    let colour = p[2].mix(p[4], 0.75);
    if brush.chance(0.0, 1.0) < 0.6 {
        brush.land(&far, &colour.to_string());
    }
    let water = brush.falling(&[(0.0, p[2].mix(p[4], 0.35), 1.0), (0.35, p[1].mix(p[5], 0.35), 1.0), (1.0, p[5], 1.0)]);
    brush.fill_from(horizon, &water);
    ripples(brush, horizon, p[2], 44);
    glitter(brush, at.0, horizon, HEIGHT, 190.0, p[3]);
    if brush.chance(0.0, 1.0) < 0.7 {
        boat(brush, p[5].mix(p[0], 0.15), horizon);
    }
}

fn boat(brush: &mut Brush, colour: Rgb, horizon: f32) {
    let (x, y) = (brush.chance(180.0, 420.0), horizon + brush.chance(70.0, 120.0));
    brush.raw(format_args!(
        r#"<path fill="{colour}" d="M{x:.0} {y:.0}h120l-22 26h-74zm56-8v-150l54 140zm-8 0v-118l-40 110z"/><path fill="{colour}" opacity=".22" d="M{x:.0} {:.0}h112l-40 96h-30z"/>"#,
        y + 30.0
    ));
}

pub(super) fn lighthouse(brush: &mut Brush) {
    let p = brush.choose(&[NIGHT, INDIGO]);
    let horizon = 900.0;
    sky(brush, &p, horizon);
    brush.stars(760.0);
    brush.clouds(5, 480.0, 800.0, p[2].mix(p[3], 0.3), 0.3);
    let right = brush.chance(0.0, 1.0) < 0.5;
    let x = if right { brush.chance(690.0, 780.0) } else { brush.chance(300.0, 390.0) };
    let water = brush.falling(&[(0.0, p[2].mix(p[4], 0.5), 1.0), (1.0, p[5], 1.0)]);
    brush.fill_from(horizon, &water);
    ripples(brush, horizon, p[2].mix(p[3], 0.4), 40);
    glitter(brush, if right { x - 320.0 } else { x + 320.0 }, horizon, 1200.0, 120.0, p[3]);
    let lamp = (x, 470.0);
    let light = Rgb(0xffe7a3);
    let (way, edge) = if right { (-1.0, 0.0) } else { (1.0, WIDTH) };
    let stops = [(0.0, light, 0.0), (1.0, light, 0.6)];
    let back = [(0.0, light, 0.6), (1.0, light, 0.0)];
    let beam = brush.across(if right { &stops } else { &back });
    brush.raw(format_args!(r#"<path fill="{beam}" d="M{:.0} 464L{edge} 318V560L{:.0} 478z"/>"#, x + way * 12.0, x + way * 12.0));
    brush.glow(lamp, 240.0, light, 0.85);
    // The rock, and the tower on it: white bands go grey in the dark.
    let rock: Vec<Point> = brush
        .grown(0.0, 190.0, 0.6, 7)
        .into_iter()
        .map(|(px, dy)| {
            // Landwards it stays high, seawards it drops in steps.
            let far = (px - x) * way;
            let fall = if far > 0.0 { (far / 330.0).powf(0.8) * 260.0 } else { -far * 0.16 };
            let flat = ((px - x).abs() / 90.0).min(1.0);
            (px, 850.0 + dy * 0.55 * flat + fall)
        })
        .collect();
    let (dark, dim) = (p[5].mix(p[4], 0.25), p[4].mix(p[3], 0.6));
    brush.raw(format_args!(
        r#"<path fill="{dim}" d="M{:.0} 870L{:.0} 512h52L{:.0} 870z"/><path fill="{}" d="M{:.0} 780l5-80h78l5 80zm13-170l4-60h54l4 60z" opacity=".9"/>"#,
        x - 48.0,
        x - 26.0,
        x + 48.0,
        Rgb(0x8d3b34).mix(p[5], 0.25),
        x - 44.0,
    ));
    let shade = brush.across(&[(0.0, p[5], 0.0), (1.0, p[5], 0.75)]);
    brush.raw(format_args!(
        r#"<path fill="{shade}" d="M{:.0} 870L{:.0} 512h52L{:.0} 870z"/><path fill="{dark}" d="M{:.0} 512h76v-10h-76zm14-10v-58h48v58zm-4-58l28-32 28 32z"/><path fill="{light}" d="M{:.0} 498v-48h32v48z"/>"#,
        x - 48.0,
        x - 26.0,
        x + 48.0,
        x - 38.0,
        x - 16.0,
    ));
    let fill = brush.falling(&[(0.0, dark.mix(p[4], 0.5), 1.0), (0.5, p[5], 1.0)]);
    brush.land(&rock, &fill);
    let cottage = if right { x + 110.0 } else { x - 200.0 };
    let y = level_at(&rock, cottage).max(level_at(&rock, cottage + 80.0)) + 6.0;
    brush.raw(format_args!(
        r#"<path fill="{}" d="M{cottage:.0} {y:.0}v-48l40-34 40 34v48z"/><path fill="{light}" d="M{:.0} {:.0}h14v-18h-14zm28 0h14v-18h-14z"/>"#,
        p[5],
        cottage + 20.0,
        y - 18.0,
    ));
}

pub(super) fn desert(brush: &mut Brush) {
    let p = brush.choose(&[
        palette([0x2f6d94, 0x9cc3cf, 0xf7e2bd, 0xfff6dc, 0xe7ae6b, 0x8c4a2a]),
        palette([0x40305f, 0xc8606a, 0xf9c27d, 0xffedbd, 0xd98456, 0x55263a]),
        palette([0x0d1230, 0x2b3766, 0x7d7ba6, 0xf6efdc, 0x77709b, 0x1b1a3c]),
    ]);
    let night = p[0].0 == 0x0d1230;
    sky(brush, &p, 720.0);
    if night {
        brush.stars(640.0);
    } else {
        brush.clouds(4, 140.0, 400.0, p[3], 0.4);
    }
    let at = (brush.chance(240.0, 840.0), brush.chance(260.0, 470.0));
    disc(brush, at, if night { 46.0 } else { 70.0 }, p[3], 0.7);
    let far = brush.grown(640.0, 70.0, 0.45, 6);
    brush.land(&far, &p[2].mix(p[5], 0.35).to_string());
    for i in 0..5 {
        let t = i as f32 / 4.0;
        let lit = p[2].mix(p[4], 0.45 + t * 0.5);
        let fill = brush.falling(&[(0.0, lit.mix(p[3], 0.3), 1.0), (0.3, lit, 1.0), (1.0, lit.mix(p[5], 0.25 + t * 0.35), 1.0)]);
        let peak = if i % 2 == 0 { brush.chance(560.0, 900.0) } else { brush.chance(120.0, 480.0) };
        dune(brush, peak, 720.0 + t * 330.0, 80.0 + t * 130.0, &fill, p[5].mix(p[4], 0.25), 0.4 + t * 0.35);
    }
}

/// One dune: its outline, and the shaded side to the right of a crest that winds down from the top.
fn dune(brush: &mut Brush, peak: f32, level: f32, height: f32, fill: &str, dark: Rgb, strength: f32) {
    let wide = brush.chance(330.0, 430.0) + height * 0.6;
    let mut outline: Vec<Point> = brush
        .rolling(level, height * 0.12, 0.7)
        .into_iter()
        .map(|(x, y)| (x, y - height * (-((x - peak).abs() / wide).powf(1.25) * 1.9).exp()))
        .collect();
    let top = outline.iter().position(|point| point.0 >= peak).unwrap_or(0);
    outline[top].1 -= height * 0.05;
    brush.land(&outline, fill);
    let shade = brush.falling(&[(0.0, dark, strength), (0.45, dark, strength * 0.5), (1.0, dark, 0.0)]);
    let (x, y) = outline[top];
    let (sway, far) = (brush.chance(60.0, 150.0), brush.chance(60.0, 240.0));
    brush.raw(format_args!(
        r#"<path fill="{shade}" d="{}V{HEIGHT}H{:.0}C{:.0} {:.0} {:.0} {:.0} {:.0} {:.0}S{:.0} {:.0} {x:.0} {y:.0}z"/>"#,
        path(&outline[top..]),
        x + far,
        x + far - sway * 1.6,
        y + height * 2.4,
        x + sway * 1.3,
        y + height * 1.7,
        x + sway * 0.4,
        y + height * 1.05,
        x + sway * 0.35,
        y + height * 0.35,
    ));
}

pub(super) fn forest(brush: &mut Brush) {
    let p = brush.choose(&[
        palette([0x3f6b57, 0x9fc0a0, 0xf3efcf, 0xfffbe0, 0x7fa58c, 0x0f241d]),
        palette([0x7c4a2a, 0xd79a55, 0xf9e3b0, 0xfff4d2, 0xb98050, 0x2a150d]),
        palette([0x2d4858, 0x86a5b0, 0xdde6e2, 0xf7fbf6, 0x7793a0, 0x0f1d27]),
    ]);
    let fill = brush.falling(&[(0.0, p[1], 1.0), (0.5, p[2], 1.0), (1.0, p[1].mix(p[4], 0.5), 1.0)]);
    brush.fill_from(0.0, &fill);
    let sun = (brush.chance(300.0, 780.0), brush.chance(260.0, 420.0));
    brush.glow(sun, 620.0, p[3], 0.95);
    for layer in 0..4 {
        let t = layer as f32 / 3.0;
        let colour = p[2].mix(p[4], 0.5 + t * 0.3).mix(p[5], (t * 1.15 - 0.2).max(0.0));
        let ground = brush.grown(1010.0 + t * 150.0, 60.0, 0.5, 6);
        let mut d = String::new();
        let (mut x, gap) = (brush.chance(-40.0, 60.0), 74.0 + t * t * 220.0);
        while x < WIDTH + 40.0 {
            trunk(brush, &mut d, x, level_at(&ground, x) + 30.0, 7.0 + t * t * 44.0);
            x += gap * brush.chance(0.55, 1.5);
        }
        let fade = brush.falling(&[(0.0, colour, 1.0), (0.7, colour, 1.0), (1.0, colour.mix(p[2], 0.35 - t * 0.3), 1.0)]);
        brush.raw(format_args!(r#"<path fill="{fade}" d="{d}"/>"#));
        brush.land(&ground, &colour.mix(p[1], 0.25 - t * 0.25).to_string());
        if layer == 1 {
            shafts(brush, sun, p[3]);
        }
        if layer >= 2 {
            ferns(brush, &ground, colour.mix(p[5], 0.3), 26.0 + t * 60.0);
        }
        let mist = brush.falling(&[(0.0, p[2], 0.0), (0.6, p[2], 0.3 - t * 0.28), (1.0, p[2], 0.0)]);
        brush.raw(format_args!(r#"<path fill="{mist}" d="M0 700H1080V1240H0z"/>"#));
    }
}

/// A trunk with two bare branches, from above the picture down to `foot`.
fn trunk(brush: &mut Brush, d: &mut String, x: f32, foot: f32, wide: f32) {
    let lean = brush.chance(-26.0, 26.0);
    let w = wide * brush.chance(0.7, 1.2);
    let top = x + lean;
    let _ = write!(
        d,
        "M{:.0} -5L{:.0} -5Q{:.0} {:.0} {:.0} {foot:.0}L{:.0} {foot:.0}Q{:.0} {:.0} {:.0} -5z",
        top - w * 0.3,
        top + w * 0.3,
        x + w * 0.42,
        foot * 0.8,
        x + w * 0.85,
        x - w * 0.85,
        x - w * 0.42,
        foot * 0.8,
        top - w * 0.3,
    );
    let side = if brush.chance(0.0, 1.0) < 0.5 { -1.0 } else { 1.0 };
    let y = brush.chance(160.0, 560.0);
    let (at, reach) = (top + (x - top) * y / foot, side * wide * brush.chance(1.8, 3.0));
    let (rise, thick) = (wide * brush.chance(0.9, 1.8), wide * 0.22);
    let _ = write!(
        d,
        "M{at:.0} {y:.0}q{:.0} {:.0} {reach:.0} {:.0}q{:.0} {:.0} {:.0} {:.0}z",
        reach * 0.6,
        -rise * 0.2,
        -rise,
        -reach * 0.35,
        rise * 0.9,
        -reach,
        rise + thick
    );
}

fn shafts(brush: &mut Brush, sun: Point, light: Rgb) {
    let fill = brush.falling(&[(0.0, light, 0.5), (1.0, light, 0.0)]);
    for _ in 0..5 {
        let (foot, wide) = (sun.0 + brush.chance(-620.0, 620.0), brush.chance(40.0, 120.0));
        brush.raw(format_args!(
            r#"<path fill="{fill}" opacity=".6" d="M{:.0} 0h24L{:.0} 1120h{:.0}z"/>"#,
            sun.0 + (foot - sun.0) * 0.1,
            foot + wide,
            -2.0 * wide
        ));
    }
}

fn ferns(brush: &mut Brush, ground: &[Point], colour: Rgb, height: f32) {
    let mut d = String::new();
    let mut x = -10.0;
    while x < WIDTH + 10.0 {
        let y = level_at(ground, x) + 8.0;
        let (h, bend) = (height * brush.chance(0.4, 1.0), brush.chance(-0.8, 0.8));
        let _ = write!(
            d,
            "M{x:.0} {y:.0}q{:.0} {:.0} {:.0} {:.0}q{:.0} {:.0} {:.0} {h:.0}z",
            bend * h * 0.2,
            -h * 0.8,
            bend * h,
            -h,
            -bend * h * 0.5,
            h * 0.3,
            -bend * h + 9.0
        );
        x += height * brush.chance(0.32, 0.7);
    }
    brush.raw(format_args!(r#"<path fill="{colour}" d="{d}"/>"#));
}

pub(super) fn city(brush: &mut Brush) {
    let p = brush.choose(&[EMBER, PLUM, INDIGO, TEAL]);
    let horizon = 980.0;
    sky(brush, &p, horizon);
    if p[0].0 == INDIGO[0].0 {
        brush.stars(520.0);
    }
    let at = (brush.chance(280.0, 800.0), brush.chance(430.0, 640.0));
    disc(brush, at, 72.0, p[3], 0.6);
    brush.clouds(6, 160.0, 560.0, p[1].mix(p[3], 0.6), 0.4);
    let lamp = Rgb(0xffd98a);
    for (layer, (low, high, wide)) in [(560.0, 800.0, 58.0), (640.0, 900.0, 84.0), (760.0, 990.0, 128.0)].into_iter().enumerate() {
        let t = layer as f32 / 2.0;
        let colour = p[2].mix(p[4], 0.5 + t * 0.3).mix(p[5], t * 0.95);
        let mut d = String::from("M-10 1350");
        let (mut x, mut windows) = (-10.0, Vec::new());
        while x < WIDTH + 10.0 {
            let (top, w) = (brush.chance(low, high), wide * brush.chance(0.6, 1.4));
            let _ = write!(d, "L{x:.0} {top:.0}");
            match brush.chance(0.0, 6.0) as u32 {
                0 => {
                    let _ = write!(d, "h{:.0}v-46h6v46h{:.0}", w / 2.0 - 3.0, w / 2.0 - 3.0);
                }
                1 => {
                    let _ = write!(d, "l{:.0} -34l{:.0} 34", w / 2.0, w / 2.0);
                }
                2 => {
                    let _ = write!(d, "h{:.0}v-26h{:.0}v26h{:.0}", w * 0.2, w * 0.5, w * 0.3);
                }
                _ => {
                    let _ = write!(d, "h{w:.0}");
                }
            }
            let pitch = 17.0 + t * 9.0;
            let mut y = top + 26.0;
            while y < 1130.0 && layer > 0 {
                let mut wx = x + 12.0;
                while wx < x + w - 14.0 {
                    if brush.chance(0.0, 1.0) < 0.17 {
                        windows.push((wx, y, 3.0 + t * 3.0));
                    }
                    wx += pitch;
                }
                y += pitch * 1.35;
            }
            x += w;
        }
        let fill = brush.falling(&[(0.0, colour, 1.0), (1.0, colour.mix(p[2], 0.35 - t * 0.3), 1.0)]);
        brush.raw(format_args!(r#"<path fill="{fill}" d="{d}V1350z"/>"#));
        windows.truncate(150);
        brush.strokes(&windows, 5.0 + t * 3.0, lamp.mix(p[3], 0.2), 0.5 + t * 0.4);
    }
    // The river in front, with the lights in it.
    let water = brush.falling(&[(0.0, p[5].mix(p[1], 0.45), 1.0), (1.0, p[5], 1.0)]);
    brush.fill_from(1150.0, &water);
    for _ in 0..16 {
        let (x, length) = (brush.chance(20.0, 1060.0), brush.chance(50.0, 170.0));
        let fill = brush.choose(&[lamp, p[3], p[2]]);
        brush.raw(format_args!(r#"<path fill="{fill}" opacity=".3" d="M{x:.0} 1154h7v{length:.0}h-7z"/>"#));
    }
    ripples(brush, 1150.0, p[2], 26);
}

pub(super) fn lake(brush: &mut Brush) {
    let p = brush.choose(&[DAWN, TEAL, PALE, PLUM]);
    let shore = 800.0;
    sky(brush, &p, shore);
    let at = (brush.chance(200.0, 880.0), brush.chance(180.0, 330.0));
    disc(brush, at, 48.0, p[3], 0.6);
    brush.clouds(6, 130.0, 430.0, p[3], 0.55);
    // What the lake mirrors is drawn twice: once above the shore, once below it, upside down.
    let far = brush.grown(610.0, 280.0, 0.5, 7);
    let peak = brush.chance(380.0, 700.0);
    let far: Vec<Point> = far.into_iter().map(|(x, y)| (x, (y - (260.0 - (x - peak).abs() * 0.75).max(-60.0)).min(shore))).collect();
    let near = brush.grown(738.0, 90.0, 0.5, 6);
    let near: Vec<Point> = near.into_iter().map(|(x, y)| (x, y.min(shore - 6.0))).collect();
    let (far_top, near_top) = (p[4].mix(p[5], 0.25), p[4].mix(p[5], 0.72));
    let rock = brush.falling(&[(0.0, far_top, 1.0), (1.0, far_top.mix(p[2], 0.6), 1.0)]);
    let wood = brush.falling(&[(0.0, near_top, 1.0), (1.0, near_top.mix(p[4], 0.35), 1.0)]);
    let snow = brush.falling(&[(0.0, Rgb(0xffffff).mix(p[3], 0.4), 0.95), (0.75, p[3], 0.5), (1.0, p[3], 0.0)]);
    // The snow reaches down further in some gullies than in others.
    let line = 470.0;
    let mut cap: Vec<Point> = far.iter().copied().filter(|point| point.1 < line).collect();
    let lower: Vec<Point> = cap.iter().rev().map(|(x, y)| (*x, y + (line - y) * brush.chance(0.38, 0.72))).collect();
    cap.extend(lower);
    let caps = if cap.is_empty() { "M0 0".to_owned() } else { path(&cap) };
    let mut firs = String::new();
    let mut x = -20.0;
    while x < WIDTH + 20.0 {
        let h = brush.chance(34.0, 88.0);
        fir(&mut firs, (x, level_at(&near, x) + 12.0), h, h * 0.19);
        x += brush.chance(20.0, 58.0);
    }
    let (far, near) = (path(&far), path(&near));
    let scene = format!(
        r#"<path fill="{rock}" d="{far}V800H-10z"/><path fill="{snow}" d="{caps}"/><path fill="{wood}" d="{firs}"/><path fill="{wood}" d="{near}V800H-10z"/>"#
    );
    brush.raw(format_args!("{scene}"));
    let water = brush.falling(&[(0.0, p[2], 1.0), (0.5, p[1], 1.0), (1.0, p[0].mix(p[5], 0.4), 1.0)]);
    brush.fill_from(shore, &water);
    let mirror = format!(r#"<path fill="{rock}" d="{far}V800H-10z"/><path fill="{wood}" d="{near}V800H-10z"/>"#);
    brush.raw(format_args!(r#"<g transform="matrix(1 0 0 -1 0 1600)" opacity=".62">{mirror}</g>"#));
    let haze = brush.falling(&[(0.0, p[2], 0.75), (1.0, p[2], 0.0)]);
    brush.raw(format_args!(r#"<path fill="{haze}" d="M0 800H1080V846H0z"/>"#));
    ripples(brush, shore, p[3], 40);
    reeds(brush, p[5]);
}

fn reeds(brush: &mut Brush, colour: Rgb) {
    let mut d = String::new();
    let left = brush.chance(0.0, 1.0) < 0.5;
    for _ in 0..26 {
        let t = brush.chance(0.0, 1.0).powf(1.6);
        let x = if left { t * 520.0 } else { WIDTH - t * 520.0 };
        let (h, bend) = (brush.chance(90.0, 330.0) * (1.1 - t * 0.7), brush.chance(-30.0, 30.0));
        let _ = write!(
            d,
            "M{x:.0} 1360q{:.0} {:.0} {bend:.0} {:.0}q{:.0} {:.0} {:.0} {h:.0}z",
            bend * 0.1,
            -h * 0.6,
            -h,
            -bend * 0.7,
            h * 0.4,
            8.0 - bend
        );
    }
    brush.raw(format_args!(r#"<path fill="{colour}" d="{d}"/>"#));
}

pub(super) fn snow(brush: &mut Brush) {
    let p = brush.choose(&[
        palette([0x8fb2cf, 0xd5e2ea, 0xfdf0e0, 0xfffdf5, 0xa9bfd2, 0x24405a]),
        palette([0x53618f, 0xc59ab0, 0xfbd9c0, 0xfff4e2, 0x98a0c4, 0x252d52]),
        palette([0x0e1a38, 0x2a4470, 0x6f8bb0, 0xf4f1e4, 0x56719c, 0x0b1730]),
    ]);
    let night = p[0].0 == 0x0e1a38;
    sky(brush, &p, 700.0);
    if night {
        brush.stars(560.0);
    }
    let at = (brush.chance(240.0, 840.0), brush.chance(260.0, 430.0));
    disc(brush, at, 56.0, p[3], 0.7);
    let white = if night { p[2].mix(p[3], 0.35) } else { Rgb(0xffffff) };
    for i in 0..5 {
        let t = i as f32 / 4.0;
        let line = if i < 2 { brush.grown(560.0 + t * 300.0, 190.0, 0.5, 7) } else { brush.rolling(620.0 + t * 470.0, 46.0, 0.55) };
        let ground = white.mix(p[4], 0.55 - t * 0.42);
        let fill = brush.falling(&[(0.0, ground.mix(white, 0.6), 1.0), (0.45, ground, 1.0), (1.0, ground.mix(p[4], 0.5), 1.0)]);
        if i == 1 {
            brush.firs(&line, 38.0, 56.0, &p[4].mix(p[5], 0.25).to_string());
        }
        if i == 3 {
            brush.firs(&line, 64.0, 190.0, &p[4].mix(p[5], 0.7).to_string());
        }
        brush.land(&line, &fill);
        if i == 4 {
            winter_firs(brush, &line, p[5], white);
        }
    }
    for (count, size, opacity) in [(50, 4.0, 0.6), (24, 7.0, 0.75), (7, 12.0, 0.6)] {
        let flakes: Vec<Point> = (0..count).map(|_| (brush.chance(0.0, WIDTH), brush.chance(0.0, HEIGHT))).collect();
        brush.dots(&flakes, size, white.mix(p[3], 0.5), opacity);
    }
}

/// A few large firs with snow on their shoulders.
fn winter_firs(brush: &mut Brush, on: &[Point], dark: Rgb, white: Rgb) {
    let group = brush.chance(0.0, 1.0) < 0.5;
    for i in 0..4 {
        let x = if group { 90.0 + i as f32 * 130.0 } else { 600.0 + i as f32 * 130.0 } + brush.chance(-30.0, 30.0);
        let (h, y) = (brush.chance(260.0, 480.0), level_at(on, x) + brush.chance(20.0, 90.0));
        let (mut tree, mut load) = (String::new(), String::new());
        fir(&mut tree, (x, y), h, h * 0.24);
        fir(&mut load, (x - h * 0.035, y - h * 0.05), h * 0.93, h * 0.17);
        brush.raw(format_args!(r#"<path fill="{dark}" d="{tree}"/><path fill="{white}" opacity=".82" d="{load}"/>"#));
        let mut core = String::new();
        fir(&mut core, (x + h * 0.02, y), h * 0.86, h * 0.17);
        brush.raw(format_args!(r#"<path fill="{dark}" opacity=".88" d="{core}"/>"#));
    }
}

pub(super) fn aurora(brush: &mut Brush) {
    let p = brush.choose(&[NIGHT, INDIGO]);
    sky(brush, &p, 900.0);
    brush.stars(820.0);
    let hues = brush.choose(&[[Rgb(0x5ff2b0), Rgb(0x37c9c1), Rgb(0x8f7bf0)], [Rgb(0x8df58a), Rgb(0x3fd6a5), Rgb(0xe07bc8)]]);
    for (i, hue) in hues.into_iter().enumerate() {
        let base = 610.0 - i as f32 * 120.0;
        let lower = brush.rolling(base, 110.0, 0.9);
        let tall = brush.chance(330.0, 440.0);
        let fill = brush.falling(&[(0.0, hues[2], 0.0), (0.4, hue.mix(hues[2], 0.4), 0.22), (0.8, hue, 0.55), (1.0, hue, 0.0)]);
        // In narrow strips, so that each strip fades along its own height, as curtains of light do.
        for pair in lower.windows(2) {
            let reach = tall * brush.chance(0.55, 1.0);
            let (a, b) = (pair[0], pair[1]);
            brush.raw(format_args!(
                r#"<path fill="{fill}" d="M{:.0} {:.0}H{:.0}V{:.0}H{:.0}z"/>"#,
                a.0,
                a.1.min(b.1) - reach,
                b.0 + 1.0,
                a.1.max(b.1) + 30.0,
                a.0
            ));
        }
    }
    let far = brush.grown(860.0, 200.0, 0.5, 6);
    brush.land(&far, &p[4].mix(p[5], 0.3).to_string());
    let shore = 1000.0;
    let water = brush.falling(&[(0.0, p[2].mix(hues[0], 0.35), 1.0), (0.3, p[1].mix(hues[0], 0.12), 1.0), (1.0, p[5], 1.0)]);
    let near = brush.grown(950.0, 50.0, 0.5, 6);
    brush.firs(&near, 60.0, 96.0, &p[5].to_string());
    brush.land(&near, &p[5].to_string());
    brush.fill_from(shore, &water);
    ripples(brush, shore, hues[0], 40);
}

pub(super) fn village(brush: &mut Brush) {
    let p = brush.choose(&[NIGHT, INDIGO, palette([0x1b2340, 0x5b4a72, 0xd88f78, 0xffe9c9, 0x4b4468, 0x12142a])]);
    sky(brush, &p, 860.0);
    brush.stars(700.0);
    let moon = (brush.chance(180.0, 900.0), brush.chance(170.0, 330.0));
    brush.glow(moon, 330.0, p[3], 0.5);
    brush.raw(format_args!(r#"<path fill="{}" d="M{:.0} {:.0}a50 50 0 1 0 42 78a60 60 0 0 1 -42 -78z"/>"#, p[3], moon.0, moon.1 - 50.0));
    let back = brush.grown(700.0, 260.0, 0.5, 6);
    brush.land(&back, &p[4].mix(p[2], 0.3).to_string());
    let lamp = Rgb(0xffcf73);
    let glow = brush.outwards(&[(0.0, lamp, 0.34), (0.3, lamp, 0.16), (1.0, lamp, 0.0)]);
    for i in 0..3 {
        let t = i as f32 / 2.0;
        let hill = brush.rolling(850.0 + t * 250.0, 56.0, 0.6);
        let colour = p[4].mix(p[5], 0.2 + t * 0.6);
        let fill = brush.falling(&[(0.0, colour.mix(p[2], 0.2), 1.0), (0.5, colour, 1.0)]);
        brush.firs(&hill, 120.0 + t * 100.0, 80.0 + t * 130.0, &colour.mix(p[5], 0.55).to_string());
        brush.land(&hill, &fill);
        let size = 62.0 + t * 120.0;
        let mut x = brush.chance(40.0, 120.0 + t * 60.0);
        while x < WIDTH - size * 0.7 {
            let y = level_at(&hill, x + size / 2.0) + size * 0.4;
            brush.ellipse((x + size * 0.55, y - size * 0.2), size * 1.3, size * 1.3, &glow);
            house(brush, (x, y), size, &p, lamp);
            x += size * brush.chance(2.0, 3.4);
        }
    }
}

fn house(brush: &mut Brush, (x, y): Point, size: f32, p: &Palette, lamp: Rgb) {
    let (w, h) = (size * brush.chance(0.95, 1.25), size * brush.chance(0.55, 0.7));
    let (wall, roof) = (p[4].mix(p[2], 0.28), p[5].mix(p[4], 0.3));
    let (eave, ridge, pane) = (size * 0.1, size * 0.52, size * 0.17);
    brush.raw(format_args!(
        r#"<path fill="{roof}" d="M{:.0} {:.0}h{:.0}v{ridge:.0}h-{:.0}z"/><path fill="{wall}" d="M{x:.0} {y:.0}v-{h:.0}h{w:.0}v{h:.0}z"/><path fill="{roof}" d="M{:.0} {:.0}L{:.0} {:.0}L{:.0} {:.0}z"/>"#,
        x + w * 0.72,
        y - h - ridge * 0.95,
        size * 0.13,
        size * 0.13,
        x - eave,
        y - h + 1.0,
        x + w / 2.0,
        y - h - ridge,
        x + w + eave,
        y - h + 1.0,
    ));
    let lit = brush.choose(&[0b11, 0b01, 0b10, 0b11]);
    for i in 0..2 {
        let fill = if lit >> i & 1 == 1 { lamp } else { wall.mix(p[5], 0.6) };
        let px = x + w * (0.2 + i as f32 * 0.36);
        brush.raw(format_args!(r#"<path fill="{fill}" d="M{px:.0} {:.0}h{pane:.0}v-{:.0}h-{pane:.0}z"/>"#, y - h * 0.28, pane * 1.25));
    }
}
