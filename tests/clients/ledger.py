"""Writes down what the gateway answered, and checks later that it is so.

A command whose answer never came may have been done, or not; nothing else may
differ. `write BOOK COUNT` works until COUNT commands are answered or the gateway
is gone; `check BOOK` compares."""

import imaplib
import json
import random
import re
import sys

from office import good, letter, ok, said, sign_in

deed, book = sys.argv[1:3]


def state(imap):
    """Every message by its UID: its number, flags and mod-sequence."""
    found = {}
    if good(imap.select("INBOX")) == [b"0"]:
        return found
    for row in good(imap.fetch("1:*", "(UID FLAGS MODSEQ BODY.PEEK[HEADER.FIELDS (SUBJECT)])")):
        if isinstance(row, tuple):
            found[re.search(rb"UID (\d+)", row[0])[1].decode()] = [
                int(re.search(rb"Letter (\d+)", row[1])[1]), sorted(flags_in(row[0])), modseq_in(row[0])]
    return found


def flags_in(row):
    return re.search(rb"FLAGS \(([^)]*)\)", row)[1].decode().split()


def modseq_in(row):
    return int(re.search(rb"MODSEQ \((\d+)\)", row)[1])


def open_book():
    try:
        return json.load(open(book))
    except FileNotFoundError:
        return {"validity": None, "messages": {}, "next": 1, "pending": None, "number": 0, "highest": 0}


def heads(imap):
    """UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ."""
    answer = good(imap.status("INBOX", "(UIDVALIDITY UIDNEXT HIGHESTMODSEQ)"))[0]
    return [int(re.search(rb"%s (\d+)" % name, answer)[1]) for name in (b"UIDVALIDITY", b"UIDNEXT", b"HIGHESTMODSEQ")]


def add(imap, known):
    known["number"] += 1
    known["pending"] = ["add", known["number"]]
    answer = good(imap.append("INBOX", None, None, letter(known["number"])))
    uid = re.search(rb"APPENDUID \d+ (\d+)", answer[0])[1].decode()
    assert int(uid) >= known["next"], f"UID {uid} was given before"
    known["next"] = int(uid) + 1
    known["pending"] = ["added", known["number"], uid]
    row = good(imap.uid("FETCH", uid, "(FLAGS MODSEQ)"))[0]
    known["messages"][uid] = [known["number"], sorted(flags_in(row)), modseq_in(row)]


def flag(imap, known, uid):
    flags = sorted(random.sample(["\\Seen", "\\Flagged", "\\Answered", "Urgent", "Later"], random.randint(0, 3)))
    known["pending"] = ["flag", uid, flags]
    good(imap.uid("STORE", uid, "FLAGS.SILENT", f"({' '.join(flags)})"))
    row = good(imap.uid("FETCH", uid, "(FLAGS MODSEQ)"))[0]
    known["messages"][uid][1:] = [sorted(flags_in(row)), modseq_in(row)]
    assert known["messages"][uid][1] == flags


def drop(imap, known, uid):
    known["pending"] = ["drop", uid]
    good(imap.uid("MOVE", uid, "Trash"))
    del known["messages"][uid]


def write(imap, known, count):
    ok(said(imap, "ENABLE CONDSTORE"))
    good(imap.select("INBOX"))
    print("writing", flush=True)
    for _ in range(count):
        uids = list(known["messages"])
        chance = random.random()
        if len(uids) < 5 or chance < 0.4:
            add(imap, known)
        elif chance < 0.85:
            flag(imap, known, random.choice(uids))
        else:
            drop(imap, known, random.choice(uids))
        known["pending"] = None
        known["highest"] = max([known["highest"], *(row[2] for row in known["messages"].values())])


def check(imap, known):
    ok(said(imap, "ENABLE CONDSTORE"))
    now, pending = state(imap), known["pending"] or [None]
    if pending[0] == "added":
        # Its UID was answered; what was asked about it after that was not.
        _, number, uid = pending
        assert uid in now and now[uid][0] == number, f"letter {number} is not under its UID {uid}"
        known["messages"][uid] = now[uid]
    for uid in known["messages"].keys() | now.keys():
        was, found = known["messages"].get(uid), now.get(uid)
        if was == found:
            continue
        done = (
            (pending[0] == "add" and was is None and found[0] == pending[1] and int(uid) >= known["next"])
            or (pending[:2] == ["flag", uid] and found and found[1] == pending[2])
            or (pending[:2] == ["drop", uid] and found is None)
        )
        assert done, f"UID {uid} was answered as {was} and is {found}; {pending} was not answered"
    validity, following, highest = heads(imap)
    assert known["validity"] in (None, validity), "UIDVALIDITY changed"
    assert following >= known["next"] and highest >= known["highest"], (following, highest, known)
    known.update(validity=validity, messages=now, next=following, highest=highest, pending=None)


known = open_book()
imap = sign_in()
if deed == "check":
    check(imap, known)
else:
    if known["validity"] is None:
        known["validity"] = heads(imap)[0]
    try:
        write(imap, known, int(sys.argv[3]))
    except (imaplib.IMAP4.abort, OSError):
        pass
json.dump(known, open(book, "w"))
