// The way into the office page: password, app, recovery codes, and what happens
// when something is wrong. With a folder, a picture of every page goes there.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { inspect } from './inspect.mjs';
import { MINUTE, Patient, given, language, later, main, wish } from './stage.mjs';

const [folder] = given;
if (folder) mkdirSync(folder, { recursive: true });
const wrong = [];
let pages = 0;

await main(async () => {
  await everyPage();
  await withoutScripts();
  await apart();
  assert.deepEqual(wrong, [], wrong.join('\n'));
  assert(pages >= 16, `only ${pages} pages`);
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
