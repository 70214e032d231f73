// Passkeys, with an authenticator that Chromium makes itself (WebAuthn over the DevTools protocol).

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, ROVER, answer, feed, hydrated, logIn, logOut, press } from './walk.mjs';

const PASSKEYS = '/settings/security/passkeys';
const REFUSED = { complaints: [/status of (401|404|422)/] };

/** An authenticator in this tab. `present` says whether its owner is there to touch it. */
async function authenticator(page) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
        options: {
            protocol: 'ctap2',
            transport: 'internal',
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
        },
    });
    return {
        verified: (isUserVerified) => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
        credentials: async () => (await devtools.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
        remove: (credentialId) => devtools.send('WebAuthn.removeCredential', { authenticatorId, credentialId }),
        forget: () => devtools.send('WebAuthn.clearCredentials', { authenticatorId }),
    };
}

/** Adds a passkey on its page. */
async function add(page, name, { password } = MINA) {
    await page.goto(PASSKEYS);
    await page.locator('#begin-password').fill(password);
    await press(page, 'Go on');
    await page.locator('#name').fill(name);
    await press(page, 'Create the passkey');
    await expectText(page.locator('.rows h2'), name);
}

/** To the log-in page, logged out, without leaving the tab of the authenticator. */
async function logInPage(page) {
    await page.context().clearCookies();
    await page.evaluate(() => localStorage.clear());
    await page.goto('/login');
    await hydrated(page);
}

for (const storage of ['cookie', 'hybrid', 'local', 'session', 'memory']) {
    scene(`a passkey is added and logs in to ${storage}`, REFUSED, async ({ browser, page }) => {
        const key = await authenticator(page);
        await logIn(page, storage === 'session' || storage === 'memory' ? MINA : { ...MINA, storage });
        await add(page, 'Laptop');
        const [credential] = await key.credentials();
        assert.equal(credential.isResidentCredential, true, 'it can be found without a name');
        assert.equal(credential.rpId, 'localhost');

        await logInPage(page);
        await page.getByText('For developers: token storage').click();
        await page.locator(`input[name="storage"][value="${storage}"]`).check();
        await press(page, 'Use a passkey');
        if (storage !== 'session' && storage !== 'memory') await answer(page, false);
        await feed(page);
        assert.equal(browser.of('POST /api/session/passkey').at(-1).status, 200);
        assert.equal(browser.of('POST /api/session').length, 1, 'no password was sent');
        const grant = await browser.of('POST /api/session/passkey').at(-1).response.json();
        assert.deepEqual([grant.viewer.username, grant.storage], ['mina', storage]);
    });
}

scene('a passkey that is not there, not verified or removed does not log in', REFUSED, async ({ page }) => {
    const key = await authenticator(page);
    await logIn(page);
    await add(page, 'Phone');
    await page.getByText('last used').or(page.getByText('never used')).waitFor();

    await logInPage(page);
    await key.verified(false);
    await press(page, 'Use a passkey');
    await expectText(page.locator('.summary li'), 'That passkey did not work. Try again, or log in with your password.');
    await key.verified(true);
    await press(page, 'Use a passkey');
    await answer(page, false);
    await feed(page);

    await page.goto(PASSKEYS);
    await page.getByText('last used').waitFor();
    await page.getByText('Rename or remove').click();
    await page.locator('.rows [name="name"]').fill('Old phone');
    await press(page, 'Rename');
    await expectText(page.locator('.rows h2'), 'Old phone');
    await page.getByText('Rename or remove').click();
    await page.locator('.rows [name="password"]').fill('wrong-horse');
    await press(page, 'Remove');
    await page.locator('.summary').waitFor();
    await page.locator('.rows [name="password"]').fill(MINA.password);
    await press(page, 'Remove');
    await page.getByText('You have no passkeys yet.').waitFor();

    await logInPage(page);
    await press(page, 'Use a passkey');
    await expectText(page.locator('.summary li'), 'That passkey did not work. Try again, or log in with your password.');
    await key.forget();
});

scene('a ceremony that fails says so, and the next try goes on', REFUSED, async ({ page }) => {
    const key = await authenticator(page);
    await logIn(page);
    await page.goto(PASSKEYS);
    await page.locator('#begin-password').fill(MINA.password);
    await press(page, 'Go on');
    await key.verified(false);
    await press(page, 'Create the passkey');
    await page.getByText('Your device did not make a passkey. Try again.').waitFor();
    await key.verified(true);
    await press(page, 'Create the passkey');
    await expectText(page.locator('.rows h2'), 'Passkey');
    await soon('the passkey', async () => (await key.credentials()).length === 1);
});

/** The row of mina among the saved accounts. */
function row(page) {
    return page.locator('.saved', { hasText: 'Continue as mina' });
}

