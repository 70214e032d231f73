// The form for a new post, with scripts: what is chosen is shown, made smaller, watched on its way, and never lost.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { scene, soon } from './support.mjs';
import { expectText } from './see.mjs';
import { MINA, fillIn, logIn, press } from './walk.mjs';
import { noise, picture } from './picture.mjs';

const STATUS = 'p[role="status"].vh';

async function begin(page, how = MINA) {
    await logIn(page, how);
    await page.getByRole('link', { name: 'New', exact: true }).click();
    await expectText(page.locator('h1'), 'New post');
}

function choose(page, file) {
    return page.locator('[name="picture"]').setInputFiles(file);
}

/** Width and height of the preview, as it will be sent. */
function preview(page) {
    return page.locator('canvas:not([hidden])').evaluate((canvas) => [canvas.width, canvas.height]);
}

/** Until the post is there: the size of its picture. */
async function published(page) {
    await page.waitForURL('**/p/*');
    return page.locator('.whole img').evaluate((image) => [Number(image.getAttribute('width')), Number(image.getAttribute('height'))]);
}

/** Everything that the live region says from now on. */
async function listen(page) {
    await page.evaluate((status) => {
        window.said = [];
        const region = document.querySelector(status);
        new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    }, STATUS);
    return () => page.evaluate(() => window.said);
}

for (const storage of ['cookie', 'local']) {
    scene(`a picture is shown before it is sent, and sent smaller (${storage})`, {}, async ({ page }) => {
        await begin(page, { ...MINA, storage });
        await choose(page, picture(2400, 1200));
        assert.deepEqual(await preview(page), [1600, 800]);
        // Looked at, not believed: what is drawn is the picture.
        const corner = await page.locator('canvas').evaluate((canvas) => [...canvas.getContext('2d').getImageData(1590, 790, 1, 1).data]);
        assert.ok(corner[0] > 240 && corner[1] > 240 && corner[2] < 110, corner);
        let sent;
        await page.route('**/new', (route) => ((sent = route.request().postDataBuffer()?.length), route.continue()));
        await press(page, 'Publish post');
        assert.deepEqual(await published(page), [1440, 720]);
        assert.ok(sent === undefined || sent < 200_000, sent);
    });
}

scene('a picture that is dropped is chosen', {}, async ({ page }) => {
    await begin(page);
    const bytes = [...picture(300, 200).buffer];
    await page.locator('.drop').evaluate((zone, bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(bytes)], 'fade.png', { type: 'image/png' }));
        const send = (kind) => zone.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        window.ours = !send('dragover') && zone.hasAttribute('data-over') && !send('drop') && !zone.hasAttribute('data-over');
    }, bytes);
    assert.ok(await page.evaluate(() => window.ours), 'the browser does not open the file itself');
    assert.deepEqual(await preview(page), [300, 200]);
    await press(page, 'Publish post');
    assert.deepEqual(await published(page), [300, 200]);
});

scene('what will not do is said at once, and nothing is sent', {}, async ({ browser, page }) => {
    await begin(page);
    const said = await listen(page);
    for (const [file, words] of [
        [{ name: 'a.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') }, 'Choose a JPEG, PNG or WebP picture.'],
        [{ name: 'a.jpg', mimeType: 'image/jpeg', buffer: randomBytes(14 << 20) }, 'This picture is 14 MB. The limit is 8 MB.'],
    ]) {
        await choose(page, file);
        await expectText(page.locator('#picture-error'), `Error: ${words}`);
        await soon('the words', async () => (await said()).includes(words));
        assert.equal(await page.locator('[name="picture"]').getAttribute('aria-invalid'), 'true');
        assert.equal(await page.locator('[name="picture"]').evaluate((field) => field.validationMessage), words);
    }
    await press(page, 'Publish post');
    await choose(page, picture(30, 20));
    assert.deepEqual(await preview(page), [30, 20]);
    assert.equal(await page.locator('#picture-error').count(), 0);
    assert.deepEqual(browser.of('POST /new'), []);
    await press(page, 'Publish post');
    assert.deepEqual(await published(page), [30, 20]);
});

