// Every page, narrow and wide, light and dark, as pictures in results/ for people to look at. No page scrolls sideways, and none breaks
// a rule of axe.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { assertAccessible } from './axe.mjs';
import { begin } from './lab.mjs';
import { expectText } from './see.mjs';
import { scene } from './support.mjs';
import { ADMIN, MINA, NEW, answer, feed, fillIn, follow, hydrated, inspect, logIn, logOut, press, signUp } from './walk.mjs';
import { noise, picture } from './picture.mjs';

const RESULTS = join(import.meta.dirname, 'results');
const WIDTHS = [360, 1280];
const SCHEMES = ['light', 'dark'];
mkdirSync(RESULTS, { recursive: true });

/** In the page: what one presses or types into, and reaches over the edge of the card it is in. */
function stickOut() {
    const right = (element) => element.getBoundingClientRect().right;
    const inside = [...document.querySelectorAll('.card :is(button, input)')].filter((element) => element.offsetParent);
    return inside.filter((element) => right(element) > right(element.closest('.card'))).map((element) => element.outerHTML);
}

/** What is looked at, how wide the window is, and the style that is put on it. */
const NARROW = [
    ['at 320 px', 320, ''],
    ['with text of 200 %', 640, ':root { font-size: 200% }'],
    ['with more room', 320, '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }'],
];

/** In the page: how wide it is in this style, how wide the window, and the first of what reaches over its edge. */
function widths(css) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
    const astray = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    const unseen = astray.filter((element) => !element.closest('.scroll, .vh, pre')).map((element) => element.outerHTML.slice(0, 80));
    const answer = [document.documentElement.scrollWidth, innerWidth, unseen.slice(0, 3)];
    document.adoptedStyleSheets = [];
    return answer;
}

/** 320 px, and text of twice the size with more room between lines, words and letters: nothing scrolls sideways (SC 1.4.10, 1.4.12). */
async function assertReflows(page, name) {
    const [size, at] = [page.viewportSize(), await page.evaluate(() => scrollY)];
    for (const [what, width, css] of NARROW) {
        await page.setViewportSize({ width, height: 640 });
        const [content, window, astray] = await page.evaluate(widths, css);
        assert.ok(content <= window, `${name} ${what} is ${content} wide in a window of ${window}: ${astray}`);
    }
    // As it was found: the next state is looked at from there.
    await page.setViewportSize(size);
    await page.evaluate((at) => scrollTo(0, at), at);
}

async function portray(page, name) {
    for (const colorScheme of SCHEMES) {
        // Without transitions: colours are looked at, not what lies between them.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: 800 });
            await page.screenshot({ path: join(RESULTS, `${name}-${colorScheme}-${width}.png`) });
            const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
            assert.ok(content <= window, `${name} is ${content} wide in a window of ${window}`);
            const astray = await page.evaluate(stickOut);
            assert.deepEqual(astray, [], `${name} at ${width} px: what sticks out of its card`);
            const where = `${name}, ${colorScheme}, ${width} px`;
            // What lies half below the bar at this very place counts as too small a target: so it is looked at again a little further on.
            await assertAccessible(page, where).catch(async (error) => {
                if (!error.actual?.every((line) => /partially obscured|too short/.test(line))) throw error;
                await page.evaluate(() => scrollBy(0, scrollY > 60 ? -60 : 60));
                await assertAccessible(page, where);
            });
        }
    }
    await assertReflows(page, name);
}

scene('the pages before the log-in fit', { complaints: [/status of (401|404)/] }, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await portray(page, 'log-in');
    await page.getByText('For developers: token storage').click();
    await portray(page, 'log-in-storage');
    await fillIn(page, { login: 'mina', password: 'wrong-horse' });
    await press(page, 'Log in');
    await page.locator('.summary').waitFor();
    await portray(page, 'log-in-refused');
    await page.goto('/signup');
    await hydrated(page);
    await portray(page, 'sign-up');
    await press(page, 'Create account');
    await page.locator('.summary').waitFor();
    await portray(page, 'sign-up-refused');
    await page.goto('/nowhere');
    await portray(page, 'not-found');
});

