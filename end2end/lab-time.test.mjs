// Time travel in the lab: what a jump is said to end, and beside it what the test has seen on the wire and in the cookies.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, open } from './lab.mjs';
import { MINA, logIn, press } from './walk.mjs';

const REFRESH = 'POST /api/session/refresh';
const IDLE = 'You had not been here for a while, so we logged you out.';
const AGE = 'It has been a long time since you last entered your password. Enter it once more.';

/** Puts the clock forward, and waits until the page shows it. */
async function jump(browser, page, name) {
    const before = browser.answers.filter(({ path }) => path.endsWith('/jump')).length;
    await press(page, `Jump ${name}`);
    await soon('the jump', () => browser.answers.filter(({ path }) => path.endsWith('/jump')).length > before);
    await page.locator('button.primary:not([aria-disabled])', { hasText: 'Ask now' }).waitFor();
}

/** Asks, and holds what the page shows against what went over the wire. Answers with the newest row. */
async function ask(browser, page) {
    const before = browser.of(REFRESH).length;
    const expected = (await page.locator('#expected .expected').textContent()).replace('Expected: ', '');
    const rows = await page.locator('#asked tbody tr').count();
    await press(page, 'Ask now');
    await soon('the result', async () => (await page.locator('#asked tbody tr').count()) > rows);
    const calls = browser.of(REFRESH).slice(before);
    assert.equal(calls.length, 1, 'one refresh');
    const cells = await page.locator('#asked tbody tr').first().locator('td').allTextContents();
    const [unused, age, was, found, why] = cells;
    assert.equal(was, expected, 'what was expected stays in sight');
    const { status, response } = calls[0];
    assert.equal(status, found === 'still in' ? 200 : 401, found);
    if (status === 401) {
        const { reason } = await response.json();
        assert.equal(why, reason === 'idle' ? IDLE : AGE, 'the reason that the server gave');
        const saved = await page.evaluate(async () => (await fetch('/api/saved')).json());
        assert.equal(saved.some(({ spent, username }) => username.startsWith('lab') && !spent), found === 'one tap', 'as the saved logins are');
    }
    return { unused, age, expected, found, why };
}

for (const storage of ['cookie', 'hybrid', 'local', 'session', 'memory']) {
    scene(`a session kept in ${storage} is over when its time is over, and not before`, { complaints: [/status of 401/] }, async ({ browser, page }) => {
        await open(page, 'time');
        await page.locator('#lab-lasts').selectOption('1');
        await begin(page, { storage });
        await page.locator('#line').waitFor();
        assert.deepEqual(await page.locator('#line tbody th').allTextContents(), ['Access token', 'Session, if unused', 'Session, at most', 'Saved login']);
        await jump(browser, page, '1 hour');
        assert.equal((await ask(browser, page)).found, 'still in');
        await jump(browser, page, '8 days');
        const { unused, age, expected, found, why } = await ask(browser, page);
        assert.deepEqual({ unused, expected, found, why }, { unused: '8 days', expected: 'one tap', found: 'one tap', why: IDLE });
        assert.equal(age, '8 days 1 h');
        assert.equal(await page.locator('.line svg .lane').count(), 4, 'the drawing has what the table has');
        assert.equal(await page.locator('.line .leap path').count(), 2, 'and the jumps');
        await page.getByText('Your session has ended.').waitFor();
        // One tap it is, and the lab goes on with what it opens.
        await page.locator('.notice a.btn', { hasText: 'Log in' }).click();
        await page.locator('button.saved', { hasText: 'lab' }).click();
        await page.locator('article.post').first().waitFor();
        assert.equal(browser.answers.filter(({ method, path, status: said }) => method === 'POST' && /^\/api\/saved\/.*\/session$/.test(path) && said === 200).length, 1);
        if (storage === 'memory') return;
        await open(page, 'time');
        await jump(browser, page, '91 days');
        const last = await ask(browser, page);
        assert.deepEqual([last.expected, last.found], ['password', 'password']);
    });
}

scene('without a saved login it takes the password, and the limits are those of the site', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await open(page, 'time');
    await page.locator('#lab-saved').selectOption('1');
    await begin(page);
    const refresh = (await browser.cookies()).find(({ name }) => name === '__Host-refresh');
    assert.equal(refresh.expires, -1, 'a cookie that goes with the browser');
    await jump(browser, page, '13 hours');
    const { found, why } = await ask(browser, page);
    assert.deepEqual([found, why], ['password', IDLE]);
    await open(page);
    await expectText(page.locator('tr', { hasText: 'When will I be asked again?' }).locator('.measured'), '1 run');
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
    assert.match(readFileSync(await file.path(), 'utf8'), /\| not saved, limits of this site \| 13 h \| 13 h \| password \| password \| You had not been here/);
});

scene('sliders are moved by keyboard, and what they say is what the server has', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await open(page, 'time');
    await page.locator('#lab-lasts').selectOption('1');
    for (const [id, key, days] of [['lab-idle', 'Home', '1 day'], ['lab-age', 'ArrowRight', '31 days'], ['lab-login', 'End', '400 days']]) {
        await page.locator(`#${id}`).press(key);
        await expectText(page.locator(`output[for="${id}"]`), days);
    }
    await begin(page);
    const [body] = browser.of('POST /api/lab/session').map(({ response }) => response.request().postDataJSON());
    assert.deepEqual(body.lasts, { idle: 1, age: 31, saved: 400 });
    await page.locator('#line').waitFor();
    await jump(browser, page, '31 days');
    const { found, why } = await ask(browser, page);
    assert.deepEqual([found, why], ['one tap', AGE]);
});

scene('a jump is the lab’s own, and one’s account stays where it is', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await logIn(page, MINA);
    const mine = (await browser.cookies()).find(({ name }) => name === '__Host-refresh').value;
    await open(page, 'time');
    await begin(page);
    await jump(browser, page, '366 days');
    const { found, why } = await ask(browser, page);
    assert.deepEqual([found, why], ['password', AGE]);
    const saved = await page.evaluate(async () => (await fetch('/api/saved')).json());
    const mina = saved.find(({ username }) => username === 'mina');
    assert.equal(mina.spent, null, 'within reach as before');
    assert.ok(mine);
});

scene('a server that cannot be asked is no result', { complaints: [/ERR_FAILED|status of 401/] }, async ({ browser, page }) => {
    await open(page, 'time');
    await begin(page);
    await jump(browser, page, '8 days');
    await page.route('**/api/session/refresh', (route) => route.abort());
    await press(page, 'Ask now');
    await soon('the question to fail', () => browser.unanswered.some(({ path }) => path === '/api/session/refresh'));
    await page.locator('button.primary:not([aria-disabled])', { hasText: 'Ask now' }).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('#asked').count(), 0);
    await page.unroute('**/api/session/refresh');
    assert.equal((await ask(browser, page)).found, 'still in');
});
