// Logging out, here and in the next tab, and what must not come back.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, feed, logIn, logOut } from './walk.mjs';

for (const storage of ['cookie', 'local']) {
    scene(`a log-out in one tab reaches the other, kept in ${storage}`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage, save: true });
        const twin = await browser.tab();
        await twin.goto('/');
        await feed(twin);

        await logOut(page);
        await expectText(page.locator('h1'), 'Welcome back');
        await expectText(twin.locator('h1'), 'You have been logged out');
        assert.equal(await twin.locator('article.post').count(), 0);
    });
}

scene('Back after a log-out shows no feed', {}, async ({ page }) => {
    await logIn(page);
    // The page that logs out leaves no entry behind; this leaves the feed as one.
    await page.goto('/robots.txt');
    await page.goto('/');
    await logOut(page);
    await expectText(page.locator('h1'), 'Welcome back');
    await page.goBack();
    await page.goBack();
    await expectText(page.locator('h1'), 'Welcome back');
    assert.equal(await page.locator('article.post').count(), 0);
});

// Playwright switches the cache of whole pages off; people do not.
scene('not even from the cache of whole pages', { ignoreDefaultArgs: ['--disable-back-forward-cache'] }, async ({ browser, page }) => {
    await logIn(page);
    await page.goto('/robots.txt');
    const twin = await browser.tab();
    await twin.goto('/');
    await logOut(twin);
    await expectText(twin.locator('h1'), 'Welcome back');
    // A page that the server renders before it is told is another matter: see the simulator.
    await browser.answered('DELETE /api/session');

    await page.goBack({ waitUntil: 'commit' });
    await page.locator('h1').first().waitFor();
    assert.equal(await page.locator('article.post').count(), 0);
});

scene('after a log-out the tokens of the session are gone', {}, async ({ browser, page }) => {
    await logIn(page);
    const before = await browser.cookies();
    assert.ok(before.some(({ name }) => name === '__Host-refresh'));
    for (const cookie of before.filter(({ name }) => name.startsWith('__Host-'))) {
        assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, true, 'Lax', '/'], cookie.name);
    }
    await logOut(page);
    await expectText(page.locator('h1'), 'Welcome back');
    await browser.answered('DELETE /api/session');
    const after = await browser.cookies();
    assert.deepEqual(after.filter(({ name }) => /^__Host-(access|refresh)$/.test(name)), []);
});
