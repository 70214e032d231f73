// Ordinary sessions whose tokens are bound to a key of this browser (DPoP, RFC 9449), where somebody chooses that: at log-in, at sign-up, and
// when the tokens of a living session move.

import assert from 'node:assert/strict';
import { scene } from './support.mjs';
import { MINA, NEW, answer, choose, feed, fillIn, hydrated, logIn, move, press, quiet } from './walk.mjs';

/** The schemes with which access tokens are shown from now on. */
function schemes(page) {
    const seen = [];
    page.on('request', (request) => {
        const scheme = request.headers().authorization?.split(' ')[0];
        if (scheme) seen.push(scheme);
    });
    return seen;
}

/** Every access token went with a signature, and a copy on another machine opens nothing. */
async function assertBound(page, seen) {
    assert.ok(seen.length > 0 && seen.every((scheme) => scheme === 'DPoP'), seen.join());
    const access = await page.evaluate(() => /"access":"([^"]+)/.exec(JSON.stringify({ ...localStorage }).replaceAll('\\', ''))[1]);
    for (const scheme of ['Bearer', 'DPoP']) {
        const { status } = await fetch(new URL('/api/me', page.url()), { headers: { authorization: `${scheme} ${access}` } });
        assert.equal(status, 401, scheme);
    }
}

scene('whoever logs in may bind the tokens to a key, and comes back with it', {}, async ({ page }) => {
    const seen = schemes(page);
    await logIn(page, { ...MINA, storage: 'local', bound: true });
    await page.reload();
    await feed(page);
    await assertBound(page, seen);
});

scene('so may whoever signs up', {}, async ({ page }) => {
    const seen = schemes(page);
    await page.goto('/signup');
    await hydrated(page);
    await fillIn(page, NEW);
    await choose(page, 'local', true);
    await press(page, 'Create account');
    await answer(page, true);
    await quiet(page);
    await assertBound(page, seen);
});

scene('tokens that move out of cookies may be bound on the way, and cookies are bound to nothing', {}, async ({ page }) => {
    // With cookies it changes nothing.
    await logIn(page, { ...MINA, storage: 'cookie', bound: true });
    await page.reload();
    await feed(page);
    const seen = schemes(page);
    assert.equal(await move(page, 'local', MINA.password, true), 200);
    await page.goto('/');
    await feed(page);
    await assertBound(page, seen);
});
