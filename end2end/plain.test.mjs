// With scripts off everything works, one page at a time.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, NEW, answer, feed, fillIn, logOut, press, quiet } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const REFUSED = { ...PLAIN, complaints: [/status of 422/] };

scene('without scripts one can log in, save it, read the feed and log out', PLAIN, async ({ browser, page }) => {
    await page.goto('/');
    await expectText(page.locator('h1'), 'Log in');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, true);
    await feed(page);

    page = await browser.reopen();
    await page.goto('/');
    await feed(page);
    await logOut(page);
    await expectText(page.locator('h1'), 'Welcome back');
    await page.goto('/');
    await expectText(page.locator('h1'), 'Welcome back');
});

scene('without scripts one can sign up', PLAIN, async ({ page }) => {
    await page.goto('/signup');
    await fillIn(page, NEW);
    await press(page, 'Create account');
    await answer(page, false);
    await quiet(page);
});

scene('without scripts a wrong password brings the form back with the name in it', REFUSED, async ({ browser, page }) => {
    await page.goto('/login');
    await fillIn(page, { login: 'mina', password: 'wrong-horse' });
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'Username or password is wrong');
    assert.equal(browser.documents().at(-1).status, 422);
    assert.equal(await page.locator('[name="login"]').inputValue(), 'mina');
    assert.equal(await page.locator('[name="password"]').inputValue(), '');
    assert.ok(!(await page.content()).includes('wrong-horse'), 'the password is nowhere in the page');
});

scene('without scripts sign-up says what is wrong beside each field', REFUSED, async ({ browser, page }) => {
    await page.goto('/signup');
    await fillIn(page, { email: 'nora', username: 'n', password: 'short' });
    await press(page, 'Create account');
    await page.locator('.summary').waitFor();
    assert.equal(browser.documents().at(-1).status, 422);
    for (const name of ['email', 'username', 'password']) {
        assert.equal(await page.locator(`[name="${name}"]`).getAttribute('aria-invalid'), 'true', name);
    }
    assert.equal(await page.locator('[name="email"]').inputValue(), 'nora');
});

scene('without scripts a session that needs them is not handed out', REFUSED, async ({ page }) => {
    await page.goto('/login');
    await page.getByText('For developers: token storage').click();
    await fillIn(page, MINA);
    await page.locator('input[name="storage"][value="local"]').check();
    await press(page, 'Log in');
    await page.locator('h1').waitFor();
    assert.ok(!/"(access|refresh)"/.test(await page.content()), 'no token is in the page');
});
