// Several accounts in one browser: add, switch, a tab that is left behind, log out of one or of all.

import assert from 'node:assert/strict';
import { expired, held } from './proxy.mjs';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, ROVER, answer, awake, choose, feed, fillIn, hydrated, inspect, logIn, press } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };

async function menu(page) {
    await page.locator('.menu > button').click();
}

/** From the account menu to the log-in page, where another account is filled in. */
async function fillInOther(page, { login, password }, scripts = true) {
    await menu(page);
    await page.getByRole('link', { name: '+ Add an account' }).click();
    await page.locator('[name="login"]').waitFor();
    if (scripts) await hydrated(page);
    await fillIn(page, { login });
    await page.locator('form[action="/login"] [name="password"]').fill(password);
}

/** The same, and in. */
async function add(page, who, scripts = true) {
    await fillInOther(page, who, scripts);
    await press(page, 'Log in');
}

async function switchTo(page, name) {
    await menu(page);
    await page.getByRole('button', { name: `Switch to ${name}` }).click();
    await is(page, name);
}

async function is(page, name) {
    await feed(page);
    await expectText(page.locator('.menu .name'), name);
}

async function guarded(page, now, mine) {
    await expectText(page.locator('h1'), `You switched to ${now} in another tab.`);
    await expectText(page.locator('.guard p'), `This tab still shows ${mine}.`);
    assert.equal(await page.locator('article.post').count(), 0, 'nothing of the account is left behind the guard');
    assert.ok(!(await page.locator('body').innerText()).includes('Mina Okafor'));
    await page.locator('h1:focus').waitFor();
}

for (const storage of ['cookie', 'hybrid', 'local']) {
    scene(`another account is added, and both are one tap apart, kept in ${storage}`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage, save: false });
        await add(page, ROVER);
        await is(page, 'rover');
        assert.ok((await browser.cookies()).some(({ name, expires }) => name === '__Host-parked' && expires === -1), 'until the browser closes');
        for (const name of ['mina', 'rover', 'mina']) await switchTo(page, name);
        await page.reload();
        await is(page, 'mina');
        const kept = await page.evaluate(() => JSON.parse(sessionStorage.getItem('nightlatch.session') ?? localStorage.getItem('nightlatch.session')).session.storage);
        assert.equal(kept, storage);
    });
}

scene('without scripts another account is added, and both are one tap apart', PLAIN, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await press(page, 'Not now');
    await feed(page);
    await add(page, ROVER, false);
    await is(page, 'rover');
    for (const name of ['mina', 'rover']) await switchTo(page, name);
    await menu(page);
    await press(page, 'Log out of all accounts on this browser');
    await expectText(page.locator('h1'), 'Log in');
});

for (const storage of ['cookie', 'hybrid', 'local']) {
    scene(`a tab that still shows the other account says so and asks, kept in ${storage}`, { complaints: [/status of (401|409)/] }, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage, save: true });
        const twin = await browser.tab();
        await twin.goto('/');
        await feed(twin);
        await fillInOther(twin, ROVER);
        if (storage !== 'cookie') {
            await twin.getByText('For developers: token storage').click();
            await twin.locator(`input[name="storage"][value="${storage}"]`).check();
        }
        await press(twin, 'Log in');
        await press(twin, 'Save login info');
        await is(twin, 'rover');
        await guarded(page, 'rover', 'mina');
        const asked = () => browser.answers.filter(({ path }) => path.startsWith('/api/')).length;
        const before = asked();
        await page.waitForTimeout(500);
        assert.equal(asked(), before, 'it sends nothing');
        await page.getByRole('button', { name: 'Switch back to mina' }).click();
        await is(page, 'mina');
        await guarded(twin, 'mina', 'rover');
        await twin.getByRole('link', { name: 'Continue as mina' }).click();
        await is(twin, 'mina');
        await is(page, 'mina');
    });
}

// The answer to a refresh brings a cookie. It must not come after those of the session that takes the place of the refreshed one.
for (const storage of ['cookie', 'hybrid']) {
    scene(`a log-in waits for the refresh of another tab, kept in ${storage}`, { proxy: true, complaints: [/status of (401|409)/] }, async ({ proxy, browser, page }) => {
        await logIn(page, { ...MINA, storage, save: true });
        const twin = await browser.tab();
        await twin.goto('/');
        await feed(twin);
        await fillInOther(twin, ROVER);
        await choose(twin, storage);

        let release;
        proxy.plan('GET /api/session', expired);
        const refresh = proxy.plan('POST /api/session/refresh', held(() => new Promise((resolve) => (release = resolve))));
        await inspect(page);
        await page.locator('.drawer button', { hasText: 'Refresh' }).click();
        await soon('the answer to be held', () => release);
        await press(twin, 'Log in');
        await twin.waitForTimeout(500);
        const released = performance.now();
        release();
        await soon('the held answer', () => refresh.happened === 1);
        await answer(twin, false);
        await is(twin, 'rover');
        const renewed = proxy.calls.find(({ call, until }) => call === 'POST /api/session/refresh' && until >= released);
        const entered = proxy.calls.findLast(({ call }) => call === 'POST /api/session');
        assert.ok(entered.from >= renewed.until, `the log-in was sent ${renewed.until - entered.from} ms too early`);
        await twin.reload();
        await is(twin, 'rover');
    });
}

scene('a switch that no tab has announced is noticed by what the server says', { complaints: [/status of 409/] }, async ({ browser, page }) => {
    await logIn(page, { ...MINA, save: false });
    await page.goto('/lab');
    await awake(page);
    const twin = await browser.tab();
    await twin.goto('/login?add=1');
    const status = await twin.evaluate(async (form) => {
        const response = await fetch('/api/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) });
        return response.status;
    }, ROVER);
    assert.equal(status, 200);
    await inspect(page);
    await guarded(page, 'rover', 'mina');
    await page.getByRole('link', { name: 'Continue as rover' }).click();
    await is(page, 'rover');
});

scene('log out of one account, forget it, or log out of all', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    await menu(page);
    await page.getByRole('link', { name: '+ Add an account' }).click();
    await hydrated(page);
    await fillIn(page, { login: 'rover' });
    await page.locator('form[action="/login"] [name="password"]').fill(ROVER.password);
    await press(page, 'Log in');
    await press(page, 'Save login info');
    await is(page, 'rover');

    await menu(page);
    await press(page, 'Log out rover');
    await press(page, 'Cancel');
    await page.locator('#log-out').waitFor({ state: 'hidden' });
    await is(page, 'rover');
    await press(page, 'Log out rover');
    await page.getByLabel('Keep login info saved on this browser').uncheck();
    await page.locator('#log-out button.primary').click();
    await expectText(page.locator('h1'), 'Welcome back');
    assert.equal(await page.locator('.saved').count(), 1);
    await browser.answered('DELETE /api/session?saved=forget');
    await page.reload();
    assert.equal(await page.locator('.saved').count(), 1);
    await hydrated(page);
    await page.locator('.saved').click();
    await is(page, 'mina');

    await menu(page);
    await press(page, 'Log out of all accounts on this browser');
    await expectText(page.locator('h1'), 'Log in');
    await browser.answered('DELETE /api/session?saved=all');
    assert.deepEqual((await browser.cookies()).filter(({ name }) => /access|refresh|saved|parked/.test(name)), []);
    await page.reload();
    await expectText(page.locator('h1'), 'Log in');
});
