// How a scene walks through the lab, and what it sees by itself of what the lab shows.

export async function open(page, room) {
    await page.goto(room ? `/lab/${room}` : '/lab');
    await page.locator('.rooms').waitFor();
}

/** Begins a session of the lab. */
export async function begin(page, choices = {}) {
    for (const [knob, value] of Object.entries(choices)) await page.locator(`#lab-${knob}`).selectOption(value);
    await page.locator('#begin').click();
    await page.getByRole('button', { name: 'Begin another' }).waitFor();
}

/** A table of cells: its rows by name, each with its words. All of them measured, where `measured` says so. */
export async function cells(page, id, row) {
    return page.locator(`#${id} tbody tr`, { has: page.locator('th', { hasText: row }) }).locator('td').evaluateAll((cells) =>
        cells.map((cell) => {
            const span = cell.querySelector('span');
            return span.classList.contains('measured') ? span.firstChild.textContent : `(${span.firstChild.textContent})`;
        }),
    );
}

/** What lies where, as the page's own scripts and the browser's protocol see it. */
export async function lying(browser, page) {
    const names = (await browser.cookies()).map(({ name }) => name);
    const holds = (text, word) => text.includes(word);
    const [local, tab] = await page.evaluate(() => [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]);
    const inCookie = { access: names.includes('__Host-access'), refresh: names.includes('__Host-refresh') };
    return { local: holds(local, 'refresh\\":\\"'), tab: holds(tab, 'refresh\\":\\"'), inCookie };
}
