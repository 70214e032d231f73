import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { MINA, feed, logIn, logOut } from './walk.mjs';
for (const [name, script] of [
  ['getter throws', `for (const n of ['localStorage','sessionStorage']) Object.defineProperty(window, n, { get() { throw new DOMException('no', 'SecurityError'); } });`],
  ['full', `Storage.prototype.setItem = function () { throw new DOMException('full', 'QuotaExceededError'); };`],
  ['no locks', `Object.defineProperty(Navigator.prototype, 'locks', { get() { return undefined; } }); delete window.BroadcastChannel;`],
]) for (const storage of ['local', 'session', 'cookie'])
  scene(`storage blocked: ${name} ${storage}`, {env:{NIGHTLATCH_ACCESS_LIFE:'10s'}}, async ({ browser, page }) => {
    await page.addInitScript(script);
    await logIn(page, { ...MINA, storage, save: true });
    await page.waitForTimeout(9000);
    assert.ok(browser.of('POST /api/session/refresh').length >= 1);
    await logOut(page);
    await page.waitForTimeout(300);
    assert.equal(await page.locator('article.post').count(), 0);
  });
for (const storage of ['cookie', 'local', 'hybrid'])
scene(`bfcache ${storage}`, { ignoreDefaultArgs: ['--disable-back-forward-cache'] }, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage, save: true });
    await page.goto('/robots.txt');
    const twin = await browser.tab();
    await twin.goto('/');
    await feed(twin);
    await logOut(twin);
    await twin.waitForTimeout(500);
    await page.goBack({ waitUntil: 'commit' });
    await page.locator('h1').first().waitFor();
    await page.waitForTimeout(1500);
    assert.equal(await page.locator('article.post').count(), 0);
    console.log(storage, await page.locator('h1').allTextContents(), page.url());
});
