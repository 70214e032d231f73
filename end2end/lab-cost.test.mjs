// What requests cost, and what the server saw of them: beside each figure what the browser's own protocol says.

import assert from 'node:assert/strict';
import { begin, open } from './lab.mjs';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { inspect, press } from './walk.mjs';

/** A row of a table, by its head: the cells' text. */
async function row(page, token) {
    return page.locator('#costs tbody tr', { hasText: token }).locator('td').allTextContents();
}

scene('a JWT costs no query and an id costs one, and both are measured', {}, async ({ browser, page }) => {
    await open(page, 'cost');
    assert.equal(await page.locator('#costs').count(), 0, 'nothing is shown before it was run');
    for (const [token, name, queries] of [['jwt', 'a JWT', '0'], ['opaque', 'a session id', '1']]) {
        await begin(page, { token });
        const cookie = (await browser.cookies()).find(({ name }) => name === '__Host-access').value;
        assert.equal(cookie.split('.').length, token === 'jwt' ? 3 : 1, 'what the cookie holds');
        const before = browser.answers.length;
        await press(page, 'Measure it');
        await page.locator('#costs tbody tr', { hasText: name }).waitFor({ timeout: 30_000 });
        const [, counted] = await row(page, name);
        assert.equal(counted, queries);
        const figures = await page.locator('#newest .figures').textContent();
        assert.match(figures, /Finding out who asks\s*median [\d.]+ (µs|ms), p95 .*, N 300/);
        assert.match(figures, /From this page and back\s*median .*, N 30\D/);
        const asked = browser.answers.slice(before).filter(({ path }) => path === '/api/me');
        assert.equal(asked.length, 30, 'on the wire');
        assert.match((await row(page, name)).at(-1), token === 'jwt' ? /^up to \d{3} kB in memory$/ : /^\d+\.\d MB in the database$/);
        // A database that is further away is felt by whom it is asked for.
        const slow = (await row(page, name))[4];
        assert.equal(/^\d{2,}\.\d ms/.test(slow), token === 'opaque', slow);
    }
    assert.equal(await page.locator('.bars rect').count(), 2);
    await open(page);
    await expectText(page.locator('tbody tr', { hasText: 'What does it cost?' }).locator('.measured'), '2 runs');
});

scene('the server shows what it saw, and no token with it', {}, async ({ browser, page }) => {
    await open(page, 'cost');
    await begin(page, { storage: 'cookie' });
    await press(page, 'Measure it');
    await page.locator('#costs').waitFor({ timeout: 30_000 });
    await inspect(page);
    await page.locator('#witness').click();
    const newest = page.locator('.witness li', { hasText: 'GET /api/me' }).first();
    await newest.locator('summary').click();
    const [came] = await newest.locator('pre').allTextContents();
    const tokens = (await browser.cookies()).filter(({ name }) => ['__Host-access', '__Host-refresh'].includes(name));
    assert.equal(tokens.length, 2);
    for (const { name, value } of tokens) {
        assert.ok(came.includes(`${name}=${value.slice(0, 6)}…${value.slice(-4)}`), came);
        assert.ok(!came.includes(value.slice(0, 12)), 'cut short');
    }
    const agent = await page.evaluate(() => navigator.userAgent);
    assert.ok(came.includes(`user-agent: ${agent}`), 'as this browser sent it');
    const begun = page.locator('.witness li', { hasText: 'POST /api/lab/session' });
    await begun.locator('summary').click();
    assert.match((await begun.locator('pre').allTextContents())[1], /set-cookie: __Host-access=eyJ[\w-]{3}…[\w-]{4}; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=60/);
});

scene('an id is looked up, and refused as soon as its session has ended', {}, async ({ page }) => {
    await open(page, 'lag');
    await begin(page, { token: 'opaque', check: 'signature' });
    await press(page, 'Copy the token, and log out');
    const row = page.locator('#lags tbody tr', { hasText: 'its row is looked up' });
    await row.waitFor({ timeout: 20_000 });
    const [n, median, p95] = await row.locator('td').allTextContents();
    assert.ok(n !== '0' && parseFloat(median) <= 1.5 && parseFloat(p95) <= 1.5);
    await page.locator('#lagging').waitFor({ state: 'detached' });
    await begin(page, { token: 'opaque' });
    await inspect(page);
    await page.getByText('An id that says nothing. What the server looked up').waitFor();
});
