// Every page, narrow and wide, light and dark: WCAG 2.2 AA as axe sees it, no
// sideways scrolling, large targets, the right language.
import assert from 'node:assert/strict';
import { Patient, fits, judge, language, main } from './stage.mjs';
import { inspect } from './inspect.mjs';
import { walk } from './walk.mjs';

const wrong = [];

await main(async () => {
  await canary();
  let pages = 0;
  const mails = await walk(language, async (name, patient) => {
    pages += 1;
    try {
      wrong.push(...(await inspect(patient.page, name)));
    } catch (error) {
      wrong.push(`${name}: ${error.message}`);
    }
  });
  await read(mails);
  assert.deepEqual(wrong, [], wrong.join('\n'));
  assert(pages > 45, `only ${pages} pages`);
});

/** The notice and the mail with the code, as a mail program shows them. */
async function read(mails) {
  const { page, context } = await Patient.come();
  for (const [name, mail] of mails) {
    await page.setContent(mail.html);
    assert.equal(await page.locator('html').getAttribute('lang'), language);
    for (const width of [320, 600]) {
      await page.setViewportSize({ width, height: 640 });
      await fits(page, name);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const found of await judge(page)) wrong.push(`${name}, ${width} px, ${colorScheme}: ${found}`);
      }
    }
  }
  await context.close();
}

/** What is plainly wrong is found. */
async function canary() {
  const { page, context } = await Patient.come();
  await page.setContent('<p style="color:#aaa;background:#bbb">grey</p><input>');
  const found = (await judge(page)).join();
  for (const rule of ['color-contrast', 'html-has-lang', 'label']) assert(found.includes(rule), `axe does not see ${rule}`);
  await context.close();
}
