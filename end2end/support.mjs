// What every spec stands on: a server of its own with fresh data, browsers that are really closed and really opened again,
// and a record of everything that went over the wire or to the console. A scene ends well only if nothing was complained of.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { Proxy } from './proxy.mjs';

/** How a browser is started. */
export const LAUNCH = {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // A sandbox cannot be set up by root.
    args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
    ],
};

/**
 * A test with a server and a browser. `options.env` goes to the server, `options.context` to the browser, `options.args` to its command line,
 * `options.preferences` to the settings of its profile, `options.complaints` are patterns of console errors that belong to the scene. With
 * `options.proxy` there is a proxy between the two that breaks things; `options.todo` says what has to be built before the scene can hold.
 */
export function scene(name, options, play) {
    test(name, { timeout: 90_000, todo: options.todo }, async () => {
        const folder = mkdtempSync(join(tmpdir(), 'nightlatch-'));
        const proxy = options.proxy && (await Proxy.open());
        const server = new Server(join(folder, 'data'), { ...(proxy && { NIGHTLATCH_ORIGIN: proxy.origin }), ...options.env });
        const browser = new Browser(join(folder, 'profile'), proxy ?? server, options);
        try {
            await server.start();
            if (proxy) proxy.to = server.origin;
            await browser.open();
            await play({ server, proxy, browser, page: browser.page });
            browser.assertNoComplaints();
        } catch (error) {
            console.error(`${name}:\n${browser.story()}\nServer:\n${server.words.slice(-3000)}`);
            throw error;
        } finally {
            await browser.close();
            await proxy?.close();
            await server.stop();
            rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
        }
    });
}

/** The server, on a free port that stays its own when it is started again. */
export class Server {
    words = '';
    #data;
    #env;
    #port = 0;
    #child;

    constructor(data, env = {}) {
        this.#data = data;
        this.#env = env;
    }

    /** As a browser names it: cookies and origin checks know this name. */
    get origin() {
        return `http://localhost:${this.#port}`;
    }

