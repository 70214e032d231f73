// Documents: pages that the server makes, shown in place by the app, whatever the token storage.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { late, refused } from './proxy.mjs';
import { assertNoStatus, expectText } from './see.mjs';
import { scene } from './support.mjs';
import { MINA, logIn, press } from './walk.mjs';

for (const storage of ['cookie', 'hybrid', 'local', 'session', 'memory']) {
    scene(`pages open in place, forms too, and the back button leads back, with tokens in ${storage}`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage });
        await page.evaluate(() => (window.mark = 'the same document'));
        await page.getByRole('link', { name: 'Settings' }).click();
        await page.getByRole('link', { name: 'Appearance' }).click();
        await expectText(page.locator('h1'), 'Appearance');
        assert.equal(await page.title(), 'Appearance · Nightlatch');
        assert.equal(await page.evaluate(() => document.activeElement.id), 'heading', 'screen readers begin at the heading');

        await page.getByLabel('Dark').check();
        await press(page, 'Save');
        await expectText(page.locator('.notice'), 'Saved for this browser.');
        assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');

        await page.getByRole('link', { name: 'Home' }).click();
        await page.locator('article.post').first().waitFor();
        await page.goBack();
        await expectText(page.locator('h1'), 'Appearance');
        assert.ok(await page.getByLabel('Dark').isChecked());
        assert.equal(await page.evaluate(() => window.mark), 'the same document');
        assertNoStatus(browser, 401);
    });
}

scene('a page that does not come can be asked for again', { proxy: true, complaints: [/./] }, async ({ page, proxy }) => {
    await logIn(page);
    // A browser tries a connection that breaks once more by itself.
    proxy.plan('GET /settings', refused, { times: 5 });
    await page.getByRole('link', { name: 'Settings' }).click();
    await expectText(page.locator('.notice.bad p'), 'We could not load this page. You are still logged in.');
    proxy.forget();
    await press(page, 'Try again');
    await expectText(page.locator('h1'), 'Settings');
    assert.equal(await page.locator('.notice.bad').count(), 0);
});

scene('a page that comes late does not take the place of the one asked for after it', { proxy: true }, async ({ page, proxy }) => {
    await logIn(page);
    proxy.plan('GET /settings', late(1_500));
    const slow = page.waitForResponse((response) => new URL(response.url()).pathname === '/settings');
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: 'Home' }).click();
    await page.locator('article.post').first().waitFor();
    await (await slow).finished();
    // What is on the sheet is the feed, and works.
    await page.getByRole('link', { name: 'Load more posts' }).click();
    await page.locator('article.post').nth(10).waitFor();
    await expectText(page.locator('h1'), 'Home');
    assert.equal(await page.title(), 'Home · Nightlatch');
});

scene('the menu closes when a page opens from it, and nothing is loaded anew', {}, async ({ page }) => {
    await logIn(page, { ...MINA, storage: 'memory' });
    await page.locator('.menu > button').click();
    await page.locator('.menu').getByRole('link', { name: 'Profile' }).click();
    await expectText(page.locator('h1'), 'Mina');
    assert.equal(await page.locator('#account-menu').isVisible(), false);
});

scene('without scripts, a form is a form', { context: { javaScriptEnabled: false } }, async ({ page }) => {
    await page.goto('/settings/appearance');
    await page.getByLabel('Dark').check();
    await press(page, 'Save');
    await expectText(page.locator('.notice'), 'Saved for this browser.');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
});

scene('a site that has opened us in a window loses hold of it', {}, async ({ server, page: other }) => {
    const stranger = createServer((_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!DOCTYPE html><title>Stranger</title><link rel="icon" href="data:,"><p>Stranger</p>');
    });
    await new Promise((resolve) => stranger.listen(0, 'localhost', resolve));
    try {
        const page = await other.context().newPage();
        await page.goto(`http://stranger.localhost:${stranger.address().port}/`);
        const opened = page.context().waitForEvent('page');
        await page.evaluate((ours) => void (window.held = window.open(ours)), `${server.origin}/login`);
        const ours = await opened;
        await expectText(ours.locator('h1'), 'Log in');
        await page.waitForFunction(() => window.held.closed);
        assert.equal(await ours.evaluate(() => window.opener), null);
    } finally {
        stranger.close();
        stranger.closeAllConnections();
    }
});
