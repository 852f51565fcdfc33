"""Prints the patients' folders and what is in them."""

import imapclient
from office import HOST, IMAP, ME, PASSWORD, trust

imap = imapclient.IMAPClient(HOST, port=IMAP, ssl=True, ssl_context=trust(), timeout=30)
imap.login(ME, PASSWORD)
for flags, _, name in imap.list_folders("", "*"):
    if b"\\Noselect" in flags:
        continue
    if name.startswith("Patients/"):
        print("folder", name)
    imap.select_folder(name, readonly=True)
    for row in imap.fetch(imap.search("ALL"), ["BODY.PEEK[]"]).values():
        print(row[b"BODY[]"].decode(errors="replace"))
imap.logout()
