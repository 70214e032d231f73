// What a browser does not let through: wasm, scripts, cookies, storage, the network. Everything that can work goes on, and the rest is said.

import assert from 'node:assert/strict';
import { held } from './proxy.mjs';
import { expectText } from './see.mjs';
import { scene, soon } from './support.mjs';
import { MINA, NEW, answer, feed, fillIn, hydrated, logIn, logOut, press, quiet } from './walk.mjs';

const ANY = { complaints: [/./] };
const BASIC = 'Running in basic mode.';
const NO_COOKIES = 'Your browser blocks cookies, so we cannot keep you logged in.';
const LATER = 'Will be sent when you are online.';
/** Chromium's own setting: block all cookies. */
const WITHOUT_COOKIES = { preferences: { profile: { default_content_setting_values: { cookies: 2 } } } };

const likes = (browser) => browser.answers.filter(({ method, path }) => method === 'POST' && path.endsWith('/like'));

/** Every flow by forms and links. */
async function allByForms(page) {
    await page.goto('/signup');
    await fillIn(page, NEW);
    await press(page, 'Create account');
    await answer(page, false);
    await quiet(page);
    await page.goto('/u/rover');
    await press(page, 'Follow');
    await page.goto('/');
    await feed(page);
    const like = page.getByRole('button', { name: /^Like/ }).first();
    await like.click();
    await page.goto('/');
    assert.equal(await like.getAttribute('aria-pressed'), 'true');
    await page.locator('article.post .acts > a').first().click();
    await page.getByLabel('Add a comment').fill('What a light.');
    await press(page, 'Comment');
    await page.getByText('What a light.').waitFor();
    await logOut(page, NEW.username);
    await page.locator('[name="login"]').waitFor();
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    // Not now was said a moment ago, and is remembered.
    await feed(page);
    await page.goto('/welcome/save');
    await answer(page, true);
    await feed(page);
    await logOut(page);
    await page.locator('button.saved').first().click();
    await feed(page);
}

scene('with wasm blocked everything works by forms, and after a while that is said', ANY, async ({ browser, page }) => {
    await page.route('**/*.wasm', (route) => route.abort());
    await page.goto('/login');
    assert.equal(await page.getByText(BASIC).isVisible(), false, 'not at once: scripts may be on their way');
    await page.getByText(BASIC).waitFor();
    await allByForms(page);
    assert.ok(browser.answers.every(({ path }) => !path.startsWith('/api/')), 'no script has called the server');
});

scene('with scripts blocked, too', { context: { javaScriptEnabled: false } }, async ({ page }) => {
    await page.goto('/login');
    await page.getByText(BASIC).waitFor();
    await allByForms(page);
});

scene('where scripts run nothing is said of a basic mode', {}, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await page.getByText(BASIC).waitFor({ state: 'detached' });
});

scene('with cookies blocked that is said, and nobody gets a session that would be lost', { ...ANY, ...WITHOUT_COOKIES }, async ({ browser, page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), NO_COOKIES);
    assert.equal(browser.of('POST /api/session').length, 0);
    await page.goto('/u/rover');
    await expectText(page.locator('h1'), 'Trail Rover');
    await page.goto('/signup');
    await hydrated(page);
    await fillIn(page, NEW);
    await press(page, 'Create account');
    await expectText(page.locator('.summary li'), NO_COOKIES);
    // Tokens in the memory of the page need none.
    await logIn(page, { ...MINA, storage: 'memory' });
});

scene('with cookies and scripts blocked, the server sees it', { ...ANY, ...WITHOUT_COOKIES, context: { javaScriptEnabled: false } }, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await expectText(page.locator('.notice').first(), NO_COOKIES);
    await page.goto('/u/rover');
    await expectText(page.locator('h1'), 'Trail Rover');
});

