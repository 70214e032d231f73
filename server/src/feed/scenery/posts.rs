//! What the demo accounts have posted. Each description was written looking at the picture; a change of a motif asks for another look.

use super::Scene;

/// A post of a demo account.
#[derive(Clone, Copy, Debug)]
pub struct DemoPost {
    /// Who posted it.
    pub username: &'static str,
    /// For [`super::draw`].
    pub scene: Scene,
    /// For [`super::draw`].
    pub seed: u64,
    /// How long ago.
    pub hours_ago: u32,
    /// What the picture shows.
    pub alt: &'static str,
    /// What its author says.
    pub caption: &'static str,
}

/// All of them, newest first.
#[must_use]
pub fn demo_posts() -> Vec<DemoPost> {
    let post = |username, scene, seed, hours_ago, alt, caption| DemoPost { username, scene, seed, hours_ago, alt, caption };
    vec![
        post(
            "rover",
            Scene::Lake,
            2,
            3,
            "A snow-capped mountain at dawn, mirrored in a still lake with reeds in the near corner",
            "First light after the storm.",
        ),
        post(
            "mina",
            Scene::Village,
            3,
            7,
            "A village at dusk under a crescent moon, warm light in the windows of the houses",
            "Somebody is still up in every second house.",
        ),
        post(
            "rover",
            Scene::Ridges,
            3,
            11,
            "Rows of hills in violet and rose fading into the haze, dark firs in front, a pale sun above",
            "Counted seven ridges. Walked four.",
        ),
        post("mina", Scene::Sea, 5, 20, "A small sailing boat on a calm, pale sea, the sun half below the horizon", "No wind, no hurry."),
        post(
            "admin",
            Scene::Lighthouse,
            1,
            26,
            "A lighthouse with red bands on a headland at night, its beam to the left over the sea, a cottage beside it",
            "It comes round again. That is the whole trick.",
        ),
        post("rover", Scene::Forest, 1, 31, "Bare trunks in a golden haze, a bright light behind them", "The last warm hour."),
        post(
            "mina",
            Scene::City,
            3,
            44,
            "A city skyline in dark green at dusk, scattered lit windows, their light in the river in front",
            "Home is the window on the left.",
        ),
        post(
            "rover",
            Scene::Desert,
            1,
            52,
            "Orange dunes with sharp crests, one side of each in shade, under a large sun in a red sky",
            "The ridge moves about a hand's width a day.",
        ),
        post(
            "mina",
            Scene::Aurora,
            2,
            60,
            "Green and violet northern lights above a dark shore lined with firs, their light on the water",
            "Twenty minutes of this, then clouds.",
        ),
        post(
            "rover",
            Scene::Snow,
            1,
            71,
            "Snowy slopes with groups of dark firs under a pink evening sky, a few flakes in the air",
            "Quiet enough to hear the flakes.",
        ),
        post(
            "mina",
            Scene::Sea,
            2,
            80,
            "A sailing boat near the glittering path of a sun that touches the horizon, the sky deep red",
            "Back in the harbour by dark.",
        ),
        post(
            "rover",
            Scene::Ridges,
            5,
            95,
            "Misty hills in layers of pale green, a line of dark firs in front, the sun just behind the highest",
            "Fog lifts from the far end first.",
        ),
        post(
            "admin",
            Scene::City,
            1,
            104,
            "A skyline in violet at dusk, towers in front of a pale sun, a few windows lit above a river",
            "On call. The city behaves.",
        ),
        post(
            "rover",
            Scene::Lake,
            1,
            118,
            "A broad, snow-capped mountain and its reflection in a green lake, a pale sun in the sky",
            "Not a ripple until the fish woke up.",
        ),
        post("mina", Scene::Forest, 3, 130, "Tall, bare trees in grey morning fog", "You smell the rain before you hear it."),
        post("rover", Scene::Desert, 3, 149, "Blue dunes at night under a full moon and stars", "Bright enough to read the map."),
        post(
            "mina",
            Scene::Snow,
            3,
            160,
            "Firs with snow on one side on a blue slope, a full moon and stars above",
            "Lantern off. Better.",
        ),
        post(
            "rover",
            Scene::Ridges,
            1,
            172,
            "Orange and brown ridges one behind the other, the sun going down behind the highest, firs in the dark foreground",
            "One more and then camp. Said that two ridges ago.",
        ),
        post(
            "mina",
            Scene::Lighthouse,
            4,
            190,
            "A lighthouse with red bands on a dark headland at night, its beam to the right across the water",
            "Ferry at six. The light says so.",
        ),
        post(
            "rover",
            Scene::Aurora,
            3,
            214,
            "Curtains of pink and green light in a violet night sky above a wooded shore",
            "Woke everybody up for this.",
        ),
        post(
            "mina",
            Scene::Village,
            2,
            236,
            "Blue houses on a hillside at night, light in some of their windows, a crescent moon and stars above",
            "Grandmother's is the one with both lights on.",
        ),
        post(
            "rover",
            Scene::Forest,
            2,
            260,
            "Tall dark trunks in a green wood, pale light between them, grass at their feet",
            "Path? What path.",
        ),
        post(
            "mina",
            Scene::Lake,
            3,
            290,
            "A mountain with a little snow on its top and its reflection in a violet lake at dusk",
            "Same lake, another sky.",
        ),
        post(
            "rover",
            Scene::Desert,
            2,
            330,
            "Sand-coloured dunes with sharp crests under a bright sun and a blue sky",
            "Noon. Nobody walks at noon.",
        ),
    ]
}
