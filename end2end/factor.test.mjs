// The second factor: set up on its page, asked for at log-in with scripts and without, demanded of an admin by configuration.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { ADMIN, MINA, answer, feed, fillIn, hydrated, logIn, press } from './walk.mjs';

const TWO_FACTOR = '/settings/security/two-factor';
const REFUSED = { complaints: [/status of (401|403|422)/] };

/** The code of RFC 6238 for a base32 secret, at a moment in milliseconds. */
function codeAt(secret, now) {
    const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
    const hash = createHmac('sha1', key).update(step).digest();
    return String((hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

/** An authenticator app that never shows a code twice: it waits for the next one. */
class App {
    #secret;
    #shown;

    constructor(secret) {
        this.#secret = secret;
    }

    code() {
        return soon(
            'the next code',
            () => {
                const code = codeAt(this.#secret, Date.now());
                if (code === this.#shown) return undefined;
                this.#shown = code;
                return code;
            },
            35_000,
        );
    }
}

/** Sets an app up on its page; answers with it and the recovery codes. */
async function enrol(page, { password } = MINA) {
    await page.goto(TWO_FACTOR);
    await page.locator('#begin-password').fill(password);
    await press(page, 'Set up an authenticator app');
    await page.locator('svg.qr').waitFor();
    const app = new App((await page.locator('code.secret').textContent()).replaceAll(' ', ''));
    await page.locator('#confirm-code').fill(await app.code());
    await press(page, 'Turn it on');
    await page.locator('.codes code').first().waitFor();
    return [app, await page.locator('.codes code').allTextContents()];
}

scene('a second factor is set up, asked for at log-in, and what was typed is kept', REFUSED, async ({ browser, page }) => {
    await logIn(page);
    const [, codes] = await enrol(page);
    assert.equal(codes.length, 10);
    const [first, second] = codes;
    await follow(page, 'I have kept them');
    await page.getByText('10 left').waitFor();

    await page.context().clearCookies();
    await page.goto('/login');
    await hydrated(page);
    assert.equal(await page.locator('[name="code"]').count(), 0);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    const code = page.locator('[name="code"]');
    await page.locator('[name="code"]:focus').waitFor();
    assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await page.locator('.summary').count(), 0, 'nothing is wrong yet');
    await code.fill('000000');
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'That code is wrong or was used already. Wait for the next one.');
    assert.equal(await page.locator('[name="login"]').inputValue(), 'mina');
    assert.equal(await page.locator('[name="password"]').inputValue(), MINA.password, 'it was right, and is kept');
    await code.fill(first);
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
    assert.equal(browser.of('POST /api/session').at(-1).status, 200);

    // A recovery code is good once.
    await page.context().clearCookies();
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await code.fill(first);
    await press(page, 'Log in');
    await page.locator('.summary').waitFor();
    await code.fill(second.toUpperCase());
    await press(page, 'Log in');
    await answer(page, false);
    await feed(page);
});

scene('a session in localStorage sets a second factor up as well', REFUSED, async ({ page }) => {
    await logIn(page, { ...MINA, storage: 'local' });
    const [, codes] = await enrol(page);
    assert.equal(codes.length, 10);
});

scene('without scripts the code has a page of its own', { ...REFUSED, context: { javaScriptEnabled: false } }, async ({ page }) => {
    await page.goto('/login');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await answer(page, false);
    const [, codes] = await enrol(page);
    await page.context().clearCookies();

    await page.goto('/login?next=/settings/appearance');
    await fillIn(page, MINA);
    await press(page, 'Log in');
    await expectText(page.locator('h1'), 'Enter your code');
    await page.locator('#code').fill('000000');
    await press(page, 'Log in');
    await expectText(page.locator('.summary li'), 'That code is wrong or was used already. Wait for the next one.');
    await page.locator('#code').fill(codes[0]);
    await press(page, 'Log in');
    await answer(page, false);
    await expectText(page.locator('h1'), 'Appearance');
});

scene('an admin who must have a second factor can do nothing else before', { ...REFUSED, env: { NIGHTLATCH_REQUIRE_MFA: 'admin' } }, async ({ page }) => {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, ADMIN);
    await press(page, 'Log in');
    await answer(page, true);
    await follow(page, 'Set it up');
    await page.getByText('Your role needs a second factor.').waitFor();
    const refused = await page.goto('/admin/accounts');
    assert.equal(refused.status(), 403);
    await follow(page, 'Set up a second factor');
    await expectText(page.locator('h1'), 'Two-factor authentication');
    await enrol(page, ADMIN);
    await page.goto('/admin/accounts');
    await page.locator('tbody th').first().waitFor();
});

/** A link. */
function follow(page, name) {
    return page.getByRole('link', { name, exact: true }).click();
}
