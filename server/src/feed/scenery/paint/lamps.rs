//! Where people live: a city and a village, with light in their windows.

use std::fmt::Write;

use super::super::brush::{Brush, Point, Rgb, WIDTH, level_at};
use super::{EMBER, INDIGO, NIGHT, PLUM, Palette, TEAL, disc, palette, ripples, sky};

pub(in super::super) fn city(brush: &mut Brush) {
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

pub(in super::super) fn village(brush: &mut Brush) {
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
