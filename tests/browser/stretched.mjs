// Every page with sentences that are 40 % longer (src/texts/pseudo.rs), on a
// narrow phone and a desk, in plain text size and twice as large: nothing is
// cut off, nothing needs to be scrolled sideways (WCAG 1.4.4, 1.4.10).
import assert from 'node:assert/strict';
import { fits, language, main, readable } from './stage.mjs';
import { walk } from './walk.mjs';

/** The text size that browsers come with, in pixels. */
const PLAIN = 16;

const wrong = [];

await main(async () => {
  let pages = 0;
  await walk(language, async (name, patient) => {
    pages += 1;
    await inspect(patient.page, name);
  });
  assert.deepEqual(wrong, [], wrong.join('\n'));
  assert(pages > 45, `only ${pages} pages`);
});

async function inspect(page, name) {
  if (name !== 'body') await pretended(page, name);
  const browser = await page.context().newCDPSession(page);
  for (const times of [1, 2])
    for (const width of [320, 1280]) {
      await browser.send('Page.setFontSizes', { fontSizes: { standard: PLAIN * times, fixed: 13 * times } });
      await page.setViewportSize({ width, height: 640 });
      const size = await page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
      assert(size >= PLAIN * times, `the text is ${size} px high`);
      for (const check of [fits, readable])
        await check(page, `${name}, ${width} px, text ${times} times`).catch((error) => wrong.push(error.message));
    }
  await browser.send('Page.setFontSizes', { fontSizes: { standard: PLAIN, fixed: 13 } });
  await browser.detach();
}

/** What stands on every page is in the pretended language; on paper there is no footer. */
async function pretended(page, name) {
  const ours = await page.locator(name.startsWith('print') ? 'body' : 'footer').innerText();
  assert.match(ours, /ëë|áá|øø|ññ|îî/, `${name} is not in the pretended language`);
}
