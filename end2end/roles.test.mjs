// Who may see what, and what stands where nothing is.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { expectText } from './see.mjs';
import { ADMIN, MINA, logIn, logOut, press } from './walk.mjs';

scene('an admin sees the accounts', {}, async ({ page }) => {
    await logIn(page, ADMIN);
    await page.locator('.menu > button').click();
    await page.getByRole('link', { name: 'Accounts' }).click();
    await expectText(page.locator('h1'), 'Accounts');
    await page.locator('tbody th').first().waitFor();
    const names = (await page.locator('tbody th').allTextContents()).map((name) => name.trim());
    assert.deepEqual(['admin', 'mina', 'rover'].filter((name) => !names.includes(name)), []);
});

scene('an admin disables an account, which is out at once, and enables it again', { complaints: [/status of (401|422)/] }, async ({ server, page }) => {
    const api = (method, path, token, body) => fetch(`${server.origin}/api/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: body && JSON.stringify(body),
    });
    const elsewhere = await (await api('POST', 'session', null, { ...MINA, storage: 'native' })).json();
    assert.equal((await api('GET', 'me', elsewhere.access)).status, 200);

    await logIn(page, ADMIN);
    await page.goto('/admin/accounts?search=min');
    await page.locator('tbody').getByRole('link', { name: 'mina' }).click();
    await expectText(page.locator('h1'), 'mina');
    await page.locator('summary', { hasText: 'Disable' }).click();
    await press(page, 'Disable: mina');
    await expectText(page.locator('.notice.good'), 'mina is disabled and logged out everywhere.');
    assert.equal((await api('GET', 'me', elsewhere.access)).status, 401);
    assert.equal((await api('POST', 'session', null, { ...MINA, storage: 'native' })).status, 401);

    await page.locator('summary', { hasText: 'Enable' }).click();
    await press(page, 'Enable: mina');
    await expectText(page.locator('.notice.good'), 'mina can log in again.');
    assert.equal((await api('POST', 'session', null, { ...MINA, storage: 'native' })).status, 200);
});

scene('anyone else is refused, by the page and by the interface', { complaints: [/status of 403/] }, async ({ page }) => {
    await logIn(page);
    const document = await page.goto('/admin/accounts');
    assert.equal(document.status(), 403);
    await expectText(page.locator('.guard p'), 'Your role does not allow this page.');
    assert.equal(await page.title(), 'Error: There is a problem · Nightlatch');
    assert.equal(await page.locator('table tbody').count(), 0);
    const answer = await page.evaluate(async () => {
        const response = await fetch('/api/admin/accounts');
        return [response.status, (await response.json()).code];
    });
    assert.deepEqual(answer, [403, 'insufficient_scope']);
});

scene('another account in the same browser sees nothing of the first', {}, async ({ page }) => {
    await logIn(page, ADMIN);
    await logOut(page, 'admin');
    await logIn(page);
    assert.equal((await page.locator('.menu .name').textContent()).trim(), 'mina');
    assert.equal(await page.locator('.menu a[href="/admin/accounts"]').count(), 0);
});

scene('a page that is not there says so', { complaints: [/status of 404/] }, async ({ page }) => {
    const document = await page.goto('/nowhere');
    assert.equal(document.status(), 404);
    await expectText(page.locator('h1'), 'This page does not exist.');
});
