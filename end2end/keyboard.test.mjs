// With the keyboard alone: from the log-in page to the feed to the log-out.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, feed, hydrated } from './walk.mjs';

/** Tabs until an element has the focus. A person gives up some time. */
async function tabTo(page, selector) {
    const passed = [];
    for (let presses = 0; presses < 30; presses += 1) {
        await page.keyboard.press('Tab');
        const [there, what] = await page.evaluate((selector) => {
            const { activeElement: focused } = document;
            return [focused?.matches(selector), focused?.outerHTML.slice(0, 60)];
        }, selector);
        if (there) return;
        passed.push(what);
    }
    assert.fail(`Tab does not lead to ${selector}, only to:\n${passed.join('\n')}`);
}

scene('Tab and Enter lead from the log-in to the feed and out again', {}, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await tabTo(page, 'a.skip');
    await tabTo(page, '[name="login"]');
    await page.keyboard.type(MINA.login);
    await tabTo(page, '[name="password"]');
    await page.keyboard.type(MINA.password);
    await page.keyboard.press('Enter');

    await expectText(page.locator('h1'), 'Save your login info?');
    await page.locator('h1:focus').waitFor();
    await tabTo(page, 'button[name="save"][value="yes"]');
    await page.keyboard.press('Enter');

    await feed(page);
    await page.locator('h1:focus').waitFor();
    await page.reload();
    await feed(page);
    await page.locator('details.inspector summary').waitFor();
    await tabTo(page, '.menu > button');
    await page.keyboard.press('Enter');
    await tabTo(page, '[popovertarget="log-out"]');
    await page.keyboard.press('Enter');
    await tabTo(page, '#log-out button.primary');
    await page.keyboard.press('Enter');
    await expectText(page.locator('h1'), 'Welcome back');
    await page.locator('h1:focus').waitFor();

    // And by one tap back in.
    await tabTo(page, 'button.saved');
    await page.keyboard.press('Enter');
    await feed(page);
    await page.locator('h1:focus').waitFor();
});

scene('Escape closes the account menu and gives the focus back', {}, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await page.locator('[name="login"]').fill(MINA.login);
    await page.locator('[name="password"]').fill(MINA.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Not now' }).click();
    await feed(page);
    await page.locator('.menu > button').click();
    await page.keyboard.press('Escape');
    await page.locator('.sheet').waitFor({ state: 'hidden' });
    assert.equal(await page.locator(':focus').getAttribute('id'), 'account');
});
