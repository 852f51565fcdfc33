// Another site's page, in the browser of somebody who is signed in: it posts
// forms to every address that takes one, in every way that a page can, and
// tries to put our pages into a frame. Nothing may come of it.
import assert from 'node:assert/strict';
import { Patient, main, patient, site, wish, write } from './stage.mjs';

const letter = { subject: 'About your avocet', text: 'Please come fasting, Jane.' };
const EVIL = 'http://evil.example';

await main(async () => {
  const to = await patient('jane');
  const { link } = await write(to, letter);
  const jane = await Patient.come();
  const { page } = jane;
  await jane.arrive(link, to);
  const message = page.url();
  await jane.press(jane.link('portal-reply'));
  const session = await page.locator('main input[name=form]').first().inputValue();
  const other = (await write(await patient('bea'), letter)).link;
  await page.goto(`${other}/enter`);
  const landing = await page.locator('main input[name=form]').first().inputValue();
  await wish('drained');
  const before = await counts(to);

  // The attacker is given even the right values.
  const forms = [
    [`${other}/code`, { form: landing }],
    [`${other}/enter`, { form: landing, code: '000000' }],
    [`${other}/again`, { form: landing }],
    [new URL('/sign-out', link).href, { form: session }],
    [`${message}/reply`, { form: session, text: 'Not by her' }, 'multipart/form-data'],
    [`${message}/discard`, { form: session }],
  ];
  for (const [address, fields, kind = 'application/x-www-form-urlencoded'] of forms)
    for (const [way, html] of Object.entries(ways(address, fields, kind))) {
      const seen = [];
      const listen = (response) => {
        if (response.request().method() === 'POST' && response.url().split('?')[0] === address) seen.push(response.status());
      };
      // What a script of theirs fetches, it may not even see (CORP).
      const hidden = (request) => {
        if (request.method() === 'POST' && request.url() === address && /BLOCKED_BY_RESPONSE/.test(request.failure().errorText)) seen.push(403);
      };
      page.on('response', listen);
      page.on('requestfailed', hidden);
      // The form may be on its way before the page stands.
      await page.goto(site(`${EVIL}/page`, html)).catch(() => undefined);
      await until(page, () => seen.length > 0, `${way}: nothing came to ${address}`);
      await page.waitForLoadState();
      page.off('response', listen);
      page.off('requestfailed', hidden);
      assert.deepEqual(seen, [403], `${way} to ${address}`);
    }
  await framed(page, [link, message, `${message}/body`, new URL('/inbox', link).href]);

  // She is still signed in, nothing was sent or tried.
  await wish('drained');
  assert.deepEqual(await counts(to), before);
  await jane.go(message);
  await jane.sees('fasting');
  await jane.go('/sent');
  await jane.misses('Not by her');
  await jane.context.close();
});

async function counts(to) {
  const { mails, opened, grants } = await wish('state', { to });
  return { mails, opened, grants };
}

/** Ways in which a page of another site sends a form. */
function ways(address, fields, kind) {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type=hidden name="${name}" value="${value}">`).join('');
  const form = (more) => `<form id=f method=post action="${address}" enctype="${kind}" ${more}>${inputs}</form>`;
  const send = '<script>document.getElementById("f").submit()</script>';
  const pairs = JSON.stringify(Object.entries(fields));
  const body = kind.startsWith('multipart') ? `(() => { const d = new FormData(); for (const [n, v] of ${pairs}) d.append(n, v); return d; })()` : `new URLSearchParams(${pairs})`;
  const inner = `${form('target=_top')}${send}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return {
    'a form that sends itself': form('') + send,
    'a form without a referrer': `<meta name=referrer content=no-referrer>${form('rel=noreferrer')}${send}`,
    // Its origin is `null`.
    'a form in a sandbox': `<iframe sandbox="allow-forms allow-scripts allow-top-navigation" srcdoc="${inner}"></iframe>`,
    'a form into a new window': `${form('target=w')}<script>open("about:blank", "w");document.getElementById("f").submit()</script>`.replace(' target=w', ''),
    'a script that fetches': `<script>fetch(${JSON.stringify(address)}, { method: 'POST', mode: 'no-cors', credentials: 'include', body: ${body} })</script>`,
  };
}

/** In a frame of another site our pages are not shown. */
async function framed(page, addresses) {
  for (const address of addresses) {
    await page.goto(site(`${EVIL}/frame`, `<iframe src="${address}"></iframe>`));
    await until(page, () => page.frames().length > 1 && page.frames()[1].url() !== 'about:blank', 'no frame');
    await page.waitForTimeout(200);
    const text = await page.frames()[1].evaluate(() => document.documentElement.innerText).catch(() => '');
    assert(!/Harbour|avocet|fasting/.test(text), `${address} is shown in a frame: ${text}`);
  }
}

async function until(page, holds, why) {
  for (let looks = 0; looks < 200; looks += 1) {
    if (holds()) return;
    await page.waitForTimeout(25);
  }
  assert.fail(why);
}
