// Files that would run something if a browser opened them: opened as a link,
// as an address, and as a page that somebody made the browser show after all.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Patient, main, outside, patient, write } from './stage.mjs';
import { RAN, HOME } from './vectors.mjs';

const SCRIPT = `<script>${RAN}</script><img src="${HOME}/i.png">`;
const FILES = [
  ['page.html', 'text/html', `<!doctype html><title>x</title>${SCRIPT}<form action=/sign-out method=post></form><script>document.forms[0].submit()</script>`],
  ['page.xhtml', 'application/xhtml+xml', `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body onload="document.title='RAN'"><script>document.title='RAN'</script><img src="${HOME}/i.png" alt=""/></body></html>`],
  ['drawing.svg', 'image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='RAN'"><script>fetch('${HOME}/ran')</script><image href="${HOME}/i.png"/></svg>`],
  ['style.xml', 'text/xml', `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${HOME}/x.xsl"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">document.title='RAN'</x:script>`],
  ['form.pdf', 'application/pdf', '%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1);this.submitForm("https://tracker.example/pdf"))>>/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj trailer<</Root 1 0 R>>\n%%EOF\n'],
  ['mail.mhtml', 'multipart/related', `MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n${SCRIPT}`],
  ['script.js', 'text/javascript', RAN],
  ['picture.png', 'image/png', `\x89PNG\r\n\x1a\n<html>${SCRIPT}`],
  ['words.txt', 'text/plain', `<html>${SCRIPT}`],
  ['nothing', 'application/x-nothing', `<html>${SCRIPT}`],
  ['page.html.', 'text/html; charset=utf-7', '+ADw-script+AD4-alert(1)+ADw-/script+AD4-'],
];

await main(async () => {
  const to = await patient('jane');
  const files = FILES.map(([name, type, octets]) => ({ name, type, octets: Buffer.from(octets, 'latin1') }));
  const { link } = await write(to, { subject: 'Files', text: 'Some files.', files });
  const jane = await Patient.come();
  const { page } = jane;
  await jane.arrive(link, to);
  const message = page.url();
  const links = await page.locator('a[href*="/file/"]').evaluateAll((all) => all.map((a) => a.href));
  assert.equal(links.length, FILES.length);
  for (const [n, address] of links.entries()) await opened(jane, address, files[n]);
  // Nothing of it ended the session.
  await jane.go(message);
  await jane.sees('Some files.');
  assert.deepEqual(outside, []);
  await jane.context.close();
});

async function opened(jane, address, { name, octets }) {
  const { page, context } = jane;
  const [file] = await Promise.all([page.waitForEvent('download'), page.locator(`a[href="${new URL(address).pathname}"]`).click()]);
  assert.deepEqual(readFileSync(await file.path()), octets, `${name} was changed`);
  const response = await context.request.get(address);
  const headers = response.headers();
  assert.match(headers['content-disposition'], /^attachment/, name);
  assert.equal(headers['x-content-type-options'], 'nosniff');

  // As an address: a download, and no page.
  const tab = await context.newPage();
  const download = tab.waitForEvent('download');
  await tab.goto(address).then(
    () => assert.fail(`${name} is shown`),
    () => undefined,
  );
  await download;
  assert.equal(tab.url(), 'about:blank');

  // As what it claims to be, with nothing but our policy between it and the
  // browser; a proxy might have lost the rest.
  const type = FILES.find(([known]) => known === name)[1];
  await tab.route(address, async (route) => {
    const { 'content-disposition': _, 'x-content-type-options': __, ...rest } = headers;
    await route.fulfill({ status: 200, headers: { ...rest, 'content-type': type }, body: octets });
  });
  await tab.goto(address).catch(() => undefined);
  await tab.waitForTimeout(150);
  assert.equal(await tab.title().then((t) => t.includes('RAN')).catch(() => false), false, `${name} ran`);
  assert.deepEqual(jane.complaints.filter((c) => c.includes('dialog')), [], `${name} ran`);
  assert(['about:blank', address, 'chrome-error://chromewebdata/'].includes(tab.url()), `${name} went to ${tab.url()}`);
  assert.deepEqual(outside, [], `${name} called home`);
  await tab.close();
}
