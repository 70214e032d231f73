// Where one is logged in, and what happened: with scripts, in several storages, and without.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, answer, feed, fillIn, logIn, press } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const PHONE = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36';
const SESSIONS = '/settings/security/sessions';

/** Somebody logs in as mina elsewhere. What that browser is told from then on. */
async function elsewhere(server) {
    const headers = { 'content-type': 'application/json', 'user-agent': PHONE };
    const body = JSON.stringify({ ...MINA, storage: 'native' });
    const grant = await (await fetch(`${server.origin}/api/session`, { method: 'POST', headers, body })).json();
    const me = () => fetch(`${server.origin}/api/me`, { headers: { authorization: `Bearer ${grant.access}` } });
    const refresh = () => fetch(`${server.origin}/api/session/refresh`, { method: 'POST', headers, body: JSON.stringify({ refresh: grant.refresh }) });
    assert.equal((await me()).status, 200);
    return { me: async () => (await me()).status, why: async () => (await (await refresh()).json()).reason };
}

async function logInPlainly(page) {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
}

/** Through the list to the end of the other browser. */
async function end(page, phone) {
    await expectText(page.locator('h1'), 'Where you’re logged in');
    const row = page.locator('.browser', { hasText: 'Chrome on Android' });
    await row.locator('summary', { hasText: 'Log out' }).click();
    await expectText(row.locator('form p').first(), 'Log out Chrome on Android? Its saved login is removed too.');
    await row.getByRole('button', { name: 'Log out Chrome on Android' }).click();
    await page.getByText('Chrome on Android was logged out. Open pages there stop within 2 seconds at most.').waitFor();
    assert.equal(await phone.me(), 401);
    assert.equal(await phone.why(), 'elsewhere');
}

for (const storage of ['cookie', 'hybrid', 'local', 'memory']) {
    scene(`one browser is logged out from another (${storage})`, {}, async ({ server, page }) => {
        await logIn(page, { ...MINA, storage });
        const phone = await elsewhere(server);
        await page.getByRole('link', { name: 'Settings' }).click();
        await expectText(page.locator('h1'), 'Settings');
        await page.getByRole('link', { name: 'Login and security' }).click();
        await expectText(page.locator('h1'), 'Login and security');
        await page.getByRole('link', { name: 'Where you’re logged in' }).click();
        await page.getByText('2 browsers').waitFor();
        await end(page, phone);
        await page.getByText('You are only logged in here.').waitFor();
        assert.equal(new URL(page.url()).pathname, SESSIONS);
    });
}

scene('one browser is logged out from another (no scripts)', PLAIN, async ({ server, page }) => {
    await logInPlainly(page);
    const phone = await elsewhere(server);
    await page.goto(SESSIONS);
    await end(page, phone);
});

const REFUSED = { complaints: [/status of 422/] };

scene('all others are logged out, with the password and not without', REFUSED, async ({ server, page }) => {
    await logIn(page);
    const phone = await elsewhere(server);
    await page.goto(SESSIONS);
    const form = page.locator('form', { has: page.locator('[name="deed"][value="others"]') });
    await page.locator('summary', { hasText: 'Log out of all other sessions' }).click();
    await form.locator('[name="password"]').fill('wrong-horse');
    await form.getByRole('button', { name: 'Log out of all other sessions' }).click();
    await page.locator('.summary:focus').waitFor();
    await expectText(page.locator('.summary li'), 'That password is wrong');
    assert.match(await page.title(), /^Error: /);
    assert.equal(await phone.me(), 200);
    await form.locator('[name="password"]').fill(MINA.password);
    await form.getByRole('button', { name: 'Log out of all other sessions' }).click();
    await page.getByText('1 other browser was logged out.').waitFor();
    assert.equal(await phone.me(), 401);
    assert.equal(await phone.why(), 'everywhere');
});

for (const [name, options, enter] of [['with scripts', {}, logIn], ['without scripts', PLAIN, logInPlainly]]) {
    scene(`a login from a new browser is asked about on the feed, ${name}`, options, async ({ server, page }) => {
        await enter(page);
        assert.equal(await page.getByText('Was this you?').count(), 0);
        const [mine, thief] = [await elsewhere(server), await elsewhere(server)];
        await page.goto('/');
        await page.getByText('Was this you?').first().waitFor();
        assert.equal(await page.getByText('Was this you?').count(), 2);
        // The newest is asked about first.
        await page.getByRole('button', { name: 'No, secure my account' }).first().click();
        await expectText(page.locator('h1'), 'Change password');
        await page.getByText('Now choose a new password.').waitFor();
        assert.equal(await thief.me(), 401);
        await page.goto(SESSIONS);
        await press(page, 'Yes, it was me');
        await page.getByText('Thank you. That browser stays logged in.').waitFor();
        assert.equal(await page.getByText('Was this you?').count(), 0);
        assert.equal(await mine.me(), 200);
    });
}

scene('the history is gone through by links', {}, async ({ page }) => {
    await logIn(page);
    await page.goto('/settings/security');
    await page.getByRole('link', { name: 'Login history' }).click();
    await expectText(page.locator('h1'), 'Login history');
    await page.getByRole('link', { name: 'Passwords' }).click();
    await page.getByText('Nothing in the last 90 days.').waitFor();
    await page.getByRole('link', { name: 'Logins' }).click();
    await expectText(page.locator('.browser h2'), 'Logged in');
});

scene('a browser is called what its owner calls it', {}, async ({ page }) => {
    await logIn(page);
    await page.goto(SESSIONS);
    await page.locator('summary', { hasText: 'Rename' }).click();
    await page.getByLabel('Name of this browser').fill('Kitchen tablet');
    await press(page, 'Save name');
    await page.getByRole('heading', { name: 'Kitchen tablet' }).waitFor();
});

scene('who is logged out elsewhere reads why', { complaints: [/status of 401/] }, async ({ server, page }) => {
    await logIn(page);
    const headers = { 'content-type': 'application/json' };
    const log_in = { method: 'POST', headers, body: JSON.stringify({ ...MINA, storage: 'native' }) };
    const grant = await (await fetch(`${server.origin}/api/session`, log_in)).json();
    const bearer = { ...headers, authorization: `Bearer ${grant.access}` };
    const all = { method: 'DELETE', headers: bearer, body: JSON.stringify({ password: MINA.password }) };
    assert.equal((await fetch(`${server.origin}/api/sessions`, all)).status, 200);
    await page.goto('/');
    await page.getByText('You logged out everywhere.').waitFor();
});
