"""IMAP4rev2 and BINARY (RFC 9051, RFC 3516), beside a session of IMAP4rev1 that
sees none of it. imaplib signs in and reads; the commands are written here."""

import base64
import re
import uuid

from office import good, letter, ok, said, sign_in

NAME = "Überweisungen"
OLD = "&ANw-berweisungen"
FILE = bytes(range(256)) * 400 + b"\0end"


def quoted(text):
    return b'"' + text.encode() + b'"'


def literal(octets, binary=False):
    return (b"~" if binary else b"") + b"{%d+}\r\n" % len(octets) + octets


def has(lines, wanted):
    assert any(re.search(wanted, line) for line in lines), (wanted, lines)


def lacks(lines, unwanted):
    assert not any(re.search(unwanted, line) for line in lines), (unwanted, lines)


def part(lines, item):
    """The octets of an item, and whether they came as a literal8."""
    row = next(line for line in lines if item in line)
    found = re.search(re.escape(item) + rb" (~?)\{(\d+)\}\r\n", row)
    return row[found.end() : found.end() + int(found[2])], found[1] == b"~"


new, old = sign_in(), sign_in()
offered = good(new.capability())[0].decode().split()
assert {"IMAP4rev1", "IMAP4rev2", "BINARY", "LITERAL+"} <= set(offered), offered
assert "LITERAL-" not in offered and "UTF8=ACCEPT" not in offered, offered
has(ok(said(new, "ENABLE IMAP4rev2")), rb"^\* ENABLED IMAP4rev2$")

# A name that is not ASCII, as both see it.
has(said(old, "CREATE", quoted(NAME)), rb"^X1 (NO|BAD)")
ok(said(new, "CREATE", quoted(NAME)))
has(ok(said(new, 'LIST "" *')), rb'^\* LIST \([^)]*\) "/" "%s"$' % NAME.encode())
lacks(ok(said(new, 'LIST "" *')), OLD.encode())
has(ok(said(old, 'LIST "" *')), rb'^\* LIST \([^)]*\) "/" "%s"$' % OLD.encode())
has(said(new, "CREATE", quoted("U\u0308")), rb"^X1 NO \[CANNOT\]")
has(ok(said(new, "CREATE inbox/later")), rb'^\* LIST \(.*\) "/" "INBOX/later" \("OLDNAME" \("inbox/later"\)\)$')
lacks(ok(said(old, "CREATE inbox/never")), rb"^\*")
has(ok(said(new, "RENAME INBOX/never inbox/ever")), rb'^\* LIST .* "INBOX/ever" \("OLDNAME" \("INBOX/never"\)\)$')
ok(said(new, "CREATE", quoted(NAME + "/2026")))
has(said(new, "DELETE", quoted(NAME)), rb"^X1 NO \[HASCHILDREN\] ")
ok(said(new, "DELETE", quoted(NAME + "/2026")))

# Messages: one with a file, one in an encoding that nobody knows.
encoded = b"\r\n".join(re.findall(rb".{1,76}", base64.b64encode(FILE)))
mixed = (
    b"Subject: Beleg\r\nMessage-ID: <" + uuid.uuid4().hex.encode() + b'@example.test>\r\nMIME-Version: 1.0\r\n'
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Gr=C3=BC=C3=9Fe =\r\naus Ulm\r\n"
    b'--b\r\nContent-Type: application/pdf; name="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    + encoded + b"\r\n--b\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 x\r\n`\r\nend\r\n--b--\r\n"
)
binary = letter(9, extra="Content-Transfer-Encoding: binary\r\n", text="a\tb \x01")
has(ok(said(new, "APPEND", quoted(NAME), literal(mixed))), rb"\[APPENDUID \d+ 1\]")
has(ok(said(old, "APPEND " + OLD, literal(binary, binary=True))), rb"\[APPENDUID \d+ 2\]")
has(said(new, "APPEND", quoted(NAME), literal(binary + b"\0", binary=True)), rb"^X1 NO \[UNKNOWN-CTE\]")

# SELECT lists the mailbox and says nothing of \Recent; the old form does.
lines = ok(said(new, "SELECT", quoted(NAME)))
has(lines, rb'^\* LIST \(\\HasNoChildren\) "/" "%s"$' % NAME.encode())
has(lines, rb"^\* 2 EXISTS$")
lacks(lines, rb"RECENT|\[UNSEEN|\[CLOSED\]")
lines = ok(said(old, "SELECT " + OLD))
has(lines, rb"^\* 0 RECENT$")
has(lines, rb"^\* OK \[UNSEEN 1\]")
lacks(lines, rb"^\* LIST")
lines = ok(said(new, "EXAMINE INBOX"))
assert sum(b"[CLOSED]" in line for line in lines) == 1, lines
has(lines, rb'^\* LIST \(\\HasChildren \\Subscribed\) "/" "INBOX"$')
ok(said(new, "SELECT", quoted(NAME)))

