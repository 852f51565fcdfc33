"""Python's imaplib: everything that a mail program does in a day."""

import re

from office import good, heard, letter, ok, said, sign_in

imap = sign_in()
for wanted in "IDLE UIDPLUS MOVE SPECIAL-USE CONDSTORE QRESYNC NAMESPACE ID ENABLE".split():
    assert wanted in good(imap.capability())[0].decode().split(), wanted

# LIST, with what each folder is for.
folders = b"\n".join(good(imap.list())).decode()
for use, name in [("Sent", "Sent"), ("Drafts", "Drafts"), ("Trash", "Trash"), ("Archive", "Archive"), ("Junk", "Junk")]:
    assert re.search(rf'\([^)]*\\{use}\b[^)]*\) "/" "?{name}"?$', folders, re.M), (use, folders)
assert re.search(r'"/" "?INBOX"?$', folders, re.M), folders
good(imap.create("Receipts"))

# APPEND, with flags and a date.
mixed = (
    b"From: =?utf-8?q?Jos=C3=A9?= <jose@example.test>\r\nTo: dr@clinic.example\r\n"
    b"Subject: =?utf-8?q?Cita_de_ma=C3=B1ana?=\r\nDate: Sun, 22 Nov 2026 15:00:00 +0000\r\n"
    b"Message-ID: <mixed@example.test>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n'
    b"--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "Venga en ayunas, señora.\r\n".encode()
    + b'--b1\r\nContent-Type: application/pdf; name="plan.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="plan.pdf"\r\n\r\nJVBERi0xLjQK\r\n--b1--\r\n'
)
answer = good(imap.append("Receipts", r"(\Flagged Urgent)", '"20-Nov-2026 10:00:00 +0100"', mixed))
validity, first = re.search(rb"APPENDUID (\d+) (\d+)", answer[0]).groups()
for n in range(4):
    good(imap.append("Receipts", None, None, letter(n)))

# FETCH: what the message looks like, and pieces of it.
assert good(imap.select("Receipts")) == [b"5"]
assert imap.response("UIDVALIDITY")[1] == [validity]
row = b" ".join(part if isinstance(part, bytes) else b" ".join(part) for part in good(
    imap.uid("FETCH", first.decode(), "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)")))
for wanted in [rb"\Flagged", b"Urgent", b'INTERNALDATE "20-Nov-2026', b"RFC822.SIZE %d " % len(mixed),
               b'"<mixed@example.test>"', b'"=?utf-8?q?Cita_de_ma=C3=B1ana?="', b'"jose" "example.test"',
               b'"application" "pdf" ("name" "plan.pdf")', b'"attachment" ("filename" "plan.pdf")', b'"mixed"']:
    assert wanted.lower() in row.lower(), (wanted, row)


def octets(what, uid=first):
    return good(imap.uid("FETCH", uid.decode(), f"({what})"))[0][1]


assert octets("BODY.PEEK[]") == mixed
assert octets("BODY.PEEK[HEADER]") == mixed[: mixed.index(b"\r\n\r\n") + 4]
assert octets("BODY.PEEK[TEXT]") == mixed[mixed.index(b"\r\n\r\n") + 4 :]
assert octets("BODY.PEEK[1]") == "Venga en ayunas, señora.".encode()
assert octets("BODY.PEEK[2]") == b"JVBERi0xLjQK"
assert octets("BODY.PEEK[2.MIME]").startswith(b"Content-Type: application/pdf")
assert octets("BODY.PEEK[]<100.50>") == mixed[100:150]
assert octets("BODY.PEEK[]<%d.50>" % (len(mixed) - 3)) == mixed[-3:]
assert octets("BODY.PEEK[HEADER.FIELDS (SUBJECT MESSAGE-ID)]") == (
    b"Subject: =?utf-8?q?Cita_de_ma=C3=B1ana?=\r\nMessage-ID: <mixed@example.test>\r\n\r\n")
assert rb"\Seen" not in good(imap.uid("FETCH", first.decode(), "(FLAGS)"))[0], "PEEK marked it as read"
assert octets("BODY[]") == mixed
assert rb"\Seen" in good(imap.uid("FETCH", first.decode(), "(FLAGS)"))[0]

# Flags under mod-sequences (RFC 7162).
before = int(re.search(rb"MODSEQ \((\d+)\)", good(imap.fetch("2", "(MODSEQ)"))[0])[1])
after = int(re.search(rb"MODSEQ \((\d+)\)", b" ".join(ok(said(imap, r"STORE 2 (UNCHANGEDSINCE %d) +FLAGS (\Answered)" % before))))[1])
assert after > before
late = ok(said(imap, r"STORE 2 (UNCHANGEDSINCE %d) +FLAGS (\Deleted)" % before))
assert b"[MODIFIED 2]" in late[-1], late
changed = ok(said(imap, f"FETCH 1:* (FLAGS) (CHANGEDSINCE {after - 1})"))
assert any(line.startswith(b"* 2 FETCH") and rb"\Answered" in line and rb"\Deleted" not in line for line in changed), changed
assert not any(line.startswith(b"* 3 FETCH") for line in changed), changed

# SEARCH, also for what is not ASCII.
assert good(imap.search(None, "SUBJECT", '"Letter 2"')) == [b"4"]
assert good(imap.search(None, "FLAGGED", "KEYWORD", "Urgent")) == [b"1"]
assert good(imap.search(None, "UNANSWERED", "SMALLER", "1000", "NOT", "2")) == [b"1 3 4 5"]
assert good(imap.search(None, "HEADER", "Message-ID", "mixed@")) == [b"1"]
for key, needle in [("SUBJECT", "MAÑANA"), ("FROM", "José"), ("BODY", "SEÑORA"), ("TEXT", "señora")]:
    imap.literal = needle.encode()
    assert good(imap.uid("SEARCH", "CHARSET", "UTF-8", key)) == [first], key
assert good(imap.search(None, "BODY", "fasting")) == [b""]
assert imap.search("KOI-7", "ALL")[0] == "NO"

# MOVE and UID EXPUNGE: nothing goes but what was meant.
moved = ok(said(imap, f"UID MOVE {first.decode()} Archive"))
assert any(b"COPYUID" in line for line in moved) and b"* 1 EXPUNGE" in moved, moved
uids = good(imap.uid("SEARCH", "ALL"))[0].split()
assert len(uids) == 4
good(imap.uid("STORE", b",".join(uids[:2]).decode(), "+FLAGS.SILENT", r"(\Deleted)"))
good(imap.uid("EXPUNGE", uids[1].decode()))
assert good(imap.uid("SEARCH", "ALL"))[0].split() == [uids[0], uids[2], uids[3]]
good(imap.close())
assert good(imap.select("Receipts", readonly=True)) == [b"2"]
assert imap.store("1", "+FLAGS", r"(\Seen)")[0] == "NO"
assert good(imap.select("Archive")) == [b"1"]
assert octets("BODY.PEEK[]", good(imap.uid("SEARCH", "ALL"))[0]) == mixed
good(imap.unselect())
good(imap.rename("Receipts", "Año/Recibos".encode("utf-7").decode().replace("+", "&")))
assert b"A&APE-o/Recibos" in b"".join(good(imap.list())), good(imap.list())
good(imap.delete("A&APE-o/Recibos"))
assert imap.select("A&APE-o/Recibos")[0] == "NO"
imap.logout()
