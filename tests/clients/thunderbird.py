"""Thunderbird: signs in by SASL-IR, fetches headers in batches, and asks with
QRESYNC for what changed while it was away."""

import base64
import imaplib
import re
import sys

from office import HOST, IMAP, ME, PASSWORD, good, letter, ok, said, sign_in, trust
from sent import send_and_keep

HEADERS = "From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To Content-Type Reply-To"


def start():
    imap = imaplib.IMAP4_SSL(HOST, IMAP, ssl_context=trust(), timeout=30)
    ok(said(imap, "CAPABILITY"))
    ticket = base64.b64encode(f"\0{ME}\0{PASSWORD}".encode()).decode()
    ok(said(imap, f"AUTHENTICATE PLAIN {ticket}"))
    imap.state = "AUTH"
    ok(said(imap, 'ID ("name" "Thunderbird" "version" "140.0")'))
    ok(said(imap, "NAMESPACE"))
    enabled = ok(said(imap, "ENABLE QRESYNC CONDSTORE"))
    assert b"QRESYNC" in enabled[0], enabled
    return imap


other = sign_in()
for n in range(60):
    good(other.append("INBOX", None, None, letter(n)))
imap = start()
for command in ('LIST (SUBSCRIBED) "" "*" RETURN (SPECIAL-USE)', 'LIST "" "*" RETURN (SPECIAL-USE SUBSCRIBED)', 'LSUB "" "*"'):
    listed = b"\n".join(ok(said(imap, command)))
    assert b"INBOX" in listed and b"Sent" in listed, (command, listed)
selected = b"\n".join(ok(said(imap, "SELECT INBOX (CONDSTORE)")))
validity = re.search(rb"UIDVALIDITY (\d+)", selected)[1].decode()
rows = ok(said(imap, "UID FETCH 1:* (FLAGS)"))[:-1]
uids = [int(re.search(rb"UID (\d+)", row)[1]) for row in rows]
assert len(uids) == 60
for batch in (uids[:25], uids[25:50], uids[50:]):
    spans = f"{batch[0]}:{batch[-1]}"
    rows = ok(said(imap, f"UID FETCH {spans} (UID RFC822.SIZE FLAGS BODY.PEEK[HEADER.FIELDS ({HEADERS})])"))
    assert len(rows) == len(batch) + 1 and all(b"BODY[HEADER.FIELDS (" in row and b"Subject: Letter" in row for row in rows[:-1]), rows[:2]
whole = ok(said(imap, f"UID FETCH {uids[7]} (UID RFC822.SIZE BODY.PEEK[])"))[0]
assert letter(7) in whole
ok(said(imap, rf"UID STORE {uids[7]} +FLAGS (\Seen NonJunk)"))
modseq = int(re.search(rb"HIGHESTMODSEQ (\d+)", ok(said(imap, "STATUS INBOX (HIGHESTMODSEQ)"))[0])[1])
ok(said(imap, "LOGOUT"))

# Another program works meanwhile.
good(other.select("INBOX"))
good(other.uid("STORE", str(uids[3]), "+FLAGS", r"(\Flagged)"))
good(other.uid("STORE", f"{uids[10]}:{uids[14]}", "+FLAGS", r"(\Deleted)"))
good(other.expunge())
good(other.append("INBOX", None, None, letter(60)))

imap = start()
back = ok(said(imap, f"SELECT INBOX (QRESYNC ({validity} {modseq} 1:{uids[-1]}))"))
assert any(line == b"* VANISHED (EARLIER) %d:%d" % (uids[10], uids[14]) for line in back), back
changed = [line for line in back if b" FETCH (" in line]
found = {int(re.search(rb"UID (\d+)", line)[1]) for line in changed}
assert uids[3] in found and found <= {uids[3], uids[-1] + 1}, changed
assert any(b"* 56 EXISTS" == line for line in back), back
# With QRESYNC what goes is told by its UID.
good(other.uid("MOVE", str(uids[20]), "Trash"))
assert b"* VANISHED %d" % uids[20] in ok(said(imap, "NOOP"))
# A mailbox that is not the one it knew is told of from the start.
fresh = ok(said(imap, f"SELECT INBOX (QRESYNC ({int(validity) ^ 1} {modseq}))"))
assert not any(b"VANISHED" in line or b" FETCH (" in line for line in fresh), fresh

imap.state = "SELECTED"
send_and_keep(imap, sys.argv[1], "thunderbird", bcc="Bcc: archive@clinic.example\r\n")
ok(said(imap, "LOGOUT"))
