"""getmail6: fetches what it has not seen, and deletes when it is told to."""

import keep
from office import IMAP, ME, PASSWORD

home = keep.Home()
inbox = home.maildir("mail")


def settings(delete, trust=keep.TRUST):
    home.write("getmail/getmailrc", f"""
[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = {IMAP}
username = {ME}
password = {PASSWORD}
mailboxes = ("INBOX",)
ca_certs = {trust}
ssl_version = tlsv1_2
[destination]
type = MDA_external
path = {home.agent(inbox)}
unixfrom = false
# A test may run as root, which getmail is right to dislike.
allow_root_commands = true
[options]
read_all = false
delete = {delete}
delivered_to = false
received = false
""")


def fetch(codes=(0,)):
    return home.run("getmail", "--getmaildir", home.path("getmail"), "--rcfile", "getmailrc", codes=codes)


keep.fill("INBOX", range(40))
settings("false", home.stranger())
assert "certificate verify failed" in fetch(codes=range(128))
assert keep.kept(inbox) == {}
settings("false")
fetch()
fetch()
assert set(keep.kept(inbox)) == set(range(40))
keep.fill("INBOX", range(40, 45))
settings("true")
fetch()
assert set(keep.kept(inbox)) == set(range(45))
assert keep.held("INBOX") == {}
