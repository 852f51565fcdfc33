// A quarter of an hour without a press: the messages close, by themselves too,
// and what was being written is there again after the next code.
import assert from 'node:assert/strict';
import { MINUTE, Patient, later, main, octets, patient, write } from './stage.mjs';

const letter = { subject: 'About your avocet', text: 'Please come fasting, Jane.' };

await main(async () => {
  for (const scripts of [true, false]) {
    await writing(scripts);
    await byItself(scripts);
  }
  await atMost();
});

async function writing(scripts) {
  const to = await patient('jane');
  const { link } = await write(to, letter);
  const jane = await Patient.come({ scripts, width: 320 });
  const { page, t } = jane;
  await jane.arrive(link, to);
  // Reading on keeps it open.
  for (let look = 0; look < 3; look += 1) {
    await later(14 * MINUTE);
    await jane.tab('portal-inbox');
    await jane.sees(letter.subject);
  }
  await jane.press(page.getByRole('link', { name: letter.subject }));
  await jane.press(jane.link('portal-reply'));
  const text = 'I have one more question.\nMay I drink water?';
  await page.locator('#text').fill(text);
  await page.locator('#files').setInputFiles([{ name: 'list.txt', mimeType: 'text/plain', buffer: octets(500, 'list') }]);
  await later(16 * MINUTE);
  await jane.press(jane.button('portal-reply-send'));
  await jane.sees(t('portal-locked-kept-title'), t('portal-locked-kept'));
  await jane.misses('avocet', 'water');
  await jane.go('/sent');
  await jane.sees(t('portal-locked-title'));

  // One press, one code, and the text is offered.
  await jane.press(jane.link('portal-open-again'));
  await jane.enter(await jane.ask(to));
  await jane.sees('fasting', t('portal-draft-waits'));
  await jane.press(jane.link('portal-draft-go-on'));
  assert.equal(await page.locator('#text').inputValue(), text);
  await jane.sees(t('portal-draft-kept'));
  await jane.press(jane.button('portal-reply-send'));
  await jane.sees(t('portal-answer-sent'), 'May I drink water?');
  await jane.go('/inbox');
  await jane.press(page.getByRole('link', { name: letter.subject }));
  await jane.misses(t('portal-draft-waits'));
  await jane.leave();
}

/** Nobody presses anything, and the page goes away without a script. */
async function byItself(scripts) {
  const to = await patient('kate');
  const { link } = await write(to, letter);
  const kate = await Patient.come({ scripts });
  const { page, t } = kate;
  await kate.arrive(link, to);
  // The browser's own time cannot be moved, so its quarter of an hour is cut
  // to a second on the way.
  let told;
  await page.route('**/inbox', async (route) => {
    const response = await route.fetch();
    told = response.headers().refresh;
    await route.fulfill({ response, headers: { ...response.headers(), refresh: told.replace(/^\d+/, '1') } });
  });
  await kate.tab('portal-inbox');
  assert.match(told, /^(8[89]\d|900); url=\/locked$/);
  await later(16 * MINUTE);
  await page.waitForURL('**/locked');
  await kate.sees(t('portal-locked-title'));
  await kate.misses('avocet');
  await page.goBack();
  await kate.misses('avocet');
  await kate.leave();
}

/** Twelve hours are the end, however busy one is. */
async function atMost() {
  const to = await patient('lena');
  const { link } = await write(to, letter);
  const lena = await Patient.come();
  await lena.arrive(link, to);
  for (let minutes = 0; minutes < 12 * 60 - 14; minutes += 14) {
    await later(14 * MINUTE);
    await lena.go('/inbox');
    await lena.sees('avocet');
  }
  await later(14 * MINUTE);
  await lena.go('/inbox');
  await lena.sees(lena.t('portal-locked-title'));
  await lena.misses('avocet');
  await lena.leave();
}
