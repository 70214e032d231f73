// With the keyboard alone: from the log-in page to the feed to the log-out.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, NEW, awake, feed, hydrated } from './walk.mjs';
import { picture } from './picture.mjs';

/** In the page: what is wrong with the focus, if anything. */
function astray() {
    const { activeElement: focused } = document;
    if (!focused || focused === document.body) return 'the focus is lost to the body';
    const box = focused.getBoundingClientRect();
    // What is for ears only, or wider than the window, shows itself in its own way.
    if (box.width < 2 || box.height < 2) return '';
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)];
    const top = document.elementFromPoint(x, y);
    if (!top || !(focused.contains(top) || top.contains(focused) || top.closest('label')?.control === focused)) {
        return `covered by ${top?.outerHTML.slice(0, 80)}: ${focused.outerHTML.slice(0, 80)}`;
    }
    const { outlineStyle, outlineWidth } = getComputedStyle(focused);
    return outlineStyle === 'none' || parseFloat(outlineWidth) < 2 ? `no ring: ${focused.outerHTML.slice(0, 80)}` : '';
}

/** Tabs until an element has the focus. A person gives up some time. With `strict`, each step on the way is looked at. */
async function tabTo(page, selector, strict = false, most = 30, key = 'Tab') {
    const passed = [];
    for (let presses = 0; presses < most; presses += 1) {
        await page.keyboard.press(key);
        const [there, what] = await page.evaluate((selector) => {
            const { activeElement: focused } = document;
            return [focused?.matches(selector), focused?.outerHTML.slice(0, 60)];
        }, selector);
        if (strict) assert.equal(await page.evaluate(astray), '', `on the way to ${selector}`);
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
    await awake(page);
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

scene('everything that people do is done by keyboard alone, and the focus is always in sight', { context: { reducedMotion: 'reduce' } }, async ({ page }) => {
    const to = (selector, most) => tabTo(page, selector, true, most);
    const backTo = (selector) => tabTo(page, selector, true, 30, 'Shift+Tab');
    const heading = async (words) => {
        await expectText(page.locator('h1'), words);
        await page.locator('h1:focus').waitFor();
    };
    // Listened for from here on: the browser has to be told before the key is pressed.
    const chosen = new Promise((resolve, reject) => {
        page.on('filechooser', (chooser) => chooser.setFiles(picture(1200, 800)).then(resolve, reject));
    });
    await page.goto('/signup');
    await hydrated(page);
    for (const [name, text] of Object.entries(NEW)) {
        await to(`[name="${name}"]`);
        await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    await heading('Save your login info?');
    await to('button[name="save"][value="yes"]');
    await page.keyboard.press('Enter');
    await heading('Home');

    // From the heading back to the way around.
    await backTo('.ways a[href="/new"]');
    await page.keyboard.press('Enter');
    await heading('New post');
    await to('[name="picture"]');
    await page.keyboard.press('Enter');
    await chosen;
    await to('[name="caption"]');
    await page.keyboard.type('From one colour to another');
    await to('[name="alt"]');
    await page.keyboard.type('A fade');
    await to('main button.primary');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/p/*');
    await heading(NEW.display_name);

    await to('article button[aria-pressed]', 60);
    await page.keyboard.press('Enter');
    await page.locator('article button[aria-pressed="true"]:focus').waitFor();
    await to('article.whole ~ * textarea, #comments textarea, textarea');
    await page.keyboard.type('What a light.');
    await to('#comments button, main form button');
    await page.keyboard.press('Enter');
    await page.locator('.said').waitFor();
    assert.ok(await page.evaluate(() => document.activeElement !== document.body), 'the focus is somewhere');

    await page.reload();
    await awake(page);
    await to('.menu > button');
    await page.keyboard.press('Enter');
    await to('[popovertarget="log-out"]');
    await page.keyboard.press('Enter');
    await to('#log-out button.primary');
    await page.keyboard.press('Enter');
    await heading('Welcome back');
    await to('button.saved');
    await page.keyboard.press('Enter');
    await heading('Home');
});

scene('a token is stolen in the lab with the keyboard alone', { complaints: [/status of (401|409)/] }, async ({ page }) => {
    await page.goto('/lab/theft');
    await page.locator('.bench').waitFor();
    await page.keyboard.press('Tab');
    await page.locator('.skip:focus').waitFor();
    await page.keyboard.press('Enter');
    await tabTo(page, '#begin', true);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Begin another' }).waitFor();
    // Until it is there, nothing is behind the button, and Tab leads out of the page.
    await page.locator('#steal').waitFor();
    const press = async (id) => {
        await tabTo(page, id, true);
        await page.keyboard.press('Enter');
    };
    await press('#steal');
    await page.locator('.thief dl').waitFor();
    await page.locator('#steal:focus').waitFor();
    await press('#thief-refreshes');
    await page.locator('.family tbody tr').waitFor();
    await press('#thief-reads');
    await page.locator('.thief dd', { hasText: 'mina' }).waitFor();
    // Asked again every second, and still where it was.
    await page.waitForTimeout(2_500);
    assert.equal(await page.locator('#thief-reads:focus').count(), 1, 'the focus stays');
});
