//! Demo pictures: landscapes drawn from a seed, as SVG of 1080 × 1350. The same seed draws the same picture on every machine.
//! Presentation attributes only: no script, no style, nothing fetched.

mod brush;
mod paint;
mod posts;

pub use posts::{DemoPost, demo_posts};

use brush::Brush;

/// Width and height of a drawing, in pixels.
pub const SIZE: (u32, u32) = (1080, 1350);

/// What is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Mountain ridges, one behind the other, with fog between them.
    Ridges,
    /// The open sea, with the sun or the moon above it.
    Sea,
    /// A rocky coast at night, with a lighthouse.
    Lighthouse,
    /// Dunes.
    Desert,
    /// Tall trunks in a wood.
    Forest,
    /// A city at dusk.
    City,
    /// A mountain that a lake mirrors.
    Lake,
    /// Firs in the snow.
    Snow,
    /// Northern lights.
    Aurora,
    /// A few houses at night, with light in their windows.
    Village,
}

/// Draws the picture.
#[must_use]
pub fn draw(seed: u64, scene: Scene) -> String {
    let mut brush = Brush::new(seed);
    match scene {
        Scene::Ridges => paint::ridges(&mut brush),
        Scene::Sea => paint::sea(&mut brush),
        Scene::Lighthouse => paint::lighthouse(&mut brush),
        Scene::Desert => paint::desert(&mut brush),
        Scene::Forest => paint::forest(&mut brush),
        Scene::City => paint::city(&mut brush),
        Scene::Lake => paint::lake(&mut brush),
        Scene::Snow => paint::snow(&mut brush),
        Scene::Aurora => paint::aurora(&mut brush),
        Scene::Village => paint::village(&mut brush),
    }
    brush.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_picture() {
        for post in demo_posts() {
            assert_eq!(draw(post.seed, post.scene), draw(post.seed, post.scene));
        }
        assert_ne!(draw(1, Scene::Ridges), draw(2, Scene::Ridges));
    }

    #[test]
    fn a_picture_is_small_and_holds_nothing_but_shapes() {
        for post in demo_posts() {
            let svg = draw(post.seed, post.scene);
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.ends_with("</svg>"), "{post:?}");
            assert!(svg.len() <= 12_288, "{post:?}: {} bytes", svg.len());
            for word in ["script", "style", "href", "NaN", "inf", "foreignObject", "<!", "on", "data:"] {
                let found = svg.match_indices(word).any(|(at, _)| word != "on" || svg[..at].ends_with(' '));
                assert!(!found, "{post:?}: {word}");
            }
            assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        }
    }
}
