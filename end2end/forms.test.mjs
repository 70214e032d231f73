// Log-in and sign-up with scripts: what is said when something is wrong, and what is kept of what was typed.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, NEW, fillIn, hydrated, logIn, press } from './walk.mjs';

const REFUSED = { complaints: [/status of (401|409|422)/] };

/** The summary has the keyboard, and says what is wrong. */
async function summary(page) {
    await page.locator('.summary:focus').waitFor();
    return page.locator('.summary li').allTextContents();
}

scene('a wrong password is said in a summary that takes the focus', REFUSED, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, { login: 'mina', password: 'wrong-horse' });
    await press(page, 'Log in');
    assert.deepEqual(await summary(page), ['Username or password is wrong']);
    assert.equal(await page.locator('[name="login"]').inputValue(), 'mina', 'the name is kept');
    assert.equal(await page.locator('[name="password"]').inputValue(), '', 'the password is not');
    assert.match(await page.title(), /^Error: /);
    await page.locator('.summary a').click();
    assert.equal(await page.locator(':focus').getAttribute('name'), 'password');
});

scene('an unknown name is refused in the words of a wrong password', REFUSED, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, { login: 'nobody', password: 'wrong-horse' });
    await press(page, 'Log in');
    assert.deepEqual(await summary(page), ['Username or password is wrong']);
});

scene('empty fields are named without asking the server', REFUSED, async ({ browser, page }) => {
    await page.goto('/login');
    await hydrated(page);
    await press(page, 'Log in');
    assert.deepEqual(await summary(page), ['Enter your username or email', 'Enter your password']);
    assert.deepEqual(browser.of('POST /api/session'), []);
});

scene('sign-up says what is wrong beside each field', REFUSED, async ({ page }) => {
    await page.goto('/signup');
    await hydrated(page);
    await fillIn(page, { email: 'nora', username: 'n', password: 'short' });
    await press(page, 'Create account');
    assert.equal((await summary(page)).length, 3);
    for (const name of ['email', 'username', 'password']) {
        const field = page.locator(`[name="${name}"]`);
        assert.equal(await field.getAttribute('aria-invalid'), 'true', name);
        assert.match(await field.getAttribute('aria-describedby'), new RegExp(`${name}-error`));
    }
    assert.equal(await page.locator('[name="display_name"]').getAttribute('aria-invalid'), null);
});

scene('a username that is taken is said at its field', REFUSED, async ({ page }) => {
    await page.goto('/signup');
    await hydrated(page);
    await fillIn(page, { ...NEW, username: 'mina' });
    await press(page, 'Create account');
    assert.deepEqual(await summary(page), ['That username is taken']);
    assert.equal(await page.locator('[name="username"]').getAttribute('aria-invalid'), 'true');
});

scene('a page that was asked for before the log-in comes after it', {}, async ({ page }) => {
    await page.goto('/admin/accounts');
    await expectText(page.locator('h1'), 'Log in');
    await hydrated(page);
    await fillIn(page, { login: 'admin', password: 'correct-horse-admin' });
    await press(page, 'Log in');
    await press(page, 'Not now');
    await expectText(page.locator('h1'), 'Accounts');
});

scene('the log-in page sends those on who are logged in', {}, async ({ page }) => {
    await logIn(page, MINA);
    await page.goto('/login');
    await expectText(page.locator('h1'), 'Home');
});
