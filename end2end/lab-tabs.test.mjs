// Two tabs and one refresh token: what the page counts, and what went over the wire.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, open } from './lab.mjs';

const REFRESH = 'POST /api/session/refresh';
const STRICT = 'strict';
const GRACE = 'with grace';
const NAMES = { cookie: 'Cookies', hybrid: 'Cookie and memory', local: 'localStorage' };
const RULES = [
    [STRICT, 'lock off'],
    [STRICT, 'lock on'],
    [GRACE, 'lock off'],
    [GRACE, 'lock on'],
];

/** Opens the second tab of the room. */
async function second(page) {
    const [twin] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('button', { name: 'Open the second tab' }).click()]);
    await expectText(twin.locator('.room h2'), 'This tab is the second one of the experiment');
    return twin;
}

/** The table of runs, by rule and lock. */
function runs(page) {
    return page.locator('#races tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
}

/** What a run was on the wire: the answers to refreshes, race by race. The session that is left behind at its end belongs to none. */
function races(answers) {
    const all = [];
    for (const { method, path, status } of answers) {
        const call = `${method} ${path}`;
        if (call.startsWith('POST /api/lab/benches/') && call.endsWith('/again')) all.push([]);
        else if (call === REFRESH) all.at(-1)?.push(status);
    }
    return all.slice(0, -1);
}

for (const storage of ['cookie', 'hybrid', 'local']) {
    scene(`two tabs lose sessions by strict rules and without a lock alone, kept in ${storage}`, { complaints: [/status of (401|409)/] }, async ({ browser, page }) => {
        await open(page, 'tabs');
        assert.equal(await page.locator('#matrix .measured').count(), 0, 'nothing is measured before it was run');
        await begin(page, { storage });
        const twin = await second(page);
        const account = await page.locator('.menu .name').textContent();
        for (const [at, [rule, lock]] of RULES.entries()) {
            await page.locator('#race-rule').selectOption({ label: rule });
            await page.locator('#race-lock').selectOption({ label: lock });
            const from = browser.answers.length;
            await page.getByRole('button', { name: 'Run 20 races' }).click();
            await soon('the run', async () => (await runs(page)).length === at + 1 && (await page.locator('#racing').textContent()) === '', 40_000);
            const row = (await runs(page)).find(([, rules]) => rules === `${rule}, ${lock}`);
            const [name, , lost, met, refreshes, apart] = row;
            console.log(`  (${storage}: ${rule}, ${lock}: lost ${lost}, shown twice ${met}, ${refreshes} refreshes, apart ${apart})`);
            assert.equal(name, NAMES[storage]);
            const seen = await soon('all races on the wire', () => [races(browser.answers.slice(from))].find((all) => all.length >= 20));
            assert.equal(seen.length, 20, 'each race had a session of its own');
            assert.ok(seen.every((race) => race.length > 0), 'each race was one');
            assert.equal(Number(refreshes), seen.flat().length, 'refreshes on the wire');
            assert.equal(lost, `${seen.filter((race) => race.includes(401)).length} of 20`, 'sessions that were refused on the wire');
            if (rule === STRICT && lock === 'lock off') assert.ok(parseInt(lost, 10) > 0, 'they meet, and are taken for thieves');
            else assert.equal(lost, '0 of 20');
            if (rule === STRICT) assert.equal(met, lost, 'whoever met was lost');
            if (lock === 'lock on') assert.equal(met, '0 of 20', 'the lock keeps them apart');
        }
        // Both tabs are in, by the usual rules, and of the one account that there was.
        for (const tab of [page, twin]) {
            await expectText(tab.locator('.menu .name'), account);
            await tab.getByText('Your session has ended').waitFor({ state: 'detached' });
        }
        assert.equal(await page.locator('.cells small').filter({ hasText: 'not as expected' }).count(), 0);
        assert.equal(await page.locator('.chart svg rect').count(), 4, 'the drawing has what the table has');
        await open(page);
        await expectText(page.locator('tbody tr', { hasText: 'Two tabs' }).locator('.measured'), '4 of 12');
    });
}

scene('without a second tab nothing is measured', {}, async ({ page }) => {
    await open(page, 'tabs');
    await begin(page);
    await page.getByRole('button', { name: 'Run 20 races' }).click();
    await expectText(page.locator('.notice.warn'), 'The second tab does not answer. Open it again, and leave it open. Nothing was measured.');
    assert.equal(await page.locator('#matrix .measured').count(), 0);
    await begin(page, { storage: 'session' });
    await page.getByText('Tabs do not share this storage').waitFor();
});
