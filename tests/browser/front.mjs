// In without a link: address and code, a password, a new message, several people
// at one mailbox. With a folder, a picture of every page goes there.
import { mkdirSync } from 'node:fs';
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { MINUTE, Patient, given, language, later, main, patient, wish, write } from './stage.mjs';

const [folder] = given;
if (folder) mkdirSync(folder, { recursive: true });
const wrong = [];
let pages = 0;
const letter = { subject: 'About your avocet', text: 'Please come fasting.' };
const PASSWORD = 'teapot-lantern-orbit';

await main(async () => {
  const home = await everyPage();
  await alike(home);
  await withoutScripts(home);
  await household(home);
  assert.deepEqual(wrong, [], wrong.join('\n'));
  assert(pages >= 17, `only ${pages} pages`);
});

/** Looks at a page, and draws it if pictures are wanted. */
async function look(person, name) {
  pages += 1;
  const { page } = person;
  if (!folder) {
    try {
      wrong.push(...(await inspect(page, name)));
    } catch (error) {
      wrong.push(`${name}: ${error.message}`);
    }
    return;
  }
  for (const [width, height] of [[320, 640], [1280, 800]])
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/${language}-front-${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
}

/** The first form, filled in and sent. */
async function name(person, address, password = '') {
  await person.page.locator('#address').fill(address);
  await person.page.locator('#password').fill(password);
  await person.press(person.button('portal-front-go-on'));
}

async function enter(person, code) {
  await person.page.locator('#code').fill(code);
  await person.press(person.button('portal-front-enter'));
}

/** From the front page to the messages. */
async function arrive(person, home, to) {
  await person.go(home);
  await name(person, to);
  await enter(person, (await wish('code', { to })).code);
  assert.match(person.page.url(), /\/inbox$/, await person.words());
}

async function everyPage() {
  const to = await patient('jane');
  const id = await wish('person', { to, first: 'Jane', portal: true });
  const { link } = await write(to, letter);
  const home = new URL('/', link).href;
  const jane = await Patient.come();
  const { page, t } = jane;
  await jane.go(home);
  await look(jane, 'front');
  await name(jane, 'jane at example');
  await jane.sees(t('portal-front-address-wrong'));
  await look(jane, 'front-wrong');
  await name(jane, to, 'not the right words');
  await jane.sees(t('portal-front-password-wrong'));
  assert.equal(await page.locator('#address').inputValue(), to);
  assert.equal(await page.locator('#password').inputValue(), '');
  await look(jane, 'password-wrong');
  await name(jane, to);
  await jane.sees(t('portal-front-sent').split('{')[0].trim());
  await look(jane, 'code');
  const { code, text } = await wish('code', { to });
  assert.match(code, /^\d{8}$/);
  assert(!text.includes('http'), 'a code mail has a link');
  await jane.press(jane.button('portal-front-enter'));
  await jane.sees(t('portal-front-code-empty'));
  await look(jane, 'code-empty');
  await enter(jane, String((Number(code) + 1) % 100_000_000).padStart(8, '0'));
  await look(jane, 'code-wrong');
  await page.locator('#private').check();
  await enter(jane, code);
  assert.match(page.url(), /\/inbox$/);
  await jane.sees('About your avocet');
  await look(jane, 'inbox');

  await chosen(jane, to);
  await written(jane, to);
  // The right is taken back: out at once.
  await wish('revoke', { id });
  await jane.go('/inbox');
  await jane.sees(t('portal-locked-title'));
  await jane.leave();
  return home;
}

/** A password is chosen, changed and taken away. */
async function chosen(jane, to) {
  const { page, t } = jane;
  const keep = async (one, other = one) => {
    await page.locator('#password').fill(one);
    await page.locator('#again').fill(other);
    await jane.press(jane.button('portal-password-keep'));
  };
  await jane.press(jane.link('portal-password-link'));
  await look(jane, 'password');
  await keep('short');
  await jane.sees(t('portal-password-short'));
  await look(jane, 'password-short');
  await keep(PASSWORD, 'teapot');
  await jane.sees(t('portal-password-unlike'));
  await keep(PASSWORD);
  await jane.sees(t('portal-password-set'));
  await look(jane, 'password-kept');
  // The session is gone, the browser is known: the password is enough.
  const cookies = await jane.context.cookies();
  await jane.context.clearCookies({ name: '__Host-session' });
  await jane.go('/');
  await name(jane, to, PASSWORD);
  assert.match(page.url(), /\/inbox$/, await jane.words());
  assert(cookies.some((c) => c.name === '__Host-known'));
  await jane.go('/password');
  await jane.press(jane.button('portal-password-remove'));
  await jane.sees(t('portal-password-removed'));
}

/** A new message, with what can be wrong with it. */
async function written(jane, to) {
  const { page, t } = jane;
  await jane.go('/inbox');
  await jane.press(jane.link('portal-new-message'));
  await look(jane, 'new');
  await page.locator('#text').fill('May I take two of them?');
  await jane.press(jane.button('portal-new-send'));
  await jane.sees(t('portal-new-no-subject'));
  assert.equal(await page.locator('#text').inputValue(), 'May I take two of them?');
  await look(jane, 'new-no-subject');
  await page.locator('#subject').fill('My avocets');
  await page.locator('#files').setInputFiles([{ name: 'form.txt', mimeType: 'text/plain', buffer: Buffer.from('I agree.\n') }]);
  await jane.press(jane.button('portal-new-send'));
  await jane.sees(t('portal-answer-sent'), 'My avocets');
  await look(jane, 'new-sent');
  const arrived = await wish('answer', { from: to });
  assert(arrived.text.includes('May I take two of them?'));
  assert.equal(arrived.files.length, 1);
}

/** Who asks for an address that nobody has sees the same pages, and nobody gets mail. */
async function alike(home) {
  const known = await patient('ines');
  await wish('person', { to: known, first: 'Ines', portal: true });
  const told = [];
  for (const address of [known, await patient('ivan')]) {
    const person = await Patient.come();
    await person.go(home);
    await name(person, address);
    const said = (await person.words()).replace(/\b[A-Z]{4}\b/g, 'KTVR');
    told.push(said);
    await person.leave();
  }
  assert.equal(told[0], told[1], 'the page tells who is known');
  await wish('code', { to: known });
}

/** All of it goes without scripts, on a phone, in the other language. */
async function withoutScripts(home) {
  const to = await patient('luz');
  await wish('person', { to, first: 'Luz', portal: true });
  const luz = await Patient.come({ scripts: false, width: 320, tag: language === 'en' ? 'es' : 'en' });
  await arrive(luz, home, to);
  await luz.sees(luz.t('portal-inbox-empty'));
  await luz.press(luz.link('portal-new-message'));
  await luz.page.locator('#subject').fill('Hola');
  await luz.page.locator('#text').fill('Buenos días.');
  await luz.press(luz.button('portal-new-send'));
  await luz.sees(luz.t('portal-answer-sent'));
  await luz.signOut();
  await luz.sees(luz.t('portal-signed-out-title'));
  await luz.leave();
}

/** Several people at one mailbox: who is meant stands there, and who is confidential does not. */
async function household(home) {
  const to = await patient('casa');
  await wish('person', { to, first: 'Ana', last: 'Casa', portal: true });
  await wish('person', { to, first: 'Luis', last: 'Casa', portal: true });
  const eva = await wish('person', { to, first: 'Eva', last: 'Casa' });
  await write(to, { ...letter, name: 'Luis Casa' });
  const { link } = await write(to, { subject: 'A private plover', text: 'For Eva alone.', name: 'Eva Casa' });
  const casa = await Patient.come();
  const { page, t } = casa;
  await arrive(casa, home, to);
  await casa.sees(t('portal-about', { name: 'Luis' }), t('portal-about', { name: 'Eva' }));
  await look(casa, 'inbox-shared');
  await wish('confidential', { id: eva });
  await casa.go('/inbox');
  await casa.misses('plover', t('portal-about', { name: 'Eva' }));
  await casa.go(link);
  await casa.sees(t('portal-own-title'));
  await casa.misses('plover', 'Eva');
  await look(casa, 'private');
  await casa.go('/new');
  await look(casa, 'new-shared');
  await page.locator('#subject').fill('School');
  await page.locator('#text').fill('A note, please.');
  await casa.press(casa.button('portal-new-send'));
  await casa.sees(t('portal-new-unchosen'));
  await look(casa, 'new-unchosen');
  await page.locator('#person').selectOption({ label: 'Luis' });
  await casa.press(casa.button('portal-new-send'));
  await casa.sees(t('portal-answer-sent'), t('portal-about', { name: 'Luis' }));
  await later(16 * MINUTE);
  await casa.leave();
}
