// Opens the feed in a window of its own, again and again, and reads there how long that took, by that window's own clock.

// How long the first post may take, in milliseconds, and how often we look.
const PATIENCE = 20_000;
const LOOK = 20;
// What comes right after the first post is counted, too.
const AFTER = 400;

let feed;

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

const until = async (what) => {
    for (const end = performance.now() + PATIENCE; performance.now() < end; await pause(LOOK)) {
        // A window that was cut off from this one looks closed.
        if (feed.closed) throw new Error('closed');
        const seen = what();
        if (seen) return seen;
    }
    throw new Error('late');
};

// To be called while a click is under way. It begins with a copy of this tab's sessionStorage, as every window that a script opens.
export function openFeed() {
    feed = window.open('', 'nightlatch-opening', 'popup,width=480,height=860');
    return Boolean(feed);
}

export function closeFeed() {
    feed?.close();
    feed = undefined;
}

// The moment at which the first post was painted, as the browser says it. It also tells of what was painted before anybody asked.
const painted = (seen) => {
    const observer = new feed.PerformanceObserver((list) => {
        const entry = list.getEntries().find(({ identifier }) => identifier === 'first-post');
        if (entry) seen.at ??= entry.renderTime || entry.loadTime;
    });
    observer.observe({ type: 'element', buffered: true });
};

// The account of the lab among those that are saved in this browser. Scripts have taken the page over when their placeholder is gone; it
// stands at the end, so in half a document it is not there yet, and the button would send its form without scripts.
const tap = (username) => {
    const { document } = feed;
    if (document.readyState === 'loading' || document.getElementById('basic')) return;
    return [...document.querySelectorAll('button.saved')].find((button) => button.querySelector('b')?.textContent === username);
};

const said = (entry) => (entry.serverTiming ?? []).map(({ name, duration }) => [name, duration]);

// One opening. Answers with what the window measured, as JSON; fails where it could not be seen.
export async function timeFeed(username) {
    const { timeOrigin } = feed.performance;
    const before = feed.document;
    feed.location.replace('/');
    await until(() => feed.document && feed.document !== before && feed.document.body && feed.performance.timeOrigin !== timeOrigin);
    if (!feed.PerformanceObserver.supportedEntryTypes.includes('element')) throw new Error('blind');
    const seen = {};
    let pressed;
    let { document } = feed;
    painted(seen);
    await until(() => {
        // Sent to another page on the way: by a whole load.
        if (feed.document !== document) {
            document = feed.document;
            painted(seen);
        }
        const button = pressed === undefined && tap(username);
        if (button) {
            pressed = feed.performance.now();
            button.click();
        }
        return seen.at;
    });
    await pause(AFTER);
    const [page] = feed.performance.getEntriesByType('navigation');
    const calls = feed.performance
        .getEntriesByType('resource')
        .filter(({ initiatorType, name }) => initiatorType === 'fetch' && !new URL(name).pathname.startsWith('/pkg/'))
        .map((entry) => ({
            path: new URL(entry.name).pathname,
            from: entry.startTime,
            to: entry.responseEnd,
            // A browser that does not tell it says nothing.
            status: entry.responseStatus || null,
        }));
    return JSON.stringify({
        first_byte: page.responseStart,
        document: page.responseEnd,
        bytes: page.transferSize,
        painted: seen.at,
        pressed: pressed ?? null,
        server: said(page),
        calls,
    });
}
