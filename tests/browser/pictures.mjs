// A picture of every page, and of the mails, for people to look at.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Patient, given, language, main } from './stage.mjs';
import { walk } from './walk.mjs';

const [folder] = given;
const SIZES = [[320, 640], [1280, 800]];

await main(async () => {
  mkdirSync(folder, { recursive: true });
  const mails = await walk(language, (name, patient) => draw(patient.page, name, SIZES));
  for (const [name, mail] of mails) {
    const file = `${folder}/${language}-${name}.html`;
    writeFileSync(file, mail.html);
    writeFileSync(`${folder}/${language}-${name}.txt`, `${mail.subject}\n\n${mail.text}`);
    const reader = await Patient.come();
    await reader.page.setContent(mail.html);
    await draw(reader.page, `mail-${name}`, [[320, 640], [600, 700]]);
    await reader.context.close();
  }
});

async function draw(page, name, sizes) {
  for (const [width, height] of sizes)
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      // A frame is painted a moment after its page.
      if ((await page.locator('iframe').count()) > 0) await page.waitForTimeout(300);
      await page.screenshot({ path: `${folder}/${language}-${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
}
