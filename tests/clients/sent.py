"""A message that was sent, and the copy of it that the program puts into Sent."""

import re
import time

from office import ME, good, submit


def message(to, name, text="Please come fasting.", bcc=""):
    return (
        f"Message-ID: <{name}@clinic.example>\r\nDate: Sun, 22 Nov 2026 15:00:00 +0000\r\n"
        f"MIME-Version: 1.0\r\nFrom: {ME}\r\nTo: {to}\r\n{bcc}Subject: About your visit\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{text}\r\n"
    ).encode()


def copies(imap, name):
    """The UIDs under which this message lies in Sent."""
    good(imap.select("Sent"))
    return good(imap.uid("SEARCH", "HEADER", "Message-ID", name))[0].split()


def send_and_keep(imap, to, name, bcc=""):
    """Sends it, appends it, and finds it once, under the UID that was answered."""
    submit(to, message(to, name))
    end = time.monotonic() + 30
    while not (ours := copies(imap, name)):
        assert time.monotonic() < end, "the gateway keeps no copy"
        time.sleep(0.05)
    answer = good(imap.append("Sent", r"(\Seen)", None, message(to, name, bcc=bcc)))
    uid = re.search(rb"APPENDUID \d+ (\d+)", answer[0])[1]
    assert int(uid) > int(ours[0]), (uid, ours)
    assert copies(imap, name) == [uid], (copies(imap, name), uid)
    row = good(imap.uid("FETCH", uid.decode(), "(FLAGS BODY.PEEK[TEXT])"))
    assert row[0][1] == b"Please come fasting.\r\n" and rb"\Seen" in b"".join(p if isinstance(p, bytes) else p[0] for p in row), row
    return uid