scene('with localStorage blocked cookies do, and another storage says what it cannot', {}, async ({ page }) => {
    await page.context().addInitScript(() => {
        const blocked = { get: () => { throw new DOMException('blocked', 'SecurityError'); } };
        Object.defineProperty(window, 'localStorage', blocked);
    });
    await logIn(page);
    await page.reload();
    await feed(page);
    assert.equal(await page.getByText('does not let us store').count(), 0);
    await page.context().clearCookies();
    await logIn(page, { ...MINA, storage: 'local' });
    await page.getByText('This browser does not let us store your sign-in key. You are logged in until you reload or close this page.').waitFor();
});

scene('what is pressed offline is sent once, as it was last', ANY, async ({ browser, page }) => {
    await logIn(page);
    const buttons = page.getByRole('button', { name: /^Like/ });
    const before = await Promise.all([0, 1, 2].map((at) => buttons.nth(at).getAttribute('aria-pressed')));
    await browser.offline(true);
    for (const at of [0, 1, 1, 2]) {
        await buttons.nth(at).click();
        await expectText(page.locator('.toast p'), LATER);
        await soon('the switch to be free', () => page.evaluate(() => !document.querySelector('form[aria-busy]')));
    }
    assert.match(await page.locator('.offline p').textContent(), /^You are offline\. Showing what was loaded at \d\d:\d\d\.$/);
    await browser.offline(false);
    await soon('all to be sent', () => likes(browser).length >= 3);
    await page.locator('.offline').waitFor({ state: 'detached' });
    await page.goto('/');
    await feed(page);
    assert.equal(likes(browser).length, 3, 'each switch once');
    const after = await Promise.all([0, 1, 2].map((at) => buttons.nth(at).getAttribute('aria-pressed')));
    const turned = (was) => (was === 'true' ? 'false' : 'true');
    assert.deepEqual(after, [turned(before[0]), before[1], turned(before[2])]);
});

scene('what was pressed offline is nobody else’s', ANY, async ({ browser, page }) => {
    await logIn(page);
    await browser.offline(true);
    await page.getByRole('button', { name: /^Like/ }).first().click();
    await expectText(page.locator('.toast p'), LATER);
    await logOut(page);
    await page.locator('[name="login"]').waitFor();
    assert.deepEqual(await kept(page), [], 'gone with the log-out');
    await browser.offline(false);
    await browser.answered('DELETE /api/session');
    await fillIn(page, { login: 'rover', password: 'correct-horse-rover' });
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
    assert.equal(likes(browser).length, 0);
});

/** Likes the first post, or another one, without a network. */
async function likeOffline(browser, page, button = page.getByRole('button', { name: /^Like/ }).first()) {
    await browser.offline(true);
    await button.click();
    await expectText(page.locator('.toast p'), LATER);
    await soon('the switch to be free', () => page.evaluate(() => !document.querySelector('form[aria-busy]')));
}

/** What the browser keeps for later. */
const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('nightlatch.later')));

/** Nothing is on its way, and nothing waits. */
async function settled(page) {
    await feed(page);
    await soon('nothing to wait', async () => (await kept(page)).length === 0);
}

for (const storage of ['cookie', 'local']) {
    scene(`what is pressed offline outlives the tab, and is sent once: ${storage}`, ANY, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage });
        const button = page.getByRole('button', { name: /^Like/ }).first();
        const [before, name] = [await button.getAttribute('aria-pressed'), await button.getAttribute('aria-label')];
        await likeOffline(browser, page, button);
        assert.match((await kept(page)).join(), /^nightlatch\.later [0-9a-f-]{36} \/p\/[0-9a-f]{32}\/like$/, 'ids, and no more');
        const next = await browser.tab();
        await page.close();
        await browser.offline(false);
        await next.goto('/');
        await settled(next);
        assert.equal(likes(browser).length, 1);
        const turned = before === 'true' ? 'false' : 'true';
        const again = next.getByRole('button', { name, exact: true }).first();
        await soon('the switch to stand as it was left', async () => (await again.getAttribute('aria-pressed')) === turned);
        // And so does the server's.
        await next.reload();
        await settled(next);
        assert.equal(await again.getAttribute('aria-pressed'), turned);
        assert.equal(likes(browser).length, 1, 'sent once');
    });
}