scene('a picture over the limit that can be made smaller is taken', {}, async ({ page }) => {
    await begin(page);
    const large = noise(2100, 1700);
    assert.ok(large.buffer.length > 8 << 20);
    await choose(page, large);
    assert.deepEqual(await preview(page), [1600, 1295]);
    await press(page, 'Publish post');
    assert.deepEqual((await published(page))[0], 1440);
});

scene('how far it has come is told while it is on its way', {}, async ({ page }) => {
    await begin(page);
    await choose(page, noise(1200, 1000));
    await preview(page);
    const said = await listen(page);
    const wire = await page.context().newCDPSession(page);
    await wire.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_500_000 });
    await press(page, 'Publish post');
    await page.locator('.sending .number').filter({ hasText: /^Uploading [1-9]\d? %$/ }).waitFor();
    const value = Number(await page.locator('progress').getAttribute('value'));
    assert.ok(value > 0 && value <= 100, value);
    await published(page);
    const heard = (await said()).filter((words) => words.startsWith('Uploading'));
    assert.ok(heard.length >= 2 && heard.length <= 4, `now and then, not always: ${heard}`);
});

scene('a token that is refused on the way is renewed, and the same file goes out again', { complaints: [/status of 401/] }, async ({ browser, page }) => {
    await begin(page);
    await choose(page, picture(300, 200));
    await fillIn(page, { caption: 'Twice', alt: 'A fade' });
    const said = await listen(page);
    const keys = [];
    await page.route('**/new', async (route) => {
        keys.push(route.request().headers()['idempotency-key']);
        if (keys.length > 1) return route.continue();
        await route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'x', status: 401, code: 'invalid_token' }) });
    });
    await press(page, 'Publish post');
    assert.deepEqual(await published(page), [300, 200]);
    await expectText(page.locator('.caption'), 'Twice');
    assert.ok((await said()).includes('Your sign-in was renewed. Continuing the upload.'));
    assert.deepEqual(keys, [keys[0], keys[0]]);
    assert.equal(browser.of('POST /api/session/refresh').filter(({ status }) => status === 200).length, 1);
});

scene('before an upload a token that is about to run out is renewed', { env: { NIGHTLATCH_ACCESS_LIFE: '110s' } }, async ({ browser, page }) => {
    await begin(page);
    assert.deepEqual(browser.of('POST /api/session/refresh'), []);
    await choose(page, picture(300, 200));
    await press(page, 'Publish post');
    await published(page);
    const calls = browser.answers.filter(({ method }) => method === 'POST').map(({ path, status }) => `${status} ${path}`);
    assert.deepEqual(calls.slice(-2), ['200 /api/session/refresh', '303 /new']);
});

scene('nothing is lost where an upload fails', { complaints: [/ERR_/, /status of 422/] }, async ({ page }) => {
    await begin(page);
    await choose(page, picture(300, 200));
    await fillIn(page, { caption: 'Kept', alt: 'This too' });
    await page.route('**/new', (route) => route.abort());
    await press(page, 'Publish post');
    await page.locator('.notice.bad').waitFor();
    assert.ok(await page.locator('.sending').isHidden());
    await page.unroute('**/new');
    // Refused for its words alone: the picture is still chosen.
    await page.locator('[name="caption"]').evaluate((field) => ((field.maxLength = 9999), (field.value = 'x'.repeat(2300))));
    await press(page, 'Publish post');
    await expectText(page.locator('.summary li'), 'Use 2,200 characters at most');
    assert.deepEqual(await preview(page), [300, 200]);
    assert.equal(await page.getByText('Choose it once more').count(), 0);
    assert.equal(await page.locator('[name="alt"]').inputValue(), 'This too');
    await page.locator('[name="caption"]').fill('Short');
    await page.reload();
    await expectText(page.locator('h1'), 'New post');
    await soon('the words', async () => (await page.locator('[name="alt"]').inputValue()) !== '');
    assert.deepEqual([await page.locator('[name="caption"]').inputValue(), await page.locator('[name="alt"]').inputValue()], ['Short', 'This too']);
    await choose(page, picture(300, 200));
    await press(page, 'Publish post');
    await published(page);
});
