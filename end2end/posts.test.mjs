// Posts and profiles: made, seen, talked about, removed.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, answer, feed, fillIn, logIn, press } from './walk.mjs';
import { picture } from './picture.mjs';

const PLAIN = { context: { javaScriptEnabled: false } };
const NO_PICTURE = { name: 'note.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<svg><script>alert(1)</script></svg>') };

/** Publishes a picture, looks at it, says something, and removes both. */
async function live(page) {
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await expectText(page.locator('h1'), 'New post');
    await page.locator('[name="picture"]').setInputFiles(picture(1200, 800));
    await fillIn(page, { caption: 'From one colour\nto another', alt: 'A fade' });
    await press(page, 'Publish post');
    await page.waitForURL('**/p/*');
    await expectText(page.locator('h1'), 'Mina');
    const image = page.getByRole('img', { name: 'A fade' });
    assert.deepEqual(await image.evaluate((image) => [image.getAttribute('width'), image.getAttribute('height')]), ['1200', '800']);
    await soon('the picture', () => image.evaluate((image) => image.complete && image.naturalWidth >= 480));
    await expectText(page.locator('.caption'), 'From one colour\nto another');

    await page.getByLabel('Add a comment').fill('One line\nand another');
    await press(page, 'Comment');
    await expectText(page.locator('.comments .said'), 'One line\nand another');
    await page.locator('.comments summary').click();
    await page.locator('.comments').getByRole('button', { name: 'Delete comment' }).click();
    await expectText(page.locator('#comments > p').first(), 'No comments yet.');

    await page.locator('article summary').click();
    await page.locator('article').getByRole('button', { name: 'Delete post' }).click();
    await page.waitForURL('**/u/mina');
    await expectText(page.locator('h1'), 'Mina');
    assert.equal(await page.getByRole('img', { name: 'A fade' }).count(), 0);
}

for (const storage of ['cookie', 'local']) {
    scene(`a post is published, talked about and removed (${storage})`, {}, async ({ page }) => {
        await logIn(page, { ...MINA, storage });
        await live(page);
    });
}

scene('without scripts a post is published, talked about and removed', PLAIN, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, true);
    await feed(page);
    await live(page);
});

scene('what is no picture is refused, and what was typed is still there', { complaints: [/status of 422/] }, async ({ page }) => {
    await logIn(page);
    await page.goto('/new');
    await expectText(page.locator('h1'), 'New post');
    await page.locator('[name="picture"]').setInputFiles(NO_PICTURE);
    await fillIn(page, { caption: 'Kept', alt: 'This too' });
    await press(page, 'Publish post');
    await expectText(page.locator('.summary li'), 'Choose a JPEG, PNG or WebP picture.');
    assert.equal(await page.locator('[name="caption"]').inputValue(), 'Kept');
    assert.equal(await page.locator('[name="alt"]').inputValue(), 'This too');
    assert.match(await page.title(), /^Error: New post/);
});

scene('whoever is not logged in sees posts and profiles, and is led to log in and back', {}, async ({ browser, page }) => {
    await page.goto('/u/rover');
    await expectText(page.locator('h1'), 'Trail Rover');
    assert.ok((await page.locator('.grid img').count()) > 5);
    await page.locator('.grid a').first().click();
    await page.waitForURL('**/p/*');
    const post = page.url();
    await expectText(page.locator('#comments > p').last(), 'Log in to like or comment.');
    assert.equal(await page.locator('[aria-pressed]').count(), 0);
    assert.ok(!browser.answers.some(({ status }) => status === 401));
    await page.locator('#comments').getByRole('link', { name: 'Log in' }).click();
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, true);
    await page.waitForURL(post);
    await page.getByLabel('Add a comment').waitFor();
});

scene('a comment that was typed is still there after a session has ended', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await logIn(page);
    await page.locator('article.post').first().getByRole('link', { name: 'Comments' }).click();
    await page.getByLabel('Add a comment').fill('Not to be lost');
    // The session is ended behind the page's back, as from another device.
    const cookies = (await browser.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
    const origin = new URL(page.url()).origin;
    const headers = { cookie: cookies, origin, 'content-type': 'application/json' };
    const ended = await fetch(`${origin}/api/session`, { method: 'DELETE', headers, body: '{}' });
    assert.equal(ended.status, 204);
    await press(page, 'Comment');
    await page.getByRole('link', { name: 'Log in' }).first().click();
    await page.locator('[name="password"]').waitFor();
    await fillIn(page, MINA);
    await press(page, 'Log in');
    // The account is saved here: nothing is asked, and the way leads back.
    await soon('the words', async () => (await page.getByLabel('Add a comment').inputValue()) === 'Not to be lost');
    await press(page, 'Comment');
    await expectText(page.locator('.comments .said'), 'Not to be lost');
});

scene('pages that are not there say so', { complaints: [/status of 404/] }, async ({ page }) => {
    await page.goto('/u/nobody.here');
    await expectText(page.locator('h1'), 'There is no account called @nobody.here.');
    await page.goto('/p/00000000000000000000000000000001');
    await expectText(page.locator('h1'), 'This post does not exist.');
});