scene('the pages after the log-in fit', { complaints: [/status of 403/] }, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await page.getByRole('button', { name: 'Not now' }).waitFor();
    await portray(page, 'save');
    await answer(page, true);
    await feed(page);
    await portray(page, 'feed');
    await page.reload();
    await page.locator('.return-line:not([hidden])').waitFor({ state: 'attached' });
    await portray(page, 'feed-return');
    await page.setViewportSize({ width: 1280, height: 800 });
    await inspect(page);
    await page.locator('details.inspector dl').waitFor();
    await portray(page, 'lab-inspector');
    await page.locator('details.inspector details.storage > summary').click();
    // From the top of the choice on: an option that is half below the head of the drawer is no picture of either.
    await page.locator('details.inspector details.storage').evaluate((chooser) => {
        const drawer = chooser.closest('.drawer');
        drawer.scrollTop += chooser.getBoundingClientRect().top - drawer.querySelector('header').getBoundingClientRect().bottom - 8;
    });
    await portray(page, 'lab-inspector-move');
    await page.goto('/settings/appearance');
    await portray(page, 'appearance');
    await page.goto('/admin/accounts');
    await portray(page, 'accounts-refused');
});

scene('the pages of posts and people fit', { complaints: [/status of (404|422)/] }, async ({ page }) => {
    await page.goto('/u/rover');
    await portray(page, 'user-public');
    await page.locator('.grid a').first().click();
    await page.locator('article.whole').waitFor();
    await portray(page, 'post-public');
    await page.goto('/u/nobody.here');
    await portray(page, 'user-missing');
    await logIn(page, MINA);
    await page.goto('/new');
    await portray(page, 'new-post');
    await page.locator('[name="picture"]').setInputFiles({ name: 'a', mimeType: 'image/jpeg', buffer: Buffer.from('none') });
    await press(page, 'Publish post');
    await page.locator('.summary').waitFor();
    await portray(page, 'new-post-refused');
    await page.locator('[name="picture"]').setInputFiles(picture(1600, 900));
    await page.locator('canvas:not([hidden])').waitFor();
    await portray(page, 'new-post-preview');
    await fillIn(page, { caption: 'From one colour to another, and a_word_that_is_longer_than_any_line_of_a_phone_could_ever_be', alt: 'A fade' });
    await press(page, 'Publish post');
    await page.getByLabel('Add a comment').fill('What a light.');
    await press(page, 'Comment');
    await page.locator('.said').waitFor();
    await page.getByRole('button', { name: /^Like/ }).click();
    await page.locator('article summary').click();
    await portray(page, 'post');
    await page.getByLabel('Add a comment').fill('\u200b');
    await press(page, 'Comment');
    await page.locator('.summary').waitFor();
    await portray(page, 'post-comment-refused');
    await page.goto('/u/mina');
    await portray(page, 'user-own');
    await page.goto('/u/rover');
    await portray(page, 'user');
    await page.goto('/settings/profile');
    await portray(page, 'profile');
});

scene('a quiet feed fits', {}, async ({ page }) => {
    await signUp(page, NEW);
    await portray(page, 'feed-quiet');
});

scene('an upload on its way fits', {}, async ({ page }) => {
    await logIn(page);
    await page.goto('/new');
    await page.locator('[name="picture"]').setInputFiles(noise(1200, 1000));
    await page.locator('canvas:not([hidden])').waitFor();
    await page.locator('canvas').evaluate((canvas) => canvas.getContext('2d').fillRect(0, 0, 1200, 1000));
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 60_000 });
    await press(page, 'Publish post');
    await page.locator('.sending .number').filter({ hasText: /^Uploading/ }).waitFor();
    await page.locator('.sending').scrollIntoViewIfNeeded();
    await portray(page, 'new-post-sending');
});

scene('a feed with people beside it, and a post without words, fit', {}, async ({ page }) => {
    await signUp(page, NEW);
    await follow(page, 'rover');
    await page.locator('.return-line:not([hidden])').waitFor();
    await portray(page, 'feed-beside');
    await page.goto('/new');
    await page.locator('[name="picture"]').setInputFiles(picture(300, 200));
    await press(page, 'Publish post');
    await page.getByText('Add a description').click();
    await portray(page, 'post-undescribed');
});

scene('the pages of security fit', { complaints: [/status of (404|422)/] }, async ({ server, page }) => {
    await page.goto('/forgot?sent');
    await portray(page, 'forgot');
    await page.goto('/reset/nonsense');
    await portray(page, 'reset-spent');
    await logIn(page);
    const elsewhere = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...MINA, storage: 'native' }) };
    assert.equal((await fetch(`${server.origin}/api/session`, elsewhere)).status, 200);
    await page.goto('/');
    await page.getByText('Was this you?').waitFor();
    await portray(page, 'feed-alert');
    for (const name of ['settings', 'settings/security', 'settings/security/sessions', 'settings/security/activity', 'settings/data', 'settings/data?copy']) {
        await page.goto(`/${name}`);
        await page.locator('h1').waitFor();
        await portray(page, name.replace(/\W/g, '-'));
    }
    await page.goto('/settings/security/sessions');
    for (const question of await page.locator('#document summary').all()) await question.click();
    await portray(page, 'sessions-asked');
    await page.goto('/settings/security/password');
    await press(page, 'Change password');
    await page.locator('.summary').waitFor();
    await portray(page, 'password-refused');
    await page.locator('[name="new"]').fill('lantern copper sofa');
    await page.getByRole('button', { name: 'Show password' }).last().click();
    await page.getByRole('button', { name: 'Hide password' }).waitFor();
    await portray(page, 'password-shown');
    await page.goto('/mail');
    await portray(page, 'mail');
});

