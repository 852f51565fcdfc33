"""The plain port: before TLS there is STARTTLS and nothing else that counts."""

import imaplib
import socket
import sys

from office import HOST, ME, PASSWORD, good, trust

PORT = int(sys.argv[1])


class Raw:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", PORT), timeout=30)
        self.lines = self.socket.makefile("rb")
        self.greeting = self.lines.readline()

    def secure(self):
        self.socket = trust().wrap_socket(self.socket, server_hostname=HOST)
        self.lines = self.socket.makefile("rb")

    def say(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        return self.until(text.split(" ")[0].encode())

    def until(self, tag):
        lines = []
        while not lines or not lines[-1].startswith(tag + b" "):
            lines.append(self.lines.readline())
            assert lines[-1], lines
        return b"".join(lines)


raw = Raw()
offered = raw.say("a CAPABILITY")
assert b"STARTTLS" in offered and b"LOGINDISABLED" in offered and b"AUTH=" not in offered, offered
refused = raw.say(f'b LOGIN "{ME}" "{PASSWORD}"')
assert b"b NO" in refused or b"b BAD" in refused, refused
refused = raw.say("c AUTHENTICATE PLAIN")
assert b"c NO" in refused or b"c BAD" in refused, refused
assert b"d BAD" in raw.say("d SELECT INBOX")

# Who says more behind STARTTLS, still in clear, is sent away and not obeyed.
raw.socket.sendall(b"e STARTTLS\r\nf NOOP\r\n")
gone = raw.lines.read()
assert gone.startswith(b"* BYE ") and b"f " not in gone, gone

raw = Raw()
assert b"g OK" in raw.say("g STARTTLS")
raw.secure()
inside = raw.say("h CAPABILITY")
assert b"STARTTLS" not in inside and b"LOGINDISABLED" not in inside and b"AUTH=PLAIN" in inside, inside
assert b"i BAD" in raw.say("i STARTTLS")
assert b"j BAD" in raw.say("j SELECT INBOX"), "it counts as signed in"
assert b"k OK" in raw.say(f'k LOGIN "{ME}" "{PASSWORD}"')
assert b"l OK" in raw.say("l SELECT INBOX")

# And as a library does it.
imap = imaplib.IMAP4(HOST, PORT, timeout=30)
try:
    imap.login(ME, PASSWORD)
    raise SystemExit("signed in without TLS")
except imaplib.IMAP4.error:
    pass
good(imap.starttls(ssl_context=trust()))
imap.login(ME, PASSWORD)
good(imap.select("INBOX"))
imap.logout()
