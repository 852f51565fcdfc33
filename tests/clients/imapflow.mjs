// ImapFlow: reads all, flags, deletes, waits for news, and has the gateway decode
// a file (BINARY).

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { rootCertificates } from 'node:tls';

const { ImapFlow } = createRequire(new URL('../node/', import.meta.url))('imapflow');

const { IMAP_PORT, ADDRESS, PASSWORD, TRUST } = process.env;

function client(trust = readFileSync(TRUST)) {
  return new ImapFlow({
    host: 'localhost',
    port: Number(IMAP_PORT),
    secure: true,
    tls: { ca: trust },
    auth: { user: ADDRESS, pass: PASSWORD },
    logger: false,
    qresync: true,
  });
}

const letter = (n) =>
  Buffer.from(
    `From: somebody@example.test\r\nTo: ${ADDRESS}\r\nSubject: Nota número ${n}\r\nMessage-ID: <${n}@flow.test>\r\n\r\nTexto ${n}\r\n`,
  );

// With the system's authorities alone we are strangers.
await assert.rejects(client(rootCertificates).connect(), { code: /SELF_SIGNED|UNABLE_TO/ });
const imap = client();
await imap.connect();
const folders = await imap.list();
for (const use of ['\\Inbox', '\\Sent', '\\Drafts', '\\Trash', '\\Archive', '\\Junk']) {
  assert.ok(folders.some((folder) => folder.specialUse === use), use);
}
for (let n = 0; n < 20; n += 1) {
  const put = await imap.append('INBOX', letter(n), n % 2 ? ['\\Seen'] : []);
  assert.ok(put.uid > 0);
}
const lock = await imap.getMailboxLock('INBOX');
assert.equal(imap.mailbox.exists, 20);
const seen = [];
for await (const message of imap.fetch('1:*', { uid: true, envelope: true, source: true, flags: true, bodyStructure: true })) {
  assert.equal(message.envelope.messageId, `<${seen.length}@flow.test>`);
  assert.deepEqual(message.source, letter(seen.length));
  assert.equal(message.flags.has('\\Seen'), seen.length % 2 === 1);
  assert.equal(message.bodyStructure.type, 'text/plain');
  seen.push(message.uid);
}
assert.equal(seen.length, 20);
assert.deepEqual(await imap.search({ seen: false }, { uid: true }), seen.filter((_, n) => n % 2 === 0));
assert.deepEqual(await imap.search({ subject: 'NÚMERO 7' }, { uid: true }), [seen[7]]);
assert.deepEqual(await imap.search({ body: 'texto 12' }, { uid: true }), [seen[12]]);
await imap.messageFlagsAdd(seen.slice(0, 5), ['\\Flagged', '$Label1'], { uid: true });
const flagged = await imap.fetchOne(String(seen[2]), { flags: true }, { uid: true });
assert.ok(flagged.flags.has('\\Flagged') && flagged.flags.has('$Label1'));
const moved = await imap.messageMove(seen.slice(0, 3), 'Archive', { uid: true });
assert.equal(moved.uidMap.size, 3);
await imap.messageDelete(seen.slice(3, 5), { uid: true });
assert.deepEqual(await imap.search({ all: true }, { uid: true }), seen.slice(5));

// News while it waits.
const news = new Promise((resolve) => imap.once('exists', resolve));
const waits = imap.idle();
const other = client();
await other.connect();
await other.append('INBOX', letter(20));
assert.equal((await news).count, 16);
await other.logout();
lock.release();
const status = await imap.status('Archive', { messages: true, unseen: true, highestModseq: true });
assert.equal(status.messages, 3);
await waits.catch(() => {});

// A file comes as what it is, not as base64, and a NUL in it is no end of it.
const file = Buffer.from([...Array(256).keys()]);
const withFile = Buffer.from(
  `Subject: Plan\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHier.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${file.toString('base64')}\r\n--b--\r\n`,
);
await imap.append('Drafts', withFile);
await imap.mailboxOpen('Drafts');
const decoded = await imap.fetchOne('1', { bodyParts: ['2'], source: true }, { binary: true });
assert.deepEqual(decoded.bodyParts.get('2'), file);
assert.deepEqual(decoded.source, withFile);
await imap.logout();