scene('the pages of saved accounts fit', { complaints: [/status of 422/] }, async ({ page }) => {
    await logIn(page);
    await page.locator('.menu > button').click();
    await portray(page, 'menu');
    await page.goto('/settings/security/saved');
    await portray(page, 'saved');
    await page.goto('/');
    await logOut(page);
    await page.locator('.saved').first().waitFor();
    await portray(page, 'log-in-chooser');
    await page.goto('/login/saved');
    for (const question of await page.locator('#document summary').all()) await question.click();
    await portray(page, 'saved-out');
    await press(page, 'Ask for my password here');
    await page.goto('/login');
    await hydrated(page);
    await page.locator('.saved').first().click();
    await page.getByRole('button', { name: 'Use a passkey' }).first().waitFor();
    await portray(page, 'log-in-chooser-asks');
});

scene('the pages of second factors fit', { complaints: [/status of (401|422)/] }, async ({ page }) => {
    await logIn(page);
    await page.goto('/settings/security/two-factor');
    await portray(page, 'two-factor');
    await page.locator('#begin-password').fill('wrong-horse');
    await press(page, 'Set up an authenticator app');
    await page.locator('.summary').waitFor();
    await portray(page, 'two-factor-refused');
    await page.locator('#begin-password').fill(MINA.password);
    await press(page, 'Set up an authenticator app');
    await page.locator('#confirm-code').waitFor();
    await portray(page, 'two-factor-setting-up');
    await page.goto('/settings/security/passkeys');
    await portray(page, 'passkeys');
});

scene('the pages of an admin fit', {}, async ({ page }) => {
    await logIn(page, ADMIN);
    await page.goto('/admin/accounts');
    await page.locator('tbody th').first().waitFor();
    await portray(page, 'accounts');
    await page.locator('tbody').getByRole('link', { name: 'mina' }).click();
    await expectText(page.locator('h1'), 'mina');
    for (const question of await page.locator('#document summary').all()) await question.click();
    await portray(page, 'account');
});

scene('the page that waits for a session fits', {}, async ({ browser, page }) => {
    await logIn(page, { ...MINA, storage: 'local', save: true });
    // Held back here, so that it can be looked at.
    await page.route('**/*.wasm', () => {});
    await page.goto('/', { waitUntil: 'domcontentloaded' });
    await page.locator('main[aria-busy="true"]').waitFor();
    await portray(page, 'waiting');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    assert.ok(!browser.sighted.includes('login') || browser.sighted.at(-1) === 'waiting');
});

scene('the news that a session has run out fits', { complaints: [/./], env: { NIGHTLATCH_ACCESS_LIFE: '10s', NIGHTLATCH_UNSAVED_AGE: '25s' } }, async ({ page }) => {
    await logIn(page, { ...MINA, save: false });
    await page.locator('dialog.over[open]').waitFor({ timeout: 40_000 });
    await portray(page, 'ended');
});

scene('the page that takes the password early fits', {}, async ({ page }) => {
    await logIn(page, { ...MINA, save: false });
    await page.goto('/settings/security/renew');
    await portray(page, 'renew');
});

scene('the states of blocked things fit', { complaints: [/./] }, async ({ browser, page }) => {
    await page.goto('/login?cookies=blocked');
    await hydrated(page);
    await portray(page, 'log-in-no-cookies');
    for (let tries = 0; tries < 20; tries += 1) {
        await fillIn(page, { login: 'rover', password: 'wrong-horse' });
        await press(page, 'Log in');
        await page.locator('.summary:focus').waitFor();
        if ((await page.locator('.summary li').textContent()).startsWith('Too many')) break;
    }
    await expectText(page.locator('h1'), 'Log in');
    await portray(page, 'log-in-throttled');
    await logIn(page);
    await page.locator('.menu > button').click();
    await press(page, 'Log out mina');
    await page.locator('#log-out button.primary').waitFor();
    await portray(page, 'log-out-asked');
    await page.goto('/');
    await feed(page);
    await browser.offline(true);
    for (const at of [0, 1]) await page.getByRole('button', { name: /^Like/ }).nth(at).click();
    await page.locator('.offline').waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('.toast').waitFor({ state: 'detached' });
    await portray(page, 'feed-offline');
});

