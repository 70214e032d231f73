// Two accounts and two tabs: what the page says of the guard, and what the test saw on the wire, in the document and through the API.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, cells, open } from './lab.mjs';

const LIKE = /\/api\/posts\/[^/]+\/like$/;
const SWITCH = /\/api\/(lab\/session|saved\/[^/]+\/session)$/;

scene('what a tab asks for that still shows another account is refused, and would else be done for the one in use', { complaints: [/status of (401|409)/] }, async ({ browser, page }) => {
    const context = page.context();
    await open(page, 'accounts');
    assert.deepEqual(await cells(page, 'acts', 'With X-Account'), ['(refuses it, 409)'], 'expected, before it was run');
    await begin(page, { storage: 'cookie' });
    const me = async () => (await context.request.get('/api/me')).json();
    const mine = await me();
    const [twin] = await Promise.all([context.waitForEvent('page'), page.getByRole('button', { name: 'Open the second tab' }).click()]);
    await expectText(twin.locator('.room h2'), 'This tab is the second one of the experiment');
    // When the guard's page comes, as the document itself tells.
    await twin.evaluate(() => {
        window.guards = [];
        let there = false;
        const look = () => {
            const now = document.querySelector('.guard') !== null;
            if (now && !there) window.guards.push(performance.timeOrigin + performance.now());
            there = now;
        };
        new MutationObserver(look).observe(document, { childList: true, subtree: true });
    });

    // Before a like is taken back: whose it is.
    const whose = [];
    const asked = [];
    context.on('request', (request) => {
        if (LIKE.test(request.url()) && request.method() === 'PUT') asked.push(request.headers()['x-account']);
    });
    await context.route(LIKE, async (route, request) => {
        if (request.method() === 'DELETE') {
            const post = await context.request.get(request.url().replace(/\/like$/, ''));
            whose.push({ by: (await me()).account_id, liked: (await post.json()).liked, post: request.url() });
        }
        await route.continue();
    });
    await page.getByRole('button', { name: 'Switch 5 times, and back' }).click();
    await soon('the run', async () => (await page.locator('#acts .measured').count()) === 2 && (await page.locator('#switching').textContent()) === '', 40_000);

    assert.deepEqual(await cells(page, 'acts', 'With X-Account'), ['refuses it, 409']);
    assert.deepEqual(await cells(page, 'acts', 'without X-Account'), ['acts as the other account']);
    const likes = browser.answers.filter(({ method, path }) => method === 'PUT' && LIKE.test(path));
    assert.deepEqual(likes.map(({ status }) => status), Array(5).fill([409, 200]).flat(), 'on the wire');
    assert.deepEqual(asked, Array(5).fill([mine.account_id, undefined]).flat(), 'with and without the header');
    assert.equal(whose.length, 5);
    const others = new Set(whose.map(({ by }) => by));
    assert.ok(whose.every(({ liked }) => liked) && others.size === 1 && !others.has(mine.account_id), 'the like was the other account’s');

    // The times that the page shows are those of the document.
    const shown = (await page.locator('#guards tbody td').allTextContents()).map(parseFloat);
    const switched = (await page.evaluate(() => performance.getEntriesByType('resource').map(({ name, responseEnd }) => [name, performance.timeOrigin + responseEnd])))
        .filter(([name]) => SWITCH.test(name))
        .map(([, at]) => at);
    const guards = await twin.evaluate(() => window.guards);
    assert.equal(guards.length, 5);
    // The first switch begins the session of the room, then there and back in turn, and the last one back.
    const there = switched.slice(1).filter((_, at) => at % 2 === 0);
    assert.equal(there.length, 5, `${switched}`);
    const seen = guards.map((at, round) => at - there[round]);
    console.log(`  (guard’s page after ${shown.join(', ')} ms; from the answer on the wire ${seen.map((ms) => ms.toFixed(1)).join(', ')} ms)`);
    for (const [round, ms] of shown.entries()) assert.ok(Math.abs(ms - seen[round]) < 60, `switch ${round + 1}: ${ms} ms shown, ${seen[round]} ms seen`);
    assert.equal(await page.locator('.chart svg rect').count(), 5, 'the drawing has what the table has');

    // As it was before: both tabs show the account that they had, which likes nothing, and the other one is forgotten.
    for (const tab of [page, twin]) await expectText(tab.locator('.menu .name'), mine.username);
    assert.equal((await me()).account_id, mine.account_id);
    assert.equal((await (await context.request.get(whose[0].post.replace(/\/like$/, ''))).json()).liked, false);
    assert.deepEqual((await (await context.request.get('/api/saved')).json()).map(({ username }) => username), [mine.username]);
    await open(page);
    await expectText(page.locator('tbody tr', { hasText: 'Two accounts' }).locator('.measured'), '1 run');
});

scene('switches are measured with cookies alone', {}, async ({ page }) => {
    await open(page, 'accounts');
    await begin(page, { storage: 'local' });
    await page.getByText('Tabs share all of a session with cookies alone.').waitFor();
    await page.getByRole('button', { name: 'Switch 5 times, and back' }).click();
    assert.equal(await page.locator('#acts .measured').count(), 0);
});
