"""The new Outlook says who it is, as any program does, before it signs in."""

import imaplib
import sys

from office import HOST, IMAP, ME, PASSWORD, ok, said, trust

wanted = sys.argv[1]


def signs_in_as(name):
    imap = imaplib.IMAP4_SSL(HOST, IMAP, ssl_context=trust(), timeout=30)
    ok(said(imap, f'ID ("name" "{name}" "version" "16.0" "os" "Windows")'))
    answer = said(imap, f'LOGIN "{ME}" "{PASSWORD}"')[-1]
    if answer.startswith(b"X1 OK"):
        ok(said(imap, "SELECT INBOX"))
    imap.shutdown()
    return answer


new = signs_in_as("Microsoft Office 365")
if wanted == "allowed":
    assert new.startswith(b"X1 OK"), new
else:
    assert new.startswith(b"X1 NO [ALERT]"), new
    assert b"copies mail to its maker's servers" in new and b"Thunderbird" in new, new
assert signs_in_as("Microsoft Outlook").startswith(b"X1 OK")
assert signs_in_as("Thunderbird").startswith(b"X1 OK")