scene('the rooms of the lab for bound tokens fit', { complaints: [/status of 401/] }, async ({ page }) => {
    await page.goto('/lab/script');
    await page.locator('.bench').waitFor();
    await begin(page, { storage: 'local', key: 'yes' });
    await press(page, 'Run it in this page');
    await page.locator('#key').waitFor();
    await portray(page, 'lab-script-bound');
    await page.goto('/lab/theft');
    await press(page, 'Steal the refresh token');
    await page.locator('#thief .tag').waitFor();
    await press(page, 'Thief refreshes');
    await page.locator('.family').waitFor();
    await press(page, 'Its script acts in your open page');
    await page.locator('#rode').waitFor();
    await portray(page, 'lab-theft-bound');
});

scene('the lab fits', { complaints: [/status of (401|409)/, /ERR_BLOCKED_BY_RESPONSE/, /frame-ancestors/] }, async ({ page }) => {
    await page.goto('/lab');
    await page.locator('.rooms').waitFor();
    await portray(page, 'lab');
    await page.goto('/lab/how');
    await page.locator('.steps').waitFor();
    await portray(page, 'lab-how');
    await page.goto('/lab/survival');
    await page.getByRole('button', { name: 'Run: Restart' }).click();
    await page.getByText('Close all windows of this browser').waitFor();
    await portray(page, 'lab-survival-waiting');
    await page.getByRole('button', { name: 'Run: Reload' }).click();
    await page.locator('.runs li').waitFor();
    await portray(page, 'lab-survival');
    await page.goto('/lab/how');
    await page.locator('#begin').click();
    await page.locator('#forged').scrollIntoViewIfNeeded();
    await portray(page, 'lab-how-forging');
    await page.goto('/lab/script');
    await page.locator('#sources').waitFor();
    await press(page, 'Run it in this page');
    await page.locator('#sources .measured').first().waitFor();
    await portray(page, 'lab-script');
    await page.goto('/lab/cross');
    await press(page, 'Set the cookies');
    await page.getByRole('link', { name: 'Open the other site' }).waitFor();
    await portray(page, 'lab-cross');
    for (const attacker of ['site', 'port']) {
        const link = page.getByRole('link', { name: `Open the other ${attacker}` });
        const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
        await tab.getByText('Done. You can close this tab.').waitFor();
        await tab.screenshot({ path: join(RESULTS, `lab-cross-attacker-${attacker}.png`) });
        await tab.close();
        await page.locator(`#cookies-${attacker} .measured`).first().waitFor();
        await page.evaluate((attacker) => document.getElementById(`from-${attacker}`).scrollIntoView(), attacker);
        await portray(page, `lab-cross-${attacker}`);
    }
    await page.goto('/lab/leaving');
    await page.locator('.bench').waitFor();
    await press(page, 'Copy the tokens, log out, and look');
    await page.locator('#left').waitFor();
    await portray(page, 'lab-leaving');
    await page.goto('/lab/theft');
    await page.locator('#lab-storage').selectOption('local');
    await page.locator('#begin').click();
    await page.getByRole('button', { name: 'Begin another' }).waitFor();
    await press(page, 'Steal the refresh token');
    for (let turn = 0; turn < 2; turn += 1) {
        await press(page, 'Thief refreshes');
        await page.locator('.family tbody tr').nth(turn).waitFor();
        await page.waitForTimeout(4_300);
    }
    await press(page, 'Thief reads your feed');
    await page.locator('.thief dd', { hasText: 'mina' }).waitFor();
    await portray(page, 'lab-theft');
    await press(page, 'You refresh');
    await page.locator('#verdict', { hasText: 'A token was used twice' }).waitFor();
    await portray(page, 'lab-theft-noticed');
});

