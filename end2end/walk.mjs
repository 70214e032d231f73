// Ways through the site that several specs take, as a person would take them.

import { expectText } from './see.mjs';

export const MINA = { login: 'mina', password: 'correct-horse-mina' };
export const ROVER = { login: 'rover', password: 'correct-horse-rover' };
export const ADMIN = { login: 'admin', password: 'correct-horse-admin' };
export const NEW = { email: 'nora@example.org', username: 'nora', display_name: 'Nora Lind', password: 'three unrelated words' };

/** From the log-in page to the feed. */
export async function logIn(page, { login, password, storage, bound = false, save = true } = MINA) {
    await page.goto('/login');
    await hydrated(page);
    await fillIn(page, { login, password });
    if (storage) await choose(page, storage, bound);
    await press(page, 'Log in');
    if (storage !== 'session' && storage !== 'memory') await answer(page, save);
    await feed(page);
}

/** Where the tokens shall live, and whether they shall be bound to a key, on a form that begins a session. */
export async function choose(page, storage, bound = false) {
    await page.getByText('For developers: token storage').click();
    await page.locator(`input[name="storage"][value="${storage}"]`).check();
    if (bound) await page.getByRole('checkbox', { name: 'Bound to a key' }).check();
}

/** From the sign-up page to a feed that is still quiet. */
export async function signUp(page, { save = true, ...fields }) {
    await page.goto('/signup');
    await hydrated(page);
    await fillIn(page, fields);
    await press(page, 'Create account');
    await answer(page, save);
    await quiet(page);
}

/** "Save your login info?" */
export async function answer(page, save) {
    await expectText(page.locator('h1'), 'Save your login info?');
    await press(page, save ? 'Save login info' : 'Not now');
}

export async function logOut(page, name = 'mina') {
    await page.locator('.menu > button').click();
    await press(page, `Log out ${name}`);
    // Whose login info is saved is asked whether it shall stay.
    const sure = page.locator('#log-out button.primary');
    if (await sure.isVisible()) await sure.click();
}

export async function fillIn(page, fields) {
    for (const [name, text] of Object.entries(fields)) await page.locator(`[name="${name}"]`).fill(text);
}

export function press(page, name) {
    return page.getByRole('button', { name, exact: true }).click();
}

/** Scripts have taken over: the button that shows the password needs them, and comes with them. */
export function hydrated(page) {
    return page.locator('button.reveal').first().waitFor();
}

/** Scripts have taken over, on whatever page. */
export function awake(page) {
    return page.locator('#basic').waitFor({ state: 'detached' });
}

/** In the lab, with the inspector open: its button asks the API something. The way there loads a page, so what is in memory is gone. */
export async function inspect(page) {
    if (!new URL(page.url()).pathname.startsWith('/lab')) await page.goto('/lab');
    const drawer = page.locator('details.inspector');
    await drawer.waitFor();
    if (!(await drawer.evaluate((element) => element.open))) await drawer.locator('> summary').click();
}

/** Moves the tokens of the session, as a person does, and answers with the status. */
export async function move(page, storage, password = '', bound = false) {
    await inspect(page);
    const chooser = page.locator('details.inspector details.storage');
    await chooser.waitFor();
    if (!(await chooser.evaluate((element) => element.open))) await chooser.locator('> summary').click();
    await chooser.locator(`input[value="${storage}"]`).check();
    if (bound) await chooser.getByRole('checkbox', { name: 'Bound to a key' }).check();
    await chooser.locator('input[name="password"]').fill(password);
    const answer = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await press(page, 'Move the tokens');
    return (await answer).status();
}

/** The feed is there. */
export function feed(page) {
    return page.locator('article.post').first().waitFor();
}

/** The feed is there, and empty. */
export function quiet(page) {
    return page.locator('.feed .empty').waitFor();
}

/** Follows somebody, on their profile, and comes back to a feed that is no longer empty. */
export async function follow(page, username) {
    await page.goto(`/u/${username}`);
    const answered = page.waitForResponse((response) => response.url().endsWith('/follow'));
    await press(page, 'Follow');
    await answered;
    await page.goto('/');
    await feed(page);
}
