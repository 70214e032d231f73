// The server goes away and comes back. Nobody is logged out by that.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { assertNeverAskedToLogIn, expectText } from './see.mjs';
import { MINA, fillIn, feed, hydrated, logIn, press } from './walk.mjs';

const UNREACHABLE = { complaints: [/ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_SOCKET_NOT_CONNECTED/, /ERR_EMPTY_RESPONSE/] };

scene('a server that is away is said, and logs nobody out', { ...UNREACHABLE, env: { NIGHTLATCH_ACCESS_LIFE: '10s' } }, async ({ server, browser, page }) => {
    await logIn(page);
    browser.sighted.length = 0;
    await server.stop();
    await page.locator('.notice.offline').waitFor();
    assert.ok((await page.locator('article.post').count()) > 0, 'the feed stays');

    await server.start();
    await press(page, 'Try again');
    await page.locator('.notice.offline').waitFor({ state: 'detached' });
    await page.reload();
    await feed(page);
    assertNeverAskedToLogIn(browser);
});

scene('a log-in that finds no server keeps what was typed', UNREACHABLE, async ({ server, page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    await server.stop();
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'You are offline. We kept what you typed.');
    assert.equal(await page.locator('[name="login"]').inputValue(), MINA.login);
    assert.equal(await page.locator('[name="password"]').inputValue(), MINA.password);

    await server.start();
    await press(page, 'Log in');
    await press(page, 'Save login info');
    await feed(page);
});

scene('a browser that refuses to store anything says for how long the log-in holds', {}, async ({ page }) => {
    await page.addInitScript(() => {
        Storage.prototype.setItem = () => {
            throw new DOMException('full', 'QuotaExceededError');
        };
    });
    await logIn(page, { ...MINA, storage: 'local', save: true });
    await feed(page);
    await expectText(page.locator('.notice.warn'), 'This browser does not let us store your sign-in key. You are logged in until you reload or close this page.');
});