scene('the rooms of the lab that measure again and again fit', { complaints: [/status of 401/] }, async ({ page }) => {
    await page.goto('/lab/refresh');
    await page.locator('.bench').waitFor();
    await portray(page, 'lab-refresh-empty');
    for (const [at, storage] of ['cookie', 'hybrid', 'local'].entries()) {
        await page.locator('#lab-storage').selectOption(storage);
        await page.locator('#begin').click();
        await page.getByRole('button', { name: 'Begin another' }).waitFor();
        await press(page, 'Ask five things at once');
        await page.locator('#bursts .measured').nth(at).waitFor();
    }
    await portray(page, 'lab-refresh');
    await page.locator('#bursts').scrollIntoViewIfNeeded();
    await portray(page, 'lab-refresh-storages');
    await page.locator('#lanes').scrollIntoViewIfNeeded();
    await portray(page, 'lab-refresh-lanes');
    await page.goto('/lab/lag');
    for (const check of ['ended', 'signature']) {
        await page.locator('#lab-check').selectOption(check);
        await page.locator('#begin').click();
        await page.getByRole('button', { name: 'Begin another' }).waitFor();
        await press(page, 'Copy the token, and log out');
        if (check === 'signature') await portray(page, 'lab-lag-running');
        await page.locator('#lagging').waitFor({ state: 'detached', timeout: 20_000 });
    }
    await portray(page, 'lab-lag');
    await page.locator('#lags').scrollIntoViewIfNeeded();
    await portray(page, 'lab-lag-table');
});

scene('the rooms of the lab for two tabs fit', { complaints: [/status of (401|409)/] }, async ({ page }) => {
    await page.goto('/lab/tabs');
    await page.locator('.bench').waitFor();
    await portray(page, 'lab-tabs-empty');
    await page.locator('#begin').click();
    await page.getByRole('button', { name: 'Begin another' }).waitFor();
    const [racer] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the second tab')]);
    await racer.locator('.room h2').waitFor();
    await press(page, 'Run all four rules');
    await page.locator('#races tbody tr').nth(3).waitFor({ timeout: 60_000 });
    await page.locator('#racing', { hasText: /^$/ }).waitFor({ state: 'attached' });
    await portray(racer, 'lab-tabs-second');
    await racer.close();
    await portray(page, 'lab-tabs');
    await page.goto('/lab/accounts');
    await page.locator('.bench').waitFor();
    const [stale] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the second tab')]);
    await stale.locator('.room h2').waitFor();
    await press(page, 'Switch 5 times, and back');
    await page.locator('#guards').waitFor({ timeout: 30_000 });
    await page.locator('#switching', { hasText: /^$/ }).waitFor({ state: 'attached' });
    await portray(page, 'lab-accounts');
    await stale.close();
});

scene('the rooms of the lab that take time fit', { complaints: [/status of (401|409)/] }, async ({ page }) => {
    await page.goto('/lab/opening');
    await page.locator('#openings').waitFor();
    await portray(page, 'lab-opening-empty');
    for (const storage of ['cookie', 'local', 'memory']) {
        await page.locator('#lab-storage').selectOption(storage);
        await page.locator('#begin').click();
        await page.getByRole('button', { name: 'Begin another' }).waitFor();
        await page.locator('#lab-times').selectOption('3');
        const [window] = await Promise.all([page.context().waitForEvent('page'), press(page, 'Open the feed')]);
        await window.waitForEvent('close', { timeout: 60_000 });
        await page.locator('#parts tbody tr').nth({ cookie: 0, local: 1, memory: 2 }[storage]).waitFor();
    }
    await portray(page, 'lab-opening');
    await page.goto('/lab/time');
    await page.locator('#lab-lasts').selectOption('1');
    await page.locator('#lab-login').waitFor();
    await portray(page, 'lab-time-empty');
    await page.locator('#begin').click();
    await page.locator('#line').waitFor();
    for (const [turn, name] of ['13 hours', '31 days'].entries()) {
        await press(page, `Jump ${name}`);
        await page.locator('.leap path').nth(turn).waitFor();
        await press(page, 'Ask now');
        await page.locator('#asked tbody tr').nth(turn).waitFor();
    }
    await portray(page, 'lab-time');
    await page.goto('/lab/cost');
    for (const token of ['jwt', 'opaque']) {
        await page.locator('#lab-token').selectOption(token);
        await page.locator('#begin').click();
        await page.getByRole('button', { name: 'Begin another' }).waitFor();
        await press(page, 'Measure it');
        await page.locator('#costs tbody tr').nth(token === 'jwt' ? 0 : 1).waitFor({ timeout: 30_000 });
    }
    await portray(page, 'lab-cost');
    await page.goto('/lab/compare');
    await page.locator('#all .measured').first().waitFor();
    await portray(page, 'lab-compare');
    await page.locator('#follows').scrollIntoViewIfNeeded();
    await portray(page, 'lab-compare-follows');
    await page.goto('/lab/cost');
    await page.locator('#costs').waitFor();
    await inspect(page);
    await page.locator('#witness').click();
    await page.locator('.witness summary').first().click();
    await page.locator('.witness').scrollIntoViewIfNeeded();
    await portray(page, 'lab-cost-wire');
});
