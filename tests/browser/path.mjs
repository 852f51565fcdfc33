// The whole path of a patient, with scripts and without, in both languages, on
// a phone and on a desk.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Patient, fits, main, octets, patient, wish, write } from './stage.mjs';

const SECRET = 'Your avocet results are in. Everything looks good.';
const REPORT = octets(70_000, '%PDF-1.4\n');
const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

// A code as people paste it.
const digits = (code, zero) => [...code].map((d) => String.fromCodePoint(zero + Number(d))).join('');
const FORMS = [
  (code) => `${code.slice(0, 3)} ${code.slice(3)}`,
  (code) => `${code.slice(0, 3)}-${code.slice(3)}`,
  (code) => ` ${code}\n`,
  (code) => digits(code, 0xff10),
  (code) => digits(code, 0x660),
];

await main(async () => {
  let turn = 0;
  for (const scripts of [true, false])
    for (const tag of ['en', 'es'])
      for (const width of [320, 1280]) {
        const about = `${tag}, ${width} px, ${scripts ? 'with' : 'without'} scripts`;
        try {
          await path({ tag, width, scripts }, FORMS[turn++ % FORMS.length]);
        } catch (error) {
          error.message = `${about}: ${error.message}`;
          throw error;
        }
      }
});

async function path(settings, form) {
  const to = await patient('jane');
  const letter = { subject: 'Your test results', text: `Dear Jane,\n\n${SECRET}\n\nDr. Ruiz\n`, files: [{ name: 'report.pdf', type: 'application/pdf', octets: REPORT }] };
  const { link } = await write(to, letter);
  const jane = await Patient.come(settings);
  const { page, t } = jane;

  // The link, the code, the message: three clicks and one code.
  await jane.go(link);
  assert.equal(await page.locator('html').getAttribute('lang'), settings.tag);
  await jane.sees(t('portal-landing-title'), `${to[0]}•••@example.test`);
  await jane.misses(to, 'avocet', letter.subject, 'report.pdf', 'Ruiz');
  const code = await jane.ask(to);
  await jane.sees(t('portal-code-title'));
  await fits(page, 'the code page');
  assert.equal(jane.clicks + 1, 3, 'clicks from the mail to the message');

  // A wrong code first, which says how many tries are left.
  await jane.enter(String((Number(code) + 1) % 1_000_000).padStart(6, '0'));
  await jane.sees('4', t('portal-problem'));
  const field = page.locator('#code');
  assert.equal(await field.getAttribute('aria-describedby'), 'code-problem');
  assert.equal(await field.inputValue(), '');
  await paste(jane, field, form(code));
  await jane.press(jane.button('portal-open-message'));

  // The message and its file.
  assert.match(page.url(), /\/message\//);
  await jane.sees(SECRET, letter.subject, 'Dr. Maria Ruiz', 'report.pdf');
  await fits(page, 'the message');
  assert.deepEqual(await download(jane, 'report.pdf'), REPORT, 'the file is another one');
  const message = page.url();

  // Another message, with letters and pictures of its own: one click now.
  const html = '<h2>Before your visit</h2><p style="color:#0b5d57">Please come <b>fasting</b>.</p><img alt="a dot" src="cid:dot@test"><table><tr><td>Monday</td><td>9:00</td></tr></table>';
  const second = await write(to, { subject: 'Before your visit', text: 'Please come fasting.', html, pictures: [{ id: 'dot@test', type: 'image/png', octets: DOT }] });
  jane.clicks = 0;
  await jane.go(second.link);
  assert.equal(jane.clicks, 1);
  const frame = page.frameLocator('iframe');
  assert.equal(await frame.locator('h2').innerText(), 'Before your visit');
  assert.match(await frame.locator('img').getAttribute('src'), /^data:image\/png;base64,/);
  await fits(page, 'the framed message');
  await jane.tab('portal-inbox');
  await jane.sees(letter.subject, 'Before your visit');
  await fits(page, 'the inbox');
  await jane.press(page.getByRole('link', { name: letter.subject }));
  assert.equal(page.url(), message);

  await answer(jane, to);
  await out(jane, { link, to, message });
  await jane.leave();
}

/** An answer with files: two that are refused, with reasons, and one that goes. */
async function answer(jane, to) {
  const { page, t } = jane;
  const text = 'Thank you, doctor. Here is the form.\nI feel better: ñandú, 雪.';
  await jane.press(jane.link('portal-reply'));
  await page.locator('#text').fill(text);
  await fits(page, 'the answer');
  await choose(page, [{ name: 'long scan.tiff', mimeType: 'image/tiff', buffer: octets(1_300_000, 'II*\0') }]);
  await jane.press(jane.button('portal-reply-send'));
  await refused(jane, 'long scan.tiff', '1 MB');
  await choose(page, [{ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: octets(2_000, 'MZ') }]);
  await jane.press(jane.button('portal-reply-send'));
  await refused(jane, 'setup.exe');
  await choose(page, [{ name: 'photo.png', mimeType: 'image/png', buffer: octets(2_000, 'MZ') }]);
  await jane.press(jane.button('portal-reply-send'));
  await refused(jane, 'photo.png');
  const files = [
    { name: 'form.txt', mimeType: 'text/plain', buffer: Buffer.from('Name: Jane\nI agree.\n') },
    { name: 'señal 1.png', mimeType: 'image/png', buffer: DOT },
  ];
  await choose(page, files);
  await jane.press(jane.button('portal-reply-send'));
  await jane.sees(t('portal-answer-sent'), 'form.txt', 'señal 1.png', 'I feel better: ñandú, 雪.');
  await fits(page, 'the sent answer');
  const arrived = await wish('answer', { from: to });
  assert.equal(arrived.text.replaceAll('\r', '').trim(), text);
  assert.deepEqual(arrived.files, files.map((f) => ({ name: f.name, octets: f.buffer.toString('base64') })));
  await jane.tab('portal-sent');
  await jane.sees('Your test results');
  await fits(page, 'sent');
  await jane.tab('portal-files');
  await jane.sees('report.pdf', 'form.txt', 'señal 1.png');
  await fits(page, 'files');
  assert.deepEqual(await download(jane, 'form.txt'), files[0].buffer);

  async function refused(who, ...words) {
    const problem = await page.getByRole('alert').innerText();
    for (const word of words) assert(problem.includes(word), `“${problem}” does not name ${word}`);
    assert((await page.locator('#files').getAttribute('aria-describedby')).includes('files-problem'));
    assert.equal((await page.locator('#text').inputValue()).replaceAll('\r', ''), text, 'the text is lost');
    await who.sees(t('portal-choose-again'));
    await fits(page, 'the refused answer');
  }
}

/** Signed out: nothing is left, and the link asks for a new code. */
async function out(jane, { link, to, message }) {
  const { page, t } = jane;
  await jane.go(message);
  await jane.sees(SECRET);
  await jane.signOut();
  await jane.sees(t('portal-signed-out-title'));
  for (let steps = 0; steps < 4; steps += 1) {
    await page.goBack().catch(() => undefined);
    await jane.misses('avocet', 'form.txt');
  }
  for (const address of [message, '/inbox', '/sent', '/files', `${message}/body`, `${message}/reply`]) {
    await jane.go(address);
    await jane.misses('avocet', 'report.pdf', 'form.txt');
  }
  await jane.go(link);
  await jane.sees(t('portal-landing-title'));
  await jane.misses('avocet');
  assert.equal(await page.locator('#code').count(), 0);
  // The front page gives every browser a cookie for its form; it opens nothing.
  const harmless = ['__Host-language', '__Host-front'];
  const left = (await jane.context.cookies()).map((c) => c.name).filter((n) => !harmless.includes(n));
  assert.deepEqual(left, []);
  assert.ok(to);
}

async function paste(jane, field, text) {
  await field.focus();
  await jane.page.keyboard.insertText(text);
}

async function choose(page, files) {
  await page.locator('#files').setInputFiles(files);
}

async function download(jane, name) {
  const button = jane.page.getByRole('link', { name: `${jane.t('portal-download')} ${name}` });
  const [file] = await Promise.all([jane.page.waitForEvent('download'), button.click()]);
  assert.equal(file.suggestedFilename(), name);
  return readFileSync(await file.path());
}
