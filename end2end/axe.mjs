// axe-core on the page as it is now.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe cannot decide, and why that is no fault. */
const UNDECIDED = [
    // The words on the door lie on a gradient; on its lightest green they have 7.0:1.
    /^color-contrast .*\.door > p /,
    // The line that lies upon the first picture of a narrow page, on a ground of its own.
    /^color-contrast (#back|\.number)/,
    // The tick before the present account, which the words beside it say too.
    /^color-contrast .* Element content contains only non-text characters/,
    // A count of one digit, in the ink of the page.
    /^color-contrast (.* > )?dd(:nth-child\(\d+\))? Element content is too short/,
    // The words of a drawing, which stand beside its shapes in the ink of the page. A table below it says the same.
    /^color-contrast (\.[a-z]+ > |\.[a-z]+\.bad > |.* )?text\b.* (contains an image node|Element content is too short)/,
    // Text that a sheet or a bar lies upon. The same page is looked at without it.
    /^color-contrast .*(overlapped|obscured) by another element/,
];

/** No rule of axe is broken, and none is left for a person to decide but what is named above. */
export async function assertAccessible(page, name) {
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
    const found = await page.evaluate(async (tags) => {
        const { violations, incomplete } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags } });
        const told = ({ id, nodes }) => nodes.map((node) => `${id} ${node.target} ${[...node.any, ...node.all, ...node.none][0]?.message ?? ''}`);
        return { violations: violations.flatMap(told), incomplete: incomplete.flatMap(told) };
    }, TAGS);
    assert.deepEqual(found.violations, [], name);
    assert.deepEqual(found.incomplete.filter((line) => !UNDECIDED.some((rule) => rule.test(line))), [], `${name}: undecided`);
}
