// The lab, and beside each figure that it shows what the test has seen itself: on the wire, in the cookies, in the storages of the profile.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { begin, cells, lying, open } from './lab.mjs';
import { MINA, awake, feed, inspect, logIn, press } from './walk.mjs';

const REFRESH = 'POST /api/session/refresh';
const PLACES = ['Memory of the page', 'sessionStorage', 'localStorage', 'Cookie without Max-Age', 'Cookie with Max-Age'];
const EVENTS = ['Reload', 'New tab, typed', 'New tab, by a link', 'window.open', 'Restart'];
/** Longer than the race window of a token that lives ten seconds. */
const APART = 4_300;

/** A column of the table: place, word, and whether it was measured. */
function column(page, event) {
    return page.locator('table.cells').evaluate((table, at) => {
        return [...table.querySelectorAll('tbody tr')].map((row) => {
            const cell = row.children[at + 1].querySelector('span');
            return { word: cell.firstChild.textContent, measured: cell.classList.contains('measured') };
        });
    }, EVENTS.indexOf(event));
}

/** Where the mark really is: as the page's own scripts, and the browser's protocol, say. */
async function marks(browser, page) {
    const mark = await page.evaluate(() => localStorage.getItem('nightlatch.lab.mark'));
    const tab = await page.evaluate(() => sessionStorage.getItem('nightlatch.lab.mark'));
    const cookies = await browser.cookies();
    const holds = (name) => cookies.some((cookie) => cookie.name === name && cookie.value === mark);
    return [false, tab !== null && tab === mark, mark !== null, holds('__Host-lab-fleeting'), holds('__Host-lab-lasting')];
}

async function assertColumn(browser, page, event) {
    const shown = await column(page, event);
    assert.deepEqual(shown.map(({ measured }) => measured), [true, true, true, true, true], event);
    assert.deepEqual(shown.map(({ word }) => word === 'kept'), await marks(browser, page), `${event}: as the browser has it`);
    return shown.map(({ word }) => word);
}

scene('what survives is measured, and is what the browser has', {}, async ({ browser, page }) => {
    await open(page, 'survival');
    for (const event of EVENTS) {
        assert.ok((await column(page, event)).every(({ measured }) => !measured), 'nothing is measured before it was run');
    }
    const run = (event) => page.getByRole('button', { name: `Run: ${event}` }).click();

    await run('Reload');
    await page.locator('.runs li').waitFor();
    assert.deepEqual(await assertColumn(browser, page, 'Reload'), ['lost', 'kept', 'kept', 'kept', 'kept']);

    for (const [event, words] of [
        ['New tab, by a link', ['lost', 'lost', 'kept', 'kept', 'kept']],
        ['window.open', ['lost', 'kept', 'kept', 'kept', 'kept']],
    ]) {
        const [twin] = await Promise.all([page.context().waitForEvent('page'), run(event)]);
        await twin.getByText('Measured in this tab').waitFor();
        assert.deepEqual(await assertColumn(browser, twin, event), words);
        await twin.close();
        await soon('the first tab to show it', async () => (await column(page, event)).every(({ measured }) => measured));
    }

    await run('New tab, typed');
    await page.getByText('type or paste the address').waitFor();
    const twin = await browser.tab();
    await open(twin, 'survival');
    await soon('the result', async () => (await column(twin, 'New tab, typed')).every(({ measured }) => measured));
    assert.deepEqual(await assertColumn(browser, twin, 'New tab, typed'), ['lost', 'lost', 'kept', 'kept', 'kept']);
    await twin.close();

    await run('Restart');
    await page.getByText('Close all windows of this browser').waitFor();
    page = await browser.reopen();
    await open(page, 'survival');
    await soon('the result', async () => (await column(page, 'Restart')).every(({ measured }) => measured));
    const words = await assertColumn(browser, page, 'Restart');
    assert.deepEqual(words, ['lost', 'lost', 'kept', 'lost', 'kept']);
    await page.getByText('You told us that you restarted').waitFor();

    await open(page);
    await expectText(page.locator('tbody tr:first-child .measured'), '5 of 5');
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as Markdown')]);
    const text = readFileSync(await file.path(), 'utf8');
    assert.match(text, /\| Cookie without Max-Age \| kept \| kept \| kept \| kept \| lost \|/);
    const [json] = await Promise.all([page.waitForEvent('download'), press(page, 'Export as JSON')]);
    assert.deepEqual(JSON.parse(readFileSync(await json.path(), 'utf8')).survived.map(({ event }) => event).sort(), ['link', 'reload', 'restart', 'script', 'typed']);
    await press(page, 'Forget all results');
    await expectText(page.locator('tbody tr:first-child td'), 'not run');
});

