// Saved logins: one tap after the log-out, the chooser, and what a person can do with it without logging in.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, ROVER, answer, feed, fillIn, hydrated, logIn, logOut, press, quiet, signUp } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const SAVED = '__Host-saved';

function row(page, name) {
    return page.locator('.saved', { hasText: `Continue as ${name}` });
}

async function names(browser) {
    return (await browser.cookies()).map(({ name }) => name);
}

/** Logs in as a person without scripts does. */
async function plainly(page, who, save) {
    await page.goto('/login');
    await page.locator('[name="login"]').fill(who.login);
    await page.locator('form[action="/login"] [name="password"]').fill(who.password);
    await press(page, 'Log in');
    await answer(page, save);
    await feed(page);
}

for (const storage of ['cookie', 'hybrid', 'local']) {
    scene(`log in, save, log out, one tap, kept in ${storage}`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage, save: true });
        await expectText(page.locator('.toast p'), 'Login info saved on this browser.');
        const key = (await browser.cookies()).find(({ name }) => name === SAVED);
        assert.deepEqual([key.httpOnly, key.secure, key.sameSite, key.path], [true, true, 'Lax', '/']);
        const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
        assert.ok(!stored.includes(key.value), 'no script can read the key');
        await logOut(page);
        await expectText(page.locator('h1'), 'Welcome back');
        await expectText(page.locator('.notice'), 'You are logged out. Your login info is still saved here.');
        await browser.answered('DELETE /api/session');
        await row(page, 'mina').click();
        await feed(page);
        await expectText(page.locator('.menu .name'), 'mina');
        const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('nightlatch.session')).session.storage);
        assert.equal(kept, storage, 'the storage is remembered');

        // The browser is closed and opened again: still in. Out, closed, opened: one tap.
        page = await browser.reopen();
        await page.goto('/');
        await feed(page);
        await logOut(page);
        await browser.answered('DELETE /api/session');
        page = await browser.reopen();
        await page.goto('/');
        await expectText(page.locator('h1'), 'Welcome back');
        await hydrated(page);
        await row(page, 'mina').click();
        await feed(page);
        assert.equal(browser.of('POST /api/session').length, 0, 'no password was asked');
    });
}

scene('without scripts: log in, save, log out, one tap, remove', PLAIN, async ({ browser, page }) => {
    await plainly(page, MINA, true);
    await logOut(page);
    await expectText(page.locator('h1'), 'Welcome back');
    await row(page, 'mina').click();
    await feed(page);
    await expectText(page.locator('.menu .name'), 'mina');
    await logOut(page);

    await page.getByRole('link', { name: 'Edit saved accounts' }).click();
    await expectText(page.locator('h1'), 'Saved accounts');
    await page.getByRole('button', { name: 'Remove mina' }).click();
    await expectText(page.locator('form p').last(), 'Remove mina from this browser? You can still log in with your password.');
    await page.getByRole('link', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Remove mina' }).click();
    await press(page, 'Remove');
    await expectText(page.locator('.notice.good'), 'mina was removed from this browser.');
    await expectText(page.locator('.empty'), 'No account is saved on this browser.');
    assert.ok(!(await names(browser)).includes(SAVED));
    await page.getByRole('link', { name: 'Back to log in' }).click();
    await expectText(page.locator('h1'), 'Log in');
});

scene('with scripts a saved account is removed without logging in', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    await logOut(page);
    await browser.answered('DELETE /api/session');
    await page.getByRole('link', { name: 'Edit saved accounts' }).click();
    await expectText(page.locator('h1'), 'Saved accounts');
    await page.getByRole('button', { name: 'Remove mina' }).click();
    await press(page, 'Remove');
    await expectText(page.locator('.notice.good'), 'mina was removed from this browser.');
    assert.ok(!(await names(browser)).includes(SAVED));
});

scene('Undo takes the saved login back', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await expectText(page.locator('.toast p'), 'Login info not saved.');
    assert.ok(!(await names(browser)).includes(SAVED));
    await logOut(page);
    await expectText(page.locator('h1'), 'Log in');
});

scene('who said Not now is not asked again for thirty days', {}, async ({ browser, page }) => {
    await logIn(page, { ...MINA, save: false });
    const said = (await browser.cookies()).find(({ name }) => name === '__Host-declined');
    const days = (said.expires - Date.now() / 1000) / 86_400;
    assert.ok(days > 29.9 && days < 30.1, `${days} days`);
    await logOut(page);
    await expectText(page.locator('h1'), 'Log in');
    await hydrated(page);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await feed(page);
    assert.equal(browser.of('PATCH /api/session').length, 1, 'asked once');
});

