"""getmail6: fetches what it has not seen, and deletes when it is told to."""

import keep
from office import IMAP, ME, PASSWORD

home = keep.Home()
inbox = home.maildir("mail")


def settings(delete):
    home.write("getmail/getmailrc", f"""
[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = {IMAP}
username = {ME}
password = {PASSWORD}
mailboxes = ("INBOX",)
ca_certs = {keep.TRUST}
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


def fetch():
    home.run("getmail", "--getmaildir", home.path("getmail"), "--rcfile", "getmailrc")


settings("false")
keep.fill("INBOX", range(40))
fetch()
fetch()
assert set(keep.kept(inbox)) == set(range(40))
keep.fill("INBOX", range(40, 45))
settings("true")
fetch()
assert set(keep.kept(inbox)) == set(range(45))
assert keep.held("INBOX") == {}
