// A walk past every page that a patient can meet. `look(name, patient)` is
// called at each.
import { DAY, MINUTE, Patient, later, octets, patient, send, wish, write } from './stage.mjs';

const TEXT = 'Dear Jane,\n\nYour results are in and everything looks good. I attached the report. Please take the tablets for one more week, and call us if you feel dizzy.\n\nDr. Ruiz\n';
const HTML = '<h2>Before your visit</h2><p>Dear Jane,</p><p>Please come <b>fasting</b>: no breakfast, only water.</p><table border="1" cellpadding="6"><tr><th>Day</th><th>Time</th></tr><tr><td>Monday</td><td>9:00 AM</td></tr></table><p>How to find us: <a href="https://clinic.example/map">the map</a></p>';
const REPORT = { name: 'Lab report.pdf', type: 'application/pdf', octets: octets(213_900, '%PDF-1.4\n') };
const LONG = { name: 'A_very_long_file_name_without_any_space_2026-11-20_final_v3.docx', type: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', octets: octets(38_000, 'PK\x03\x04') };

export async function walk(tag, look) {
  const mails = [];
  await outside(tag, look, mails);
  await inside(tag, look, mails);
  await closed(tag, look);
  return mails;
}

/** Before the code. */
async function outside(tag, look, mails) {
  const to = await patient('jane');
  const notice = await write(to, { subject: 'Your test results', text: TEXT });
  mails.push(['notice', notice]);
  const jane = await Patient.come({ tag });
  const { page } = jane;
  const at = (name) => look(name, jane);
  const home = new URL('/', notice.link).href;
  for (const [name, path] of [['front', ''], ['help', 'help'], ['missing', 'nothing'], ['unknown', `m/${'a'.repeat(31)}`]]) {
    await jane.go(home + path);
    await at(name);
  }
  await faults(jane, notice.link, at, tag);
  await jane.go(notice.link);
  await at('landing');
  await jane.press(jane.link('portal-have-code'));
  await at('code-none');
  await wish('relay', { to, answer: '450 4.7.1 later' });
  await jane.press(jane.button('portal-send-code'));
  await until(jane, jane.t('portal-code-deferred').split('.')[0]);
  await at('code-deferred');
  await later(15);
  const mail = await wish('code', { to });
  mails.push(['code', mail]);
  await until(jane, jane.t('portal-code-handed').split('{')[0].trim());
  await at('code-handed');
  await jane.press(jane.button('portal-new-code'));
  await at('code-joined');
  await jane.press(jane.button('portal-open-message'));
  await at('code-empty');
  await jane.enter('1');
  await at('code-wrong');
  const wrong = String((Number(mail.code) + 1) % 1_000_000).padStart(6, '0');
  for (let tries = 0; tries < 5; tries += 1) await jane.enter(wrong);
  await at('code-wait');
  await later(30 * MINUTE);
  for (let tries = 0; tries < 6; tries += 1) {
    await later(60);
    await jane.go(notice.link);
    await jane.press(jane.button('portal-send-code'));
  }
  await jane.sees(jane.t('portal-code-many').split('.')[0]);
  await at('code-many');
  await later(3 * 60 * MINUTE);
  await jane.press(jane.button('portal-open-message'));
  await at('stale');
  await jane.leave();
  const nobody = await patient('nobody');
  const { link } = await write(nobody, { subject: 'Hello', text: 'Hello' });
  const gone = await Patient.come({ tag });
  await gone.go(link);
  await wish('relay', { to: nobody, answer: '550 5.1.1 no such mailbox' });
  await gone.press(gone.button('portal-send-code'));
  await until(gone, gone.t('portal-code-refused'));
  await look('code-refused', gone);
  await gone.leave();
}

/** Requests that are refused, and what a gateway in trouble says. */
async function faults(jane, link, at, tag) {
  const { page } = jane;
  await jane.go(new URL('/sign-out', link).href);
  await at('method');
  await jane.go(`${link}/enter`);
  await jane.enter('1'.repeat(20_000));
  await at('large');
  await jane.go(`${link}/enter`);
  await page.locator('main form').first().evaluate((form) => {
    form.enctype = 'text/plain';
  });
  await jane.press(jane.button('portal-open-message'));
  await at('malformed');
  const style = await page.locator('link[rel=stylesheet]').getAttribute('href');
  for (const name of ['fault', 'room', 'slow', 'host', 'foreign']) {
    const { html } = await wish('calm', { page: name, style, language: tag });
    const address = new URL(`/help?${name}`, link).href;
    await page.route(address, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }));
    await jane.go(address);
    await at(name);
  }
}

/** Looks again until the page says this. */
async function until(patient, words) {
  for (let looks = 0; looks < 100; looks += 1) {
    if ((await patient.words()).includes(words)) return;
    await patient.page.goto(patient.page.url().split('?')[0]);
  }
  await patient.sees(words);
}