const REFUSED = { complaints: [/status of (401|422)/] };
scene('an account that asks for the password here', REFUSED, async ({ browser, page }) => {
    await logIn(page, MINA);
    await logOut(page);
    await browser.answered('DELETE /api/session');
    await page.goto('/login/saved');
    await press(page, 'Ask for my password here');
    await expectText(page.locator('.hint'), 'On: one tap is not enough.');
    await page.getByRole('link', { name: 'Back to log in' }).click();
    await hydrated(page);
    await row(page, 'mina').click();
    const form = page.locator('form', { has: row(page, 'mina') });
    assert.equal(await form.locator('[name="username"]').inputValue(), 'mina', 'for the password manager');
    await form.locator('[name="password"]').fill('wrong-horse');
    await form.getByRole('button', { name: 'Log in' }).click();
    await expectText(page.locator('.summary li'), 'That password is wrong');
    assert.equal(await page.locator('.summary a').getAttribute('href'), '#password-mina');
    await form.locator('[name="password"]').fill(MINA.password);
    await form.getByRole('button', { name: 'Log in' }).click();
    await feed(page);
    await expectText(page.locator('.menu .name'), 'mina');
});

scene('without scripts an account that asks for the password here', { ...PLAIN, ...REFUSED }, async ({ page }) => {
    await plainly(page, MINA, true);
    await page.goto('/settings/security/saved');
    await press(page, 'Ask for my password here');
    await logOut(page);
    await row(page, 'mina').click();
    const form = page.locator('form', { has: row(page, 'mina') });
    await form.locator('[name="password"]').fill('wrong-horse');
    await form.getByRole('button', { name: 'Log in' }).click();
    await expectText(page.locator('.summary li'), 'That password is wrong');
    await page.goto('/login/saved');
    await press(page, 'Ask for my password here');
    await page.locator('[name="password"]').fill(MINA.password);
    await press(page, 'Do not ask any more');
    await expectText(page.locator('.hint'), 'Off: one tap opens the account.');
    await page.goto('/login');
    await row(page, 'mina').click();
    await feed(page);
});

scene('a login that was ended elsewhere asks for the password once more, with the name in the form', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    await logOut(page);
    await browser.answered('DELETE /api/session');
    // The key goes on in a copy of this browser, which is then used.
    const [key] = (await browser.cookies()).filter(({ name }) => name === SAVED);
    await row(page, 'mina').click();
    await feed(page);
    await page.context().addCookies([{ ...key, value: key.value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) }]);
    await page.goto('/login/saved');
    await expectText(page.locator('.empty'), 'No account is saved on this browser.');
    await page.goto('/login?add=1&login=mina');
    await hydrated(page);
    assert.equal(await page.locator('[name="login"]').inputValue(), 'mina');
});

scene('two accounts are saved side by side', {}, async ({ browser, page }) => {
    for (const who of [MINA, ROVER]) {
        await logIn(page, who);
        await logOut(page, who.login);
        await browser.answered('DELETE /api/session', who === MINA ? 1 : 2);
    }
    await page.goto('/login');
    assert.equal(await page.locator('.saved').count(), 2);
    for (const { login } of [MINA, ROVER, MINA]) {
        await page.goto('/login');
        await hydrated(page);
        await row(page, login).click();
        await feed(page);
        await expectText(page.locator('.menu .name'), login);
        const before = browser.of('DELETE /api/session').length;
        await logOut(page, login);
        await browser.answered('DELETE /api/session', before + 1);
    }
});

scene('five accounts are saved, and the sixth is told that there is no room', { complaints: [/status of 422/] }, async ({ browser, page }) => {
    for (const [at, username] of ['anna', 'bert', 'cora', 'dora', 'emil'].entries()) {
        await signUp(page, { email: `${username}@example.org`, username, password: 'three unrelated words' });
        await logOut(page, username);
        await browser.answered('DELETE /api/session', at + 1);
    }
    await page.goto('/login');
    await hydrated(page);
    assert.equal(await page.locator('.saved').count(), 5);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    // Not asked, as there is nothing to choose; and logged in all the same.
    await feed(page);
    const full = 'You already have five saved accounts here. Remove one to save this one.';
    await expectText(page.locator('.toast p'), full);
    await page.goto('/welcome/save');
    await press(page, 'Save login info');
    await expectText(page.locator('.summary li'), full);
    assert.equal(await page.evaluate(async () => (await (await fetch('/api/saved')).json()).length), 5);

    // With one less there is room.
    await page.goto('/settings/security/saved');
    await page.getByRole('button', { name: 'Remove bert' }).click();
    await press(page, 'Remove');
    await expectText(page.locator('.notice.good'), 'bert was removed from this browser.');
    await page.goto('/welcome/save');
    await answer(page, true);
    await feed(page);
    await logOut(page);
    await browser.answered('DELETE /api/session', 6);
    await page.goto('/login');
    assert.equal(await page.locator('.saved').count(), 5);
    await hydrated(page);
    await row(page, 'anna').click();
    await quiet(page);
});
