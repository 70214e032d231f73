// Signs requests with a key of this browser: proofs of possession (DPoP, RFC 9449). The private half cannot be read by anybody, not even by
// this script: it lies in IndexedDB as a thing that signs. It stays there when a session ends, for the next one.

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const [DATABASE, KEYS, MINE] = ['nightlatch.key', 'keys', 'mine'];
// In milliseconds. The server takes a nonce for half as long again.
const NONCE_LIFE = 120_000;
const PATIENCE = 15_000;

const utf8 = (text) => new TextEncoder().encode(text);

const base64url = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '');

const done = (request) =>
    new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });

const made = () => crypto.subtle.generateKey(ECDSA, false, ['sign']);

// The key of this browser. Of two tabs that make one at the same time, the second takes that of the first.
const kept = async () => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
    const database = await done(opening);
    try {
        const found = await done(database.transaction(KEYS).objectStore(KEYS).get(MINE));
        if (found) return found;
        const pair = await made();
        const keys = database.transaction(KEYS, 'readwrite').objectStore(KEYS);
        const other = await done(keys.get(MINE));
        if (!other) await done(keys.put(pair, MINE));
        return other ?? pair;
    } finally {
        database.close();
    }
};

let key;
// Where nothing can be kept, the key lives as long as this page, and so does what is bound to it.
const mine = () =>
    (key ??= kept()
        .catch(made)
        .then(async ({ privateKey, publicKey }) => {
            const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
            return { privateKey, jwk: { kty, crv, x, y } };
        }));

let [nonce, learnt, asking] = [undefined, 0, undefined];

// Takes the nonce that came with an answer, for the next proofs.
export const learn = (given) => {
    nonce = given;
    learnt = performance.now();
};

const ask = async () => {
    const answer = await fetch('/api/session/nonce', { cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(PATIENCE) });
    learn(answer.headers.get('dpop-nonce'));
};

const current = async () => {
    if (!nonce || performance.now() - learnt > NONCE_LIFE) {
        asking ??= ask().finally(() => (asking = undefined));
        await asking;
    }
    return nonce;
};

// A proof for one request, and for the access token that goes with it, if one does.
export const prove = async (method, path, access) => {
    const [{ privateKey, jwk }, nonce] = await Promise.all([mine(), current()]);
    // As the browser sends it.
    const { origin, pathname } = new URL(path, location.href);
    const claims = { jti: crypto.randomUUID(), htm: method, htu: origin + pathname, iat: Math.floor(Date.now() / 1000), nonce };
    if (access) claims.ath = base64url(await crypto.subtle.digest('SHA-256', utf8(access)));
    const parts = [{ typ: 'dpop+jwt', alg: 'ES256', jwk }, claims];
    const signed = parts.map((part) => base64url(utf8(JSON.stringify(part)))).join('.');
    return `${signed}.${base64url(await crypto.subtle.sign(ECDSA, privateKey, utf8(signed)))}`;
};
