// Stands between browser and server, and breaks what it is told to break. Everything else it passes on as it is.

import { Agent, createServer, request as ask } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** The header by which a browser context says which one it is. The server never sees it. */
export const TAG = 'x-household';

/** Its origin is to be the server's, by NIGHTLATCH_ORIGIN. */
export class Proxy {
    /** The origin at which the server listens; to be set before a browser comes. */
    to;
    /** Calls to the API: who, what, when it came and when its answer left (`performance.now()`), and its status; 0 for none. */
    calls = [];
    #plans = [];
    #listener = createServer((request, response) => this.#take(request, response));
    #agent = new Agent({ keepAlive: true });

    /** As a browser names it. */
    get origin() {
        return `http://localhost:${this.#listener.address().port}`;
    }

    static async open() {
        const proxy = new Proxy();
        await new Promise((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve));
        return proxy;
    }

    async close() {
        this.#plans = [];
        this.#agent.destroy();
        this.#listener.closeAllConnections();
        await new Promise((resolve) => this.#listener.close(resolve));
    }

    /** The next `times` requests `METHOD /path`, of one household or of any, meet `fault`. `happened` counts them. */
    plan(call, fault, { times = 1, household } = {}) {
        const plan = { call, fault, household, left: times, happened: 0 };
        this.#plans.push(plan);
        return plan;
    }

    /** What has not happened yet shall not. */
    forget(household) {
        this.#plans = this.#plans.filter((plan) => plan.household !== household);
    }

    async #take(request, response) {
        const { [TAG]: household, connection: _, ...headers } = request.headers;
        const call = `${request.method} ${request.url}`;
        const plan = this.#plans.find((plan) => plan.left > 0 && plan.call === call && (!plan.household || plan.household === household));
        if (plan) plan.left -= 1;
        const entry = { household, call, from: performance.now(), until: Infinity, status: 0 };
        if (request.url.startsWith('/api/')) this.calls.push(entry);
        const over = (status) => Object.assign(entry, { status, until: performance.now() });

        const exchange = {
            /** The server's whole answer. */
            ask: async () => this.#ask(request, headers, await whole(request)),
            answer: (answer) => {
                over(answer.status);
                send(response, answer).end(answer.body);
            },
            /** Headers, half the body, and nothing more. */
            half: (answer) => {
                over(0);
                const rest = send(response, answer);
                rest.write(answer.body.subarray(0, answer.body.length / 2), () => response.destroy());
            },
            cut: () => {
                over(0);
                response.destroy();
            },
        };
        try {
            const did = await (plan?.fault ?? pass)(exchange);
            if (plan && did !== false) plan.happened += 1;
        } catch {
            // The server is away: that is how it looks from outside.
            exchange.cut();
        }
    }

    #ask({ method, url }, headers, body) {
        return new Promise((resolve, reject) => {
            const out = ask(new URL(url, this.to), { method, headers, agent: this.#agent }, async (answer) => {
                resolve({ status: answer.statusCode, lines: answer.rawHeaders, body: await whole(answer) });
            });
            out.on('error', reject);
            out.end(body);
        });
    }
}

/** The request never arrives. */
export async function refused({ cut }) {
    cut();
}

/** The server has done what it was asked, and nobody hears of it. */
export async function lost({ ask, cut }) {
    await ask();
    cut();
}

/** The answer breaks off in the middle of its body; its headers, cookies included, have arrived. */
export async function halved({ ask, half }) {
    half(await ask());
}

/** The answer comes so many milliseconds later. */
export function late(ms) {
    return held(() => pause(ms));
}

/** The answer comes after what `until` waits for. */
export function held(until) {
    return async ({ ask, answer }) => {
        const held = await ask();
        await until();
        answer(held);
    };
}

/** Of two answers, the one that was ready first arrives last. For a plan of two. */
export function reordered() {
    let first = true;
    let overtake;
    const overtaken = new Promise((resolve) => (overtake = resolve));
    return async ({ ask, answer }) => {
        const mine = await ask();
        if (!first) {
            answer(mine);
            return overtake(true);
        }
        first = false;
        const late = await Promise.race([overtaken, pause(10_000, false)]);
        answer(mine);
        return late;
    };
}

/** An answer that the server knows nothing of. */
export function instead(status, type, body, ...lines) {
    return async ({ answer }) => answer({ status, lines: ['content-type', type, ...lines], body: Buffer.from(body) });
}

/** Overloaded, and says for how long. */
export const busy = instead(503, 'text/plain', 'busy', 'retry-after', '1');

/** Down, behind a balancer that says so. */
export const down = instead(503, 'text/html', '<h1>503 Service Unavailable</h1>');

/** A café's network that wants to be greeted first. */
export const portal = instead(200, 'text/html', '<h1>Welcome to our free network</h1>');

/** In the words of the server: the access token does not hold. What follows is a refresh, as after a real expiry. */
export const expired = instead(
    401,
    'application/problem+json',
    JSON.stringify({ type: '/problems/invalid_token', title: 'The token does not hold', status: 401, code: 'invalid_token' }),
);

async function pass({ ask, answer }) {
    answer(await ask());
}

function send(response, { status, lines, body }) {
    const kept = [];
    for (let i = 0; i < lines.length; i += 2) {
        if (!/^(connection|keep-alive|transfer-encoding|content-length)$/i.test(lines[i])) kept.push(lines[i], lines[i + 1]);
    }
    const length = status === 204 || status === 304 ? [] : ['content-length', body.length];
    // A browser asks again by itself when a connection that was used before breaks. With none of those, the page gets to see it.
    return response.writeHead(status, [...kept, ...length, 'connection', 'close']);
}

async function whole(stream) {
    const parts = [];
    for await (const part of stream) parts.push(part);
    return Buffer.concat(parts);
}
