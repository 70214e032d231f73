//! Land by day: ridges, dunes, a wood, snow.

use std::fmt::Write;

use super::super::brush::{Brush, HEIGHT, Point, Rgb, WIDTH, fir, level_at, path};
use super::{DAWN, EMBER, PALE, PLUM, TEAL, disc, palette, sky};

pub(in super::super) fn ridges(brush: &mut Brush) {
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

pub(in super::super) fn desert(brush: &mut Brush) {
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

pub(in super::super) fn forest(brush: &mut Brush) {
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

pub(in super::super) fn snow(brush: &mut Brush) {
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
