"""Waits in IDLE for a patient's answer, and reads it: the file octet for octet,
and the same message in the patient's own folder."""

import email
import email.policy
import sys

import imapclient
from office import HOST, IMAP, ME, PASSWORD, trust

file, text = sys.argv[1:]
imap = imapclient.IMAPClient(HOST, port=IMAP, ssl=True, ssl_context=trust(), timeout=60)
imap.login(ME, PASSWORD)
before = imap.select_folder("INBOX")[b"EXISTS"]
imap.idle()
print("waiting", flush=True)
news = []
while not any(what == b"EXISTS" and count > before for count, what, *_ in news):
    news = imap.idle_check(timeout=60)
    assert news, "nothing was announced"
print("pushed", flush=True)
imap.idle_done()

octets = open(file, "rb").read()
[uid] = imap.search(["UNSEEN"])
row = imap.fetch(uid, ["ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"])[uid]
message = email.message_from_bytes(row[b"BODY[]"], policy=email.policy.default)
assert text in message.get_body(("plain",)).get_content()
[part] = message.iter_attachments()
assert part.get_content() == octets, "the file was changed"
# The same by its section.
assert row[b"BODYSTRUCTURE"].is_multipart
number = next(n for n, p in enumerate(row[b"BODYSTRUCTURE"][0], 1) if p[0].lower() not in (b"text", b"multipart"))
section = imap.fetch(uid, [f"BODY.PEEK[{number}.MIME]", f"BODY.PEEK[{number}]"])[uid]
alone = email.message_from_bytes(section[b"BODY[%d.MIME]" % number] + section[b"BODY[%d]" % number])
assert alone.get_payload(decode=True) == octets, "the section was changed"

# It answers what lies in Sent.
imap.select_folder("Sent", readonly=True)
[sent] = imap.search("ALL")
assert imap.fetch(sent, ["ENVELOPE"])[sent][b"ENVELOPE"].message_id.decode() == message["In-Reply-To"]

# The patient's folder shows both.
[folder] = [name for flags, _, name in imap.list_folders() if name.startswith("Patients/")]
imap.select_folder(folder, readonly=True)
bodies = [row[b"BODY[]"] for row in imap.fetch(imap.search("ALL"), ["BODY.PEEK[]"]).values()]
assert len(bodies) == 2, len(bodies)
assert row[b"BODY[]"] in bodies, "the patient's folder does not show the answer"
imap.logout()
