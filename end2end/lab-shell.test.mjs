// The shell of the lab: what is chosen in one room holds in the others, for the next tab and after a reload, and the session that is begun
// has these rules, as the server says.

import assert from 'node:assert/strict';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, open } from './lab.mjs';
import { move } from './walk.mjs';

const chosen = (page, knob) => page.locator(`#lab-${knob}`).inputValue();

/** The rules of the session, as the server knows them. */
async function rules(page) {
    const [bench] = await page.evaluate(() => JSON.parse(localStorage.getItem('nightlatch.lab')).bench);
    return (await page.request.get(`/api/lab/benches/${bench}`)).json();
}

scene('what is chosen in one room holds in the others', {}, async ({ page }) => {
    await open(page);
    for (const [knob, value] of Object.entries({ storage: 'local', token: 'opaque', life: '30', check: 'signature', rotation: 'never', key: 'yes' })) {
        await page.locator(`#lab-${knob}`).selectOption(value);
    }
    assert.equal(await page.locator('#lab-fixed').count(), 0, 'nothing is held here');
    await begin(page);
    await expectText(
        page.locator('#lab-now'),
        'Now: Token storage: L – localStorage · Access token: a session id, looked up · Access token lives: 30 s · ' +
            'Access token is checked for: signature and time alone · Refresh token: never replaced · Bound to a key (L, S, M): yes',
    );
    const { knobs, bound } = await rules(page);
    assert.deepEqual([knobs, bound], [{ access_life: 30, rotation: 'never', check: 'signature', token: 'opaque' }, true]);
    assert.equal(await page.locator('#lab-differs').count(), 0);

    // Another room, that holds some of it.
    await page.getByRole('link', { name: 'What does it cost?' }).first().click();
    await expectText(page.locator('h1'), 'What does it cost?');
    assert.deepEqual([await chosen(page, 'storage'), await chosen(page, 'token'), await chosen(page, 'life')], ['local', 'opaque', '30']);
    assert.equal(await page.locator('#lab-rotation, #lab-check, #lab-key').count(), 0);
    const fixed = await page.locator('#lab-fixed').textContent();
    for (const said of ['Refresh token: replaced, reuse ends the session', 'signature, time, ended sessions', 'Bound to a key (L, S, M): no']) {
        assert.ok(fixed.includes(said), fixed);
    }
    await page.locator('#lab-differs').waitFor();
    await page.locator('#begin.primary').click();
    await expectText(
        page.locator('#lab-now'),
        'Now: Token storage: L – localStorage · Access token: a session id, looked up · Access token lives: 30 s · ' +
            'Access token is checked for: signature, time, ended sessions · Refresh token: replaced, reuse ends the session · Bound to a key (L, S, M): no',
    );
    assert.equal(await page.locator('#lab-differs').count(), 0);
    const other = await rules(page);
    assert.deepEqual([other.knobs, other.bound], [{ access_life: 30, rotation: 'detecting', check: 'ended', token: 'opaque' }, false]);

    // After a reload, and in another tab, which hears of the next choice, too.
    await page.reload();
    await page.locator('.rooms').waitFor();
    assert.equal(await chosen(page, 'token'), 'opaque');
    const tab = await page.context().newPage();
    await open(tab, 'theft');
    assert.deepEqual([await chosen(tab, 'rotation'), await chosen(tab, 'key'), await chosen(tab, 'life')], ['never', 'yes', '30']);
    await page.locator('#lab-life').selectOption('10');
    await soon('the other tab to hear of it', async () => (await chosen(tab, 'life')) === '10');

    // And back to what each room suggests.
    await tab.getByRole('button', { name: 'As suggested' }).click();
    await tab.locator('#lab-suggested').waitFor({ state: 'detached' });
    assert.equal(await tab.evaluate(() => document.activeElement.id), 'begin', 'the button went, and the focus is not lost');
    assert.deepEqual([await chosen(tab, 'rotation'), await chosen(tab, 'key'), await chosen(tab, 'storage')], ['detecting', 'no', 'local']);
    await soon('the first tab, too', async () => (await chosen(page, 'token')) === 'jwt');
});

scene('results are forgotten, and the session and what is chosen are not', {}, async ({ page }) => {
    await open(page, 'cost');
    await begin(page, { storage: 'session', life: '30' });
    await open(page);
    const now = await page.locator('#lab-now').textContent();
    await page.getByRole('button', { name: 'Forget all results' }).click();
    await expectText(page.locator('#lab-now'), now);
    assert.deepEqual([await chosen(page, 'storage'), await chosen(page, 'life')], ['session', '30']);
});

scene('tokens that are moved and bound elsewhere in the page are what the shell says of them', {}, async ({ page }) => {
    await open(page, 'script');
    await begin(page, { storage: 'local', key: 'no' });
    await page.locator('#lab-now', { hasText: /L – localStorage.*Bound to a key \(L, S, M\): no$/ }).waitFor();
    assert.equal(await move(page, 'session', '', true), 200);
    await page.locator('#lab-now', { hasText: /S – sessionStorage.*Bound to a key \(L, S, M\): yes$/ }).waitFor();
    assert.equal((await rules(page)).bound, true, 'as the server knows it');
    assert.equal(await move(page, 'cookie'), 200);
    await page.locator('#lab-now', { hasText: /C – Cookies.*Bound to a key \(L, S, M\): no$/ }).waitFor();
});