/** Behind the code. */
async function inside(tag, look) {
  const to = await patient('joan');
  const letters = [
    { subject: 'An older message', text: 'Hello' },
    { subject: 'Before your visit: what to bring, what to eat and how to find us', text: 'Please come fasting.', html: HTML },
    { subject: 'Your test results', text: TEXT, files: [REPORT, LONG] },
  ];
  const links = [];
  for (const letter of letters) {
    links.push((await write(to, letter)).link);
    await later(90 * MINUTE);
  }
  const joan = await Patient.come({ tag });
  const { page } = joan;
  const at = (name) => look(name, joan);
  await joan.arrive(links[0], to);
  await joan.tab('portal-sent');
  await at('sent-empty');
  await joan.tab('portal-files');
  await at('files');
  await joan.tab('portal-inbox');
  await at('inbox');
  await joan.press(page.getByRole('link', { name: letters[1].subject }));
  await page.frameLocator('iframe').locator('h2').waitFor();
  await at('message-framed');
  const framed = page.url();
  // On its own it runs no script, not even those of a check.
  await page.goto(`${framed}/body`);
  const body = await page.content();
  await page.goto('about:blank');
  await page.setContent(body);
  await at('body');
  await joan.go('/inbox');
  await joan.press(page.getByRole('link', { name: letters[2].subject }));
  await at('message');
  const message = page.url();
  await joan.go(`${message}/print`);
  await at('print');
  await joan.go(`${framed}/print`);
  await at('print-html');
  await joan.go(message);
  await joan.press(joan.link('portal-reply'));
  await at('reply');
  await joan.press(joan.button('portal-reply-send'));
  await at('reply-empty');
  await page.locator('#text').fill('Thank you, doctor. I attached the form.');
  await page.locator('#files').setInputFiles([{ name: 'scan of the form.tiff', mimeType: 'image/tiff', buffer: octets(1_300_000, 'II*\0') }]);
  await joan.press(joan.button('portal-reply-send'));
  await at('reply-large-file');
  await page.locator('#files').setInputFiles([{ name: 'setup.exe', mimeType: 'application/octet-stream', buffer: octets(900, 'MZ') }]);
  await joan.press(joan.button('portal-reply-send'));
  await at('reply-kind');
  await page.locator('#files').setInputFiles([{ name: 'A photo of the form.png', mimeType: 'image/png', buffer: flood() }]);
  await joan.press(joan.button('portal-reply-send'));
  await at('reply-pixels');
  await page.locator('#files').setInputFiles([{ name: 'form.txt', mimeType: 'text/plain', buffer: Buffer.from('I agree.\n') }]);
  await joan.press(joan.button('portal-reply-send'));
  await at('answer-sent');
  await joan.tab('portal-sent');
  await at('sent');
  await joan.go(message);
  await at('message-answered');
  await joan.go('/message/none');
  await at('gone');
  await joan.go(`${message}/file/99`);
  await at('file-gone');
  await joan.go('/help');
  await at('help-inside');
  await joan.go(`${message}/reply`);
  await page.locator('#text').fill('One more question: may I drink water?');
  await later(16 * MINUTE);
  await joan.press(joan.button('portal-reply-send'));
  await at('locked-kept');
  await joan.go('/inbox');
  await at('locked');
  await joan.press(joan.link('portal-open-again'));
  await joan.enter(await joan.ask(to));
  await joan.go(message);
  await at('message-draft');
  await joan.press(joan.link('portal-draft-go-on'));
  await at('reply-drafted');
  await wish('expire', { to });
  await joan.go('/inbox');
  await at('inbox-gone');
  await wish('withdraw', { to });
  await joan.go(message);
  await at('taken-back');
  await joan.signOut();
  await at('signed-out');
  await joan.leave();
}

/** A picture that says it has 50,000 pixels on a side. */
function flood() {
  const png = Buffer.alloc(60);
  png.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  png.writeUInt32BE(50_000, 16);
  png.writeUInt32BE(50_000, 20);
  return png;
}

/** Links that lead to nothing. */
async function closed(tag, look) {
  const to = await patient('jo');
  await send(to, { subject: 'No files', text: 'Nothing attached' });
  const { link } = await wish('notice', { to });
  const jo = await Patient.come({ tag });
  await jo.arrive(link, to);
  await jo.tab('portal-files');
  await look('files-empty', jo);
  await wish('withdraw', { to });
  await jo.go(link);
  await look('withdrawn', jo);
  await jo.press(jo.button('portal-ask-again'));
  await look('asked', jo);
  await jo.go(link);
  await look('withdrawn-asked', jo);
  await later(8 * DAY);
  const late = await write(to, { subject: 'Late', text: 'Too late' });
  await later(8 * DAY);
  await jo.go(late.link);
  await look('expired', jo);
  await jo.leave();
  // A browser that proved the mailbox before would not be kept out.
  const jim = await Patient.come({ tag });
  const barred = await write(to, { subject: 'Barred', text: 'Nobody reads this' });
  await wish('bar', { to });
  await jim.go(barred.link);
  await jim.press(jim.button('portal-send-code'));
  await look('barred', jim);
  await jim.press(jim.button('portal-ask-again'));
  await jim.go(barred.link);
  await jim.press(jim.button('portal-send-code'));
  await look('barred-asked', jim);
  await jim.leave();
}
