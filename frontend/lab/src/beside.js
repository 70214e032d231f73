// Another tab of this site, and what it shows when this one logs out.

// How long a page may take, and how long it may go on as if nothing had happened, in milliseconds; how often we look.
const PATIENCE = 15_000;
const NOTICE = 3_000;
const LOOK = 5;
// A page that has asked for nothing for so long has all that it wants.
const CALM = 400;

let other;
// Whether a page of it came back as it was, out of the browser's cache of whole pages.
let whole;

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

// Whether it came to that in time.
const within = async (patience, what) => {
    for (const end = performance.now() + patience; performance.now() < end; await pause(LOOK)) {
        // A window that was cut off from this one looks closed.
        if (other.closed) throw new Error('closed');
        if (what()) return true;
    }
    return false;
};

// Scripts have taken the page over when their placeholder is gone.
const awake = () => other.document?.readyState === 'complete' && other.location.pathname !== 'blank' && !other.document.getElementById('basic');

// What somebody sees there who is logged in: the menu of the account.
const isIn = () => Boolean(other.document?.querySelector('.menu > button'));

const loaded = async (before) => {
    if (!(await within(PATIENCE, () => other.document && other.document !== before && awake()))) throw new Error('late');
};

// To be called while a click is under way.
export function openBeside() {
    other = window.open('', 'nightlatch-beside', 'popup,width=480,height=860');
    return Boolean(other);
}

// Its requests are over: one that is under way brings cookies with it, whatever has happened meanwhile.
const calm = async () => {
    let [count, since] = [-1, 0];
    const quiet = () => {
        const now = other.performance.getEntriesByType('resource').length;
        if (now !== count) [count, since] = [now, performance.now()];
        return performance.now() - since > CALM;
    };
    if (!(await within(PATIENCE, quiet))) throw new Error('late');
};

// To the first page, and on to `path`. Answers whether anybody is logged in there.
export async function walkBeside(path) {
    const before = other.document;
    other.location.replace('/');
    await loaded(before);
    // A page whose tokens lie with scripts looks for them first.
    if (!(await within(NOTICE, isIn))) return false;
    // It began with a copy of this tab's sessionStorage, and is about to get a session of its own.
    await calm();
    whole = false;
    other.addEventListener('pageshow', ({ persisted }) => (whole = persisted));
    const first = other.document;
    other.location.assign(path);
    await loaded(first);
    const inside = await within(NOTICE, isIn);
    await calm();
    return inside;
}

// Looks from now on. Answers after how many milliseconds nobody was logged in there any more, or with nothing.
export async function watchBeside() {
    const began = performance.now();
    return (await within(NOTICE, () => other.document && other.document.body && !isIn())) ? performance.now() - began : undefined;
}

// Presses Back there. Answers whether anybody is logged in there then, and whether the page came back whole.
export async function backBeside() {
    await within(NOTICE, awake);
    const before = other.document;
    other.history.back();
    // It may stay in the same document.
    await within(NOTICE, () => other.document !== before);
    if (!(await within(PATIENCE, awake))) throw new Error('late');
    return [await within(NOTICE / 3, isIn), whole];
}

export function closeBeside() {
    other?.close();
    other = undefined;
}
