// Another password: by the old one, by a link in a mail; and the end of an account.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, answer, feed, fillIn, logIn, press } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const NEW = 'lantern copper sofa';
const PASSWORD = '/settings/security/password';

async function tryToLogIn(server, password) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ login: 'mina', password, storage: 'native' });
    return (await fetch(`${server.origin}/api/session`, { method: 'POST', headers, body })).status;
}

async function logInPlainly(page) {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
}

/** Changes it, and stays logged in. */
async function change(page) {
    await fillIn(page, { current: MINA.password, new: NEW });
    await press(page, 'Change password');
    await page.getByText(/^Password changed\./).waitFor();
    await page.goto('/');
    await feed(page);
}

for (const storage of ['cookie', 'hybrid', 'local', 'session']) {
    scene(`a password is changed, and this browser stays logged in (${storage})`, { complaints: [/status of 401/] }, async ({ server, page }) => {
        await logIn(page, { ...MINA, storage });
        await page.goto(PASSWORD);
        await page.locator('[name="current"]').waitFor();
        await change(page);
        assert.deepEqual([await tryToLogIn(server, MINA.password), await tryToLogIn(server, NEW)], [401, 200]);
    });
}

scene('a password is changed without scripts', PLAIN, async ({ server, page }) => {
    await logInPlainly(page);
    await page.goto('/.well-known/change-password');
    assert.equal(new URL(page.url()).pathname, PASSWORD);
    await change(page);
    assert.deepEqual([await tryToLogIn(server, MINA.password), await tryToLogIn(server, NEW)], [401, 200]);
});

scene('what is wrong with a new password is said beside it', { complaints: [/status of 422/] }, async ({ page }) => {
    await logIn(page);
    await page.goto(PASSWORD);
    await fillIn(page, { current: 'wrong-horse', new: NEW });
    await press(page, 'Change password');
    await page.locator('.summary:focus').waitFor();
    await expectText(page.locator('.summary li'), 'That password is wrong');
    await fillIn(page, { current: MINA.password, new: 'short' });
    await press(page, 'Change password');
    await expectText(page.locator('.summary li'), 'Use at least 10 characters');
    assert.match(await page.locator('[name="new"]').getAttribute('aria-describedby'), /new-error/);
    assert.equal(await page.locator('[name="new"]').inputValue(), '', 'a refused password is not kept');
});

for (const [name, options] of [['with scripts', {}], ['without scripts', PLAIN]]) {
    scene(`a forgotten password is set by a link in a mail, ${name}`, options, async ({ server, page }) => {
        await page.goto('/login');
        await page.getByRole('link', { name: 'Forgot password?' }).click();
        await expectText(page.locator('h1'), 'Forgot your password?');
        await fillIn(page, { login: 'mina' });
        await press(page, 'Send a link');
        await page.getByText('If there is such an account, a link is on its way to its owner.').waitFor();
        // Mails are sent a moment later.
        await soon('the mail', async () => {
            await page.goto('/mail');
            return (await page.locator('a[href^="/reset/"]').count()) === 1;
        });
        const link = await page.locator('a[href^="/reset/"]').getAttribute('href');
        await page.locator('a[href^="/reset/"]').click();
        await expectText(page.locator('h1'), 'Set a new password');
        await fillIn(page, { new: NEW });
        await press(page, 'Set password');
        await page.getByText('Log in with the new password.').waitFor();
        await fillIn(page, { login: 'mina', password: NEW });
        await press(page, 'Log in');
        await answer(page, false);
        await feed(page);
        assert.equal(await tryToLogIn(server, MINA.password), 401);
        const gone = await fetch(`${server.origin}${link}`);
        assert.equal(gone.status, 404);
        assert.match(await gone.text(), /This link does not work any more/);
    });
}

scene('an account is deleted, and a login within 14 days takes it back', { complaints: [/status of 401/] }, async ({ page }) => {
    await logIn(page);
    await page.goto('/settings/data');
    await page.locator('summary', { hasText: 'Delete mina' }).click();
    await fillIn(page, { password: MINA.password });
    await page.getByRole('button', { name: 'Delete mina' }).click();
    await page.getByRole('heading', { name: /Goodbye|You have been logged out/ }).waitFor();
    await logIn(page);
    await page.getByText('Your account is kept').first().waitFor();
});

scene('everything one has is shown, whatever the storage', {}, async ({ page }) => {
    await logIn(page, { ...MINA, storage: 'local' });
    await page.goto('/settings/data');
    await page.getByRole('link', { name: 'Show it here' }).click();
    await page.locator('#copy').waitFor();
    const copy = JSON.parse(await page.locator('#copy').textContent());
    assert.equal(copy.account.email, 'mina@nightlatch.example');
    assert.equal(copy.sessions.length, 1);
});
