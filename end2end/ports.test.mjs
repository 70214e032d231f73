// The browser's ports, tested in Rust inside a browser: `cargo xtask test` compiles frontend/tests/ports.rs, and this runs it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { LAUNCH } from './support.mjs';

/** wasm-bindgen-test writes its report into this. */
const PAGE = '<!DOCTYPE html><meta charset="utf-8"><title>Ports</title><link rel="icon" href="data:,"><pre id="output"></pre>';

test('the ports do in a browser what the engine counts on', { timeout: 60_000 }, async () => {
    const site = await serve(process.env.PORTS);
    const browser = await chromium.launch(LAUNCH);
    try {
        const page = await browser.newPage();
        const said = [];
        page.on('console', (message) => said.push(message.text()));
        page.on('pageerror', (error) => said.push(String(error)));
        // By this name: storage and locks are for secure contexts.
        await page.goto(`http://localhost:${site.address().port}/`);
        const { names, passed } = await page.evaluate(run);
        const report = await page.locator('#output').textContent();

        assert.ok(names.length > 0, 'there are tests');
        assert.ok(passed, `${report}\n${said.join('\n')}`);
        const held = [...report.matchAll(/^test (\S+) \.\.\. ok$/gm)].map(([, name]) => name);
        assert.deepEqual(held.sort(), names.sort(), 'each of them was run, and passed');
        console.log(report.trim());
    } finally {
        await browser.close();
        site.close();
    }
});

/** In the page: what `wasm-bindgen-test-runner` does too. Exports whose names begin with `__wbgt_` are tests. */
async function run() {
    const { default: init, WasmBindgenTestContext: Context } = await import('/ports.js');
    window.__wbg_test_invoke = (test) => test();
    const wasm = await init({ module_or_path: '/ports_bg.wasm' });
    const tests = Object.keys(wasm).filter((name) => name.startsWith('__wbgt_'));
    const passed = await new Context(false).run(tests.map((name) => wasm[name]));
    return { names: tests.map((name) => name.split('::').at(-1)), passed };
}

async function serve(folder) {
    assert.ok(folder, 'PORTS names the folder with the tests; `cargo xtask test` sets it');
    const types = { '/ports.js': 'text/javascript', '/ports_bg.wasm': 'application/wasm' };
    const site = createServer(async ({ url }, response) => {
        const type = types[url];
        response.setHeader('content-type', type ?? 'text/html');
        response.end(type ? await readFile(join(folder, url)) : PAGE);
    });
    await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
    return site;
}
