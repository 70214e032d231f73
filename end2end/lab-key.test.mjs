// Tokens that are bound to a key of this browser (DPoP, RFC 9449): what they cost on the wire, and that they are worth nothing elsewhere.

import assert from 'node:assert/strict';

import { begin, cells, lying, open } from './lab.mjs';
import { expectText } from './see.mjs';
import { scene, soon } from './support.mjs';
import { feed, press } from './walk.mjs';

const BOUND = ['local', 'session', 'memory'];

/** What the page sends to the server from now on: method, path, scheme of the token, claims of the proof. */
function listen(page) {
    const sent = [];
    page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        const { authorization, dpop } = request.headers();
        const part = (at) => JSON.parse(Buffer.from(dpop.split('.')[at], 'base64url'));
        if (authorization || dpop || pathname === '/api/session/nonce') {
            sent.push({ method: request.method(), path: pathname, scheme: authorization?.split(' ')[0], ...(dpop && { head: part(0), claims: part(1) }) });
        }
    });
    return sent;
}

scene('a bound session signs what it sends, goes on after a reload, and its key cannot be read', {}, async ({ page }) => {
    for (const storage of BOUND) {
        await open(page, 'script');
        const sent = listen(page);
        await begin(page, { storage, key: 'yes' });
        const begun = sent.find(({ path }) => path === '/api/lab/session');
        assert.deepEqual([begun.head.typ, begun.head.alg, begun.head.jwk.d, begun.claims.htm], ['dpop+jwt', 'ES256', undefined, 'POST'], storage);
        assert.equal(sent.filter(({ path }) => path === '/api/session/nonce').length, 1, 'one nonce for the page, asked for once');

        await page.goto('/');
        if (storage === 'memory') {
            // Gone with its page, as ever; one tap brings the account back, in cookies: nothing signs for them.
            continue;
        }
        await feed(page);
        await page.reload();
        await feed(page);
        const later = sent.filter(({ scheme }) => scheme);
        assert.ok(later.length > 0 && later.every(({ scheme, claims }) => scheme === 'DPoP' && claims.ath), `${storage}: ${JSON.stringify(later)}`);
        assert.equal(new Set(later.map(({ claims }) => claims.jti)).size, later.length, 'no proof twice');

        const key = await page.evaluate(async () => {
            const came = (request) => new Promise((tell) => (request.onsuccess = () => tell(request.result)));
            const database = await came(indexedDB.open('nightlatch.key'));
            const { privateKey } = await came(database.transaction('keys').objectStore('keys').get('mine'));
            const taken = await crypto.subtle.exportKey('jwk', privateKey).catch(({ name }) => name);
            return [privateKey.extractable, taken];
        });
        assert.deepEqual(key, [false, 'InvalidAccessError'], storage);
    }
});

scene('what a script takes from a bound session is worth nothing elsewhere, and it acts in the page all the same', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await open(page, 'script');
    for (const storage of BOUND) {
        await begin(page, { storage, key: 'yes' });
        await page.locator('h2', { hasText: /^In this storage: . – .*, bound to a key$/ }).waitFor();
        await press(page, 'Run it in this page');
        await page.locator('#sources .measured').first().waitFor();
        for (const source of ['document.cookie', 'localStorage', 'sessionStorage', 'what the page sends', 'wasm', 'answers of the API']) {
            assert.deepEqual(await cells(page, 'sources', source), ['none', 'none'], `${storage}: ${source}`);
        }
        await page.locator('#key', { hasText: 'did not get it' }).waitFor();
        // The tokens are there, as the profile has it: it is not that nothing was found.
        const { local, tab } = await lying(browser, page);
        assert.deepEqual([local, tab], [storage === 'local', storage === 'session'], storage);
    }
    for (const name of ['localStorage, bound to a key', 'sessionStorage, bound to a key', 'Memory, bound to a key']) {
        assert.deepEqual(await cells(page, 'storages', name), ['none', 'none', 'yes', 'yes'], name);
    }
    assert.equal(await page.locator('.cells small').filter({ hasText: 'not as expected' }).count(), 0);
    const acted = browser.answers.filter(({ method, path, status }) => method === 'DELETE' && path.endsWith('/follow') && status === 200);
    assert.equal(acted.length, 3, 'on the wire');

    // The page's own token, shown as a bearer's by hand: refused.
    await begin(page, { storage: 'local', key: 'yes' });
    const shown = await page.evaluate(async () => {
        const [, access] = /"access":"([^"]+)"/.exec(Object.values({ ...localStorage }).join(''));
        return fetch('/api/me', { headers: { authorization: `Bearer ${access}` }, credentials: 'omit' }).then(({ status }) => status);
    });
    assert.equal(shown, 401);
});

scene('a thief of bound tokens is refused, and nobody is logged out', {}, async ({ page }) => {
    await open(page, 'theft');
    await begin(page, { storage: 'local', key: 'yes' });
    await press(page, 'Steal the refresh token');
    await page.getByText('A script in this page could read it.').waitFor();
    await press(page, 'Thief refreshes');
    await page.locator('.thief dd', { hasText: '401 POST /api/session/refresh' }).waitFor();
    await press(page, 'Thief reads your feed');
    await page.locator('.thief dd', { hasText: '401 GET /api/feed' }).waitFor();
    await press(page, 'You refresh');
    await soon('the owner goes on', async () => (await page.locator('.family tbody tr').allTextContents()).some((row) => row.includes('You') && !row.includes('refused')));
    await expectText(page.locator('#verdict'), 'What was stolen opens nothing: the thief cannot sign with your browser’s key. You are in, and noticed nothing.');
    // A script that stays in the page needs to take nothing along.
    await press(page, 'Its script acts in your open page');
    await expectText(page.locator('#rode'), 'From within the open page it has acted in your name: there your own page signs for it.');
    await page.goto('/');
    await feed(page);
});
