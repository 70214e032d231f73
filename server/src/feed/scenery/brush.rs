//! The tools: chance that repeats itself, colours that mix, lines that look grown, and the SVG text they end up in.

use std::fmt::Write;

pub(super) const WIDTH: f32 = 1080.0;
pub(super) const HEIGHT: f32 = 1350.0;

/// A colour.
#[derive(Clone, Copy)]
pub(super) struct Rgb(pub(super) u32);

impl Rgb {
    /// Itself at 0, the other at 1.
    pub(super) fn mix(self, other: Self, share: f32) -> Self {
        let part = |shift: u32| {
            let (a, b) = ((self.0 >> shift & 255) as f32, (other.0 >> shift & 255) as f32);
            (((b - a) * share.clamp(0.0, 1.0) + a) as u32) << shift
        };
        Self(part(16) | part(8) | part(0))
    }
}

impl std::fmt::Display for Rgb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:06x}", self.0)
    }
}

/// A place on the canvas.
pub(super) type Point = (f32, f32);

/// Draws, and remembers what was drawn.
pub(super) struct Brush {
    svg: String,
    chance: u64,
    gradients: u32,
}

impl Brush {
    pub(super) fn new(seed: u64) -> Self {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">"#);
        Self { svg, chance: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), gradients: 0 }
    }

    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }

    /// SVG as it is.
    pub(super) fn raw(&mut self, svg: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.svg.write_fmt(svg);
    }

    /// From `low` to below `high` (splitmix64).
    pub(super) fn chance(&mut self, low: f32, high: f32) -> f32 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.chance;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 40) as f32 / (1_u64 << 24) as f32 * (high - low) + low
    }

    /// One of them.
    pub(super) fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[(self.chance(0.0, of.len() as f32) as usize).min(of.len() - 1)]
    }

    /// A gradient from top to bottom (of whatever is filled with it); answers the fill. A stop is place, colour, opacity.
    pub(super) fn falling(&mut self, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradient("linearGradient", r#"x2="0" y2="1""#, stops)
    }

    /// A gradient from left to right.
    pub(super) fn across(&mut self, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradient("linearGradient", r#"x2="1" y2="0""#, stops)
    }

    /// A gradient from the middle outwards.
    pub(super) fn outwards(&mut self, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradient("radialGradient", "", stops)
    }

    fn gradient(&mut self, kind: &str, direction: &str, stops: &[(f32, Rgb, f32)]) -> String {
        self.gradients += 1;
        let id = self.gradients;
        self.raw(format_args!(r#"<{kind} id="g{id}" {direction}>"#));
        for (offset, colour, opacity) in stops {
            self.raw(format_args!(r#"<stop offset="{offset}" stop-color="{colour}""#));
            if *opacity < 1.0 {
                self.raw(format_args!(r#" stop-opacity="{opacity}""#));
            }
            self.svg.push_str("/>");
        }
        self.raw(format_args!("</{kind}>"));
        format!("url(#g{id})")
    }

    /// The whole canvas from `top` down.
    pub(super) fn fill_from(&mut self, top: f32, fill: &str) {
        self.raw(format_args!(r#"<path fill="{fill}" d="M0 {top:.0}H{WIDTH}V{HEIGHT}H0z"/>"#));
    }

    /// An ellipse.
    pub(super) fn ellipse(&mut self, (x, y): Point, rx: f32, ry: f32, fill: &str) {
        self.raw(format_args!(r#"<ellipse cx="{x:.0}" cy="{y:.0}" rx="{rx:.0}" ry="{ry:.0}" fill="{fill}"/>"#));
    }

    /// A soft light around a place.
    pub(super) fn glow(&mut self, at: Point, radius: f32, colour: Rgb, strength: f32) {
        let fill =
            self.outwards(&[(0.0, colour, strength), (0.25, colour, strength * 0.5), (0.6, colour, strength * 0.12), (1.0, colour, 0.0)]);
        self.ellipse(at, radius, radius, &fill);
    }

    /// A line from side to side as wind and water leave it: midpoints are moved, less with each halving. `rough` from 0.35 to 0.65.
    pub(super) fn grown(&mut self, level: f32, height: f32, rough: f32, halvings: u32) -> Vec<Point> {
        let last = 1_usize << halvings;
        let mut ys = vec![level; last + 1];
        ys[0] += self.chance(-0.5, 0.5) * height;
        ys[last] += self.chance(-0.5, 0.5) * height;
        let (mut step, mut reach) = (last, height);
        while step > 1 {
            for i in (step / 2..last).step_by(step) {
                ys[i] = (ys[i - step / 2] + ys[i + step / 2]) / 2.0 + self.chance(-0.5, 0.5) * reach;
            }
            step /= 2;
            reach *= rough;
        }
        let pace = (WIDTH + 20.0) / last as f32;
        ys.into_iter().enumerate().map(|(i, y)| (i as f32 * pace - 10.0, y)).collect()
    }

    /// A line of long waves: dunes, hills, snow.
    pub(super) fn rolling(&mut self, level: f32, height: f32, waves: f32) -> Vec<Point> {
        let (a, b, c) = (self.chance(0.0, 6.3), self.chance(0.0, 6.3), self.chance(0.0, 6.3));
        (0..=36)
            .map(|i| {
                let t = i as f32 / 36.0 * waves * 6.3;
                let y = (t + a).sin() * 0.6 + (t * 1.7 + b).sin() * 0.3 + (t * 3.1 + c).sin() * 0.1;
                (i as f32 * 31.0 - 10.0, level - y * height)
            })
            .collect()
    }

    /// The land under a line.
    pub(super) fn land(&mut self, line: &[Point], fill: &str) {
        let d = path(line);
        self.raw(format_args!(r#"<path fill="{fill}" d="{d}V{HEIGHT}H-10z"/>"#));
    }

    /// Dots, all of one size, in one path.
    pub(super) fn dots(&mut self, at: &[Point], size: f32, colour: Rgb, opacity: f32) {
        self.strokes(&at.iter().map(|(x, y)| (*x, *y, 0.0)).collect::<Vec<_>>(), size, colour, opacity);
    }

    /// Level strokes: where each begins, and how long it is.
    pub(super) fn strokes(&mut self, at: &[(f32, f32, f32)], thick: f32, colour: Rgb, opacity: f32) {
        self.raw(format_args!(
            r#"<path fill="none" stroke="{colour}" stroke-opacity="{opacity:.2}" stroke-width="{thick:.1}" stroke-linecap="round" d=""#
        ));
        for (x, y, length) in at {
            self.raw(format_args!("M{x:.0} {y:.0}h{length:.0}"));
        }
        self.svg.push_str("\"/>");
    }

    /// Fine streaks of cloud.
    pub(super) fn clouds(&mut self, count: u32, from: f32, to: f32, colour: Rgb, strength: f32) {
        let fill = self.outwards(&[(0.0, colour, strength), (0.5, colour, strength * 0.45), (1.0, colour, 0.0)]);
        for _ in 0..count {
            let at = (self.chance(-100.0, WIDTH + 100.0), self.chance(from, to));
            let (rx, ry) = (self.chance(220.0, 520.0), self.chance(9.0, 26.0));
            self.ellipse(at, rx, ry, &fill);
            let shift = (at.0 + self.chance(-180.0, 180.0), at.1 - self.chance(6.0, 22.0));
            self.ellipse(shift, rx * 0.5, ry * 0.8, &fill);
        }
    }

    /// Stars down to `bottom`, fewer and fainter the lower.
    pub(super) fn stars(&mut self, bottom: f32) {
        for (count, size, opacity) in [(80, 2.4, 0.55), (30, 3.6, 0.8), (7, 5.5, 0.95)] {
            let at: Vec<Point> = (0..count).map(|_| (self.chance(0.0, WIDTH), self.chance(0.0, 1.0).powf(1.4) * bottom)).collect();
            self.dots(&at, size, Rgb(0xfff6e0), opacity);
        }
    }

    /// Firs that stand on a line, in one path.
    pub(super) fn firs(&mut self, on: &[Point], gap: f32, height: f32, fill: &str) {
        let mut d = String::new();
        let mut x = -20.0;
        while x < WIDTH + 20.0 {
            let y = level_at(on, x) + 12.0;
            let h = height * self.chance(0.55, 1.15);
            fir(&mut d, (x, y), h, h * self.chance(0.17, 0.22));
            x += gap * self.chance(0.4, 1.7);
        }
        self.raw(format_args!(r#"<path fill="{fill}" d="{d}"/>"#));
    }
}

/// A fir: four tiers, wider downwards.
pub(super) fn fir(d: &mut String, (x, y): Point, height: f32, half: f32) {
    let _ = write!(d, "M{x:.0} {:.0}", y - height);
    let (tier, w) = (height / 4.0, half / 4.0);
    for i in 0..4 {
        let _ = write!(d, "l{:.0} {tier:.0}", w * (1.0 + i as f32 * 0.55));
        if i < 3 {
            let _ = write!(d, "l{:.0} {:.0}", -w * (0.5 + i as f32 * 0.2), -tier * 0.12);
        }
    }
    let spread = w * (4.0 + 3.3 - 1.5 - 0.6);
    let _ = write!(d, "h{:.0}", -2.0 * spread);
    for i in (0..4).rev() {
        let _ = write!(d, "l{:.0} {:.0}", w * (1.0 + i as f32 * 0.55), -tier * if i < 3 { 0.95 } else { 1.0 });
        if i > 0 {
            let _ = write!(d, "l{:.0} {:.0}", -w * (0.3 + i as f32 * 0.2), tier * 0.1);
        }
    }
    d.push('z');
}

/// A line as path data, in whole numbers and relative steps.
pub(super) fn path(line: &[Point]) -> String {
    let mut d = String::new();
    let (mut x, mut y) = (0_i32, 0_i32);
    for (i, point) in line.iter().enumerate() {
        let (to_x, to_y) = (point.0.round() as i32, point.1.round() as i32);
        let _ = match i {
            0 => write!(d, "M{to_x} {to_y}"),
            1 => write!(d, "l{} {}", to_x - x, to_y - y),
            _ => write!(d, " {} {}", to_x - x, to_y - y),
        };
        (x, y) = (to_x, to_y);
    }
    d
}

/// How high a line is at `x`.
pub(super) fn level_at(line: &[Point], x: f32) -> f32 {
    let after = line.iter().position(|point| point.0 >= x).unwrap_or(line.len() - 1).max(1);
    let ((x0, y0), (x1, y1)) = (line[after - 1], line[after]);
    y0 + (y1 - y0) * ((x - x0) / (x1 - x0)).clamp(0.0, 1.0)
}
