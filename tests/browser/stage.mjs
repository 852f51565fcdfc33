// What every script stands on: the browser, a patient before it, the words of
// the catalogue, and the wishes that the test in stage.rs grants.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';

const require = createRequire(new URL('../node/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** How long a page may take, in milliseconds. */
const PATIENCE = 15_000;

/** The clinic's language, and what the test gave besides. */
export const [language, ...given] = process.argv.slice(2);

// --- Wishes -------------------------------------------------------------

const waiting = [];
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => waiting.shift()(JSON.parse(line)));
// The test has ended before us.
lines.on('close', () => process.exit(1));

/** Asks the test for something that a patient cannot do. */
export function wish(what, more = {}) {
  return new Promise((granted) => {
    waiting.push(granted);
    process.stdout.write(`${JSON.stringify({ wish: what, ...more })}\n`);
  });
}

export const patient = (stem) => wish('patient', { stem });
export const later = (seconds) => wish('later', { seconds });
export const MINUTE = 60;
export const DAY = 24 * 60 * MINUTE;

/** Sends a letter from the office; `letter` is made of subject, text, html, files, pictures. */
export async function send(to, letter) {
  const doctor = await wish('doctor');
  await wish('send', { to, mail: mime(doctor, to, letter) });
}

/** The same, and the notice that came of it. */
export async function write(to, letter) {
  await send(to, letter);
  return wish('notice', { to });
}

/** A letter as RFC 5322 has it; each part in base64. */
export function mime(from, to, { subject, text, name, html, charset = 'utf-8', files = [], pictures = [] }) {
  const part = (head, octets) =>
    `${head}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(octets).toString('base64').replace(/.{76}/g, '$&\r\n')}\r\n`;
  let count = 0;
  const multi = (kind, parts) => {
    if (parts.length === 1) return parts[0];
    const boundary = `part-of-a-letter-${++count}`;
    const all = parts.map((p) => `--${boundary}\r\n${p}`).join('');
    return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${all}--${boundary}--\r\n`;
  };
  const words = [part('Content-Type: text/plain; charset=utf-8', text)];
  if (html !== undefined) words.push(part(`Content-Type: text/html; charset=${charset}`, html));
  const shown = [
    multi('alternative', words),
    ...pictures.map((p) => part(`Content-Type: ${p.type}\r\nContent-ID: <${p.id}>\r\nContent-Disposition: inline`, p.octets)),
  ];
  const all = [
    multi('related', shown),
    ...files.map((f) => part(`Content-Type: ${f.type}; name="${f.name}"\r\nContent-Disposition: attachment; filename="${f.name}"`, f.octets)),
  ];
  const encoded = `=?utf-8?B?${Buffer.from(subject).toString('base64')}?=`;
  return `From: "Dr. Maria Ruiz" <${from}>\r\nTo: ${name === undefined ? to : `"${name}" <${to}>`}\r\nSubject: ${encoded}\r\nMIME-Version: 1.0\r\n${multi('mixed', all)}`;
}

// --- Words --------------------------------------------------------------

/** Whether the gateway speaks the pretended language of src/texts/pseudo.rs. */
const stretched = given.includes('stretched');

/** A sentence as that language has it: see `stretch` there. */
function stretch(text) {
  const accents = { a: 'á', e: 'ë', i: 'î', o: 'ø', u: 'ů', n: 'ñ', c: 'ç', A: 'Å', E: 'É', I: 'Ï', O: 'Ö', U: 'Ü' };
  let letters = 0;
  return [...text]
    .map((c) => {
      const accented = accents[c] ?? c;
      if (!/\p{Alphabetic}/u.test(c)) return accented;
      letters += 1;
      return [0, 2].includes(letters % 5) ? accented + accented : accented;
    })
    .join('');
}

/** The catalogue of the pages: a word as it is seen. */
export function catalogue(tag) {
  const words = new Map();
  const files = ['portal', 'office'].map((name) => new URL(`../../src/texts/${tag}/${name}.ftl`, import.meta.url));
  const text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  for (const line of text.split('\n')) {
    const found = /^([a-z-]+) = (.+)$/.exec(line);
    if (!found) continue;
    const pieces = found[2].split(/(\{[^}]*\})/).map((piece) => (stretched && !piece.startsWith('{') ? stretch(piece) : piece));
    words.set(found[1], pieces.join('').replace(/\{ "(.*?)" \}/g, '$1'));
  }
  return (id, values = {}) => {
    assert(words.has(id), `the catalogue has no line ${id}`);
    const all = { clinic: 'Harbour Clinic', ...values };
    return words.get(id).replace(/\{ \$(\w+) \}/g, (whole, name) => all[name] ?? whole);
  };
}

// --- The browser --------------------------------------------------------

/** Everything that a page wanted from elsewhere than this machine. */
export const outside = [];
/** Where Chromium calls by itself, whatever the page. */
const MAKER = /^(http:\/\/)?([a-z0-9-]+\.)*(google|googleapis|gvt1)\.com(:443$|\/)/;

/** Pages of other people's sites, served by the proxy: an address and its HTML. */
const sites = new Map();

/** Puts a page on somebody else's site; it must be of `http:`. */
export function site(url, html) {
  sites.set(url, html);
  return url;
}

function noted(url) {
  // What a browser asks of a site whose page it has just opened.
  if ([...sites.keys()].some((page) => url === new URL('/favicon.ico', page).href)) return;
  if (!MAKER.test(url)) outside.push(url);
}
let browser;
let proxy;

/** Starts Chromium. Whatever is not for the portal ends in a proxy that writes it down. */
async function open() {
  proxy = createServer((request, response) => {
    const page = sites.get(request.url);
    if (page !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
      return;
    }
    noted(request.url);
    response.writeHead(502).end();
  });
  proxy.on('connect', (request, socket) => {
    noted(request.url);
    socket.end('HTTP/1.1 502 no way out\r\n\r\n');
  });
  await new Promise((ready) => proxy.listen(0, '127.0.0.1', ready));
  browser = await chromium.launch(chosen());
}

/** How Chromium is started. */
function chosen() {
  return {
    executablePath: execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      // A page elsewhere may not speak to this machine at all; the attacks must get here.
      '--disable-features=LocalNetworkAccessChecks'],
    proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: 'localhost' },
  };
}

/** How long a script may take, in milliseconds: some evaluations in a page have no end of their own. */
const WHOLE = 5 * 60_000;
/** Where the script was last. */
let step = 'the start';

/** Runs a script: `play` between an open and a closed browser. */
export async function main(play) {
  let code = 0;
  setTimeout(() => {
    console.error(`the script has not ended after ${WHOLE / 60_000} minutes; it stood at: ${step}`);
    process.exit(1);
  }, WHOLE).unref();
  try {
    await open();
    await play();
    assert.deepEqual(outside, [], 'something left for elsewhere');
  } catch (error) {
    console.error(error);
    code = 1;
  }
  await browser?.close();
  proxy?.close();
  process.exit(code);
}

/** A patient's browser with nothing in it. */
export class Patient {
  static async come({ tag = language, width = 1280, scripts = true, dark = false, from } = {}) {
    const phone = width < 600;
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      javaScriptEnabled: scripts,
      locale: tag === 'es' ? 'es-US' : 'en-US',
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width, height: phone ? 640 : 800 },
      // The gateway believes the proxy of this machine.
      extraHTTPHeaders: from === undefined ? {} : { 'X-Forwarded-For': from },
      isMobile: phone,
      hasTouch: phone,
    });
    context.setDefaultTimeout(PATIENCE);
    return new Patient(context, await context.newPage(), catalogue(tag));
  }

  /** A browser of its own that keeps what it stores in this folder when it is closed. */
  static async back(folder, { tag = language } = {}) {
    const settings = { ignoreHTTPSErrors: true, locale: tag === 'es' ? 'es-US' : 'en-US', viewport: { width: 1280, height: 800 } };
    const context = await chromium.launchPersistentContext(folder, { ...chosen(), ...settings });
    context.setDefaultTimeout(PATIENCE);
    return new Patient(context, context.pages()[0], catalogue(tag));
  }

  constructor(context, page, t) {
    Object.assign(this, { context, page, t, clicks: 0, complaints: [], requests: [], host: undefined });
    context.on('request', (request) => this.requests.push(request.url()));
    context.on('console', (message) => this.hear(message));
    context.on('weberror', (error) => this.complaints.push(`${error.error()}`));
    context.on('page', (opened) => this.listen(opened));
    this.listen(page);
  }

  listen(page) {
    page.on('dialog', (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
  }

  hear(message) {
    if (!['error', 'warning'].includes(message.type())) return;
    const text = message.text();
    // Chromium's note on a page that is sent with the status of an error, as
    // some of ours are: the page itself, not something that it wants.
    const own = /the server responded with a status of (400|403|404|405|409|410|413|415|422|429)/.test(text);
    const about = message.location().url;
    if (own && !/\.(css|svg|js)$|\/logo$/.test(about)) return;
    // A moved clock ends every wait at once: that for a request on an idle
    // connection, and that for a handshake. The icon is all that Chromium
    // fetches after the page stands, so the two can meet.
    const cut = /net::ERR_(SOCKET_NOT_CONNECTED|CONNECTION_(CLOSED|RESET)|EMPTY_RESPONSE)/.test(text);
    if (cut && /\/icon\.svg$/.test(about)) return;
    this.complaints.push(`${text} (${about})`);
  }

  /** Opens an address; a link in a mail is one click. */
  async go(address) {
    this.host ??= new URL(address).host;
    this.clicks += 1;
    step = `going to ${address}`;
    return this.page.goto(new URL(address, `https://${this.host}`).href);
  }

  button(id) {
    return this.page.getByRole('button', { name: this.t(id), exact: true });
  }

  link(id) {
    return this.page.getByRole('link', { name: this.t(id) }).first();
  }

  /** Presses something and waits for the page behind it. */
  async press(target) {
    this.clicks += 1;
    step = `pressing ${target} on ${this.page.url()}`;
    await Promise.all([this.page.waitForEvent('framenavigated', (f) => f === this.page.mainFrame()), target.click()]);
    await this.page.waitForLoadState();
  }

  tab(id) {
    return this.press(this.page.locator('nav').getByRole('link', { name: this.t(id), exact: true }));
  }

  /** The page's words, as they are seen. */
  words() {
    return this.page.locator('body').innerText();
  }

  async sees(...words) {
    const text = (await this.words()).replace(/\s+/g, ' ');
    for (const word of words) assert(text.includes(word), `${this.page.url()} does not say “${word}” but: ${text}`);
  }

  async misses(...words) {
    const text = (await this.page.content()) + (await this.words());
    for (const word of words) assert(!text.includes(word), `${this.page.url()} says “${word}”`);
  }

  /** Asks for a code on the landing page; the code that comes. */
  async ask(to) {
    await this.press(this.button('portal-send-code'));
    return (await wish('code', { to })).code;
  }

  async enter(code) {
    await this.page.locator('#code').fill(code);
    await this.press(this.button('portal-open-message'));
  }

  /** From the link to the message. */
  async arrive(link, to) {
    await this.go(link);
    await this.enter(await this.ask(to));
    assert.match(this.page.url(), /\/message\//, 'the code does not lead to the message');
  }

  async signOut() {
    await this.press(this.button('portal-sign-out'));
  }

  /** What must hold of every visit: nothing asked of anybody else, no complaint. */
  async leave() {
    const strangers = this.requests.filter((url) => /^(https?|wss?):/.test(url) && new URL(url).host !== this.host);
    assert.deepEqual(strangers, [], 'a page asked somebody else');
    assert.deepEqual(this.complaints, [], 'the browser complains');
    await this.context.close();
  }
}

// --- Checks -------------------------------------------------------------

/** No page is wider than its window. */
export async function fits(page, name) {
  const [wide, window] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  assert(wide <= window, `${name} is ${wide} px wide in a window of ${window} px`);
}

/** No words are cut off, run out of their button, or lie upon others. */
export async function readable(page, name) {
  step = `looking at ${name}`;
  const wrong = await page.evaluate(() => {
    const found = [];
    const seen = [];
    const said = (node) => `“${node.data.trim().slice(0, 40)}”`;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const own = node.parentElement;
      if (node.data.trim() === '' || !own.checkVisibility({ visibilityProperty: true }) || own.closest('.unseen, .skip, textarea')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width < 1) continue;
        if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`${said(node)} leaves the window`);
        for (let around = own; around !== document.body; around = around.parentElement) {
          const frame = around.getBoundingClientRect();
          const holds = getComputedStyle(around).overflowX !== 'visible' || around.matches('button, .button, .card, .banner, .tabs a');
          if (holds && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)) found.push(`${said(node)} leaves ${around.outerHTML.slice(0, 60)}`);
        }
        for (const [other, there] of seen) {
          const wide = Math.min(box.right, there.right) - Math.max(box.left, there.left);
          const high = Math.min(box.bottom, there.bottom) - Math.max(box.top, there.top);
          if (wide > 2 && high > 0.4 * Math.min(box.height, there.height)) found.push(`${said(node)} lies upon ${said(other)}`);
        }
        seen.push([node, box]);
      }
    }
    return found;
  });
  assert.deepEqual(wrong, [], name);
}

/** What axe finds against WCAG 2.2 AA. */
export async function judge(page) {
  await page.evaluate(axe);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const found = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values }, iframes: false, resultTypes: ['violations'] }),
    tags,
  );
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join(' | ')}`);
}

/** A file of this many octets that begins as its kind does. */
export function octets(size, begin = '') {
  const all = Buffer.alloc(size);
  for (let i = 0; i < size; i += 1) all[i] = (i * 7919 + (i >> 8)) & 0xff;
  all.write(begin, 'latin1');
  return all;
}
