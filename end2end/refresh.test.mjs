// Access tokens that live for ten seconds, the shortest life there is. They expire by real time, so these scenes wait, and wait together.

import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { scene } from './support.mjs';
import { assertNoStatus } from './see.mjs';
import { MINA, awake, inspect, logIn } from './walk.mjs';

const BRIEF = { env: { NIGHTLATCH_ACCESS_LIFE: '10s' } };
/** A 401 that was healed is logged by the browser all the same. */
const HEALED = { ...BRIEF, complaints: [/status of 401/] };
const REFRESH = 'POST /api/session/refresh';

/** The refreshes there were: all granted, no generation handed out twice, and none before most of a token's life was over. */
async function refreshes(browser) {
    const refreshes = browser.of(REFRESH);
    assert.deepEqual(refreshes.map(({ status }) => status).filter((status) => status !== 200), [], 'every refresh is granted');
    const grants = await Promise.all(refreshes.map(({ response }) => response.json()));
    const generations = grants.map(({ generation }) => generation);
    assert.deepEqual(generations, [...new Set(generations)], 'no generation is handed out twice');
    const times = [...browser.of('PATCH /api/session').slice(-1), ...refreshes].map(({ at }) => Math.round(at));
    const pauses = times.slice(1).map((time, i) => time - times[i]);
    assert.ok(pauses.every((pause) => pause > 6_000), `milliseconds between two grants: ${pauses}`);
    return refreshes.length;
}

/** Logs in, and goes to where one can ask the server something. */
async function begin(page, how) {
    await logIn(page, how);
    await page.goto('/lab');
    await awake(page);
}

/** Asks the server something, as a person can, and waits for the answer. */
async function ask(page) {
    const answer = page.waitForResponse((response) => response.url().endsWith('/api/session') && response.request().method() === 'GET');
    await inspect(page);
    return (await answer).status();
}

describe('a token that expires', { concurrency: true }, () => {
    scene('is renewed once in its life, unseen, before it is needed', BRIEF, async ({ browser, page }) => {
        await begin(page);
        await page.waitForTimeout(15_000);
        assert.equal(await ask(page), 200);
        // A machine that is busy elsewhere may see the next one become due.
        assert.ok([1, 2].includes(await refreshes(browser)));
        assertNoStatus(browser, 401);
    });

    scene('is renewed once for two tabs', BRIEF, async ({ browser, page }) => {
        await begin(page);
        const twin = await browser.tab();
        await twin.goto('/lab');
        await awake(twin);
        await page.waitForTimeout(14_000);
        assert.deepEqual(await Promise.all([ask(page), ask(twin)]), [200, 200]);
        // A machine that is busy elsewhere may see the next one become due.
        assert.ok([1, 2].includes(await refreshes(browser)));
        assertNoStatus(browser, 401);
    });

    for (const storage of ['cookie', 'local']) {
        scene(`is renewed once for five tabs that wake up at once, kept in ${storage}`, HEALED, async ({ browser, page }) => {
            await begin(page, { ...MINA, storage, save: true });
            // No page, no timer: the token expires with nobody there to see it.
            await page.goto('about:blank');
            const tabs = [page, ...(await Promise.all([1, 2, 3, 4].map(() => browser.tab())))];
            await page.waitForTimeout(15_000);

            await Promise.all(tabs.map((tab) => tab.goto('/lab')));
            await Promise.all(tabs.map(awake));
            assert.deepEqual(await Promise.all(tabs.map(ask)), [200, 200, 200, 200, 200]);
            assert.equal(await refreshes(browser), 1);
        });
    }
});
