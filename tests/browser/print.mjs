// A message on paper: the whole letter and nothing of the page around it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { Patient, fits, given, language, main, octets, patient, write } from './stage.mjs';

const [folder] = given;
const lines = Array.from({ length: 150 }, (_, n) => `Line ${n + 1} of the avocet.`);
const FILES = [
  { name: 'Lab report.pdf', type: 'application/pdf', octets: octets(70_000, '%PDF-1.4\n') },
  { name: 'list.txt', type: 'text/plain', octets: octets(900) },
];
const letters = [
  { subject: 'Your test results', text: lines.join('\n'), files: FILES },
  { subject: 'Before your visit', text: 'plain', html: `<h2>Come fasting</h2>${lines.map((l) => `<p>${l}</p>`).join('')}<table border="1"><tr><td>Monday</td><td>9:00</td></tr></table>`, files: FILES },
];

await main(async () => {
  mkdirSync(folder, { recursive: true });
  const to = await patient('jane');
  const links = [];
  for (const letter of letters) links.push((await write(to, letter)).link);
  const jane = await Patient.come();
  await jane.arrive(links[0], to);
  // A text is printed whole from the page it is read on, and from its own.
  await whole(jane, 'text', letters[0], to);
  await own(jane, 'text-own', letters[0], to);
  await jane.go(links[1]);
  const shown = await printed(jane, 'framed');
  assert(shown.includes(jane.t('portal-print-elsewhere')), shown);
  assert(!shown.includes('Line 1 of'), 'a piece of the message is printed as if it were all');
  await own(jane, 'framed-own', letters[1], to);
  await jane.leave();
});

/** By the button "Print": the page that opens, on the screen and on paper. */
async function own(jane, name, letter, to) {
  await jane.press(jane.page.getByRole('link', { name: jane.t('portal-print'), exact: true }));
  await jane.sees(jane.t('portal-print-how'), letter.subject);
  for (const width of [320, 1280]) {
    await jane.page.setViewportSize({ width, height: 640 });
    await fits(jane.page, name);
    await jane.page.screenshot({ path: `${folder}/${language}-${name}-${width}.png` });
  }
  const text = await whole(jane, name, letter, to);
  assert(text.includes('Harbour Clinic'), text);
  await jane.press(jane.link('portal-back-to-message'));
  await jane.sees(letter.subject);
}

async function whole(jane, name, letter, to) {
  const { t } = jane;
  const text = await printed(jane, name);
  for (const words of [letter.subject, 'Dr. Maria Ruiz', to, String(new Date().getFullYear()), ...lines, ...FILES.map((f) => f.name)])
    assert(text.includes(words), `${name} lacks “${words}”: ${text}`);
  assert.match(text, / 1 ?\/ ?[2-9] .* 2 ?\/ ?[2-9] /, 'the pages have no numbers');
  for (const id of ['portal-inbox', 'portal-files', 'portal-sign-out', 'portal-skip', 'portal-help', 'portal-reply', 'portal-download', 'portal-print', 'portal-all-messages', 'portal-back-to-message', 'portal-print-how', 'portal-never-ask', 'portal-message-alone', 'portal-print-elsewhere']) {
    const word = new RegExp(`(^|\\s)${t(id).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\s|$)`);
    assert(!word.test(text), `${name} prints “${t(id)}”: ${text}`);
  }
  return text;
}

/** The words on paper. */
async function printed(jane, name) {
  const path = `${folder}/${language}-${name}.pdf`;
  await jane.page.pdf({ path, format: 'Letter', preferCSSPageSize: true });
  return execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).replace(/\s+/g, ' ');
}
