// Nobody is logged out for no reason: five storages, one tab and four, with and without the Web Lock, and everything that can go wrong on
// the way of a refresh. Each household lives through all of it, one fault after the other, with one and the same session.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPIRY, Household, PATIENCE, REFRESH, street } from './household.mjs';
import { busy, down, halved, late, lost, portal, refused, reordered } from './proxy.mjs';
import { soon } from './support.mjs';

const STORAGES = ['cookie', 'hybrid', 'local', 'session', 'memory'];
const TABS = [4, 1];
const LOCK = [true, false];

/** The most tabs that are alive at once. Each tells the time and is drawn every second, and that is work for the machine. */
const MOST = 50;

const each = ({ shared, tabs }) => (shared ? 1 : tabs);

/** What befalls a refresh: how, how many of them, and which households can see it at all. */
const FAULTS = [
    { name: 'lost', what: 'the server has answered, and the answer is lost', make: () => lost, times: each },
    { name: 'late', what: 'the answer comes 1.5 s later', make: () => late(1_500), times: each },
    { name: 'cut', what: 'the answer breaks off in its body', make: () => halved, times: each },
    { name: 'refused', what: 'the request never arrives', make: () => refused, times: each },
    { name: 'busy', what: '503 with Retry-After', make: () => busy, times: each },
    { name: 'down', what: '503 of a balancer, without', make: () => down, times: each },
    { name: 'portal', what: '200 and a page of somebody else', make: () => portal, times: each },
    {
        name: 'swapped',
        what: 'of two answers the first arrives last',
        make: reordered,
        times: () => 2,
        // With a lock, the tabs of one session never have two refreshes under way; a single tab never has.
        possible: ({ shared, tabs, lock }) => tabs > 1 && !(shared && lock),
    },
    { name: 'expiry', what: 'as `lost`, when the time has run out and nobody presses anything', make: () => lost, times: each, unasked: true },
];

/** Every tab stumbles, and again when that brings no refresh: on a busy machine a tab may hear of another's token at that moment, and go on
 *  with it. */
async function stumbleUntil(home, what, done) {
    let next = 0;
    await soon(what, async () => {
        if (done()) return true;
        if (performance.now() < next) return false;
        next = performance.now() + 8_000;
        await home.stumble();
        return done();
    }, PATIENCE);
}

/** One case: the fault, then everybody goes on, then one more refresh. Throws where that is not so. */
async function happens({ make, times, unasked }, home) {
    await home.apart();
    const fault = home.plan(REFRESH, make(), times(home));
    if (unasked) await soon('the fault to happen', () => fault.happened > 0, EXPIRY);
    else await stumbleUntil(home, 'the fault to happen', () => fault.happened > 0);
    if (unasked) await soon('the page to try again by itself', () => home.calls(REFRESH).at(-1).status === 200, PATIENCE);
    await home.everyTabIsAnswered();
    home.forget();

    await home.apart();
    const before = home.calls(REFRESH).length;
    await home.everyTabStumbles();
    await stumbleUntil(home, 'the next refresh to be granted', () => home.calls(REFRESH).slice(before).some(({ status }) => status === 200));
    await home.everyTabIsAnswered();
    home.forget();
    assert.deepEqual(await home.shutOut(), [], 'nobody is shown that they are logged out');
}

/** A household's way through all faults: how each came out. */
async function live(home, browser) {
    const row = { household: home.name, ...Object.fromEntries(FAULTS.map(({ name }) => [name, 'NOT RUN'])) };
    for (const fault of FAULTS) {
        if (fault.possible?.(home) === false) {
            row[fault.name] = '–';
            continue;
        }
        try {
            await happens(fault, home);
            row[fault.name] = 'held';
        } catch (error) {
            const seen = await home.shutOut().catch(() => []);
            row[fault.name] = seen.length ? 'LOGGED OUT' : 'FAILED';
            console.error(`${home.name}, ${fault.name}: ${error.message}\n${seen}\n${home.story()}`);
            // What comes next shall not suffer from it.
            await home.moveOut();
            try {
                await home.moveIn(browser);
            } catch (error) {
                console.error(`${home.name} does not come back: ${error.message}`);
                return row;
            }
        }
    }
    await home.moveOut();
    return row;
}

test('nobody is logged out for no reason', { timeout: 1_000_000 }, async () => {
    const rows = [];
    await street(async ({ proxy, browser }) => {
        const homes = TABS.flatMap((tabs) => STORAGES.flatMap((storage) => LOCK.map((lock) => new Household(proxy, { storage, tabs, lock }))));
        // Moving in is work for the machine, and living is mostly waiting: two at a time do the one, many together the other.
        const waiting = [...homes];
        const living = new Set();
        let alive = 0;
        const mover = async () => {
            for (let home = waiting.shift(); home; home = waiting.shift()) {
                while (alive + home.tabs > MOST) await Promise.race(living);
                alive += home.tabs;
                await home.moveIn(browser);
                const life = live(home, browser).then((row) => {
                    rows.push(row);
                    living.delete(life);
                    alive -= home.tabs;
                });
                living.add(life);
            }
        };
        await Promise.all([mover(), mover()]);
        await Promise.all(living);
        const place = ({ household }) => homes.findIndex(({ name }) => name === household);
        rows.sort((a, b) => place(a) - place(b));

        for (const home of homes) {
            const refused = home.calls(REFRESH).filter(({ status }) => status >= 400 && status < 500 && status !== 409);
            assert.deepEqual(refused, [], `${home.name}: the server ends nothing\n${home.story()}`);
        }
        const crowded = homes.filter(({ lock, shared, tabs }) => !lock && shared && tabs > 1);
        assert.ok(crowded.some((home) => home.most(REFRESH) > 1), 'without the lock, tabs do refresh at the same time');
    });
    report(rows);
    const bad = rows.flatMap((row) => FAULTS.filter(({ name }) => !['held', '–'].includes(row[name])).map(({ name }) => `${row.household}: ${name} ${row[name]}`));
    assert.deepEqual(bad, []);
});

function report(rows) {
    const width = Math.max(...rows.map(({ household }) => household.length)) + 2;
    const line = (first, rest) => console.log(first.padEnd(width) + rest.map((text) => text.padEnd(11)).join('').trimEnd());
    line('', FAULTS.map(({ name }) => name));
    for (const row of rows) line(row.household, FAULTS.map(({ name }) => row[name]));
    const outcomes = rows.flatMap((row) => FAULTS.map(({ name }) => row[name]));
    const counted = ['held', 'LOGGED OUT', 'FAILED', 'NOT RUN', '–'].map((kind) => `${outcomes.filter((outcome) => outcome === kind).length} ${kind}`);
    console.log(`${outcomes.length} cells: ${counted.join(', ')} (– cannot happen there)`);
    for (const { name, what } of FAULTS) console.log(`${name.padEnd(9)}${what}`);
}
