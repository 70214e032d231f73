//! Water: the sea, a coast, a lake, and northern lights above one.

use std::fmt::Write;

use super::super::brush::{Brush, HEIGHT, Point, Rgb, WIDTH, fir, level_at, path};
use super::{DAWN, EMBER, INDIGO, NIGHT, PALE, PLUM, TEAL, disc, glitter, ripples, sky};

pub(in super::super) fn sea(brush: &mut Brush) {
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

pub(in super::super) fn lighthouse(brush: &mut Brush) {
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

pub(in super::super) fn lake(brush: &mut Brush) {
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

pub(in super::super) fn aurora(brush: &mut Brush) {
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
