// The way into the office page: password, app, recovery codes, and what happens
// when something is wrong. With a folder, a picture of every page goes there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { DAY, MINUTE, Patient, given, language, later, main, mime, patient, wish, write } from './stage.mjs';

const [folder] = given;
if (folder) mkdirSync(folder, { recursive: true });
const wrong = [];
let pages = 0;

const NAMES = [
  ['محمد', 'عبد الرحمن'],
  ['小明', '王'],
  ['Владислав', 'Преображенский'],
  ['Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren', 'Llanfairpwllgwyngyllgogerychwyrndrobwll'],
];

await main(async () => {
  await everyPage();
  await mail();
  await people();
  await workers();
  await withoutScripts();
  await apart();
  assert.deepEqual(wrong, [], wrong.join('\n'));
  assert(pages >= 71, `only ${pages} pages`);
});

/** What the app on the phone shows now. */
async function code(seed) {
  const { now } = await wish('now');
  return execFileSync('oathtool', ['--totp', '-b', seed, '--now', `@${now}`], { encoding: 'utf8' }).trim();
}

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
      await page.screenshot({ path: `${folder}/${language}-office-${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
}

/** The first screen, filled in and sent. */
async function password(person, { url, address }, phrase) {
  await person.go(url);
  await person.page.locator('#address').fill(address);
  await person.page.locator('#password').fill(phrase);
  await person.press(person.button('office-go-on'));
}

async function enter(person, typed, button = 'office-sign-in') {
  await person.page.locator('#code').fill(typed);
  await person.press(person.button(button));
}

/** The key of the set-up page, as it is typed into an app. */
async function seed(person) {
  return (await person.page.locator('.seed').textContent()).replaceAll(' ', '');
}

/** A camera reads from the picture what the link says, and the key that is typed. */
async function scanned(page, own) {
  const folder = mkdtempSync(join(tmpdir(), 'qr-'));
  const file = join(folder, 'qr.png');
  await page.locator('.qr').screenshot({ path: file });
  const read = execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  rmSync(folder, { recursive: true });
  assert.equal(read, await page.locator('a[href^="otpauth:"]').getAttribute('href'));
  assert(read.includes(`secret=${own}&`), read);
}

/** Sets the app up; its seed and the recovery codes. */
async function setUp(person, account) {
  await password(person, account, account.password);
  const own = await seed(person);
  await enter(person, await code(own), 'office-go-on');
  const codes = await person.page.locator('.codes li').allTextContents();
  return { own, codes };
}

async function everyPage() {
  const account = await wish('office', { stem: 'ana', role: 'provider' });
  const ana = await Patient.come();
  await ana.go(account.url);
  await look(ana, 'sign-in');
  await ana.press(ana.button('office-go-on'));
  await ana.sees(ana.t('office-sign-in-empty'));
  await password(ana, account, 'not the right words');
  await ana.sees(ana.t('office-sign-in-wrong'));
  assert.equal(await ana.page.locator('#address').inputValue(), account.address);
  assert.equal(await ana.page.locator('#password').inputValue(), '');
  await look(ana, 'sign-in-wrong');

  await password(ana, account, account.password);
  await ana.sees(ana.t('office-factor-title'));
  await look(ana, 'factor');
  await ana.page.locator('summary').click();
  await look(ana, 'factor-typed');
  await enter(ana, '12', 'office-go-on');
  await ana.sees(ana.t('office-code-empty'));
  await look(ana, 'factor-wrong');
  const own = await seed(ana);
  await scanned(ana.page, own);
  await enter(ana, await code(own), 'office-go-on');
  const codes = await ana.page.locator('.codes li').allTextContents();
  assert.equal(codes.length, 10);
  await look(ana, 'codes');
  await ana.press(ana.link('office-codes-kept'));
  await ana.sees(ana.t('office-today-empty'));
  await look(ana, 'today-empty');
  await ana.press(ana.page.locator('.foot').getByRole('link', { name: ana.t('office-help') }));
  await look(ana, 'help');
  await ana.go('/nothing');
  await look(ana, 'missing');
  await ana.go('/recovery');
  await look(ana, 'recovery');
  await ana.press(ana.button('office-sign-out'));
  await ana.sees(ana.t('office-signed-out-title'));
  await look(ana, 'signed-out');

  await again(ana, account, own, codes);
  await ana.leave();
  await admin();
}

/** The second sign-in, by app and by recovery code, and what closes it. */
async function again(ana, account, own, codes) {
  await later(MINUTE);
  await password(ana, account, account.password);
  await ana.sees(ana.t('office-code-title'), account.address);
  await look(ana, 'code');
  await enter(ana, '12');
  await ana.sees(ana.t('office-code-empty'));
  await look(ana, 'code-wrong');
  await enter(ana, await code(own));
  assert.match(ana.page.url(), /\/today$/);
  // What lies idle closes itself.
  await later(31 * MINUTE);
  await ana.press(ana.page.locator('nav a').first());
  await ana.sees(ana.t('office-locked-title'));
  await look(ana, 'locked');
  await ana.press(ana.link('office-sign-in-again'));
  await password(ana, account, account.password);
  await ana.page.locator('summary').click();
  await look(ana, 'code-recovery');
  await ana.page.locator('#recovery').fill(codes[0]);
  await ana.press(ana.button('office-recovery-use'));
  assert.match(ana.page.url(), /\/today$/);
  await ana.press(ana.button('office-sign-out'));
  // Who tries again and again is asked to wait.
  const guesser = await Patient.come({ from: '198.51.100.9' });
  for (let i = 0; i < 6; i += 1) await password(guesser, account, 'not the right words');
  await guesser.sees(ana.t('office-wait').split('{')[0].trim());
  await look(guesser, 'wait');
  await guesser.leave();
}

/** Who runs the gateway sees what is not finished, and nobody's mail. */
async function admin() {
  const account = await wish('office', { stem: 'root', role: 'admin' });
  const root = await Patient.come();
  await setUp(root, account);
  await root.press(root.link('office-codes-kept'));
  await root.sees(root.t('office-admin-empty'), 'tls.mode');
  await look(root, 'today-admin');
  const other = await wish('office', { stem: 'front', role: 'staff' });
  const front = await Patient.come();
  await setUp(front, other);
  await front.press(front.link('office-codes-kept'));
  await front.sees(front.t('office-gaps-tell'));
  await front.misses('tls.mode');
  await look(front, 'today-gaps');
  await root.leave();
  await front.leave();
}

/** Mail: what went out stands beside its notice, and what staff wrote waits for the doctor. */
async function mail() {
  const account = await wish('office', { stem: 'doctor' });
  const to = await patient('jane');
  const letter = { subject: 'Your results', text: 'All is well.', html: '<p>All is <b>well</b>.</p>', files: [
    { name: 'report.txt', type: 'text/plain', octets: 'one' }, { name: 'diet.txt', type: 'text/plain', octets: 'two' }] };
  await write(to, letter);
  await wish('drained');
  await later(4 * DAY);
  const desk = await wish('hold', { to, mail: mime(account.address, to, { ...letter, subject: 'Please come fasting' }) });

  const ruiz = await Patient.come();
  const { own } = await setUp(ruiz, account);
  await ruiz.press(ruiz.link('office-codes-kept'));
  await ruiz.sees('Please come fasting', 'Your results');
  await look(ruiz, 'today');
  await ruiz.press(ruiz.page.getByRole('link', { name: 'Your results' }));
  await ruiz.sees(ruiz.t('office-notice-title'), to);
  await look(ruiz, 'message');
  const message = ruiz.page.url();
  await ruiz.press(ruiz.link('office-print'));
  await look(ruiz, 'print');
  await ruiz.page.goto(message);
  await ruiz.press(ruiz.link('office-recall'));
  await look(ruiz, 'recall');
  await ruiz.press(ruiz.button('office-recall-do'));
  await ruiz.sees(ruiz.t('office-done-recalled'));
  await look(ruiz, 'recalled');

  await ruiz.go('/today');
  await ruiz.press(ruiz.page.getByRole('link', { name: 'Please come fasting' }));
  await look(ruiz, 'release');
  await release(ruiz, 'not the right words', '000000');
  await ruiz.sees(ruiz.t('office-release-wrong'));
  await look(ruiz, 'release-wrong');
  const held = ruiz.page.url();

  const front = await Patient.come();
  const desks = await setUp(front, desk);
  await front.go(held);
  await look(front, 'release-staff');
  const stranger = await Patient.come();
  await setUp(stranger, await wish('office', { stem: 'lopez', role: 'provider' }));
  await stranger.go(held.replace('/release', ''));
  await stranger.page.locator('summary').click();
  await look(stranger, 'emergency');
  await later(MINUTE);
  await release(ruiz, account.password, await code(own));
  await ruiz.sees(ruiz.t('office-done-released'));
  await look(ruiz, 'released');
  const form = await writing(front, account.address, to);
  await answering(ruiz, to);
  await unfinished(front, { ...desk, ...desks }, form);
  for (const person of [ruiz, front, stranger]) await person.leave();
}

/** Somebody at the desk looks for the patient and writes; what is wrong is said, and the text stays. */
async function writing(front, from, to) {
  await front.go('/today');
  await front.tab('office-write');
  await look(front, 'write-find');
  await front.page.locator('#words').fill('nobody at all');
  await front.press(front.button('office-find-do'));
  await front.sees(front.t('office-found-none'));
  await look(front, 'write-nobody');
  await front.page.locator('#words').fill(to.split('@')[0]);
  await front.press(front.button('office-find-do'));
  await look(front, 'write-found');
  await front.press(front.page.getByRole('link', { name: to }));
  await look(front, 'write');
  const form = front.page.url();
  await front.page.locator('#text').fill('The next visit is on Monday.');
  await front.page.locator('#files').setInputFiles({ name: 'map.txt', mimeType: 'text/plain', buffer: Buffer.from('left') });
  await front.press(front.button('office-write-send'));
  await front.sees(front.t('office-write-no-subject'), front.t('portal-choose-again'));
  assert.equal(await front.page.locator('#text').inputValue(), 'The next visit is on Monday.');
  await look(front, 'write-wrong');
  await front.page.locator('#subject').fill('Next visit');
  await front.press(front.button('office-write-send'));
  await front.sees(front.t('office-write-no-from'));
  await front.page.locator('#from').selectOption(from);
  await front.press(front.button('office-write-send'));
  await front.sees(front.t('office-done-held'), 'The next visit is on Monday.');
  await look(front, 'written-held');
  return form;
}

/** What is being written is kept when its writer wants it, and when the session ends meanwhile. */
async function unfinished(front, desk, form) {
  await front.page.goto(form);
  await front.page.locator('#subject').fill('Before the visit');
  await front.press(front.button('office-write-keep'));
  await front.sees(front.t('office-done-kept'));
  await front.press(front.page.getByRole('link', { name: 'Before the visit' }));
  await front.page.locator('#text').fill('Please bring the list.');
  await look(front, 'write-kept');
  await later(31 * MINUTE);
  await front.press(front.button('office-write-send'));
  await front.sees(front.t('office-kept-text'));
  await look(front, 'kept');
  await password(front, desk, desk.password);
  await enter(front, await code(desk.own));
  await look(front, 'today-unfinished');
  await front.press(front.page.getByRole('link', { name: 'Before the visit' }));
  assert.equal(await front.page.locator('#text').inputValue(), 'Please bring the list.');
  await front.press(front.button('office-write-drop'));
  await front.sees(front.t('office-done-dropped'));
  assert.equal(await front.page.getByRole('link', { name: 'Before the visit' }).count(), 0);
}

/** The patient answers with files, and the doctor answers the answer. */
async function answering(ruiz, to) {
  const { link } = await wish('notice', { to });
  const jane = await Patient.come();
  await jane.arrive(link, to);
  await jane.press(jane.link('portal-reply'));
  await jane.page.locator('#text').fill('Thank you. Here is my photo.');
  const picture = await jane.page.locator('main').screenshot();
  await jane.page.locator('#files').setInputFiles([
    { name: 'arm.png', mimeType: 'image/png', buffer: picture },
    { name: 'list.txt', mimeType: 'text/plain', buffer: Buffer.from('Vitamin D') },
  ]);
  await jane.press(jane.button('portal-reply-send'));
  await jane.leave();

  await ruiz.go('/today');
  await look(ruiz, 'today-answer');
  await ruiz.press(ruiz.page.getByRole('link', { name: 'Re: Please come fasting' }));
  await look(ruiz, 'answered');
  await ruiz.press(ruiz.link('office-answer'));
  await ruiz.sees('Thank you. Here is my photo.', 'arm.png');
  for (const one of await ruiz.page.locator('.kept summary').all()) await one.press('Enter');
  await ruiz.sees('Vitamin D');
  await ruiz.page.waitForFunction(() => [...document.querySelectorAll('img.preview')].every((img) => img.naturalWidth > 0));
  await look(ruiz, 'answer');
  await ruiz.page.locator('#text').fill('That looks fine.');
  await ruiz.page.locator('input[name=pick]').first().check();
  await ruiz.press(ruiz.button('office-write-send'));
  await ruiz.sees(ruiz.t('office-done-sent'), 'That looks fine.', 'arm.png');
  await look(ruiz, 'written-sent');
  await wish('notice', { to });
}

async function release(person, password, code) {
  await person.page.locator('#password').fill(password);
  await person.page.locator('#code').fill(code);
  await person.press(person.button('office-release-do'));
}

/** Contacts: added, found, changed by two at once, brought in from a file; the own set-up. */
async function people() {
  const account = await wish('office', { stem: 'eva', role: 'provider' });
  const eva = await Patient.come();
  const { own } = await setUp(eva, account);
  await eva.press(eva.link('office-codes-kept'));
  await eva.tab('office-contacts');
  await eva.sees(eva.t('office-contacts-none'));
  await look(eva, 'contacts-empty');
  for (const [first, last] of NAMES) {
    await eva.go('/contacts/new');
    await eva.page.locator('#first').fill(first);
    await eva.page.locator('#last').fill(last);
    await eva.page.locator('#born').fill('1980-01-31');
    await eva.page.locator('#email1').fill(`${'a-long-name-before-the-sign-'.repeat(2)}${NAMES.findIndex((n) => n[0] === first)}@example.com`);
    await eva.page.locator('#provider').selectOption(account.address);
    if (first === '小明') await look(eva, 'contact-new');
    await eva.press(eva.button('office-save'));
    await eva.sees(eva.t('office-contact-added'), first, last);
    await look(eva, `contact-${NAMES.findIndex((n) => n[0] === first)}`);
  }
  const here = eva.page.url().split('?')[0];
  // The same person again, and what is wrong.
  await eva.go('/contacts/new');
  await eva.page.locator('#first').fill(NAMES[1][0]);
  await eva.page.locator('#last').fill(NAMES[1][1]);
  await eva.page.locator('#born').fill('1980-01-31');
  await eva.page.locator('#email1').fill('other@example.com');
  await eva.page.locator('#provider').selectOption(account.address);
  await eva.press(eva.button('office-save'));
  await eva.sees(eva.t('office-alike'));
  await look(eva, 'contact-alike');
  await eva.page.locator('#email1').fill('no address');
  await eva.press(eva.button('office-alike-sure'));
  await eva.sees(eva.t('office-wrong-email'));
  await look(eva, 'contact-wrong');
  // Two windows. A second tab would do, but Chromium leaves the first one asleep
  // now and then once the second is closed.
  await eva.go(`${here}/change`);
  const other = await Patient.come();
  await other.context.addCookies(await eva.context.cookies());
  await other.go(`${here}/change`);
  await other.page.locator('#first').fill('Meanwhile');
  await other.press(other.button('office-save'));
  await other.leave();
  await eva.page.locator('#first').fill('Later');
  await eva.press(eva.button('office-save'));
  await eva.sees(eva.t('office-meanwhile'), 'Meanwhile');
  assert.equal(await eva.page.locator('#first').inputValue(), 'Later');
  await look(eva, 'contact-meanwhile');
  await eva.tab('office-contacts');
  await look(eva, 'contacts');
  await eva.page.locator('#words').fill('王');
  await eva.press(eva.button('office-contacts-find'));
  await eva.sees('小明');
  assert(!eva.page.url().includes('?'), 'whom somebody looks for stands in the address');
  await eva.go(`${here}/portal`);
  await look(eva, 'portal');
  await eva.press(eva.button('office-portal-grant-do'));
  await eva.sees(eva.t('office-field-postal'));
  await look(eva, 'portal-lacks');

  await eva.go('/contacts/import');
  await look(eva, 'import');
  const file = (text) => ({ name: 'patients.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  const choose = async (text) => {
    await eva.page.locator('#file').setInputFiles(file(text));
    await eva.press(eva.button('office-import-try'));
  };
  await choose(`last,first,born,email,provider\nDoe,Jane,31/1/80,jane@example.com,${account.address}\n`);
  await eva.sees(eva.t('office-wrong-born'));
  await look(eva, 'import-refused');
  await choose(`\ufefflast;first;born;email;postal;provider\r\nDoe;"Jane ""J"" <b>";1980-01-31;jane@example.com;"1 Main St\nPortland";${account.address}\r\n`);
  await look(eva, 'import-look');
  await eva.press(eva.button('office-import-do'));
  await eva.sees(eva.t('office-import-done'));
  await look(eva, 'import-done');
  await eva.go('/contacts/export');
  await look(eva, 'export');
  await ownSetUp(eva, account, own);
  await eva.leave();
}

/** Settings that one press selects, app passwords, the own password. */
async function ownSetUp(eva, account, own) {
  await eva.tab('office-set-up');
  await eva.page.locator('summary').first().click();
  await look(eva, 'set-up');
  for (const value of await eva.page.locator('.values code').all()) {
    await value.click();
    assert.equal(await eva.page.evaluate(() => getSelection().toString()), await value.textContent());
  }
  await eva.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await eva.page.locator('.values button').nth(1).click();
  await eva.page.getByText(eva.t('office-copied'), { exact: true }).waitFor();
  assert.equal(await eva.page.evaluate(() => navigator.clipboard.readText()), await eva.page.locator('.values code').nth(1).textContent());
  await eva.go('/set-up/app-password');
  await look(eva, 'app-password');
  await eva.page.locator('#networks').fill('clinic');
  await eva.press(eva.button('office-app-make'));
  await eva.sees(eva.t('office-app-nameless'));
  await look(eva, 'app-password-wrong');
  await eva.page.locator('#name').fill('Outlook');
  await eva.page.locator('#networks').fill('203.0.113.0/24');
  await eva.press(eva.button('office-app-make'));
  await eva.sees(eva.t('office-proof-empty'));
  assert.equal(await eva.page.locator('#name').inputValue(), 'Outlook');
  assert.equal(await eva.page.locator('#networks').inputValue(), '203.0.113.0/24');
  await look(eva, 'app-password-unproved');
  await later(MINUTE);
  await prove(eva, account.password, await code(own));
  await eva.press(eva.button('office-app-make'));
  await eva.sees(eva.t('office-app-made'));
  await look(eva, 'app-password-made');
  await eva.press(eva.link('office-app-typed'));
  await look(eva, 'set-up-passwords');
  await eva.press(eva.page.locator('.file', { hasText: 'Outlook' }).locator('.button'));
  await look(eva, 'app-password-revoke');
  await eva.press(eva.button('office-app-revoke'));
  await eva.sees(eva.t('office-app-revoked'));
  await eva.go('/set-up/password');
  await eva.press(eva.button('office-own-do'));
  await look(eva, 'own-password');
}

/** The own password and a code, once more. */
async function prove(person, password, code) {
  await person.page.locator('#current').fill(password);
  await person.page.locator('#code').fill(code);
}

/** Who runs the gateway: accounts, and what happened. */
async function workers() {
  const account = await wish('office', { stem: 'max', role: 'admin' });
  const max = await Patient.come();
  const { own } = await setUp(max, account);
  await max.press(max.link('office-codes-kept'));
  await max.tab('office-accounts');
  await look(max, 'accounts');
  await max.go('/accounts/new');
  await look(max, 'account-new');
  const domain = account.address.split('@')[1];
  await max.page.locator('#address').fill(`kim@${domain}`);
  await max.page.locator('#name').fill('Kim Lee, 이김');
  await max.page.locator('#role').selectOption('admin');
  await max.press(max.button('office-account-make'));
  await max.sees(max.t('office-proof-empty'));
  await look(max, 'account-new-wrong');
  await max.page.locator('#role').selectOption('staff');
  await max.press(max.button('office-account-make'));
  await max.sees(max.t('office-proof-empty'));
  assert.equal(await max.page.locator('#name').inputValue(), 'Kim Lee, 이김');
  await later(MINUTE);
  await prove(max, account.password, await code(own));
  await max.press(max.button('office-account-make'));
  await max.sees(max.t('office-account-made'));
  await look(max, 'account-made');
  await max.press(max.link('office-account-handed'));
  await max.press(max.page.locator('.line a', { hasText: 'Kim Lee' }));
  await max.sees('Kim Lee, 이김');
  await look(max, 'account');
  const here = max.page.url();
  await max.go(`${here}/change`);
  await look(max, 'account-change');
  await max.page.locator('#staff').selectOption('send');
  await max.press(max.button('office-save'));
  await max.sees(max.t('office-proof-empty'));
  assert.equal(await max.page.locator('#staff').inputValue(), 'send');
  await look(max, 'account-change-wrong');
  await max.go(`${here}/role`);
  await max.page.locator('#role').selectOption('provider');
  await max.press(max.button('office-save'));
  await max.sees(max.t('office-proof-empty'));
  assert.equal(await max.page.locator('#role').inputValue(), 'provider');
  await look(max, 'account-role');
  await later(MINUTE);
  await max.go(`${here}/password`);
  await look(max, 'account-password');
  await prove(max, account.password, await code(own));
  await max.press(max.button('office-renewal-do'));
  await max.sees(max.t('office-renewal-made'));
  await look(max, 'account-password-made');
  await max.go(`${here}/standing`);
  await look(max, 'account-off');
  await max.press(max.button('office-account-off'));
  await max.sees(max.t('office-account-is-off'));
  await later(MINUTE);
  await max.go(`${here}/standing`);
  await look(max, 'account-on');
  await prove(max, account.password, await code(own));
  await max.press(max.button('office-account-on'));
  await max.sees(max.t('office-account-is-on'));
  await max.go('/audit');
  await max.page.locator('summary').click();
  await look(max, 'audit');
  await max.go('/set-up');
  await look(max, 'set-up-admin');
  await max.leave();
}

/** All of it goes without scripts, and the language can be changed on the way. */
async function withoutScripts() {
  const account = await wish('office', { stem: 'luz', role: 'staff' });
  const tag = language === 'en' ? 'es' : 'en';
  const luz = await Patient.come({ scripts: false, width: 320 });
  await luz.go(account.url);
  await luz.press(luz.page.locator(`.foot a[lang=${tag}]`));
  const other = await Patient.come({ tag });
  luz.t = other.t;
  await other.context.close();
  const { own } = await setUp(luz, account);
  await luz.press(luz.link('office-codes-kept'));
  await luz.sees(luz.t('office-today-empty'));
  await luz.press(luz.button('office-sign-out'));
  await later(MINUTE);
  await password(luz, account, account.password);
  await enter(luz, await code(own));
  assert.match(luz.page.url(), /\/today$/);
  await luz.leave();
}

/** A session of the office is worth nothing at the portal, and its cookie does not get there. */
async function apart() {
  const account = await wish('office', { stem: 'sol', role: 'provider' });
  const sol = await Patient.come();
  await setUp(sol, account);
  const cookies = await sol.context.cookies();
  assert(cookies.some((c) => c.name === '__Host-office'));
  for (const cookie of cookies) {
    assert.equal(cookie.domain, 'office.localhost', cookie.name);
    assert(cookie.secure && cookie.httpOnly, cookie.name);
  }
  await sol.leave();
}
