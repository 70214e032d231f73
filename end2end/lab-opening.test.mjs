// Time to feed: what the lab says of each opening, beside what the test has seen of the same window: its requests on the wire, and its own
// performance entries. Never how fast that was.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, open } from './lab.mjs';
import { press } from './walk.mjs';

const TIMES = 3;
/** Requests of scripts of an opening for tokens and the feed, the first and each later one. */
const CALLS = {
    cookie: [[], []],
    // Its access token goes with each page: another one is fetched, and the post that came with the document does not wait for it.
    hybrid: [['POST /api/session/refresh'], ['POST /api/session/refresh']],
    local: [['GET /'], ['GET /']],
    session: [['GET /', 'POST /api/session/fork'], ['GET /']],
    memory: [['GET /', 'POST tap'], ['GET /', 'POST tap']],
};
const NAMES = { cookie: 'Cookies', hybrid: 'Cookie and memory', local: 'localStorage', session: 'sessionStorage', memory: 'Memory' };

/** The row of a storage. */
function row(page, id, storage) {
    return page.locator(`#${id} tbody tr`).nth(id === 'parts' ? 0 : Object.keys(NAMES).indexOf(storage));
}

const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('nightlatch.lab')).openings);

for (const storage of Object.keys(NAMES)) {
    scene(`the feed is opened ${TIMES} times, with tokens kept in ${storage}`, {}, async ({ browser, page }) => {
        await open(page, 'opening');
        assert.equal(await page.locator('#openings .measured').count(), 0, 'nothing is measured before it was run');
        await begin(page, { storage });
        await page.locator('#lab-times').selectOption(String(TIMES));
        const [window] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the feed')]);
        // Each opening as the wire has it: a document begins it.
        const seen = [];
        window.on('request', (request) => {
            const { pathname } = new URL(request.url());
            if (request.isNavigationRequest() && pathname === '/') seen.push([]);
            else if (request.resourceType() === 'fetch' && !pathname.startsWith('/pkg/')) {
                const path = /^\/api\/saved\/.*\/session$/.test(pathname) ? 'tap' : pathname;
                seen.at(-1)?.push({ call: `${request.method()} ${path}`, request });
            }
        });
        // And one of them as its own window has it.
        let own;
        const look = async () => {
            own ??= await window.evaluate(() => {
                const [page] = performance.getEntriesByType('navigation');
                return document.querySelector('article.post') && page?.responseEnd ? { first_byte: page.responseStart, document: page.responseEnd, bytes: page.transferSize } : undefined;
            }).catch(() => undefined);
            return own;
        };
        await soon('a look at the window itself', look);
        await window.waitForEvent('close', { timeout: 60_000 });
        await row(page, 'openings', storage).locator('.measured').first().waitFor();

        const [opening, ...others] = await kept(page);
        assert.deepEqual([others, opening.storage, opening.loads.length], [[], storage, TIMES]);
        assert.ok(opening.loads.some((load) => Math.abs(load.first_byte - own.first_byte) < 0.2 && Math.abs(load.document - own.document) < 0.2 && load.bytes === own.bytes), 'one of them is what the window itself has said');
        // The first may have begun before anybody listened.
        const later = seen.slice(-(TIMES - 1));
        for (const [place, calls] of later.entries()) {
            const awaited = calls.map(({ call }) => call).filter((call) => call === 'GET /' || call.startsWith('POST '));
            assert.deepEqual(awaited.sort(), CALLS[storage][1], `opening ${place + 2}, on the wire`);
            const load = opening.loads[place + 1];
            assert.equal(load.calls.filter(({ path }) => path === '/' || /session/.test(path)).length, awaited.length, 'as the lab has it');
            assert.equal(load.pressed !== null, storage === 'memory', 'a tap where there is no session, and nowhere else');
        }
        for (const load of opening.loads) {
            assert.ok(load.first_byte <= load.document && load.painted > 0);
            assert.deepEqual(load.calls.filter(({ status }) => status === 401), []);
        }
        assert.deepEqual(browser.answers.filter(({ status }) => status === 401), [], 'nor did anybody see one');

        const cells = await row(page, 'openings', storage).locator('td').allTextContents();
        const sorted = opening.loads.map(({ painted }) => painted).sort((one, other) => one - other);
        const ms = (value) => `${Math.round(value)} ms`;
        const before = opening.loads.map((load) => load.calls.filter(({ path, to }) => (path === '/' || /session/.test(path)) && to <= load.painted).length);
        const [least, most] = [Math.min(...before), Math.max(...before)];
        if (!['cookie', 'hybrid'].includes(storage)) assert.ok(least >= CALLS[storage][1].length, 'the first post waits for them');
        const number = (count) => (count === 0 ? 'none' : String(count));
        const numbers = least === most ? number(least) : `${number(least)} or ${number(most)}`;
        const awaited = most === 0 ? numbers : `${numbers} ${most === 1 ? 'request' : 'requests'}`;
        assert.deepEqual(cells, [String(TIMES), ms(sorted[1]), ms(sorted[2]), `${Math.round(sorted[0])} – ${ms(sorted[2])}`, awaited, 'none']);
        const parts = (await row(page, 'parts', storage).locator('td.number').allTextContents()).slice(0, 6).map(parseFloat);
        const whole = parts.pop();
        assert.ok(Math.abs(parts.reduce((sum, part) => sum + part, 0) - whole) <= 3, `the parts of ${whole} ms are ${parts}`);
        assert.equal(await page.locator('.stacked > svg > g').count(), 1, 'one bar');

        await open(page);
        await expectText(page.locator('tr', { hasText: 'Time to feed' }).locator('.measured'), '1 of 5');
        const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
        assert.match(readFileSync(await file.path(), 'utf8'), new RegExp(`\\| ${NAMES[storage]} \\| ${TIMES} \\| ${ms(sorted[1])} \\|`));
    });
}