scene('a server that does not answer is no result', { complaints: [/ERR_FAILED/] }, async ({ browser, page }) => {
    await open(page, 'survival');
    await page.route('**/api/lab/marks', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await page.getByRole('button', { name: 'Run: Reload' }).click();
    await soon('the question to fail', () => browser.unanswered.some(({ path }) => path === '/api/lab/marks'));
    await page.locator('.cells').waitFor();
    assert.ok((await column(page, 'Reload')).every(({ measured }) => !measured), 'nothing is said of cookies that nobody has seen');
    await page.unroute('**/api/lab/marks');
    await page.reload();
    await page.locator('.runs li').waitFor();
    await assertColumn(browser, page, 'Reload');
});

scene('an injected script takes what lies open, and what it takes is tried out', {}, async ({ browser, page }) => {
    await open(page, 'script');
    const both = ['usable elsewhere', 'usable elsewhere'];
    const none = ['none', 'none'];
    const access = ['usable elsewhere', 'none'];
    for (const [storage, sources] of Object.entries({
        cookie: { localStorage: none, sessionStorage: none, 'what the page sends': none, wasm: none },
        hybrid: { localStorage: none, sessionStorage: none, 'what the page sends': access, wasm: access },
        local: { localStorage: both, sessionStorage: none, 'what the page sends': access, wasm: both },
        session: { localStorage: none, sessionStorage: both, 'what the page sends': access, wasm: both },
        memory: { localStorage: none, sessionStorage: none, 'what the page sends': access, wasm: both },
    })) {
        await begin(page, { storage });
        await page.locator('#sources').waitFor();
        assert.deepEqual(await cells(page, 'sources', 'localStorage'), sources.localStorage.map((word) => `(${word})`), 'not before it ran');
        await press(page, 'Run it in this page');
        await page.locator('#sources .measured').first().waitFor();
        for (const [source, words] of Object.entries({ 'document.cookie': none, 'answers of the API': none, ...sources })) {
            assert.deepEqual(await cells(page, 'sources', source), words, `${storage}: ${source}`);
        }
        const { local, tab, inCookie } = await lying(browser, page);
        assert.deepEqual([local, tab], [storage === 'local', storage === 'session'], `${storage}: as the profile has it`);
        assert.deepEqual(inCookie, { access: storage === 'cookie', refresh: storage === 'cookie' || storage === 'hybrid' }, storage);
    }
    // Nothing was unexpected, and none of the storages keeps a script from acting.
    assert.equal(await page.locator('.cells small').filter({ hasText: 'not as expected' }).count(), 0);
    for (const name of ['Cookies', 'Cookie and memory', 'localStorage', 'sessionStorage', 'Memory']) {
        assert.deepEqual((await cells(page, 'storages', new RegExp(` ${name}$`))).slice(2), ['yes', 'yes'], name);
    }
    const acted = browser.answers.filter(({ method, path }) => method === 'DELETE' && path.endsWith('/follow'));
    assert.equal(acted.filter(({ status }) => status === 200).length, 5, 'on the wire');
});

scene('an inline script is refused by the content policy', { complaints: [/Content Security Policy|content policy/] }, async ({ browser, page }) => {
    await open(page, 'script');
    await begin(page);
    await press(page, 'Try it as an inline script');
    await page.locator('#inline', { hasText: 'The content policy of this site refused it (script-src-elem)' }).waitFor();
    assert.ok(browser.complaints.some((text) => text.includes('Content Security Policy')), 'the browser says so itself');
});

/** What another tab shows after a log-out, and its Back button. In memory it has no session to lose. */
const TOLD = [/^logged out: median (\d+ ms), p95 \1, N 1$/, 'nobody is logged in: the page was loaded anew'];
const BESIDE = {
    cookie: TOLD,
    hybrid: TOLD,
    local: TOLD,
    // A window that a script opens begins with a copy, and has a session of its own by then, which goes on.
    session: [/^still logged in$/, 'logged in: the page was loaded anew'],
    memory: [/^nobody was logged in there$/, 'not looked at'],
};

for (const storage of ['cookie', 'hybrid', 'local', 'session', 'memory']) {
    scene(`after a log-out nothing is left that opens anything, kept in ${storage}`, {}, async ({ browser, page }) => {
        await open(page, 'leaving');
        await begin(page, { storage });
        // The other tab, as it is seen from here: every time somebody is logged in there, or nobody any more.
        const seen = [];
        await page.context().exposeBinding('menu', ({ page }, there) => seen.push([new URL(page.url()).pathname, there]));
        await page.context().addInitScript(() => {
            if (!window.opener) return;
            let last;
            setInterval(() => {
                const there = Boolean(document.querySelector('.menu > button'));
                if (document.body && there !== last) window.menu((last = there));
            }, 10);
        });
        await press(page, 'Copy the tokens, log out, and look');
        await page.locator('#left').waitFor({ timeout: 40_000 });
        const rows = await page.locator('#left tbody tr').evaluateAll((rows) => Object.fromEntries(rows.map((row) => [...row.children].map((cell) => cell.textContent))));
        const { 'Memory of the page’s wasm': memory, 'Another tab of this site': beside, 'Back, pressed there': back, ...rest } = rows;
        const [told, brought] = BESIDE[storage];
        assert.match(beside, told);
        assert.equal(back, brought);
        const ins = seen.filter(([, there]) => there).map(([path]) => path);
        if (storage === 'memory') assert.deepEqual(ins, [], 'as it is seen from here');
        else assert.deepEqual([ins[0], ins[1], seen.at(-1)[1]], ['/', '/settings', back.startsWith('logged in')], `as it is seen from here: ${JSON.stringify(seen)}`);
        assert.equal(page.context().pages().length, 1, 'and closed again');
        assert.deepEqual(rest, {
            'sessionStorage and localStorage': 'no token',
            'Cookies that come along': 'no token',
            'Copy of the access token': 'refused, 401',
            'Copy of the refresh token': 'refused, 401',
        });
        assert.match(memory, storage === 'cookie' ? /^none was ever there$/ : /^0 of [1-9]\d* left$/);
        console.log(`  (${storage}: memory: ${memory})`);
        const { local, tab, inCookie } = await lying(browser, page);
        assert.deepEqual([local, tab, inCookie], [false, false, { access: false, refresh: false }], 'as the profile has it');
    });
}

scene('how it works can be touched: a hash, and a payload that nobody can change', {}, async ({ page }) => {
    await open(page, 'how');
    await page.locator('#how-password').fill('a word');
    await press(page, 'Hash it');
    const first = await page.locator('#hashed').textContent();
    assert.match(first, /^\$argon2id\$v=19\$m=/);
    await page.locator('#how-password').press('Enter');
    await soon('another hash', async () => (await page.locator('#hashed').textContent()) !== first);

    await begin(page);
    await expectText(page.locator('#forged'), 'Accepted: this payload is the one that was signed.');
    const payload = page.locator('#how-payload');
    const signed = await payload.inputValue();
    await payload.fill(signed.replace('"role":"user"', '"role":"admin"'));
    await press(page, 'Put it into the token, and show it to the server');
    await expectText(page.locator('#forged'), 'Refused: the signature belongs to another payload.');
    await payload.fill(signed);
    await press(page, 'Put it into the token, and show it to the server');
    await expectText(page.locator('#forged'), 'Accepted: this payload is the one that was signed.');
});

scene('the lab has an account of its own, and one’s own is a tap away', {}, async ({ page }) => {
    await logIn(page, MINA);
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await page.locator('.rooms').waitFor();
    await page.getByRole('link', { name: 'Silent refresh' }).first().click();
    await begin(page);
    const name = await page.locator('.menu .name').textContent();
    assert.match(name, /^lab[0-9a-f]{8}$/);
    await page.goto('/');
    await feed(page);
    await page.locator('.menu > button').click();
    await page.getByRole('button', { name: 'Switch to mina' }).click();
    await feed(page);
    await expectText(page.locator('.menu .name'), 'mina');
});

/** Who is in, as the page says it. */
async function standing(page) {
    const word = (who) => page.locator(`#${who} .tag`).textContent();
    return { you: await word('you'), thief: await word('thief') };
}

/** What the page writes of the uses of tokens. */
function family(page) {
    return page.locator('.family tbody tr').evaluateAll((rows) => rows.map((row) => [...row.children].slice(1).map((cell) => cell.textContent)));
}

async function uses(page, count) {
    await soon(`${count} uses of tokens`, async () => (await family(page)).length === count);
}

for (const [storage, said] of [
    ['local', 'A script in this page could read it.'],
    ['session', 'A script in this page could read it.'],
    ['cookie', 'No script finds it lying open here.'],
    ['hybrid', 'No script finds it lying open here.'],
]) {
    scene(`a stolen token is noticed when it is used twice, kept in ${storage}`, { complaints: [/status of 401/] }, async ({ browser, page }) => {
        await open(page, 'theft');
        await begin(page, { storage });
        await press(page, 'Steal the refresh token');
        await page.getByText(said).waitFor();
        await press(page, 'Thief refreshes');
        await uses(page, 1);
        await press(page, 'Thief reads your feed');
        await page.locator('.thief dd', { hasText: 'mina' }).waitFor();
        assert.deepEqual(await standing(page), { you: 'in', thief: 'in' });
        // The thief uses what it was given: its predecessor is no loser of a race any more.
        await page.waitForTimeout(APART);
        await press(page, 'Thief refreshes');
        await uses(page, 2);
        await page.waitForTimeout(APART);
        await press(page, 'You refresh');
        await page.locator('#verdict', { hasText: 'A token was used twice' }).waitFor();
        assert.deepEqual(await standing(page), { you: 'out', thief: 'out' });
        await press(page, 'Thief reads your feed');
        await page.locator('.thief dd', { hasText: '401 GET /api/feed' }).waitFor();
        const rows = await family(page);
        assert.deepEqual(rows.map(([who, showed]) => [who, showed]).slice(0, 2), [['Thief', 'g1'], ['Thief', 'g2']]);
        assert.ok(rows.some(([who, , what]) => who === 'You' && what === 'saw it used twice, and ended the session'), rows);
        assert.equal(await page.locator('.family svg circle').count(), rows.length);
        assert.equal(rows.filter(([who]) => who === 'You').length, browser.of(REFRESH).length, 'as on the wire of this browser');
    });
}

scene('without reuse detection the thief stays, and the owner is out', { complaints: [/status of 401/] }, async ({ page }) => {
    await open(page, 'theft');
    await begin(page, { storage: 'local', rotation: 'blind' });
    await press(page, 'Steal the refresh token');
    for (const count of [1, 2]) {
        await press(page, 'Thief refreshes');
        await uses(page, count);
        await page.waitForTimeout(APART);
    }
    await press(page, 'You refresh');
    await page.locator('#verdict', { hasText: 'You are out, and the thief is in.' }).waitFor();
    await press(page, 'Thief reads your feed');
    await page.locator('.thief dd', { hasText: '200 GET /api/feed' }).waitFor();
});

scene('without rotation nobody notices anything', {}, async ({ page }) => {
    await open(page, 'theft');
    await begin(page, { storage: 'local', rotation: 'never' });
    await press(page, 'Steal the refresh token');
    await press(page, 'Thief refreshes');
    await uses(page, 1);
    await page.waitForTimeout(APART);
    await press(page, 'You refresh');
    await uses(page, 2);
    await page.waitForTimeout(APART);
    await press(page, 'Thief refreshes');
    await uses(page, 3);
    await expectText(page.locator('#verdict b'), 'Not noticed so far. Both are in.');
    assert.deepEqual(new Set((await family(page)).map(([, showed]) => showed)), new Set(['g1']));
});

scene('with the lab off there is no lab', { env: { NIGHTLATCH_LAB: 'off' }, complaints: [/status of 404/] }, async ({ server, browser, page }) => {
    await logIn(page, MINA);
    assert.equal(await page.getByRole('link', { name: 'Lab', exact: true }).count(), 0);
    for (const path of ['/lab', '/lab/survival']) {
        const response = await page.goto(path);
        assert.equal(response.status(), 404);
        await awake(page);
        await expectText(page.locator('h1'), 'This page does not exist.');
    }
    assert.ok(!browser.answers.some(({ path }) => path.includes('lab') && path.endsWith('.wasm')));

    // Nor are its files: what another server, which has it, asks for.
    const folder = mkdtempSync(join(tmpdir(), 'nightlatch-'));
    const other = new Server(join(folder, 'data'), {});
    try {
        await other.start();
        const html = await (await fetch(`${other.origin}/lab`)).text();
        const files = html.match(/\/pkg\/[\w.-]*lab[\w.-]*/g);
        assert.ok(files.length >= 4, html);
        for (const file of files) {
            const status = async ({ origin }) => (await fetch(origin + file)).status;
            assert.deepEqual([await status(other), await status(server)], [200, 404], file);
        }
    } finally {
        await other.stop();
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
});

scene('the pages load nothing of the lab', {}, async ({ browser, page }) => {
    await logIn(page, MINA);
    await page.waitForTimeout(500);
    assert.ok(!browser.answers.some(({ path }) => path.startsWith('/pkg/') && path.includes('lab')), 'the feed');
    await open(page);
    assert.ok(browser.answers.some(({ path }) => path.startsWith('/pkg/lab') && path.endsWith('.wasm')));
});

scene('the wire log can be held still, emptied and copied, and the token is taken apart anew when it was renewed', { complaints: [/status of 401/], context: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ page }) => {
    await open(page, 'refresh');
    await begin(page, { storage: 'local' });
    await inspect(page);
    const drawer = page.locator('details.inspector');
    const generation = async () => (await drawer.locator('dl').textContent()).match(/Generation(\d+)/)?.[1];
    await soon('the token taken apart', async () => (await generation()) === '1');
    const calls = () => drawer.locator('.wire > li').count();

    await press(page, 'Pause');
    const held = await calls();
    await page.locator('#lab-times').selectOption('1');
    await press(page, 'Ask five things at once');
    await soon('another token, taken apart by itself', async () => (await generation()) === '2');
    assert.equal(await calls(), held, 'held still');
    await press(page, 'Go on');
    await soon('what went on meanwhile', async () => (await calls()) > held);

    await press(page, 'Copy');
    await page.getByText('The wire log is in your clipboard, as JSON.').waitFor({ state: 'attached' });
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    assert.equal(copied.filter(({ part }) => part === 'refresh').length, 1);
    assert.ok(copied.every(({ path, status }) => path.startsWith('/api/') && status > 0));
    assert.doesNotMatch(JSON.stringify(copied), /eyJ/, 'no token');

    await press(page, 'Clear');
    assert.equal(await calls(), 0);
    await drawer.getByRole('button', { name: 'Refresh', exact: true }).click();
    await soon('the next call', async () => (await calls()) === 1);
});
