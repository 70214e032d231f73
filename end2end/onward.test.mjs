// The feed as one goes on in it: posts that come by themselves, times, the way to a post and back, and who stands beside it.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, NEW, feed, follow, logIn, press, signUp } from './walk.mjs';

const MORE = 'a[data-more]';

function posts(page) {
    return page.locator('article.post').count();
}

/** Two frames of the page, after which an observer has spoken. */
function frames(page) {
    return page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
}

scene('posts come as one scrolls on by mouse', {}, async ({ browser, page }) => {
    await logIn(page);
    await frames(page);
    assert.equal(await posts(page), 10, 'not before anybody scrolls');
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, 20_000);
    await soon('ten more', async () => (await posts(page)) === 20);
    await page.mouse.wheel(0, 20_000);
    await expectText(page.locator('.foot p'), 'You have seen everything there is.');
    const after = browser.answers.filter(({ path }) => path.startsWith('/?after=')).map(({ path }) => path);
    assert.equal(new Set(after).size, after.length, 'none is asked for twice');
});

scene('whoever reads by keyboard reaches the end of the page', {}, async ({ browser, page }) => {
    await logIn(page);
    await page.keyboard.press('End');
    await soon('the link', () => page.locator(MORE).evaluate((link) => link.getBoundingClientRect().top < innerHeight));
    await frames(page);
    assert.equal(await posts(page), 10);
    assert.ok(!browser.answers.some(({ path }) => path.startsWith('/?after=')));
    // By their own choice, and with the keyboard still in its place.
    await page.locator(MORE).focus();
    await page.keyboard.press('Enter');
    await soon('ten more', async () => (await posts(page)) === 20);
    await soon('the focus', () => page.evaluate((link) => document.activeElement?.matches(link), MORE));
    // And then by mouse again, where the link is near already.
    await page.mouse.wheel(0, 20_000);
    await soon('the rest', async () => (await posts(page)) > 20);
});

scene('more posts that do not come are asked for by hand', { complaints: [/ERR_/] }, async ({ page }) => {
    await logIn(page);
    let asked = 0;
    await page.route('**/?after=*', (route) => ((asked += 1), route.abort()));
    await page.mouse.move(500, 400);
    await page.mouse.wheel(0, 20_000);
    await page.getByRole('link', { name: 'Try again' }).waitFor();
    await page.mouse.wheel(0, -300);
    await page.mouse.wheel(0, 300);
    await frames(page);
    assert.equal(asked, 1);
    await page.unroute('**/?after=*');
    await page.getByRole('link', { name: 'Try again' }).click();
    await soon('ten more', async () => (await posts(page)) === 20);
});

for (const storage of ['cookie', 'local']) {
    scene(`who wants no posts and no line by themselves gets none (${storage})`, {}, async ({ browser, page }) => {
        await logIn(page, { ...MINA, storage });
        await page.goto('/settings/appearance');
        await page.getByLabel('When I press “Load more posts”').check();
        await page.getByLabel('Not shown').check();
        await press(page, 'Save');
        await page.getByText('Saved for this browser.').waitFor();
        await page.goto('/');
        await feed(page);
        await page.mouse.move(500, 400);
        await page.mouse.wheel(0, 20_000);
        await soon('the link', () => page.locator(MORE).evaluate((link) => link.getBoundingClientRect().top < innerHeight));
        await frames(page);
        assert.equal(await posts(page), 10);
        assert.equal(await page.locator('.return-line').count(), 0);
        await page.locator(MORE).click();
        await soon('ten more', async () => (await posts(page)) === 20);
        assert.ok(!browser.answers.some(({ path, status }) => path.startsWith('/?after=') && status !== 200));
    });
}

const ELSEWHERE = { context: { timezoneId: 'Asia/Tokyo' } };