scene('two tabs send what was pressed offline once', { ...ANY, proxy: true }, async ({ browser, page, proxy }) => {
    await logIn(page);
    const twin = await browser.tab();
    await twin.goto('/');
    await feed(twin);
    const forms = page.locator('article.post form');
    const [first, second] = await Promise.all([0, 1].map((at) => forms.nth(at).getAttribute('action')));
    let [sent, answer] = [0, undefined];
    const heard = new Promise((resolve) => (answer = resolve));
    const slow = held(() => heard);
    proxy.plan(`POST ${first}`, (exchange) => ((sent += 1), slow(exchange)), { times: 2 });
    await likeOffline(browser, page);
    await browser.offline(false);
    await soon('one of them to send it', () => sent === 1);
    // While the answer is on its way, each hears from the server: that is when what waits is sent.
    for (const tab of [page, twin]) await tab.locator(`form[action="${second}"] button`).click();
    await browser.answered(`POST ${second}`, 2);
    answer();
    for (const tab of [page, twin]) await settled(tab);
    assert.equal(sent, 1);
});

scene('what was pressed offline is dropped where its post has gone, and where another account comes', ANY, async ({ server, browser, page }) => {
    await logIn(page);
    const rovers = page.locator('article.post', { has: page.locator('a[href="/u/rover"]') }).first();
    const target = await rovers.locator('form[data-toggle]').getAttribute('action');
    await likeOffline(browser, page, rovers.getByRole('button', { name: /^Like/ }));
    const call = (method, path, body, access) => {
        const headers = { 'content-type': 'application/json', ...(access && { authorization: `Bearer ${access}` }) };
        return fetch(`${server.origin}${path}`, { method, headers, body: body && JSON.stringify(body) });
    };
    const { access } = await (await call('POST', '/api/session', { login: 'rover', password: 'correct-horse-rover', storage: 'native' })).json();
    const { status } = await call('DELETE', target.replace('/p/', '/api/posts/').replace('/like', ''), undefined, access);
    assert.equal(status, 204);
    const next = await browser.tab();
    await page.close();
    await browser.offline(false);
    await next.goto('/');
    await settled(next);
    assert.deepEqual(likes(browser).map(({ status }) => status), [404]);
    await next.reload();
    await settled(next);
    assert.equal(likes(browser).length, 1, 'asked once');

    await likeOffline(browser, next);
    await next.context().clearCookies();
    const last = await browser.tab();
    await next.close();
    await browser.offline(false);
    await logIn(last, { login: 'rover', password: 'correct-horse-rover', save: false });
    await settled(last);
    await last.context().clearCookies();
    await logIn(last);
    await last.reload();
    await settled(last);
    assert.equal(likes(browser).length, 1, 'nobody sends it');
});

scene('a log-in that finds no network is kept, and sent when there is one', ANY, async ({ browser, page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    await browser.offline(true);
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'You are offline. We kept what you typed.');
    assert.equal(await page.locator('[name="password"]').inputValue(), MINA.password);
    await browser.offline(false);
    await answer(page, false);
    await feed(page);
    assert.equal(browser.of('POST /api/session').length, 1);
});

scene('whoever tries too often sees for how long to wait, with a form that stays of use', { complaints: [/status of (401|429)/] }, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await soon('the limit', async () => {
        await fillIn(page, { login: 'mina', password: 'wrong-horse' });
        await press(page, 'Log in');
        await page.locator('.summary:focus').waitFor();
        return (await page.locator('.summary li').textContent()).startsWith('Too many tries.');
    });
    const left = async () => Number(/Wait (\d+) seconds?, then try again/.exec(await page.locator('.summary li').textContent())?.[1]);
    const first = await left();
    assert.ok(first > 0, 'seconds are shown');
    await soon('the seconds to run down', async () => (await left()) < first);
    assert.equal(await page.getByRole('button', { name: 'Log in', exact: true }).getAttribute('aria-disabled'), null, 'the form can be used');
    // By the page's own countdown: a place is free every half a minute.
    await page.getByText('You can try again now.').waitFor({ timeout: 40_000 });
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
});