scene('a saved account that asks for the password opens by a passkey, too', REFUSED, async ({ browser, page }) => {
    const key = await authenticator(page);
    await logIn(page);
    await add(page, 'Laptop');
    await page.goto('/settings/security/saved');
    await press(page, 'Ask for my password here');
    await expectText(page.locator('.hint'), 'On: one tap is not enough.');
    await logOut(page);
    await expectText(page.locator('h1'), 'Welcome back');
    await browser.answered('DELETE /api/session');

    await row(page).click();
    const form = page.locator('form', { has: row(page) });
    await key.verified(false);
    await form.getByRole('button', { name: 'Use a passkey' }).click();
    // Said above the accounts, where the button is.
    await expectText(page.locator('section', { has: row(page) }).locator('.summary li'), 'That passkey did not work. Try again, or log in with your password.');
    await key.verified(true);
    await form.getByRole('button', { name: 'Use a passkey' }).click();
    await feed(page);
    await expectText(page.locator('.menu .name'), 'mina');
    assert.equal(browser.of('POST /api/session').length, 1, 'no password was sent');
    const grant = await browser.of('POST /api/session/passkey').at(-1).response.json();
    assert.equal(grant.saved, true, 'it is a saved account, so the session is saved');

    // And it still asks.
    await logOut(page);
    await browser.answered('DELETE /api/session', 2);
    await row(page).click();
    await form.getByRole('button', { name: 'Log in' }).waitFor();
});

scene('the row of a saved account takes a passkey of that account, and opens where it was saved', REFUSED, async ({ browser, page }) => {
    const key = await authenticator(page);
    await logIn(page, { ...ROVER, save: false });
    await add(page, 'Rovers', ROVER);
    const [rovers] = await key.credentials();
    await logOut(page, 'rover');
    await browser.answered('DELETE /api/session');
    await page.context().clearCookies();
    await logIn(page, { ...MINA, storage: 'local' });
    await add(page, 'Minas');
    const minas = (await key.credentials()).find(({ credentialId }) => credentialId !== rovers.credentialId);
    await page.goto('/settings/security/saved');
    await press(page, 'Ask for my password here');
    await expectText(page.locator('.hint'), 'On: one tap is not enough.');
    await logOut(page);
    await browser.answered('DELETE /api/session', 2);

    // The form below is about another log-in.
    await expectText(page.locator('h1'), 'Welcome back');
    await page.getByText('For developers: token storage').click();
    await page.locator('input[name="storage"][value="memory"]').check();
    await row(page).click();
    const use = page.locator('form', { has: row(page) }).getByRole('button', { name: 'Use a passkey' });
    await use.click();
    await feed(page);
    const grant = await browser.of('POST /api/session/passkey').at(-1).response.json();
    assert.deepEqual([grant.viewer.username, grant.storage, grant.saved], ['mina', 'local', true]);
    assert.equal(browser.of('POST /api/session').length, 2, 'no password was sent');
    await page.reload();
    await feed(page);
    await logOut(page);
    await browser.answered('DELETE /api/session', 3);

    // An authenticator that holds another account's gives none; one that gives it all the same is refused.
    await key.remove(minas.credentialId);
    await row(page).click();
    const said = page.locator('section', { has: row(page) }).locator('.summary li');
    await use.click();
    await expectText(said, 'That passkey did not work. Try again, or log in with your password.');
    await page.route('**/api/saved/*/challenge', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), allowCredentials: [] } });
    });
    await use.click();
    await expectText(said, 'That passkey does not belong to this account. Use one that does, or log in with the password.');
    assert.equal(browser.of('POST /api/session/passkey').at(-1).status, 401);
    assert.equal(await page.locator('article.post').count(), 0);
});

scene('a saved account whose key is spent opens by a passkey, too', REFUSED, async ({ server, browser, page }) => {
    await authenticator(page);
    await logIn(page);
    await add(page, 'Laptop');
    await logOut(page);
    await browser.answered('DELETE /api/session');
    // The password changes in another browser.
    const call = async (method, path, body, access) => {
        const headers = { 'content-type': 'application/json', ...(access && { authorization: `Bearer ${access}` }) };
        const answer = await fetch(`${server.origin}${path}`, { method, headers, body: JSON.stringify(body) });
        assert.ok(answer.ok, `${path}: ${answer.status}`);
        return answer.json();
    };
    const { access } = await call('POST', '/api/session', { ...MINA, storage: 'native' });
    await call('PUT', '/api/password', { current: MINA.password, new: 'lantern copper sofa' }, access);

    await page.goto('/login');
    await hydrated(page);
    await expectText(row(page).locator('small'), 'Password needed: it changed');
    await row(page).click();
    await hydrated(page);
    assert.equal(await page.locator('[name="login"]').inputValue(), 'mina');
    await press(page, 'Use a passkey');
    await answer(page, true);
    await feed(page);
    await expectText(page.locator('.menu .name'), 'mina');
    assert.equal(browser.of('POST /api/session').length, 1, 'no password was sent');
});
