// Links that lead to nothing that can be read: expired, taken back, unknown,
// closed after too many codes.
import assert from 'node:assert/strict';
import { DAY, MINUTE, Patient, later, main, patient, wish, write } from './stage.mjs';

const letter = { subject: 'About your avocet', text: 'Please come fasting, Jane.' };

await main(async () => {
  for (const scripts of [true, false]) {
    await unknown(scripts);
    await withdrawn(scripts);
    await expired(scripts);
  }
  await guessed();
  await stale();
});

async function unknown(scripts) {
  const { link } = await write(await patient('ann'), letter);
  const ann = await Patient.come({ scripts, width: 320 });
  for (const wrong of [link.slice(0, -1), `${link.slice(0, -2)}zz`, link.replace(/\/m\/.*/, '/m/'), link.replace(/\/m\/.*/, '/nothing/here')]) {
    await ann.go(wrong);
    await ann.misses('avocet', 'fasting');
    assert.equal(await ann.page.locator('main form').count(), 0, `${wrong} has a button`);
  }
  await ann.go(link.slice(0, -1));
  await ann.sees(ann.t('portal-unknown-title'), '+1 503 555 0100');
  await ann.leave();
}

async function withdrawn(scripts) {
  const to = await patient('bea');
  const { link } = await write(to, letter);
  const bea = await Patient.come({ scripts, width: 320 });
  const { page, t } = bea;
  await bea.arrive(link, to);
  const message = page.url();
  await bea.sees('fasting');
  await wish('withdraw', { to });
  // What is open already cannot be read again, nor its parts.
  for (const part of ['', '/reply']) {
    await bea.go(message + part);
    await bea.misses('avocet', 'fasting');
    await bea.sees(t('portal-withdrawn-title'), '+1 503 555 0100');
  }
  await bea.go(`${message}/body`);
  await bea.misses('avocet', 'fasting');
  await bea.sees(t('portal-gone-title'));
  await bea.go('/inbox');
  await bea.misses('avocet', t('portal-gone-subject'));
  await bea.go(link);
  await bea.sees(t('portal-withdrawn-title'), '+1 503 555 0100');
  await bea.misses('avocet', 'fasting', to);
  await bea.press(bea.button('portal-ask-again'));
  await bea.sees(t('portal-asked-title'));
  await bea.go(link);
  await bea.sees(t('portal-asked-before'));
  assert.equal(await bea.button('portal-ask-again').count(), 0, 'the office can be asked twice');
  await bea.leave();
}

async function expired(scripts) {
  const to = await patient('cleo');
  const { link } = await write(to, letter);
  const cleo = await Patient.come({ scripts, width: 320, tag: 'es' });
  const { t } = cleo;
  await cleo.arrive(link, to);
  await cleo.sees('fasting');
  await later(7 * DAY + MINUTE);
  await cleo.go(link);
  await cleo.sees(t('portal-expired-title'), '+1 503 555 0100');
  await cleo.misses('avocet', 'fasting', to, t('portal-send-code'));
  await cleo.go(`${link}/enter`);
  await cleo.sees(t('portal-expired-title'));
  await cleo.press(cleo.button('portal-ask-again'));
  await cleo.sees(t('portal-asked-title'));
  await cleo.go(link);
  await cleo.sees(t('portal-asked-before'));
  await cleo.leave();
}

/** Whoever guesses has to wait; the patient's code is safe from it. */
async function guessed() {
  const to = await patient('dora');
  const { link } = await write(to, letter);
  const dora = await Patient.come({ width: 320 });
  const { page, t } = dora;
  await dora.go(link);
  const code = await dora.ask(to);
  for (let tries = 1; tries <= 5; tries += 1) {
    await dora.enter(String((Number(code) + tries) % 1_000_000).padStart(6, '0'));
    await dora.misses('fasting');
  }
  await dora.enter(code);
  await dora.misses('fasting');
  const said = await page.getByRole('alert').innerText();
  assert.match(said, /wait|new code/i, 'it does not say what to do');
  await later(31 * MINUTE);
  await dora.go(link);
  await dora.enter(await dora.ask(to));
  await dora.sees('fasting');
  assert.equal(await page.getByText(t('portal-until').split('{')[0].trim()).count() > 0, true);
  await dora.leave();
}

/** A page that was open for hours says so, and sends nothing. */
async function stale() {
  const to = await patient('eva');
  const { link } = await write(to, letter);
  const eva = await Patient.come();
  await eva.go(link);
  await later(3 * 60 * MINUTE);
  await eva.press(eva.button('portal-send-code'));
  await eva.sees(eva.t('portal-stale-title'));
  await eva.press(eva.link('portal-open-anew'));
  await eva.enter(await eva.ask(to));
  await eva.sees('fasting');
  await eva.leave();
}
