// Mail scanners with a whole browser: they run the page's scripts, open every
// link, press every button and send every form, all notices at once, each
// scanner from a network of its own. Then the patients come.
import assert from 'node:assert/strict';
import { MINUTE, Patient, later, main, patient, wish, write } from './stage.mjs';

const letter = { subject: 'About your avocet', text: 'Please come fasting, Jane.' };
const SCANNERS = 3;

await main(async () => {
  const jane = await patient('jane');
  const people = [jane, jane, await patient('bea'), await patient('cleo')];
  const links = [];
  for (const to of people) links.push([(await write(to, letter)).link, to]);
  await wish('drained');
  for (let n = 1; n <= SCANNERS; n += 1) await scan(n, links, ['', 'scan me', '000000'][n - 1]);
  await quiet(links);

  // One patient types the code that a scanner caused, without a press of her own.
  const [link, to] = links[2];
  const bea = await Patient.come({ from: '198.51.100.1' });
  await bea.go(link);
  await bea.press(bea.link('portal-have-code'));
  await bea.enter((await wish('code', { to })).code);
  await bea.sees('fasting');
  await bea.leave();

  // The scanners use up every try of the others, and come again for an hour.
  for (let round = 0; round < 2; round += 1) {
    for (const place of [0, 3]) await guess(20 + 3 * round, links[place][0]);
    await later(20 * MINUTE);
    await scan(40 + round, [links[0]], '');
  }
  await quiet([links[0], links[1], links[3]]);

  // Then the others come, from networks that have not been here.
  await later(31);
  for (const [n, place] of [0, 1, 3].entries()) await arrives(`198.51.101.${n}`, links[place]);
});

/** Nothing was opened, and no more was sent than one code a link and half a minute. */
async function quiet(links) {
  await wish('drained');
  for (const [, to] of links) {
    const { grants, opened, gaps } = await wish('state', { to });
    for (const grant of grants) assert.equal(grant, 'NoticeAccepted', 'a scanner changed the state of a message');
    assert.equal(opened, 0, 'a scanner opened something');
    assert(gaps.every((gap) => gap >= 30), `codes of one link came after ${gaps} s`);
  }
}

/** One scanner: heads, pages, a click on whatever can be clicked, scripts of its own. */
async function scan(n, links, typed) {
  const bot = await Patient.come({ from: `203.0.113.${n}`, width: n % 2 === 0 ? 320 : 1280 });
  const { page, context } = bot;
  for (const [link] of links) {
    for (const path of ['', '/enter', '/code', '/again']) {
      await context.request.head(link + path);
      await context.request.get(link + path);
    }
    for (const start of [link, `${link}/enter`]) {
      await bot.go(start);
      // What a page's own script could do: move, wait, touch everything.
      await page.evaluate(() => {
        for (const node of document.querySelectorAll('*')) node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
        for (const a of document.querySelectorAll('a')) fetch(a.href).catch(() => undefined);
      });
      const buttons = await page.locator('main button').count();
      for (let b = 0; b < buttons; b += 1) {
        await bot.go(start);
        if ((await page.locator('main button').count()) <= b) break;
        for (const field of await page.locator('main input[type=text]').all()) await field.fill(typed);
        for (const box of await page.locator('main input[type=checkbox]').all()) await box.check();
        await bot.press(page.locator('main button').nth(b));
      }
      await bot.go(start);
      if ((await page.locator('form').count()) > 0) {
        const all = () => {
          for (const form of document.forms) form.submit();
        };
        await Promise.all([page.waitForEvent('framenavigated'), page.evaluate(all)]);
      }
      await page.waitForLoadState();
      await bot.misses('avocet', 'fasting');
      await bot.go(start);
      for (const href of await page.locator('a').evaluateAll((all) => all.map((a) => a.href).filter((h) => h.startsWith('https:')))) await context.request.get(href);
    }
  }
  await context.close();
}

/** Three networks use up the fifteen tries of a request. */
async function guess(first, link) {
  for (let n = first; n < first + 3; n += 1) {
    const bot = await Patient.come({ from: `203.0.114.${n}` });
    await bot.go(link);
    await bot.press(bot.button('portal-send-code'));
    for (let tries = 0; tries < 6; tries += 1) {
      if ((await bot.page.locator('#code').count()) === 0) break;
      await bot.enter(String(100_000 + n * 100 + tries));
      await bot.misses('fasting');
    }
    await bot.context.close();
  }
}

async function arrives(from, [link, to]) {
  const patient = await Patient.come({ from });
  await patient.go(link);
  const before = (await wish('state', { to })).mails;
  await patient.press(patient.button('portal-send-code'));
  await wish('drained');
  let now;
  for (let looks = 0; looks < 100; looks += 1) {
    now = await wish('state', { to });
    if (now.mails > before) break;
    await patient.page.waitForTimeout(50);
  }
  assert(now.mails > before, 'the patient gets no code of her own');
  await patient.enter(now.last);
  await patient.sees('fasting');
  await patient.leave();
}
