// Another site, and another port of the same, in a real browser: what the lab shows of them is what was on the wire, and what they did or
// did not do is what the API says.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, cells, open } from './lab.mjs';
import { press } from './walk.mjs';

const ATTACKERS = { site: 'Open the other site', port: 'Open the other port' };
const MARKS = ['__Host-lab-none', '__Host-lab-unwritten', '__Host-lab-lax', '__Host-lab-strict'];
const VECTORS = { form: 'Form', link: 'Link', fetch: 'fetch', image: 'Image', frame: 'iframe' };
/** What this site says to those who embed it, or are refused: the browser tells of it in the attacker's tab. */
const REFUSALS = [/ERR_BLOCKED_BY_RESPONSE/, /frame-ancestors/];

/**
 * What a tab sends to the targets, as `target/by`, with the headers as they went out. The protocol says so even of requests whose answers the
 * browser keeps from the page.
 */
async function listen(tab) {
    const protocol = await tab.context().newCDPSession(tab);
    const [urls, headers] = [new Map(), new Map()];
    const add = (map, id, value) => map.set(id, [...(map.get(id) ?? []), value]);
    protocol.on('Network.requestWillBeSent', ({ requestId, request }) => add(urls, requestId, request.url));
    protocol.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers: sent }) => add(headers, requestId, sent));
    await protocol.send('Network.enable');
    return () => {
        const wire = new Map();
        for (const [id, chain] of urls) {
            chain.forEach((url, at) => {
                const [, target, by] = /\/api\/lab\/cross\/(open|guarded)\/[^/]+\/[^/]+\/(\w+)/.exec(url) ?? [];
                const sent = headers.get(id)?.[at];
                if (!target || !sent) return;
                const names = (sent.Cookie ?? '').split(';').map((pair) => pair.trim().split('=')[0]);
                wire.set(`${target}/${by}`, { names, site: sent['Sec-Fetch-Site'], origin: sent.Origin });
            });
        }
        return wire;
    };
}

/** Opens the page of an attacker, and answers with what it sent when it is done. */
async function attack(page, from) {
    const context = page.context();
    // Nothing is sent before somebody listens.
    let begin;
    const listening = new Promise((resolve) => (begin = resolve));
    await context.route('**/attack.js', async (route) => {
        await listening;
        await route.continue();
    });
    const [tab] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: ATTACKERS[from] }).click()]);
    const wire = await listen(tab);
    begin();
    await context.unrouteAll({ behavior: 'wait' });
    await tab.getByText('Done. You can close this tab.').waitFor({ timeout: 20_000 });
    const address = new URL(tab.url()).origin;
    assert.equal(await tab.evaluate(() => window.opener), null, 'cut off from the lab');
    // The protocol tells of some of them a moment later than the page does.
    await soon('all seven on the wire', () => wire().size === 7);
    const sent = wire();
    await tab.close();
    return { wire: sent, address };
}

/** Sets the cookies, and waits for the links. */
async function plant(page) {
    await page.getByRole('button', { name: /^Set (the|new) cookies$/ }).click();
    await page.getByRole('link', { name: ATTACKERS.site }).waitFor();
}

/** A table shows what was on the wire. */
async function assertCookies(page, from, wire) {
    for (const [by, name] of Object.entries(VECTORS)) {
        const { names, site } = wire.get(`open/${by}`);
        const sent = MARKS.map((mark) => (names.includes(mark) ? 'sent' : 'no'));
        assert.deepEqual(await cells(page, `cookies-${from}`, name), ['yes', ...sent, site], `${from}: ${by}`);
    }
}

/** Whether the account follows somebody, as the API says; with the bearer token of the page, if it has any. */
async function follows(page) {
    const storage = JSON.stringify(await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]));
    const bearer = /\\"access\\":\\"([^\\"]+)/.exec(storage)?.[1];
    const followed = [];
    for (const person of ['mina', 'rover']) {
        const reply = await page.context().request.get(`/api/users/${person}`, bearer ? { headers: { authorization: `Bearer ${bearer}` } } : {});
        followed.push((await reply.json()).followed);
    }
    return followed;
}

