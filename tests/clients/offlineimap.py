"""OfflineIMAP: a Maildir that follows the INBOX, and the INBOX that follows it."""

import keep
from office import IMAP, ME, PASSWORD, good, sign_in

home = keep.Home()
def settings(trust):
    home.write(".offlineimaprc", f"""
[general]
accounts = office
ui = basic
[Account office]
localrepository = here
remoterepository = there
[Repository here]
type = Maildir
localfolders = {home.path("mail")}
[Repository there]
type = IMAP
remotehost = localhost
remoteport = {IMAP}
remoteuser = {ME}
remotepass = {PASSWORD.replace("%", "%%")}
ssl = yes
starttls = no
sslcacertfile = {trust}
folderfilter = lambda name: name in ("INBOX", "Archive")
""")


def sync(codes=(0,)):
    return home.run("offlineimap", "-c", home.path(".offlineimaprc"), "-o", "-1", codes=codes)


keep.fill("INBOX", range(50))
settings(home.stranger())
assert "certificate verify failed" in sync(codes=range(1, 128)).lower()
settings(keep.TRUST)
sync()
inbox = home.path("mail/INBOX")
wanted = {n: set() for n in range(50)}
keep.agree(inbox, wanted)
keep.flag(inbox, 3, "S")
keep.find(inbox, 4).unlink()
keep.write(inbox, 100)
imap = sign_in()
good(imap.select("INBOX"))
uids = keep.uids(imap)
good(imap.uid("STORE", uids[5], "+FLAGS", r"(\Flagged)"))
good(imap.uid("MOVE", uids[6], "Archive"))
imap.logout()
sync()
sync()
del wanted[4], wanted[6]
wanted[3].add("S")
wanted[5].add("F")
wanted[100] = set()
keep.agree(inbox, wanted)
assert set(keep.kept(home.path("mail/Archive"))) == {6}
