"""A folder of somebody else is as if it were not there."""

import sys

import imapclient
from imapclient.exceptions import IMAPClientError
from office import HOST, IMAP, ME, PASSWORD, letter, trust

imap = imapclient.IMAPClient(HOST, port=IMAP, ssl=True, ssl_context=trust(), timeout=30)
imap.login(ME, PASSWORD)
name = sys.argv[1]
imap.append("INBOX", letter(1))
imap.select_folder("INBOX")
for deed in (
    lambda: imap.folder_status(name),
    lambda: imap.append(name, letter(2)),
    lambda: imap.copy("1", name),
    lambda: imap.subscribe_folder(name),
    lambda: imap.rename_folder(name, "Mine"),
    lambda: imap.delete_folder(name),
    lambda: imap.select_folder(name),
):
    try:
        deed()
    except IMAPClientError:
        continue
    raise SystemExit(f"{name} is open to {ME}")
imap.logout()
