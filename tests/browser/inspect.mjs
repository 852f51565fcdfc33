// What must hold of every page of every door.
import assert from 'node:assert/strict';
import { fits, judge, language } from './stage.mjs';

/** A page narrow and wide, light and dark; what axe finds. Throws at what is plainly wrong. */
export async function inspect(page, name) {
  const wrong = [];
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  assert.notEqual((await page.title()).trim(), '');
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 640 });
    await fits(page, name);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const found of await judge(page)) wrong.push(`${name}, ${width} px, ${colorScheme}: ${found}`);
    }
    if (name !== 'body') await targets(page, `${name}, ${width} px`);
  }
  return wrong;
}

/** Buttons, fields and links that stand alone are at least 44 px high. */
async function targets(page, name) {
  const small = await page.evaluate(() => {
    const alone = 'button, .button, .plain, summary, nav a, input:not([type=hidden]):not([type=checkbox]), select, textarea, .check label, .out a, .foot li a';
    return [...document.querySelectorAll(alone)]
      .map((node) => [node, node.getBoundingClientRect()])
      .filter(([, box]) => box.height < 43.9 || box.width < 43.9)
      .map(([node, box]) => `${node.outerHTML.slice(0, 80)} is ${box.width} x ${box.height}`);
  });
  assert.deepEqual(small, [], name);
}
