// "Keep me signed in on this device": the messages stay open when the browser is
// closed and opened again, for twelve hours at most; without it they do not.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MINUTE, Patient, later, main, patient, write } from './stage.mjs';

const HOUR = 60 * MINUTE;
const letter = { subject: 'About your avocet', text: 'Please come fasting, Jane.' };

await main(async () => {
  await restarted(onOwn);
  await restarted(onShared);
});

/** Plays with a folder that a browser keeps its things in. */
async function restarted(play) {
  const folder = mkdtempSync(join(tmpdir(), 'profile-'));
  try {
    await play(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function enter(folder, to, link, isPrivate) {
  const jane = await Patient.back(folder);
  await jane.go(link);
  const code = await jane.ask(to);
  assert.equal(await jane.page.locator('#private').isChecked(), false, 'it is on by itself');
  if (isPrivate) await jane.page.locator('#private').check();
  await jane.enter(code);
  await jane.sees('fasting');
  return jane;
}

async function onOwn(folder) {
  const to = await patient('jane');
  const { link } = await write(to, letter);
  let jane = await enter(folder, to, link, true);
  for (const hours of [5, 6]) {
    await jane.leave();
    await later(hours * HOUR);
    jane = await Patient.back(folder);
    await jane.go(link);
    await jane.sees('fasting');
    assert.equal(jane.clicks, 1, 'the link is not enough');
  }
  await jane.leave();
  await later(HOUR);
  jane = await Patient.back(folder);
  await jane.go('https://' + new URL(link).host + '/inbox');
  await jane.sees(jane.t('portal-locked-title'));
  await jane.misses('avocet');
  await jane.leave();
}

async function onShared(folder) {
  const to = await patient('kate');
  const { link } = await write(to, letter);
  let kate = await enter(folder, to, link, false);
  await kate.leave();
  kate = await Patient.back(folder);
  await kate.go(link);
  await kate.sees(kate.t('portal-landing-title'));
  await kate.misses('avocet', 'fasting');
  await kate.go('/inbox');
  await kate.misses('avocet');
  await kate.leave();
}
