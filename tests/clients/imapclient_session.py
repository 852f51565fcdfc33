"""imapclient: typed answers, so that a malformed one is an error here."""

import datetime
import os

import imapclient
from imapclient import exceptions, imapclient as uses
from office import HOST, IMAP, ME, PASSWORD, letter, trust

imap = imapclient.IMAPClient(HOST, port=IMAP, ssl=True, ssl_context=trust(), timeout=30)
try:
    imap.login(ME, "correct-horse-battery")
    raise SystemExit("a wrong password was let in")
except exceptions.LoginError:
    pass
imap.login(ME, PASSWORD)
assert b"Sealpost" in imap.id_({"name": "imapclient"})[0]
for use, name in [(uses.SENT, "Sent"), (uses.DRAFTS, "Drafts"), (uses.TRASH, "Trash"),
                  (uses.ARCHIVE, "Archive"), (uses.JUNK, "Junk")]:
    assert imap.find_special_folder(use) == name, use
namespace = imap.namespace()
assert namespace.personal == (("", "/"),), namespace
assert namespace.shared == (("Shared/", "/"),), namespace

imap.create_folder("Año nuevo")
when = datetime.datetime(2026, 11, 20, 9, 0, tzinfo=datetime.timezone.utc)
for n in range(20):
    imap.append("Año nuevo", letter(n, subject=f"=?utf-8?q?N=C3=BAmero_{n}?="), flags=[imapclient.FLAGGED] if n % 2 else [], msg_time=when)
status = imap.folder_status("Año nuevo", ["MESSAGES", "UNSEEN", "UIDNEXT", "SIZE"])
assert (status[b"MESSAGES"], status[b"UNSEEN"]) == (20, 20), status
imap.enable("CONDSTORE")
imap.normalise_times = False
selected = imap.select_folder("Año nuevo")
assert selected[b"EXISTS"] == 20 and selected[b"UIDNEXT"] == status[b"UIDNEXT"], selected
uids = imap.search("ALL")
rows = imap.fetch(uids, ["ENVELOPE", "BODYSTRUCTURE", "RFC822.SIZE", "INTERNALDATE", "FLAGS", "MODSEQ"])
for n, uid in enumerate(uids):
    row = rows[uid]
    assert row[b"ENVELOPE"].message_id == b"<%d.letter@example.test>" % n, row
    assert row[b"ENVELOPE"].from_[0].host == b"example.test"
    assert row[b"BODYSTRUCTURE"][0].lower() == b"text" and not row[b"BODYSTRUCTURE"].is_multipart
    assert row[b"INTERNALDATE"] == when, row
assert sum(row[b"RFC822.SIZE"] for row in rows.values()) == status[b"SIZE"]
assert imap.search(["SUBJECT", "NÚMERO 7"], charset="UTF-8") == [uids[7]]
assert imap.search("FLAGGED") == uids[1::2]
assert imap.sort("REVERSE ARRIVAL") and sorted(imap.sort("SUBJECT")) == uids
assert len(imap.thread("REFERENCES")) == 20
imap.add_flags(uids[:3], [imapclient.SEEN, "Urgent"])
imap.remove_flags(uids[:1], [imapclient.SEEN])
assert imap.search("SEEN") == uids[1:3] and imap.search(["KEYWORD", "urgent"]) == uids[:3]
imap.move(uids[:5], "Trash")
imap.copy(uids[5:7], "Archive")
imap.delete_messages(uids[5:10])
imap.uid_expunge(uids[5:7])
assert imap.search("ALL") == uids[7:]
assert imap.search("DELETED") == uids[7:10]
imap.expunge()
imap.close_folder()
assert [imap.folder_status(name, ["MESSAGES"])[b"MESSAGES"] for name in ("Año nuevo", "Trash", "Archive")] == [10, 5, 2 + int(os.environ.get("ARCHIVED", 0))]
imap.delete_folder("Año nuevo")
assert not imap.folder_exists("Año nuevo")
imap.logout()
