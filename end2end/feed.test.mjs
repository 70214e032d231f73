// The feed: reading on, liking, and whom to follow.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, NEW, answer, feed, fillIn, logIn, press, signUp } from './walk.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };

/** How the like button of the first post stands, and the number beside it. */
async function liked(page) {
    const form = page.locator('article.post').first().locator('form[data-toggle]');
    const pressed = await form.getByRole('button').getAttribute('aria-pressed');
    return [pressed === 'true', Number(await form.locator('[data-count]').textContent())];
}

function like(page) {
    return page.locator('article.post').first().getByRole('button', { name: 'Like, post by Trail Rover' }).click();
}

for (const storage of ['cookie', 'local']) {
    scene(`a like is there at once, and after a reload (${storage})`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage });
        assert.deepEqual(await liked(page), [false, 0]);
        await like(page);
        assert.deepEqual(await liked(page), [true, 1]);
        await soon('the answer', () => browser.answers.some(({ path, status }) => path.endsWith('/like') && status === 204));
        await page.reload();
        await feed(page);
        await soon('the like after the reload', async () => String(await liked(page)) === 'true,1');
        await like(page);
        assert.deepEqual(await liked(page), [false, 0]);
    });
}

scene('a like that does not come through is taken back, and said', { complaints: [/status of 500/, /ERR_FAILED/] }, async ({ page }) => {
    await logIn(page);
    let answers = 0;
    await page.route('**/like', async (route) => {
        answers += 1;
        await route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' });
    });
    await like(page);
    await expectText(page.locator('p[role="status"].vh'), 'We could not like that post. Try again.');
    assert.deepEqual(await liked(page), [false, 0]);
    assert.ok(answers > 0);
    await page.unroute('**/like');
    await like(page);
    assert.deepEqual(await liked(page), [true, 1]);
});

scene('posts are loaded on, to the end', {}, async ({ page }) => {
    await logIn(page);
    await page.goto('/settings/appearance');
    await page.getByLabel('When I press “Load more posts”').check();
    await press(page, 'Save');
    await page.getByRole('link', { name: 'Home', exact: true }).click();
    await feed(page);
    assert.equal(await page.locator('article.post').count(), 10);
    await page.getByRole('link', { name: 'Load more posts' }).click();
    await soon('ten more', async () => (await page.locator('article.post').count()) === 20);
    await like(page);
    await page.getByRole('link', { name: 'Load more posts' }).click();
    await expectText(page.locator('.foot p'), 'You have seen everything there is.');
    assert.deepEqual(await liked(page), [true, 1], 'what was there stays as it was');
    const all = await page.locator('article.post').evaluateAll((posts) => posts.map((post) => post.getAttribute('aria-labelledby')));
    assert.equal(new Set(all).size, all.length, 'none of them twice');
    await page.evaluate(() => Promise.all([...document.images].map((image) => ((image.loading = 'eager'), image.decode()))));
});

scene('without scripts one reads on, likes, and comes back to where one was', PLAIN, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, true);
    await feed(page);
    await page.getByRole('link', { name: 'Load more posts' }).click();
    await page.waitForURL('**/?after=*');
    const second = page.url();
    const [was, count] = await liked(page);
    const form = page.locator('article.post').first().locator('form[data-toggle]');
    await form.getByRole('button').click();
    await soon('the like, or its end', async () => String(await liked(page)) === String([!was, count + (was ? -1 : 1)]));
    assert.equal(page.url(), second);
    await form.getByRole('button').click();
    await soon('it to be as before', async () => String(await liked(page)) === String([was, count]));
});

scene('the feed of a new account fills by following', {}, async ({ browser, page }) => {
    await signUp(page, NEW);
    await expectText(page.locator('.empty > p'), 'Your feed is quiet. Follow a few people to fill it.');
    assert.equal(await page.locator('.people li').count(), 3);
    const first = page.locator('.people li').first();
    await first.getByRole('button', { name: 'Follow', exact: true }).click();
    await first.getByRole('button', { name: 'Following', exact: true }).waitFor();
    await soon('the answer', () => browser.answers.some(({ path, status }) => path.endsWith('/follow') && status === 204));
    await page.getByRole('link', { name: 'Show my feed' }).click();
    await feed(page);
    assert.equal(await page.locator('article.post').count(), 10);
    await page.locator('article.post h2 a').first().click();
    await expectText(page.locator('h1'), 'Trail Rover');
    await page.getByRole('button', { name: 'Following', exact: true }).click();
    await page.getByRole('button', { name: 'Follow', exact: true }).waitFor();
});
