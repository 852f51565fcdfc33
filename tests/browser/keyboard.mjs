// The path by keyboard alone: every step is reached with Tab, shows where it
// is, and is pressed with Enter or Space.
import assert from 'node:assert/strict';
import { MINUTE, Patient, later, main, octets, patient, wish, write } from './stage.mjs';

await main(async () => {
  const to = await patient('jane');
  const { link } = await write(to, { subject: 'Your test results', text: 'All is well.', files: [{ name: 'report.pdf', type: 'application/pdf', octets: octets(900, '%PDF-1.4\n') }] });
  for (const width of [320, 1280]) {
    await byHand(to, link, width);
    await later(MINUTE);
  }
});

async function byHand(to, link, width) {
  const jane = await Patient.come({ width });
  const { page, t } = jane;
  await jane.go(link);
  // The first stop leads past the header.
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), t('portal-skip'));
  await seen(page);
  await page.keyboard.press('Enter');
  await reach(page, t('portal-send-code'));
  await enter(page);
  await wish('drained');
  const { code } = await wish('code', { to });
  await reach(page, t('portal-code-label'));
  await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
  await reach(page, t('portal-private'));
  await page.keyboard.press('Space');
  assert(await page.locator('#private').isChecked());
  await reach(page, t('portal-open-message'));
  await enter(page);
  await jane.sees('All is well.');
  await reach(page, `${t('portal-download')} report.pdf`);
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.equal(file.suggestedFilename(), 'report.pdf');
  await reach(page, t('portal-reply'));
  await enter(page);
  await reach(page, t('portal-reply-text'));
  await page.keyboard.type('Thank you.');
  await reach(page, t('portal-reply-files'));
  await reach(page, t('portal-reply-send'));
  await enter(page);
  await jane.sees(t('portal-answer-sent'));
  for (const tab of ['portal-inbox', 'portal-sent', 'portal-files']) {
    await reach(page, t(tab));
    await enter(page);
  }
  await reach(page, t('portal-sign-out'));
  await enter(page);
  await jane.sees(t('portal-signed-out-title'));
  await reach(page, t('portal-help'));
  await enter(page);
  await jane.sees(t('portal-help-title'));
  await jane.leave();
}

async function enter(page) {
  await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
  await page.waitForLoadState();
}

/** Tabs on until the focus is on what has this name. */
async function reach(page, name) {
  const passed = [];
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press('Tab');
    const here = await focused(page);
    if (here !== '') await seen(page);
    if (here === name) return;
    passed.push(here);
  }
  assert.fail(`Tab never comes to “${name}”, but to ${passed.join(', ')}`);
}

/** The name of what has the focus. */
function focused(page) {
  return page.evaluate(() => {
    const node = document.activeElement;
    if (node === null || node === document.body) return '';
    const label = node.labels?.[0];
    return (label ?? node).textContent.trim().replace(/\s+/g, ' ');
  });
}

/** Where the focus is can be seen: an outline, inside the window. */
async function seen(page) {
  const focus = await page.evaluate(() => {
    const node = document.activeElement;
    const styles = [getComputedStyle(node), getComputedStyle(node, '::after')];
    const box = node.getBoundingClientRect();
    return {
      outline: styles.map((s) => (s.outlineStyle === 'none' ? 0 : Number.parseFloat(s.outlineWidth))),
      inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      what: node.outerHTML.slice(0, 80),
    };
  });
  assert(Math.max(...focus.outline) >= 2, `the focus cannot be seen on ${focus.what}`);
  assert(focus.inside, `the focus is out of sight on ${focus.what}`);
}
