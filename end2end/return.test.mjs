// Close the browser, come back: the reason for all of this.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { assertNeverAskedToLogIn, assertNoStatus, assertReturnLine, expectText, firstPost } from './see.mjs';
import { MINA, NEW, awake, feed, follow, hydrated, logIn, signUp } from './walk.mjs';

scene('who signs up and saves finds the feed in the first HTML after the browser was closed', {}, async ({ browser, page }) => {
    await signUp(page, { ...NEW, save: true });
    await follow(page, 'rover');

    page = await browser.reopen();
    await page.goto('/');
    await feed(page);
    const [document] = browser.documents();
    const html = await document.response.text();
    assert.match(html, /<article[^>]*class="post"/);
    assert.ok(html.includes(await firstPost(page)), 'the first post is in the first HTML');
    await assertReturnLine(page, NEW.username);
    assertNeverAskedToLogIn(browser);
    assert.ok(!browser.sighted.includes('waiting'), 'nothing had to be looked for');
    assertNoStatus(browser, 401);
    assert.equal(browser.of('GET /api/feed').length, 0, 'what came with the HTML is not fetched again');
});

scene('who does not save is asked to log in after the browser was closed', {}, async ({ browser, page }) => {
    await signUp(page, { ...NEW, save: false });

    page = await browser.reopen();
    await page.goto('/');
    await expectText(page.locator('h1'), 'Log in');
    assert.equal(new URL(page.url()).pathname, '/login');
    assert.ok(!browser.sighted.includes('feed'));
    assertNoStatus(browser, 401);
});

scene('tokens in localStorage come back by way of the neutral page, without a password', {}, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage: 'local', save: true });

    page = await browser.reopen();
    const document = await page.goto('/');
    assert.match(await document.text(), /Opening your feed…/);
    await feed(page);
    await assertReturnLine(page, 'mina');
    assert.deepEqual(browser.sighted, ['waiting', 'feed']);
    assertNeverAskedToLogIn(browser);
    const cookies = await browser.cookies();
    assert.deepEqual(cookies.filter(({ name }) => /__Host-(access|refresh)/.test(name)), [], 'no token is in a cookie');
});

scene('a refresh token in a cookie is enough to come back', {}, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage: 'hybrid', save: true });

    page = await browser.reopen();
    const document = await page.goto('/');
    assert.match(await document.text(), /<article[^>]*class="post"/);
    await assertReturnLine(page, 'mina');
    assertNeverAskedToLogIn(browser);
});

scene('tokens in sessionStorage outlive a reload and not the browser', {}, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage: 'session' });
    await page.reload();
    await feed(page);

    page = await browser.reopen();
    await page.goto('/');
    await expectText(page.locator('h1'), 'Log in');
    assert.ok(!browser.sighted.includes('feed'));
});

scene('tokens in memory do not outlive a reload', {}, async ({ page }) => {
    await logIn(page, { ...MINA, storage: 'memory' });
    await page.reload();
    await expectText(page.locator('h1'), 'Log in');
});

scene('a server that was started again still knows who is logged in', {}, async ({ server, browser, page }) => {
    await logIn(page);
    await browser.close();
    await server.stop();
    await server.start();

    page = await browser.open();
    await page.goto('/');
    await feed(page);
    assertNeverAskedToLogIn(browser);
    assertNoStatus(browser, 401);
});

scene('nothing moves while a page arrives', {}, async ({ page }) => {
    const wire = await page.context().newCDPSession(page);
    // A slow phone: the first frame is painted long before the page is awake.
    await wire.send('Emulation.setCPUThrottlingRate', { rate: 6 });
    const hold = async (paths, awake) => {
        for (const width of [360, 1280]) {
            await page.setViewportSize({ width, height: 800 });
            for (const path of paths) {
                await page.goto(path);
                await awake(page);
                assert.ok((await moved(page)) <= 0.02, `${path} moves at ${width}`);
            }
        }
    };
    await hold(['/login', '/signup'], hydrated);
    await logIn(page);
    await hold(['/', '/u/mina'], awake);
});

/** How far what was there has moved, in the browser's own measure, until two frames after now. */
function moved(page) {
    return page.evaluate(
        () =>
            new Promise((resolve) => {
                let sum = 0;
                const add = (entries) => entries.forEach((entry) => (sum += entry.value));
                const observer = new PerformanceObserver((list) => add(list.getEntries()));
                observer.observe({ type: 'layout-shift', buffered: true });
                requestAnimationFrame(() => requestAnimationFrame(() => (add(observer.takeRecords()), resolve(sum))));
            }),
    );
}
