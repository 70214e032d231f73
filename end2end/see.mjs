// What is on the screen, waited for.

import assert from 'node:assert/strict';
import { soon } from './support.mjs';

/** Until an element says exactly this. */
export async function expectText(element, text) {
    let last;
    try {
        await soon(`“${text}”`, async () => {
            last = (await element.first().textContent({ timeout: 15_000 }))?.trim();
            return last === text;
        });
    } catch {
        assert.equal(last, text);
    }
}

/** The text of the first post, as it is now. */
export async function firstPost(page) {
    return (await page.locator('article.post h2').first().textContent()).trim();
}

/** Whether the log-in form was in the document at any moment since the browser was opened. */
export function assertNeverAskedToLogIn(browser) {
    assert.ok(!browser.sighted.includes('login'), `the log-in form was shown: ${browser.sighted}`);
}

export function assertNoStatus(browser, status) {
    const found = browser.answers.filter((answer) => answer.status === status).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(found, [], `answers with ${status}`);
}

/** "Feed shown in 184 ms", with a number that can be true. */
export async function assertReturnLine(page, name) {
    const line = await page.locator('.return-line:not([hidden])').textContent();
    const [, who, ms] = /You are back as (\S+?)\. Feed shown in (\d+)\s*ms, no password asked\./.exec(line) ?? [];
    assert.equal(who, name, line);
    assert.ok(Number(ms) > 0 && Number(ms) < 10_000, line);
}
