// All storages beside each other: only what was run, and what follows from it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { begin, cells, open } from './lab.mjs';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { press } from './walk.mjs';

const QUESTIONS = 9;
const REFRESH = 'A script finds a usable refresh token';
const TOO_FEW = 'Too little was measured to recommend anything: at least two storages have to answer everything that matters to you.';
const RELOAD = 'Still in after a reload';

/** A row of the table, as `cells` reads it: what is in brackets was not measured. */
function row(page, question) {
    return cells(page, 'all', question);
}

scene('only what was run is compared, and what follows depends on what matters', {}, async ({ page }) => {
    await open(page, 'compare');
    assert.equal(await page.locator('#all tbody tr').count(), QUESTIONS);
    assert.equal(await page.locator('#all .measured').count(), 0, 'nothing was run');
    await expectText(page.locator('#recommended'), TOO_FEW);

    await open(page, 'survival');
    await page.getByRole('button', { name: 'Run: Reload' }).click();
    await page.locator('.runs li').waitFor();
    await open(page, 'script');
    for (const storage of ['cookie', 'local']) {
        await begin(page, { storage });
        await press(page, 'Run it in this page');
        await page.locator('#sources .measured').first().waitFor();
    }

    await open(page, 'compare');
    assert.deepEqual(await row(page, RELOAD), ['yes', 'yes', 'yes', 'yes', 'no'], 'as in the room of survival');
    assert.deepEqual(await row(page, REFRESH), ['no', '(not run)', 'yes', '(not run)', '(not run)']);
    await expectText(page.locator('#recommended'), TOO_FEW);
    for (let at = 0; at < QUESTIONS; at += 1) await page.locator(`#weight-${at}`).selectOption('not at all');
    await page.getByLabel(REFRESH).selectOption('very much');
    await expectText(page.locator('#recommended'), 'By what you have measured, and what matters to you: Cookies.');
    await page.getByLabel(REFRESH).selectOption('not at all');
    await page.getByLabel(RELOAD).selectOption('a little');
    await expectText(page.locator('#recommended'), 'By what you have measured, and what matters to you: Cookies or Cookie and memory or localStorage or sessionStorage.');

    await open(page);
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
    const text = readFileSync(await file.path(), 'utf8');
    assert.ok(text.includes(`| ${REFRESH} | no | not run | yes | not run | not run |`), text);
});
