// The ends of a session: what it says before, what stays of the page afterwards, and what does not.

import assert from 'node:assert/strict';
import { late } from './proxy.mjs';
import { expectText } from './see.mjs';
import { scene, soon } from './support.mjs';
import { MINA, feed, fillIn, logIn, press } from './walk.mjs';

const REFUSED = [/status of 401/];
const SHORT = { complaints: REFUSED, env: { NIGHTLATCH_ACCESS_LIFE: '10s', NIGHTLATCH_UNSAVED_AGE: '25s' } };
const SOON = 'Enter password now';

/** Whether the dialog is open, and has the focus inside. */
async function ranOut(page) {
    await page.locator('dialog.over[open]').waitFor({ timeout: 40_000 });
    await soon('the focus in the dialog', () => page.evaluate(() => Boolean(document.activeElement.closest('dialog.over'))));
}

scene('a session that runs out while somebody reads keeps page and words behind the news', SHORT, async ({ page }) => {
    await logIn(page, { ...MINA, save: false });
    await page.locator('article.post .acts > a').first().click();
    await page.getByLabel('Add a comment').fill('What a light.');
    await ranOut(page);
    const dialog = page.getByRole('dialog', { name: 'You have been logged out' });
    await expectText(dialog.locator('p'), 'It has been a long time since you last entered your password. Enter it once more.');
    assert.equal(await page.title(), 'Logged out · Nightlatch');
    assert.ok(await page.locator('article.whole').isVisible(), 'the page is where it was');

    // Out of reach: neither Escape nor Tab nor a click leads to it.
    for (let presses = 0; presses < 3; presses += 1) await page.keyboard.press('Escape');
    for (let presses = 0; presses < 4; presses += 1) {
        await page.keyboard.press('Tab');
        const where = await page.evaluate(() => document.activeElement.closest('dialog.over, body').tagName);
        assert.ok(['DIALOG', 'BODY'].includes(where));
        assert.ok(await page.evaluate(() => !document.activeElement.closest('#document, header')), 'nothing behind it has the focus');
    }
    assert.ok(await page.locator('dialog.over[open]').isVisible());

    await dialog.getByRole('link', { name: 'Log in again' }).click();
    await expectText(page.locator('h1'), 'Log in');
    assert.equal(await page.locator('article').count(), 0);
    await page.goBack();
    await page.locator('dialog.over[open]').waitFor();
    assert.equal(await page.locator('article').count(), 0, 'Back uncovers nothing');
    await page.getByRole('link', { name: 'Log in again' }).click();
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await page.locator('article.whole').waitFor();
    assert.equal(await page.getByLabel('Add a comment').inputValue(), 'What a light.');
});

scene('what a browser that closes the dialog leaves is no page', SHORT, async ({ page }) => {
    await logIn(page, { ...MINA, save: false });
    await ranOut(page);
    await page.evaluate(() => document.querySelector('dialog.over').close());
    await expectText(page.locator('h1'), 'Log in');
    assert.equal(await page.locator('article').count(), 0);
});

scene('an end that somebody asked for leaves nothing of the page', { complaints: REFUSED, env: { NIGHTLATCH_ACCESS_LIFE: '10s' } }, async ({ server, browser, page }) => {
    await logIn(page);
    const headers = { 'content-type': 'application/json' };
    const native = await fetch(`${server.origin}/api/session`, { method: 'POST', headers, body: JSON.stringify({ ...MINA, storage: 'native' }) });
    const { access } = await native.json();
    const elsewhere = { ...headers, authorization: `Bearer ${access}` };
    const ended = await fetch(`${server.origin}/api/sessions`, { method: 'DELETE', headers: elsewhere, body: JSON.stringify({ password: MINA.password }) });
    assert.ok(ended.ok, String(ended.status));
    await expectText(page.locator('.guard h1'), 'You have been logged out');
    assert.equal(await page.locator('article').count(), 0);
    assert.equal(await page.locator('dialog.over').count(), 0);
    assert.ok(browser.of('POST /api/session/refresh').length > 0);
});

scene('the password can be entered before it is asked for', { env: { NIGHTLATCH_ACCESS_LIFE: '10s', NIGHTLATCH_UNSAVED_AGE: '70s' } }, async ({ page }) => {
    await logIn(page, { ...MINA, save: false });
    assert.equal(await page.getByText(SOON).count(), 0, 'not of a fresh session');
    await page.getByRole('link', { name: SOON }).click({ timeout: 70_000 });
    await expectText(page.locator('h1'), 'Enter your password');
    await page.locator('#document [name="password"]').fill(MINA.password);
    await press(page, 'Go on');
    await expectText(page.locator('.notice.good'), 'Thank you. You will not be asked again for a long time.');
    await page.getByRole('link', { name: SOON }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Home' }).click();
    await feed(page);
});

scene('a refresh that takes long is said, and what waits for it is done', { proxy: true, env: { NIGHTLATCH_ACCESS_LIFE: '10s' } }, async ({ page, proxy }) => {
    await logIn(page);
    proxy.plan('POST /api/session/refresh', late(2_700));
    await page.locator('.reconnecting').waitFor();
    await expectText(page.locator('[role="status"]'), 'Reconnecting…');
    await page.locator('.reconnecting').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Settings' }).click();
    await expectText(page.locator('h1'), 'Settings');
});
