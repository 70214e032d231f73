// Many browsers in one process, each with a storage of its own: so that hundreds of cases can wait for the same seconds together.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { Proxy, TAG, expired } from './proxy.mjs';
import { LAUNCH, Server, soon } from './support.mjs';
import { MINA, inspect, logIn, move } from './walk.mjs';

export const REFRESH = 'POST /api/session/refresh';
const INSPECT = 'GET /api/session';

/** Seconds that an access token lives here: short, so that there is much to see, and with a race window (a tenth of it) that is longer than a
 *  tab can hang where dozens of them share two cores. With the usual life it is 30 s. */
const LIFE = 75;

/** After this many milliseconds without a hand-out, the next refresh replaces the token: the race window, and some. */
const APART = LIFE * 100 + 150;

/** Longer than a token lives. */
export const EXPIRY = LIFE * 1_000 + 15_000;

/** Dozens of tabs at once are slow, and that is not what this is about. */
export const PATIENCE = 60_000;

/** A server, a proxy before it, and one browser process. */
export async function street(play) {
    const folder = mkdtempSync(join(tmpdir(), 'nightlatch-'));
    const proxy = await Proxy.open();
    const server = new Server(join(folder, 'data'), {
        NIGHTLATCH_ORIGIN: proxy.origin,
        NIGHTLATCH_ACCESS_LIFE: `${LIFE}s`,
        NIGHTLATCH_THROTTLE: 'off',
        // Dozens log in at once, and passwords are not what this is about.
        NIGHTLATCH_ARGON2_MEMORY: '7168',
        NIGHTLATCH_ARGON2_PASSES: '1',
    });
    let browser;
    try {
        await server.start();
        proxy.to = server.origin;
        browser = await chromium.launch({ ...LAUNCH, args: [...LAUNCH.args, '--blink-settings=imagesEnabled=false'] });
        await play({ proxy, server, browser });
    } finally {
        await browser?.close();
        await proxy.close();
        await server.stop();
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    }
}

/** One person's browser: where its session is kept, how many tabs it has open, and whether it knows the Web Locks API. */
export class Household {
    pages = [];
    #proxy;
    #context;

    constructor(proxy, { storage, tabs, lock }) {
        Object.assign(this, { storage, tabs, lock });
        this.#proxy = proxy;
        this.name = `${storage}, ${tabs} ${tabs === 1 ? 'tab' : 'tabs'}, ${lock ? 'lock' : 'no lock'}`;
        /** One session for all tabs, or one for each. */
        this.shared = storage !== 'session' && storage !== 'memory';
    }

    /** Logs in, opens the tabs, in each the inspector of the lab: its button asks the API something. From now on a log-in form would be seen. */
    async moveIn(browser) {
        this.#context = await browser.newContext({
            baseURL: this.#proxy.origin,
            viewport: { width: 900, height: 700 },
            extraHTTPHeaders: { [TAG]: this.name },
        });
        this.#context.setDefaultTimeout(30_000);
        if (!this.lock) await this.#context.addInitScript(() => delete Navigator.prototype.locks);
        this.pages = [];
        for (let i = 0; i < this.tabs; i += 1) await this.#openTab(i === 0 || !this.shared);
    }

    async #openTab(logsIn) {
        const page = await this.#context.newPage();
        this.pages.push(page);
        page.granted = 0;
        page.on('response', (response) => {
            const { pathname } = new URL(response.url());
            if (pathname === '/api/session' && response.request().method() === 'GET' && response.status() === 200) page.granted += 1;
        });
        // What is in memory would not outlive the way to the lab: it is moved there.
        const fleeting = this.storage === 'memory';
        if (logsIn) await logIn(page, { ...MINA, storage: fleeting ? 'session' : this.storage, save: true });
        await inspect(page);
        if (fleeting && (await move(page, this.storage, MINA.password)) !== 200) throw new Error(`${this.name}: the tokens do not move`);
        await page.locator('.drawer dl').waitFor();
        await page.evaluate(() => {
            window.shut = [];
            const look = () => {
                if (document.querySelector('form[method="post"] input[name="password"]')) window.shut.push('log-in form');
                if (!document.querySelector('.menu > button')) window.shut.push(document.querySelector('h1')?.textContent ?? 'nothing');
            };
            new MutationObserver(look).observe(document, { childList: true, subtree: true });
        });
    }

    async moveOut() {
        this.#proxy.forget(this.name);
        await this.#context?.close();
    }

    /** Its calls to the API, of one kind. */
    calls(call) {
        return this.#proxy.calls.filter((entry) => entry.household === this.name && entry.call === call);
    }

    plan(call, fault, times = 1) {
        return this.#proxy.plan(call, fault, { times, household: this.name });
    }

    forget() {
        this.#proxy.forget(this.name);
    }

    /** Until the newest token is old enough to be replaced by the next refresh. Tabs with sessions of their own refresh at times of their
     *  own: there it is so for most of them. */
    async apart() {
        if (!this.shared) return pause(APART);
        for (;;) {
            const last = Math.max(...this.calls(REFRESH).map(({ until }) => until), 0);
            const left = last + APART - performance.now();
            if (left <= 0) return;
            await pause(Math.min(left, APART));
        }
    }

    /** Every tab asks for something, and its access token is said not to hold. */
    async stumble() {
        const said = this.plan(INSPECT, expired, this.tabs);
        await Promise.all(this.pages.map(ask));
        return said;
    }

    /** Until as many have stumbled as there are tabs. They are asked again after a while: what is pressed while an answer is on its way asks
     *  nothing. */
    async everyTabStumbles() {
        const said = await this.stumble();
        let next = performance.now() + 8_000;
        await soon('every tab to stumble', async () => {
            if (said.happened === this.tabs) return true;
            if (performance.now() < next) return false;
            next = performance.now() + 8_000;
            await Promise.all(this.pages.map(ask));
            return said.happened === this.tabs;
        }, PATIENCE);
    }

    /** Until every tab has had an answer from the API, asking again as an impatient person does. */
    async everyTabIsAnswered() {
        await Promise.all(
            this.pages.map(async (page) => {
                const before = page.granted;
                let next = performance.now() + 600;
                await soon('an answer of the API in every tab', async () => {
                    if (page.granted > before) return true;
                    if (performance.now() < next) return false;
                    next = performance.now() + 600;
                    await ask(page);
                    return false;
                }, PATIENCE);
            }),
        );
    }

    /** The most calls of one kind that were under way at the same time. */
    most(call) {
        const calls = this.calls(call);
        return Math.max(0, ...calls.map(({ from }) => calls.filter((other) => other.from <= from && from < other.until).length));
    }

    /** For the message of a failure: its calls, newest last. */
    story() {
        const calls = this.#proxy.calls.filter(({ household }) => household === this.name).slice(-40);
        return calls.map(({ call, status, from, until }) => `  ${Math.round(from)} ${status || '---'} ${call} ${Math.round(until - from)} ms`).join('\n');
    }

    /** Who of them was shown that they are not logged in, at any time: log-in form, or a page without the account menu. */
    async shutOut() {
        const seen = await Promise.all(this.pages.map((page) => page.evaluate(() => window.shut ?? ['another document'])));
        return [...new Set(seen.flat())];
    }
}

/** Presses the button of the inspector that asks the API. */
async function ask(page) {
    await page.locator('.drawer button', { hasText: 'Refresh' }).dispatchEvent('click');
}
