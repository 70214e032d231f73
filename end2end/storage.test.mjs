// The tokens of a living session move to another storage, and nothing is left where they were.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, awake, feed, inspect, logIn, move } from './walk.mjs';

/** What there is of the session in this browser, and where. */
async function kept(browser, page) {
    const names = (await browser.cookies()).map(({ name }) => name);
    const stored = await page.evaluate(() => ({ local: localStorage['nightlatch.session'] ?? '', tab: sessionStorage['nightlatch.session'] ?? '' }));
    const tokens = (text) => text.includes('"refresh":');
    return {
        cookies: ['__Host-access', '__Host-refresh'].filter((name) => names.includes(name)).map((name) => name.slice(7)),
        local: tokens(stored.local),
        tab: tokens(stored.tab),
    };
}

function session(page) {
    return page.evaluate(() => document.querySelector('details.inspector pre:last-of-type')?.textContent.match(/"sid": "(.*)"/)?.[1]);
}

const PLACES = {
    cookie: { cookies: ['access', 'refresh'], local: false, tab: false },
    hybrid: { cookies: ['refresh'], local: false, tab: false },
    local: { cookies: [], local: true, tab: false },
    session: { cookies: [], local: false, tab: true },
    memory: { cookies: [], local: false, tab: false },
};

scene('tokens move from storage to storage, and the session stays the same', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    let first;
    for (const storage of ['local', 'session', 'hybrid', 'local', 'cookie', 'session', 'cookie', 'memory', 'local']) {
        assert.equal(await move(page, storage, MINA.password), 200, storage);
        await expectText(page.locator('[role="status"]'), 'The tokens have moved, and no copy is left where they were.');
        assert.deepEqual(await kept(browser, page), PLACES[storage], storage);
        const id = await soon('the token taken apart', () => session(page));
        first ??= id;
        assert.equal(id, first, `${storage}: the same session`);
        if (storage === 'memory') continue;
        await page.reload();
        await awake(page);
        assert.deepEqual(await kept(browser, page), PLACES[storage], `${storage}, after a reload`);
    }
});

scene('cookies do not move to where scripts can read without the password', { complaints: [/status of (401|422)/] }, async ({ browser, page }) => {
    await logIn(page, MINA);
    assert.equal(await move(page, 'local'), 422);
    await expectText(page.locator('.storage .err'), 'Error: Enter your password: scripts will be able to read your tokens');
    assert.equal(await move(page, 'local', 'wrong-horse-mina'), 401);
    await page.locator('.storage .summary').waitFor();
    assert.deepEqual(await kept(browser, page), PLACES.cookie, 'nothing has changed');
    assert.equal(await page.locator('.storage input[name="password"]').inputValue(), '', 'the password is not left lying about');
    await page.goto('/');
    await feed(page);
});

scene('another tab goes along when the tokens move', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await logIn(page, MINA);
    const twin = await browser.tab();
    await twin.goto('/lab');
    await awake(twin);
    assert.equal(await move(page, 'local', MINA.password), 200);
    // A tab that asks before it has heard of the move is refused once, and asks again with what it finds.
    const asked = twin.waitForResponse((response) => response.url().endsWith('/api/session') && response.status() !== 401);
    await inspect(twin);
    const answer = await asked;
    assert.equal(answer.status(), 200);
    assert.ok((await answer.request().allHeaders()).authorization, 'with the token from localStorage');

    // Into one tab alone: the other says so, and the session goes on where it is.
    assert.equal(await move(page, 'session'), 200);
    await expectText(twin.locator('.room > .notice p'), "Your session has ended. You moved this session's tokens into another tab, where it goes on.");
    await page.goto('/');
    await feed(page);
});

scene('a reload of a session in one tab is no duplicate', { complaints: [/status of 404/] }, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage: 'session' });
    for (let i = 0; i < 3; i++) {
        await page.reload();
        await feed(page);
    }
    await page.goto('/nowhere');
    await page.goBack();
    await feed(page);
    assert.equal(browser.of('POST /api/session/fork').length, 0);
});