scene('a window that is closed on the way is no result, and neither is one that never came', {}, async ({ page }) => {
    await open(page, 'opening');
    await begin(page);
    const [window] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the feed')]);
    await window.close();
    await expectText(page.locator('#trouble'), 'The window was closed, or cut off from this page: no result.');
    await page.evaluate(() => {
        globalThis.open = () => null;
    });
    await press(page, 'Open the feed');
    await expectText(page.locator('#trouble'), 'This browser did not let us open a window. Allow it for this site, and try again.');
    assert.equal(await page.locator('#openings .measured').count(), 0);
});

/** Every document at `/` comes with one more header. */
const withHeader = (page, name, value) =>
    page.context().route(
        ({ pathname }) => pathname === '/',
        async (route) => {
            const response = await route.fetch();
            // Its body comes unpacked; and it was not the browser that asked for it, so the server cuts it off.
            const { 'content-encoding': _, 'content-length': __, 'cross-origin-opener-policy': ___, ...headers } = response.headers();
            await route.fulfill({ response, headers: { ...headers, [name]: value } });
        },
    );

scene('what the server says that it took inside stands beside it', {}, async ({ page }) => {
    await open(page, 'opening');
    await begin(page);
    await page.locator('#lab-times').selectOption(String(TIMES));
    await withHeader(page, 'server-timing', 'auth;dur=1.5, total;dur=7');
    const [window] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the feed')]);
    await window.waitForEvent('close', { timeout: 60_000 });
    await expectText(row(page, 'parts', 'cookie').locator('td').last(), 'auth 1.5 ms, total 7 ms');
});

scene('a window that is cut off from its opener is no result', {}, async ({ page }) => {
    await open(page, 'opening');
    await begin(page);
    await withHeader(page, 'cross-origin-opener-policy', 'same-origin');
    await press(page, 'Open the feed');
    await expectText(page.locator('#trouble'), 'The window was closed, or cut off from this page: no result.');
    assert.equal(await page.locator('#openings .measured').count(), 0);
});

scene('what is refused on the way is counted', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await open(page, 'opening');
    await begin(page, { storage: 'local' });
    await page.locator('#lab-times').selectOption(String(TIMES));
    await page.evaluate(async () => {
        const [bench] = JSON.parse(localStorage.getItem('nightlatch.lab')).bench;
        await fetch(`/api/lab/benches/${bench}/expire`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    });
    const [window] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the feed')]);
    await window.waitForEvent('close', { timeout: 60_000 });
    const refused = browser.answers.filter(({ status }) => status === 401).length;
    assert.ok(refused > 0, 'the token had run out, and nobody had told the window');
    await expectText(row(page, 'openings', 'local').locator('td').last().locator('.measured'), `${refused} refused`);
});
