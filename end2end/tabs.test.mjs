// Several tabs, and pages that come back: who is shown what, and who acts as whom.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, feed, fillIn, hydrated, inspect, logIn, logOut, press } from './walk.mjs';
import { expired, held, lost, refused } from './proxy.mjs';

const REFRESH = 'POST /api/session/refresh';
const INSPECT = 'GET /api/session';
const BRIEF = { NIGHTLATCH_ACCESS_LIFE: '10s' };
/** A little more than the race window of a token that lives ten seconds. */
const APART = 4_200;

/** Asks the API, by the button of the inspector. */
async function ask(page) {
    await inspect(page);
    await page.locator('.drawer button', { hasText: 'Refresh' }).click();
}

/** Asks, is told that its token does not hold, and refreshes. */
async function stumble(proxy, page) {
    const said = proxy.plan(INSPECT, expired);
    await ask(page);
    await soon('the token to be refused', () => said.happened === 1);
}

for (const storage of ['cookie', 'local']) {
    scene(`with the cache of whole pages on, going back shows nothing after a log-out, kept in ${storage}`, { ignoreDefaultArgs: ['--disable-back-forward-cache'] }, async ({ browser, page }) => {
        const shows = [];
        await page.exposeBinding('shown', (_, persisted) => shows.push(persisted));
        await page.addInitScript(() => addEventListener('pageshow', ({ persisted }) => window.shown(persisted)));
        await logIn(page, { ...MINA, storage, save: true });
        const protocol = await page.context().newCDPSession(page);
        await protocol.send('Page.enable');
        const why = [];
        protocol.on('Page.backForwardCacheNotUsed', ({ notRestoredExplanations }) => why.push(...notRestoredExplanations.map(({ reason }) => reason)));
        await page.goto('/robots.txt');
        const twin = await browser.tab();
        await twin.goto('/');
        await feed(twin);
        await logOut(twin);
        await expectText(twin.locator('h1'), 'Welcome back');
        await browser.answered('DELETE /api/session');

        await page.goBack({ waitUntil: 'commit' });
        await page.locator('h1').first().waitFor();
        await soon('no post', async () => (await page.locator('article.post').count()) === 0);
        if (!shows.includes(true)) {
            // A page that must not be stored, and a cookie that was changed meanwhile: together they keep it out of that cache.
            assert.ok(why.includes('CacheControlNoStoreHTTPOnlyCookieModified'), `as the browser says: ${why}`);
            console.log(`  (${storage}: the browser loaded the page anew, and says why: ${why})`);
        }
    });
}

scene('a duplicated tab and its twin both go on', { proxy: true, env: BRIEF, complaints: [/status of 401/] }, async ({ proxy, page }) => {
    await logIn(page, { ...MINA, storage: 'session' });
    const [twin] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => void window.open('/'))]);
    await feed(twin);
    const ids = new Set();
    for (let round = 0; round < 2; round += 1) {
        for (const tab of [page, twin]) {
            await tab.waitForTimeout(APART);
            await stumble(proxy, tab);
            await tab.locator('.menu > button').waitFor({ timeout: 2_000 });
            ids.add(await tab.evaluate(() => JSON.parse(sessionStorage.getItem('nightlatch.session')).session.viewer.session_id));
        }
    }
    assert.equal(ids.size, 2, 'each has a session of its own');
    assert.ok(!proxy.calls.some(({ call, status }) => call === REFRESH && status === 401));
});

for (const storage of ['cookie', 'hybrid', 'local', 'session']) {
    for (const [what, fault] of [['never arrives', refused], ['is not answered', lost]]) {
        scene(`a log-out that ${what} is owed, and paid next time, kept in ${storage}`, { proxy: true, complaints: [/ERR_EMPTY_RESPONSE/, /ERR_CONNECTION/] }, async ({ proxy, page }) => {
            await logIn(page, { ...MINA, storage, save: true });
            const met = proxy.plan('DELETE /api/session', fault);
            await logOut(page);
            await expectText(page.locator('h1'), storage === 'session' ? 'Log in' : 'Welcome back');
            await soon('the fault', () => met.happened === 1);
            await page.goto('/');
            await soon('the log-out to be told', () => proxy.calls.some(({ call, status }) => call === 'DELETE /api/session' && status === 204));
            await page.goto('/');
            await expectText(page.locator('h1'), storage === 'session' ? 'Log in' : 'Welcome back');
        });
    }
}

scene('a log-in whose answer is lost can be pressed again', { proxy: true, complaints: [/ERR_EMPTY_RESPONSE/, /ERR_CONNECTION/] }, async ({ proxy, page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    const met = proxy.plan('POST /api/session', lost);
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'You are offline. We kept what you typed.');
    assert.equal(met.happened, 1);
    await press(page, 'Log in');
    await press(page, 'Save login info');
    await feed(page);
});

// A late answer would put an older refresh cookie over a newer one. Shown later than the race window, that would look like reuse: so no
// page waits that long.
const OVERTAKEN = { proxy: true, env: BRIEF, complaints: [/status of 401/] };
scene('an answer that another tab has overtaken twice takes nobody’s session away', OVERTAKEN, async ({ proxy, browser, page }) => {
    await page.context().addInitScript(() => delete Navigator.prototype.locks);
    await logIn(page);
    const twin = await browser.tab();
    await twin.goto('/');
    await feed(twin);
    for (const tab of [page, twin]) await ask(tab);
    await twin.waitForTimeout(APART);

    let release;
    const late = proxy.plan(REFRESH, held(() => new Promise((resolve) => (release = resolve))));
    await stumble(proxy, page);
    await soon('the answer to be held', () => release);
    await stumble(proxy, twin);
    await twin.waitForTimeout(APART);
    await stumble(proxy, twin);
    await twin.waitForTimeout(300);
    release();
    await soon('the late answer', () => late.happened === 1);
    await twin.waitForTimeout(APART);
    await stumble(proxy, twin);
    await twin.waitForTimeout(500);
    const refused = proxy.calls.filter(({ call, status }) => call === REFRESH && status >= 400 && status !== 409);
    assert.deepEqual(refused, []);
    for (const tab of [page, twin]) assert.equal(await tab.locator('.menu > button').count(), 1, 'still logged in');
});

for (const storage of ['cookie', 'local']) {
    scene(`two tabs that lose the network and find it again stay logged in, kept in ${storage}`, { env: BRIEF, complaints: [/ERR_INTERNET_DISCONNECTED/] }, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage, save: true });
        const twin = await browser.tab();
        await twin.goto('/');
        await feed(twin);
        await browser.offline(true);
        for (const tab of [page, twin]) await tab.locator('.notice.offline').waitFor({ timeout: 20_000 });
        await browser.offline(false);
        for (const tab of [page, twin]) await tab.locator('.notice.offline').waitFor({ state: 'detached' });
        await Promise.all([page, twin].map((tab) => tab.reload()));
        await Promise.all([page, twin].map(feed));
    });
}

const KILLED = { env: BRIEF, complaints: [/ERR_CONNECTION/, /ERR_EMPTY_RESPONSE/, /status of 401/] };
scene('a server that is killed and started again finds everybody logged in', KILLED, async ({ server, browser, page }) => {
    await logIn(page);
    await server.stop('SIGKILL');
    await page.locator('.notice.offline').waitFor({ timeout: 20_000 });
    await server.start();
    await page.locator('.notice.offline').waitFor({ state: 'detached', timeout: 20_000 });
    await page.reload();
    await feed(page);
    assert.ok(browser.of(REFRESH).some(({ status }) => status === 200));
});
