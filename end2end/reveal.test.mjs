// *Show* and *Hide* beside a password: the same on the pages that scripts render and on those that the server makes.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, feed, fillIn, hydrated, logIn, press } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const PASSWORD = '/settings/security/password';

function kind(page, name) {
    return page.locator(`[name="${name}"]`).getAttribute('type');
}

/** The button beside the field called `name`. */
function beside(page, name) {
    return page.locator('.entry', { has: page.locator(`[name="${name}"]`) }).locator('button');
}

async function showAndHide(page, name) {
    const button = beside(page, name);
    await button.waitFor();
    assert.deepEqual([await button.getAttribute('aria-label'), await button.textContent(), await kind(page, name)], ['Show password', 'Show', 'password']);
    await button.click();
    await expectText(page.locator('[role="status"].vh'), 'Your password is visible');
    assert.deepEqual([await button.getAttribute('aria-label'), await button.textContent(), await kind(page, name)], ['Hide password', 'Hide', 'text']);
    await button.click();
    await expectText(page.locator('[role="status"].vh'), 'Your password is hidden');
    assert.deepEqual([await button.getAttribute('aria-label'), await button.textContent(), await kind(page, name)], ['Show password', 'Show', 'password']);
}

/** What kind of field each password is in when a form is sent. */
async function noteAtSubmit(page) {
    await page.evaluate(() => {
        window.sent = [];
        document.addEventListener('submit', (event) => {
            window.sent.push([...event.target.querySelectorAll('.entry input')].map(({ name, type }) => `${name} ${type}`).join());
        });
    });
}

scene('a password is shown and hidden, and hidden when it is sent', { complaints: [/status of (401|422)/] }, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, { login: 'mina', password: 'wrong-horse' });
    await showAndHide(page, 'password');
    await press(page, 'Show password');
    await noteAtSubmit(page);
    await press(page, 'Log in');
    await page.locator('.summary').waitFor();
    assert.deepEqual(await page.evaluate(() => window.sent), ['login text,password password']);
    assert.equal(await beside(page, 'password').textContent(), 'Show');

    await logIn(page);
    await page.goto(PASSWORD);
    await fillIn(page, { current: 'wrong-horse', new: 'lantern copper sofa' });
    await showAndHide(page, 'current');
    await showAndHide(page, 'new');
    await beside(page, 'new').click();
    assert.equal(await kind(page, 'current'), 'password', 'each by itself');
    await beside(page, 'current').click();
    await noteAtSubmit(page);
    await press(page, 'Change password');
    await page.locator('.summary').waitFor();
    assert.deepEqual(await page.evaluate(() => window.sent), ['current password,new password']);
    // The page that came in its place has them, too.
    await showAndHide(page, 'current');
});

for (const storage of ['cookie', 'local']) {
    scene(`the button is there on every page that asks for a password, ${storage}`, {}, async ({ page }) => {
        await logIn(page, { ...MINA, storage });
        await page.goto('/settings/data');
        await page.locator('summary', { hasText: 'Delete mina' }).click();
        await showAndHide(page, 'password');
        // Led to in place.
        await page.getByRole('link', { name: 'Settings' }).click();
        await page.getByRole('link', { name: 'Login and security' }).click();
        await page.getByRole('link', { name: 'Two-factor authentication' }).click();
        await showAndHide(page, 'password');
    });
}

scene('without scripts there is no button', PLAIN, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await press(page, 'Not now');
    await feed(page);
    await page.goto(PASSWORD);
    assert.equal(await beside(page, 'current').count(), 1);
    assert.equal(await beside(page, 'current').isVisible(), false);
});
