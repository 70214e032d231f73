// Rooms that measure again and again: every sample, and what the page makes of them, beside what the test has seen itself on the wire and
// in the page's own performance entries. Never how fast that was.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, open } from './lab.mjs';
import { press } from './walk.mjs';

const REFRESH = 'POST /api/session/refresh';
const NAMES = { cookie: 'Cookies', hybrid: 'Cookie and memory', local: 'localStorage', session: 'sessionStorage', memory: 'Memory' };
const BURST = 'Ask five things at once';
const LEAVE = 'Copy the token, and log out';
/** What is asked for at once. */
const ASKED = ['/api/me', '/api/feed', '/api/sessions', '/api/activity', '/api/factor'];

const kept = (page, what) => page.evaluate((what) => JSON.parse(localStorage.getItem('nightlatch.lab'))[what], what);

/** By the nearest rank, as the lab does it. */
function rank(samples, percent) {
    const sorted = [...samples].sort((one, other) => one - other);
    return sorted[Math.max(Math.ceil((sorted.length * percent) / 100), 1) - 1];
}

/** Milliseconds, with one decimal place where they are few. */
const fine = (ms) => (ms < 10 ? `${(Math.floor((Math.trunc(ms * 1000) + 50) / 100) / 10).toFixed(1)} ms` : `${Math.round(ms)} ms`);
/** Milliseconds, as seconds. */
const seconds = (ms) => `${(Math.floor((Math.trunc(ms) + 50) / 100) / 10).toFixed(1)} s`;
const both = (samples, unit) => [unit(rank(samples, 50)), unit(rank(samples, 95))];

/** The cells of the row that is called so. */
const row = (page, id, name) => page.locator(`#${id} tbody tr`, { has: page.locator('th', { hasText: new RegExp(`^. ${name}($|\\d)`) }) }).locator('td').allTextContents();

async function exported(page) {
    await open(page);
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
    return readFileSync(await file.path(), 'utf8');
}

/** The answers of each burst, from the moment when its token was said to have run out. */
function bursts(answers) {
    const all = [];
    for (const { method, path, status } of answers) {
        if (/^\/api\/lab\/benches\/[^/]+\/expire$/.test(path)) all.push([]);
        else all.at(-1)?.push({ call: `${method} ${path}`, status });
    }
    return all;
}

/** In the page: each burst by its own performance entries. Every path was asked for once before all of them, and then three times in each
 * burst: with a token that holds, with one that has run out, and again. */
function own({ paths, since }) {
    const entries = performance.getEntriesByType('resource').filter(({ startTime }) => startTime >= since);
    const of = (path) => entries.filter(({ name }) => new URL(name).pathname === path).sort((one, other) => one.startTime - other.startTime);
    const refreshes = of('/api/session/refresh').map(({ startTime, responseEnd }) => responseEnd - startTime);
    const calls = paths.map((path) => of(path).slice(1).map(({ startTime }) => startTime));
    return refreshes.map((refresh, at) => ({ refresh, held: Math.max(...calls.map((sent) => sent[3 * at + 2] - sent[3 * at + 1])) }));
}

