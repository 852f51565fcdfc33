"""Classic Outlook: it lists by LSUB and the namespace, fetches all UIDs with
their flags, then whole messages one by one, and keeps a copy of what it sent."""

import imaplib
import re
import sys

from office import HOST, IMAP, ME, PASSWORD, good, heard, letter, ok, said, trust
from sent import copies, message, send_and_keep

imap = imaplib.IMAP4_SSL(HOST, IMAP, ssl_context=trust(), timeout=30)
ok(said(imap, "CAPABILITY"))
ok(said(imap, f'LOGIN "{ME}" "{PASSWORD}"'))
imap.state = "AUTH"
assert b"Sealpost" in b"".join(ok(said(imap, 'ID ("name" "Microsoft Outlook" "version" "16.0.5" "os" "Windows")')))
assert any(b'(("" "/"))' in line for line in ok(said(imap, "NAMESPACE")))
assert ok(said(imap, 'LIST "" ""'))[0].endswith(b'"/" ""')
listed = ok(said(imap, 'LIST "" "*"'))
names = [line.split(b' "/" ')[1].strip(b'"') for line in listed[:-1]]
for name in names:
    if b"Noselect" not in b"".join(line for line in listed if line.endswith(name)):
        said(imap, f'SUBSCRIBE "{name.decode()}"')
subscribed = b"".join(ok(said(imap, 'LSUB "" "*"')))
assert all(name in subscribed for name in (b"INBOX", b"Sent", b"Drafts", b"Trash")), subscribed

for n in range(12):
    good(imap.append("INBOX", None, None, letter(n)))
assert b"UNSEEN 12" in ok(said(imap, "STATUS INBOX (UIDNEXT MESSAGES UNSEEN)"))[0]
ok(said(imap, "SELECT INBOX"))
imap.state = "SELECTED"
rows = ok(said(imap, "UID FETCH 1:* (UID FLAGS)"))[:-1]
uids = [int(re.search(rb"UID (\d+)", row)[1]) for row in rows]
assert len(uids) == 12 and uids == sorted(uids)
for n, uid in enumerate(uids):
    whole = ok(said(imap, f"UID FETCH {uid} (UID FLAGS RFC822.SIZE BODY.PEEK[] INTERNALDATE)"))
    assert letter(n) in whole[0] and b"RFC822.SIZE %d" % len(letter(n)) in whole[0], whole
ok(said(imap, rf"UID STORE {uids[0]} +FLAGS (\Seen)"))
ok(said(imap, rf"UID STORE {uids[1]} +FLAGS.SILENT (\Deleted)"))
assert b"* 2 EXPUNGE" in ok(said(imap, "EXPUNGE"))
later = ok(said(imap, f"UID FETCH {uids[-1] + 1}:* (UID FLAGS)"))
# RFC 3501 §6.4.8: `*` is the last message, even if it is before the first.
assert [b"UID %d" % uids[-1] in line for line in later[:-1]] == [True], later

# IDLE, ended by DONE.
imap.send(b"I1 IDLE\r\n")
assert imap.readline().startswith(b"+ ")
imap.send(b"DONE\r\n")
ok(heard(imap, b"I1"))

to = sys.argv[1]
send_and_keep(imap, to, "outlook")
# The same identifier over another text is another message.
good(imap.append("Sent", r"(\Seen)", None, message(to, "outlook", text="Something else.")))
assert len(copies(imap, "outlook")) == 2
ok(said(imap, "LOGOUT"))