    async start() {
        const note = `${this.#data}-address`;
        rmSync(note, { force: true });
        const binary = process.env.NIGHTLATCH_BIN;
        assert.ok(binary, 'NIGHTLATCH_BIN names the server to be tested; `cargo xtask test` sets it');
        const settings = {
            NIGHTLATCH_LISTEN: `127.0.0.1:${this.#port}`,
            NIGHTLATCH_DATA: this.#data,
            NIGHTLATCH_SEED: 'demo',
            NIGHTLATCH_ADDRESS_FILE: note,
            ...this.#env,
        };
        this.#child = spawn(binary, [], { env: { ...process.env, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
        for (const stream of [this.#child.stdout, this.#child.stderr]) stream.on('data', (data) => (this.words += data));
        const address = await soon('the server to listen', () => {
            assert.equal(this.#child.exitCode, null, `the server ended at once:\n${this.words}`);
            return read(note).trim();
        });
        this.#port = Number(address.split(':').at(-1));
    }

    /** Ends it, and keeps its data. */
    async stop(signal = 'SIGTERM') {
        const child = this.#child;
        if (!child || child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill(signal);
        const patience = setTimeout(() => child.kill('SIGKILL'), 5000);
        await ended;
        clearTimeout(patience);
    }
}

/** A browser with a profile that outlives its process. */
export class Browser {
    /** Responses: method, path, status, type, the response itself, and when it came. */
    answers = [];
    /** Requests that got no response. */
    unanswered = [];
    /** Errors of the console, of scripts, of the content policy. */
    complaints = [];
    /** What was in the document at some moment, in order: `login`, `waiting`, `feed`. */
    sighted = [];
    page;
    #profile;
    #site;
    #options;
    #context;

    /** `site.origin` is what it visits. */
    constructor(profile, site, { context = {}, complaints = [], ignoreDefaultArgs = [], args = [], preferences } = {}) {
        this.#profile = profile;
        this.#site = site;
        this.#options = { context, complaints, ignoreDefaultArgs, args };
        if (preferences) {
            mkdirSync(join(profile, 'Default'), { recursive: true });
            writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
        }
    }

    /** Starts the process. The record begins anew. */
    async open() {
        for (const list of [this.answers, this.unanswered, this.sighted]) list.length = 0;
        const { context, ignoreDefaultArgs, args } = this.#options;
        this.#context = await chromium.launchPersistentContext(this.#profile, {
            ...LAUNCH,
            args: [...LAUNCH.args, ...args],
            ignoreDefaultArgs,
            baseURL: this.#site.origin,
            viewport: { width: 1280, height: 800 },
            ...context,
        });
        this.#context.setDefaultTimeout(12_000);
        await this.#watch(context.javaScriptEnabled !== false);
        this.page = this.#context.pages()[0] ?? (await this.#context.newPage());
        return this.page;
    }

    /** Another tab of the same browser. */
    tab() {
        return this.#context.newPage();
    }

    cookies() {
        return this.#context.cookies();
    }

    offline(off) {
        return this.#context.setOffline(off);
    }

    /** Ends the process, as closing the last window does, and makes sure that it has ended. */
    async close() {
        if (!this.#context) return;
        await this.#context.close();
        this.#context = undefined;
        await soon('the browser to end', () => !holds(join(this.#profile, 'SingletonLock')));
    }

    async reopen() {
        await this.close();
        return this.open();
    }

    /** Answers to a method and a path, such as `POST /api/session`. */
    of(call) {
        return this.answers.filter(({ method, path }) => `${method} ${path}` === call);
    }

    /** Documents, oldest first. */
    documents() {
        return this.answers.filter(({ type }) => type === 'document');
    }

    /** Until the answer to a call has come, the one after those that were there. */
    answered(call, count = 1) {
        return soon(`${count} answers to ${call}`, () => this.of(call).length >= count);
    }

    assertNoComplaints() {
        const { complaints } = this.#options;
        const unexpected = this.complaints.filter((text) => !complaints.some((pattern) => pattern.test(text)));
        assert.deepEqual(unexpected, [], 'the browser complained');
    }

    /** For the message of a failure. */
    story() {
        const places = this.#context?.pages().map((page) => `  ${page.url()}`) ?? [];
        const lines = this.answers.map(({ method, path, status }) => `  ${status} ${method} ${path}`);
        const failed = this.unanswered.map(({ method, path, why }) => `  --- ${method} ${path} ${why}`);
        return ['Pages:', ...places, 'Answers:', ...lines, ...failed, 'Complaints:', ...this.complaints.map((text) => `  ${text}`), `Sighted: ${this.sighted}`].join('\n');
    }

    async #watch(scripts) {
        const context = this.#context;
        const named = (request) => ({ method: request.method(), path: request.url().replace(this.#site.origin, ''), type: request.resourceType() });
        context.on('response', (response) => this.answers.push({ ...named(response.request()), status: response.status(), response, at: performance.now() }));
        context.on('requestfailed', (request) => this.unanswered.push({ ...named(request), why: request.failure()?.errorText }));
        context.on('console', (message) => {
            if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
        });
        context.on('weberror', (error) => this.complaints.push(String(error.error())));
        if (!scripts) return;
        await context.exposeBinding('sighted', (_, what) => this.sighted.push(what));
        await context.addInitScript(() => {
            // Every state of the document is looked at, not only those that last.
            const marks = { login: 'form[method="post"] input[name="password"]', waiting: 'main[aria-busy="true"]', feed: 'article.post' };
            const seen = new Set();
            const look = () => {
                for (const [what, mark] of Object.entries(marks)) {
                    if (!seen.has(what) && document.querySelector(mark)) {
                        seen.add(what);
                        window.sighted(what);
                    }
                }
            };
            new MutationObserver(look).observe(document, { attributes: true, childList: true, subtree: true });
            document.addEventListener('securitypolicyviolation', (event) => {
                console.error(`content policy: ${event.violatedDirective} forbids ${event.blockedURI}`);
            });
        });
    }
}

/** Asks again and again until the answer is yes; for what gives no event. */
export async function soon(what, ask, patience = 12_000) {
    for (const until = Date.now() + patience; Date.now() < until; await pause(25)) {
        const answer = await ask();
        if (answer) return answer;
    }
    throw new Error(`waited in vain for ${what}`);
}

/** The text of a file that may not be there yet. */
function read(path) {
    try {
        return readFileSync(path, 'utf8');
    } catch {
        return '';
    }
}

/** Whether there is something at this path, a link into nowhere included. */
function holds(path) {
    try {
        lstatSync(path);
        return true;
    } catch {
        return false;
    }
}