for (const [storage, name] of Object.entries(NAMES)) {
    scene(`each of five bursts takes one refresh, kept in ${storage}`, { complaints: [/status of 401/] }, async ({ browser, page }) => {
        await open(page, 'refresh');
        assert.deepEqual(await row(page, 'bursts', name), ['not run–', '1 (expected)', ...Array(4).fill('not run–')], 'before it was run');
        await begin(page, { storage });
        assert.equal(await page.locator('#lab-times').inputValue(), '5');
        const before = browser.answers.length;
        const since = await page.evaluate(() => performance.now());
        await press(page, BURST);
        await expectText(page.locator('.room h2', { hasText: 'refresh' }), '1 refresh for 5 requests, in each of 5 bursts');

        const answers = browser.answers.slice(before);
        const seen = bursts(answers);
        assert.equal(seen.length, 5);
        for (const burst of seen) {
            assert.equal(burst.filter(({ call }) => call === REFRESH).length, 1, 'on the wire');
            // Five that are refused, and again; the next burst begins with five that are not.
            assert.equal(burst.filter(({ status }) => status === 401).length, 5);
        }
        const figure = async (name) => page.locator('.figures div', { has: page.locator('dt', { hasText: name }) }).locator('dd').textContent();
        assert.equal(Number(await figure('Answers of 401')), answers.filter(({ status }) => status === 401).length);
        assert.equal(await figure('Requests'), '25 of 25 answered');
        assert.equal(Number(await figure('Refreshes in a burst')), 1);

        // Each sample, by the entries of the page itself.
        const [burst, ...others] = await kept(page, 'bursts');
        assert.deepEqual([others, burst.storage, burst.asked, burst.runs.length], [[], storage, 5, 5]);
        const entries = await page.evaluate(own, { paths: ASKED, since });
        const held = burst.runs.map((run) => Math.max(...run.held_ms));
        const refresh = burst.runs.flatMap((run) => run.refresh_ms);
        console.log(`  (${storage}: held up ${held.map(fine).join(', ')}; refresh ${refresh.map(fine).join(', ')}; by the entries ${entries.map((one) => `${fine(one.held)} and ${fine(one.refresh)}`).join(', ')})`);
        assert.equal(entries.length, 5);
        for (const [at, one] of entries.entries()) {
            assert.equal(burst.runs[at].held_ms.length, 5, 'all five were held up');
            assert.ok(Math.abs(held[at] - one.held) < 60, `burst ${at + 1}: held up ${held[at]} ms, ${one.held} ms seen`);
            assert.ok(Math.abs(refresh[at] - one.refresh) < 60, `burst ${at + 1}: refresh ${refresh[at]} ms, ${one.refresh} ms seen`);
            assert.ok(held[at] >= refresh[at], 'the request waits for the refresh');
        }
        // What the page makes of them.
        assert.deepEqual(await row(page, 'bursts', name), ['5', '1', ...both(held, fine), ...both(refresh, fine)]);
        const [median, p95] = both(held, fine);
        await expectText(page.locator('figure', { has: page.locator('#bursts') }).locator('.lane b'), `${median}, p95 ${p95}, N 5`);
        assert.ok((await figure('All answered after')).startsWith(`median ${fine(rank(burst.runs.map((run) => run.took_ms), 50))}, p95 `));

        // The last burst as it was on the wire.
        const lanes = await page.locator('#lanes tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].slice(1, 3).map((cell) => cell.textContent)));
        const last = seen.at(-1).filter(({ call }) => !call.startsWith('GET /api/lab/'));
        const sorted = (calls) => calls.map(([call, status]) => `${call} ${status}`).sort();
        assert.deepEqual(sorted(lanes), sorted(last.map(({ call, status }) => [call, status])));
        assert.equal(await page.locator('#lanes svg rect').count(), lanes.length, 'the drawing has what the table has');
        const text = await exported(page);
        assert.match(text, new RegExp(`\\| ${name} \\| 5 \\| 1 \\| 25 \\| ${[...both(held, fine), ...both(refresh, fine)].join(' \\| ')} \\|`));
        await expectText(page.locator('tbody tr', { hasText: 'Silent refresh' }).locator('.measured'), '1 of 5');
    });
}

scene('how many bursts there are is chosen, and a burst that could not be made is no result', { complaints: [/status of 401/, /ERR_FAILED/] }, async ({ browser, page }) => {
    await open(page, 'refresh');
    await begin(page);
    for (const times of ['1', '20']) {
        const before = browser.answers.length;
        await page.locator('#lab-times').selectOption(times);
        await press(page, BURST);
        const words = times === '1' ? '1 refresh for 5 requests' : `1 refresh for 5 requests, in each of ${times} bursts`;
        await expectText(page.locator('.room h2', { hasText: 'refresh' }), words);
        const refreshes = browser.answers.slice(before).filter(({ method, path }) => `${method} ${path}` === REFRESH);
        assert.equal(refreshes.length, Number(times), 'on the wire');
        const [burst] = await kept(page, 'bursts');
        const held = burst.runs.map((run) => Math.max(...run.held_ms));
        assert.deepEqual((await row(page, 'bursts', 'Cookies')).slice(0, 4), [times, '1', ...both(held, fine)]);
    }
    // The third one fails, and so nothing of them counts.
    let expired = 0;
    await page.route('**/expire', (route) => ((expired += 1) === 3 ? route.abort() : route.continue()));
    await press(page, BURST);
    await page.locator('#trouble').waitFor();
    assert.equal((await row(page, 'bursts', 'Cookies'))[0], '20', 'as before');
    await press(page, BURST);
    await page.locator('#trouble').waitFor({ state: 'detached' });
});

scene('the worst burst is shown, and an older notebook is read', {}, async ({ page }) => {
    await open(page, 'refresh');
    await page.evaluate(() => {
        const told = { at: 1, browser: 'Chromium' };
        const run = (refresh_ms) => ({ answered: 5, refused: 5, held_ms: [9], refresh_ms, took_ms: 12, plain_ms: 3 });
        const bursts = [
            { storage: 'cookie', asked: 5, runs: [run([7]), run([7, 8])], ...told },
            // As it was when a room kept one sample.
            { storage: 'local', asked: 5, answered: 5, refused: 5, refreshes: 1, took_ms: 12.5, plain_ms: 3, ...told },
        ];
        const knobs = { access_life: 10, rotation: 'detecting', check: 'signature', token: 'jwt' };
        const survived = [{ event: 'reload', found: [false, true, true, true, true], ...told }];
        localStorage.setItem('nightlatch.lab', JSON.stringify({ bursts, lags: [{ knobs, lag_ms: 9800, answered: 39, ...told }], survived }));
    });
    await page.reload();
    await page.locator('#bursts .measured').waitFor();
    assert.deepEqual(await row(page, 'bursts', 'Cookies'), ['2', '1 – 2not as expected', '9.0 ms', '9.0 ms', '7.0 ms', '8.0 ms']);
    assert.equal((await row(page, 'bursts', 'localStorage'))[0], 'not run–');
    await open(page);
    await expectText(page.locator('tbody tr', { hasText: 'Silent refresh' }).locator('.measured'), '1 of 5');
    await expectText(page.locator('tbody tr', { hasText: 'Revocation lag' }).locator('td'), 'not run');
    await expectText(page.locator('tbody tr', { hasText: 'What survives' }).locator('.measured'), '1 of 5');
});

const again = (answers) => answers.filter(({ path }) => /^\/api\/lab\/benches\/[^/]+\/again$/.test(path));
const shown = (answers) => answers.filter(({ path }) => path.endsWith('/thief/read'));
const times = (count) => (count === 1 ? 'once' : `${count} times`);
/** The run is over. */
const over = (page) => page.locator('#lagging').waitFor({ state: 'detached', timeout: 60_000 });

scene('a copied access token works until it runs out, or until its session has ended', {}, async ({ browser, page }) => {
    await open(page, 'lag');
    // As long as a token lives, so once; else in a moment, so more often.
    await begin(page, { check: 'signature' });
    await expectText(page.locator('#lag-takes'), 'By these rules a run lasts as long as the access token lives: 10 s.');
    assert.equal(await page.locator('#lab-times').inputValue(), '1');
    let before = browser.answers.length;
    await press(page, LEAVE);
    await over(page);
    let answers = browser.answers.slice(before);
    const cells = await row(page, 'lags', 'Cookies');
    const lag = parseFloat(cells[1]);
    assert.equal(cells[0], '1');
    assert.equal(cells[2], cells[1], 'of one sample');
    // The test's clock beside the server's: from the answer to the log-out to the last time that the copy was shown.
    const left = answers.find(({ method, path }) => method === 'DELETE' && path.startsWith('/api/session?'));
    const seen = (shown(answers).at(-1).at - left.at) / 1000;
    console.log(`  (signature and time alone: refused after ${lag} s, ${seen.toFixed(1)} s on the wire)`);
    assert.ok(lag > 5 && Math.abs(lag - seen) < 1, `${lag} s, and ${seen} s on the wire`);
    // One before the end, and one that was refused.
    assert.equal(cells[3], times(shown(answers).length - 2), 'as on the wire');
    assert.equal(again(answers).length, 0);

    await begin(page, { check: 'ended' });
    await expectText(page.locator('#lag-takes'), 'By these rules a run is over in a moment.');
    assert.equal(await page.locator('#lab-times').inputValue(), '3');
    before = browser.answers.length;
    await press(page, LEAVE);
    await over(page);
    await begin(page, { check: 'ended' });
    await page.locator('#lab-times').selectOption('10');
    await press(page, LEAVE);
    await over(page);
    answers = browser.answers.slice(before);
    const [, quick] = await kept(page, 'lags');
    const lags = quick.runs.map((run) => run.lag_ms);
    console.log(`  (ended sessions: ${lags.join(', ')} ms)`);
    assert.equal(again(answers).length, 2 + 9, 'a session for each further run');
    const all = await page.locator('#lags tbody tr').nth(1).locator('td').allTextContents();
    assert.deepEqual(all, ['13', ...both(lags, seconds), times(shown(answers).length - 2 * 13)], 'all runs together');
    // Long before its time is over; how soon is a matter of the machine.
    assert.ok(rank(lags, 50) < 1500 && lags.every((ms) => ms < 5000));
    assert.equal(await page.locator('.chart svg rect').count(), 2);
    const bars = await page.locator('.lane b').allTextContents();
    assert.deepEqual(bars, [`${cells[1]}, p95 ${cells[2]}, N 1`, `${all[1]}, p95 ${all[2]}, N 13`]);
    const text = await exported(page);
    assert.ok(text.includes(`| Cookies | 10 s | signature, time, ended sessions | ${all.join(' | ')} |`), text);
    await expectText(page.locator('tbody tr', { hasText: 'Revocation lag' }).locator('.measured'), '14 runs');
});

scene('runs can be stopped, and those that were over by then are kept', {}, async ({ browser, page }) => {
    await open(page, 'lag');
    await begin(page, { check: 'signature' });
    await page.locator('#lab-times').selectOption('3');
    await press(page, LEAVE);
    await page.getByRole('button', { name: 'Run 1 of 3…' }).waitFor();
    await soon('the copy to be shown', () => shown(browser.answers).length > 2);
    // From the button that was pressed.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await over(page);
    assert.equal(await page.locator('#lags').count(), 0, 'half a run is none');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'lab-storage', 'where the next run begins');
    assert.equal(again(browser.answers).length, 0);

    await begin(page, { storage: 'memory', token: 'opaque' });
    await page.locator('#lab-times').selectOption('10');
    await press(page, LEAVE);
    await soon('some runs', () => again(browser.answers).length > 1);
    await press(page, 'Stop');
    await over(page);
    assert.notEqual(await page.evaluate(() => document.activeElement.id), 'lab-storage', 'what a pointer has left stays in sight');
    const runs = again(browser.answers).length + 1;
    const [n] = await row(page, 'lags', 'Memory');
    assert.ok(runs < 10, 'stopped on the way');
    assert.equal(Number(n), runs);
});

scene('a run that could not be made is said, and leaves what was measured', { complaints: [/ERR_FAILED/] }, async ({ page }) => {
    await open(page, 'lag');
    await begin(page, { check: 'ended' });
    await page.route('**/again', (route) => route.abort());
    await press(page, LEAVE);
    await page.locator('#trouble').waitFor();
    const [n] = await row(page, 'lags', 'Cookies');
    assert.equal(n, '1');
});