scene('another site sends few cookies, another port all of them, and only the check stops it', { complaints: REFUSALS }, async ({ server, page }) => {
    await open(page, 'cross');
    assert.ok((await cells(page, 'cookies-site', 'Form')).every((word) => word.startsWith('(')), 'nothing is measured before it was run');
    await begin(page);
    await plant(page);

    // Another site.
    const site = await attack(page, 'site');
    assert.equal(site.address, server.origin.replace('localhost', 'evil.localhost'));
    await page.locator('#cookies-site .measured').first().waitFor();
    await assertCookies(page, 'site', site.wire);
    for (const [by, marks] of Object.entries({ form: [0, 1], link: [0, 1, 2], fetch: [], image: [], frame: [] })) {
        assert.deepEqual(site.wire.get(`open/${by}`).names.filter((name) => MARKS.includes(name)).sort(), marks.map((at) => MARKS[at]).sort(), by);
        assert.equal(site.wire.get(`open/${by}`).site, 'cross-site', by);
    }
    assert.ok(!site.wire.get('open/form').names.includes('__Host-access'), 'the session’s own cookie is Lax');
    assert.equal(site.wire.get('open/form').origin, site.address);
    const nobody = ['arrived without a credential', 'refused: cross-site'];
    for (const by of ['Form', 'fetch']) assert.deepEqual(await cells(page, 'outcomes-site', by), nobody, by);
    assert.deepEqual(await follows(page), [true, true]);

    // Another port.
    assert.ok((await cells(page, 'cookies-port', 'Form')).every((word) => word.startsWith('(')), 'one attacker at a time');
    const port = await attack(page, 'port');
    assert.match(port.address, /^http:\/\/localhost:\d+$/);
    assert.notEqual(port.address, server.origin);
    await page.locator('#cookies-port .measured').first().waitFor();
    await assertCookies(page, 'port', port.wire);
    for (const by of Object.keys(VECTORS)) {
        const { names, site } = port.wire.get(`open/${by}`);
        assert.ok([...MARKS, '__Host-access'].every((name) => names.includes(name)), `${by}: every cookie, ${names}`);
        assert.equal(site, 'same-site', by);
    }
    for (const by of ['Form', 'fetch']) assert.deepEqual(await cells(page, 'outcomes-port', by), ['acted in your name', 'refused: cross-site'], by);
    assert.deepEqual(await follows(page), [false, false], 'it really was done');
    assert.equal(await page.locator('.cells small').filter({ hasText: 'not as expected' }).count(), 0);

    // On the attacker's port there is nothing of the app, and the server hands out no way elsewhere.
    for (const path of ['/', '/login', '/api/me']) assert.equal((await page.context().request.get(port.address + path)).status(), 404, path);

    await plant(page);
    await soon('both to be followed again', async () => String(await follows(page)) === 'true,true');

    await open(page);
    const row = page.locator('tbody tr', { hasText: 'Can another site act as you?' });
    await expectText(row.locator('.measured'), '2 runs');
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
    const text = readFileSync(await file.path(), 'utf8');
    assert.match(text, /\| Another site, Cookies \| Form \| yes \| sent \| sent \| no \| no \| cross-site \| arrived without a credential \| refused: cross-site \|/);
    assert.match(text, /\| Another port of this host, Cookies \| fetch \| yes \| sent \| sent \| sent \| sent \| same-site \| acted in your name \| refused: cross-site \|/);
    const [json] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as JSON')]);
    assert.deepEqual(JSON.parse(readFileSync(await json.path(), 'utf8')).crossings.map(({ attacker }) => attacker).sort(), ['port', 'site']);
});

// Chromium sends a cookie whose SameSite was never written with a form of another site for two minutes (Lax + POST). Here it takes ten seconds
// for that, and they have to pass: nobody can put the clock of a browser forward.
const BRISK = { args: ['--enable-features=ShortLaxAllowUnsafeThreshold'] };
const OLD = 10_500;

scene('a cookie whose SameSite was not written goes with a form as long as it is new, and no longer', { complaints: REFUSALS, ...BRISK }, async ({ page }) => {
    await open(page, 'cross');
    await begin(page);
    for (const [old, sent] of [[false, ['__Host-lab-none', '__Host-lab-unwritten']], [true, ['__Host-lab-none']]]) {
        await plant(page);
        if (old) await page.waitForTimeout(OLD);
        const { wire } = await attack(page, 'site');
        assert.deepEqual(wire.get('open/form').names.filter((name) => MARKS.includes(name)).sort(), sent, `old: ${old}`);
        assert.deepEqual(wire.get('open/link').names.filter((name) => MARKS.includes(name)).length, 3, 'a link takes it along at any age');
        await page.locator('#cookies-site .measured').first().waitFor();
        // What came out is shown, also where the page expected two minutes.
        await soon('the surprise to be shown', async () => (await page.locator('.cells small').filter({ hasText: 'not as expected' }).count()) === Number(old));
        await assertCookies(page, 'site', wire);
    }
});

for (const storage of ['hybrid', 'local', 'session', 'memory']) {
    scene(`what no cookie holds cannot be borrowed, kept in ${storage}`, { complaints: REFUSALS }, async ({ page }) => {
        await open(page, 'cross');
        await begin(page, { storage });
        await plant(page);
        for (const from of ['site', 'port']) {
            const { wire } = await attack(page, from);
            await page.locator(`#outcomes-${from} .measured`).first().waitFor();
            await assertCookies(page, from, wire);
            for (const by of ['Form', 'fetch']) {
                assert.deepEqual(await cells(page, `outcomes-${from}`, by), ['arrived without a credential', 'refused: cross-site'], `${from} ${by}`);
            }
            for (const { names } of wire.values()) assert.ok(!names.includes('__Host-access'), from);
        }
        if (storage === 'local' || storage === 'session') assert.deepEqual(await follows(page), [true, true]);
        assert.equal(await page.locator('.cells small').filter({ hasText: 'not as expected' }).count(), 0);
    });
}

scene('behind another origin there is no attacker', { env: { NIGHTLATCH_ORIGIN: 'http://127.0.0.1:1' } }, async ({ page }) => {
    await open(page, 'cross');
    await page.getByText('There is no attacker here').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Set the cookies' }).count(), 0);
});
