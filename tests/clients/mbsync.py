"""isync: a thousand messages between the INBOX and a Maildir, changed on both
sides, twice. No message is lost, none is there twice, and flags agree."""

import keep
from office import ME, PASSWORD, IMAP, good, sign_in

N = 1000
home = keep.Home()
maildir = home.maildir("mail/INBOX")
def settings(trust):
    home.write(".mbsyncrc", f"""
IMAPAccount office
Host localhost
Port {IMAP}
User {ME}
Pass {PASSWORD}
SSLType IMAPS
SystemCertificates no
CertificateFile {trust}

IMAPStore office
Account office

MaildirStore here
Inbox {maildir}
Path {home.path("mail")}/
SubFolders Verbatim

Channel inbox
Far :office:
Near :here:
Patterns INBOX
Create Both
Expunge Both
SyncState *
""")


def sync(codes=(0,)):
    return home.run("mbsync", "-c", home.path(".mbsyncrc"), "-a", "-V", codes=codes)


keep.fill("INBOX", range(N))
settings(home.stranger())
assert "certificate" in sync(codes=(1,))
assert keep.kept(maildir) == {}
settings(keep.TRUST)
sync()
wanted = {n: set() for n in range(N)}
keep.agree(maildir, wanted)

for turn in range(2):
    base = 1000 * (turn + 1)
    present = sorted(wanted)
    read, starred, gone_here, gone_there = (present[i::20][:40] for i in range(4))
    # In the Maildir: read some, delete some, write some.
    for n in read:
        keep.flag(maildir, n, "S")
    for n in gone_here:
        keep.flag(maildir, n, "T")
    for n in range(base, base + 30):
        keep.write(maildir, n)
    # On the gateway: star some, delete some, write some.
    imap = sign_in()
    good(imap.select("INBOX"))
    uids = keep.uids(imap)
    good(imap.uid("STORE", ",".join(uids[n] for n in starred), "+FLAGS", r"(\Flagged)"))
    good(imap.uid("STORE", ",".join(uids[n] for n in gone_there), "+FLAGS", r"(\Deleted)"))
    good(imap.expunge())
    imap.logout()
    keep.fill("INBOX", range(base + 500, base + 530))
    sync()
    for n in gone_here + gone_there:
        del wanted[n]
    for n in read:
        wanted[n].add("S")
    for n in starred:
        wanted[n].add("F")
    wanted.update((n, set()) for n in [*range(base, base + 30), *range(base + 500, base + 530)])
    keep.agree(maildir, wanted)
    # With nothing to do it does nothing.
    sync()
    keep.agree(maildir, wanted)
