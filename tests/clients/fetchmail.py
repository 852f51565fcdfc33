"""fetchmail: hands each new message to a delivery agent; --keep, then --flush."""

import keep
from office import IMAP, ME, PASSWORD

home = keep.Home()
inbox = home.maildir("mail")
def settings(trust):
    home.write(".fetchmailrc", f"""
poll localhost protocol imap port {IMAP}
  user "{ME}" password "{PASSWORD}"
  ssl sslproto "TLS1.2+" sslcertck sslcertfile "{trust}"
  mda "{home.agent(inbox)}"
""")


def fetch(*more, codes=(0, 1)):
    # 1 says that there is nothing new.
    return home.run("fetchmail", "-f", home.path(".fetchmailrc"), "--nosyslog", "--nodetach", *more, codes=codes)


keep.fill("INBOX", range(40))
settings(home.stranger())
assert "certificate" in fetch("--keep", codes=range(2, 128))
settings(keep.TRUST)
fetch("--keep")
fetch("--keep")
assert set(keep.kept(inbox)) == set(range(40))
assert keep.held("INBOX") == {n: {"S"} for n in range(40)}
keep.fill("INBOX", range(40, 45))
fetch("--nokeep", "--flush")
assert set(keep.kept(inbox)) == set(range(45))
assert keep.held("INBOX") == {}