scene('times are told by the clock of who reads', ELSEWHERE, async ({ page }) => {
    await logIn(page);
    const first = page.locator('article.post time').first();
    const expected = await first.evaluate((time) => new Date(time.dateTime).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Tokyo' }));
    await soon('its own time', async () => (await first.getAttribute('title')) === expected);
    assert.match(await first.textContent(), /ago$|^yesterday$|^just now$/);
    const shown = async () => page.locator('article.post time').evaluateAll((times) => times.map((time) => time.title));
    await page.getByRole('link', { name: 'Load more posts' }).focus();
    await page.keyboard.press('Enter');
    await soon('ten more', async () => (await posts(page)) === 20);
    assert.ok((await shown()).every((title) => !title.includes('UTC')), 'of those that came later too');
    // What the server writes out stays written out.
    await page.goto('/settings/security/activity');
    const event = page.locator('time').first();
    await soon('its own time', async () => !(await event.textContent()).includes('UTC'));
    assert.match(await event.textContent(), /^\d+ \w+ 20\d\d, \d\d:\d\d$/);
});

scene('a page that stays open does not say “just now” for ever', {}, async ({ page }) => {
    await page.clock.install();
    await logIn(page);
    const first = page.locator('article.post time').first();
    const before = await first.textContent();
    await page.clock.fastForward('48:00:00');
    await soon('another text', async () => (await first.textContent()) !== before);
});

/** Counts the transitions that are begun, and what has moved in them. */
async function watch(page) {
    await page.addInitScript(() => {
        window.moves = [];
        const start = document.startViewTransition?.bind(document);
        document.startViewTransition = (change) => {
            const transition = start(change);
            const names = () => document.getAnimations().map(({ effect }) => [effect.pseudoElement, effect.getComputedTiming().duration]);
            transition.ready.then(() => window.moves.push(names()), (error) => window.moves.push(String(error)));
            return transition;
        };
    });
}

scene('a picture moves to its page and back, once the page is there', {}, async ({ page }) => {
    await watch(page);
    await logIn(page);
    // Some way down.
    const link = page.locator('article.post a:has(> img)').nth(3);
    await link.scrollIntoViewIfNeeded();
    const left = await page.evaluate(() => scrollY);
    const post = await link.getAttribute('href');
    let go;
    const held = new Promise((resolve) => (go = resolve));
    await page.route(`**${post}`, async (route) => (await held, route.continue()));
    await link.click();
    await page.locator('#document[aria-busy]').waitFor();
    await frames(page);
    const waiting = await page.evaluate(() => [window.moves.length, scrollY, location.pathname]);
    assert.deepEqual(waiting, [0, left, '/'], 'nothing stands still, or moves, while the page is on its way');
    go();
    await page.locator('.whole').waitFor();
    await page.waitForURL(`**${post}`);
    await soon('the move', () => page.evaluate(() => window.moves.length === 1));
    await soon('the top of the page', () => page.evaluate(() => scrollY === 0));
    await page.goBack();
    await feed(page);
    await soon('the move back', () => page.evaluate(() => window.moves.length === 2));
    await soon('the place where one was', () => page.evaluate((left) => Math.abs(scrollY - left) < 800, left));
    await soon('the focus', () => page.evaluate((post) => document.activeElement?.getAttribute('href') === post, post));
    for (const move of await page.evaluate(() => window.moves)) {
        const names = move.map(([name]) => name);
        assert.ok(names.some((name) => name === '::view-transition-group(post)'), JSON.stringify(move));
        assert.ok(move.every(([, ms]) => ms <= 220), JSON.stringify(move));
    }
    // Nothing of it is left behind: the next one has one picture to move again.
    await soon('its end', () => page.evaluate(() => !document.querySelector('a > img[data-post]')));
    await page.locator('article.post a:has(> img)').nth(1).click();
    await page.locator('.whole').waitFor();
    await soon('the next move', () => page.evaluate(() => Array.isArray(window.moves[2])));
});

for (const own of [false, true]) {
    scene(`nothing moves where ${own ? 'the reader' : 'the system'} wants less motion`, {}, async ({ page }) => {
        await watch(page);
        if (!own) await page.emulateMedia({ reducedMotion: 'reduce' });
        await logIn(page);
        if (own) {
            await page.goto('/settings/appearance');
            await page.getByLabel('Reduced').check();
            await press(page, 'Save');
            await page.getByText('Saved for this browser.').waitFor();
            await page.getByRole('link', { name: 'Home', exact: true }).click();
            await feed(page);
        }
        await page.locator('article.post a:has(> img)').first().click();
        await page.locator('.whole').waitFor();
        await page.goBack();
        await feed(page);
        assert.deepEqual(await page.evaluate(() => window.moves), []);
    });
}

scene('people to follow stand beside the feed, where there is room', {}, async ({ page }) => {
    await signUp(page, NEW);
    await follow(page, 'rover');
    const beside = page.locator('.beside');
    await beside.getByRole('heading', { name: 'People to follow' }).waitFor();
    const shift = () => page.evaluate(() => new Promise((done) => {
        new PerformanceObserver((list) => done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(0), 500);
    }));
    await page.locator('.return-line:not([hidden])').waitFor();
    assert.ok((await shift()) < 0.02, 'nothing is pushed aside');
    const count = await beside.locator('li').count();
    assert.ok(count >= 1 && count <= 5, count);
    await beside.getByRole('button', { name: 'Follow', exact: true }).first().click();
    await beside.getByRole('button', { name: 'Following', exact: true }).first().waitFor();
    await page.setViewportSize({ width: 360, height: 800 });
    assert.ok(await beside.isHidden());
});

scene('whose picture has no words is asked for them', { complaints: [/status of 422/] }, async ({ page }) => {
    const { picture } = await import('./picture.mjs');
    await logIn(page);
    await page.goto('/new');
    await page.locator('[name="picture"]').setInputFiles(picture(300, 200));
    await press(page, 'Publish post');
    await page.locator('.describe').getByText('No description').waitFor();
    await page.getByText('Add a description').click();
    await page.getByLabel('Describe the picture').fill('   ');
    await press(page, 'Save description');
    await expectText(page.locator('.summary li'), 'Write what the picture shows.');
    await page.getByLabel('Describe the picture').fill('A fade');
    await press(page, 'Save description');
    await page.getByRole('img', { name: 'A fade' }).waitFor();
    assert.equal(await page.locator('.describe').count(), 0);
});