# SEARCH.
has(ok(said(new, "SEARCH ALL")), rb'^\* ESEARCH \(TAG "X1"\) ALL 1:2$')
has(ok(said(new, "UID SEARCH BODY", quoted("GRÜSSE"))), rb'^\* ESEARCH \(TAG "X1"\) UID$')
has(ok(said(new, "UID SEARCH BODY", quoted("GRÜ"))), rb'^\* ESEARCH \(TAG "X1"\) UID ALL 1$')
lacks(ok(said(new, "SEARCH ALL")), rb"^\* SEARCH")
has(ok(said(old, "SEARCH ALL")), rb"^\* SEARCH 1 2$")

# STATUS.
has(ok(said(new, "STATUS", quoted(NAME), b"(MESSAGES UIDNEXT UNSEEN DELETED)")), rb'^\* STATUS "%s" \(MESSAGES 2 UIDNEXT 3 UNSEEN 2 DELETED 0\)$' % NAME.encode())
has(said(new, "STATUS INBOX (RECENT)"), rb"^X1 BAD")

# BINARY: the octets of the file itself, whole and in part; the size; a NUL.
lines = ok(said(new, "UID FETCH 1 (BINARY.SIZE[2] BINARY.PEEK[2])"))
has(lines, rb"BINARY\.SIZE\[2\] %d BINARY\[2\] ~\{%d\}" % (len(FILE), len(FILE)))
assert part(lines, b"BINARY[2]") == (FILE, True)
assert part(ok(said(old, "FETCH 1 BINARY.PEEK[2]")), b"BINARY[2]") == (FILE, True)
for start, count in [(0, 10), (1, 20), (65_530, 70), (len(FILE) - 3, 100), (len(FILE), 1)]:
    wanted = FILE[start : start + count]
    got = part(ok(said(new, f"FETCH 1 (BINARY.PEEK[2]<{start}.{count}>)")), b"BINARY[2]<%d>" % start)
    assert got == (wanted, b"\0" in wanted), (start, count, got)
assert part(ok(said(new, "FETCH 1 BINARY.PEEK[1]")), b"BINARY[1]") == ("Grüße aus Ulm".encode(), False)
assert part(ok(said(new, "FETCH 2 BINARY.PEEK[1]")), b"BINARY[1]") == (b"a\tb \x01\r\n", False)
assert part(ok(said(new, "FETCH 2 BINARY.PEEK[]")), b"BINARY[]") == (binary, False)
has(ok(said(new, "FETCH 1 (BINARY.PEEK[7] BINARY.SIZE[7])")), rb"^\* 1 FETCH \(BINARY\[7\] NIL BINARY\.SIZE\[7\] 0\)$")
lacks(ok(said(new, "FETCH 1 FLAGS")), rb"\\Seen")

# One part that cannot be decoded; the other messages come all the same.
lines = said(new, "FETCH 1:2 (UID BINARY.SIZE[3])")
has(lines, rb"^X1 NO \[UNKNOWN-CTE\] ")
has(lines, rb"^\* 2 FETCH \(UID 2 BINARY\.SIZE\[3\] 0\)$")
lacks(lines, rb"^\* 1 FETCH")
assert part(ok(said(new, "FETCH 1 BODY.PEEK[3]")), b"BODY[3]") == (b"begin 644 x\r\n`\r\nend", False)

# Without PEEK it is read; whoever did not ask is told, with the UID in the new form.
ok(said(old, "FETCH 1 BINARY[1]"))
has(ok(said(new, "NOOP")), rb"^\* 1 FETCH \(UID 1 FLAGS \(\\Seen\)\)$")
ok(said(new, r"STORE 1 +FLAGS.SILENT (\Flagged $MDNSent $Forwarded $Junk $NotJunk $Phishing)"))
has(ok(said(old, "NOOP")), rb"^\* 1 FETCH \(FLAGS \(\\Flagged \\Seen")
has(ok(said(old, "APPEND " + OLD, literal(letter(1)))), rb"^\* 3 EXISTS$")
lines = ok(said(new, "NOOP"))
has(lines, rb"^\* 3 EXISTS$")
lacks(lines, rb"RECENT")
ok(said(new, "COPY 1", quoted("INBOX/later")))
has(said(new, "COPY 1", quoted("Übrig")), rb"^X1 NO \[TRYCREATE\]")
ok(said(new, "CLOSE"))
ok(said(new, "DELETE", quoted(NAME)))
for name in ("INBOX/later", "INBOX/ever"):
    ok(said(new, f"DELETE {name}"))
old.shutdown()
new.logout()
