"""The clinic's shared mailbox: what one has read the other has not, but a star
is a star for all."""

import re
import sys

from office import good, letter, ok, said, sign_in

mine, theirs = sign_in(), sign_in(*sys.argv[1:])
for n in range(3):
    good(mine.append("Shared/INBOX", None, None, letter(n)))
for imap in (mine, theirs):
    assert good(imap.select("Shared/INBOX")) == [b"3"]


def flags(imap):
    return [set(re.search(rb"FLAGS \(([^)]*)\)", row)[1].split()) for row in good(imap.fetch("1:3", "(FLAGS)"))]


good(mine.store("1:2", "+FLAGS", r"(\Seen)"))
good(mine.store("2", "+FLAGS", r"(\Flagged Urgent)"))
news = b"\n".join(ok(said(theirs, "NOOP")))
assert rb"* 2 FETCH" in news and rb"\Flagged" in news and rb"\Seen" not in news, news
assert flags(mine) == [{rb"\Seen"}, {rb"\Seen", rb"\Flagged", b"Urgent"}, set()], flags(mine)
assert flags(theirs) == [set(), {rb"\Flagged", b"Urgent"}, set()], flags(theirs)
assert b"UNSEEN 1)" in good(mine.status("Shared/INBOX", "(UNSEEN)"))[0]
assert b"UNSEEN 3)" in good(theirs.status("Shared/INBOX", "(UNSEEN)"))[0]
good(theirs.store("3", "+FLAGS", r"(\Seen)"))
assert good(theirs.search(None, "SEEN")) == [b"3"]
assert good(mine.search(None, "SEEN")) == [b"1 2"]
# The sign of another's reading does not come with the next sign-in either.
mine.logout()
theirs.logout()
theirs = sign_in(*sys.argv[1:])
good(theirs.select("Shared/INBOX"))
assert flags(theirs) == [set(), {rb"\Flagged", b"Urgent"}, {rb"\Seen"}]
theirs.logout()
