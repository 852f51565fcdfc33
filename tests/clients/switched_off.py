"""Waits in IDLE while the account is switched off, or its app password is taken
back: the gateway says goodbye, and lets nobody in."""

import imaplib

from office import said, sign_in

waits, asks = sign_in(), sign_in()
said(asks, "SELECT INBOX")
said(waits, "SELECT INBOX")
waits.send(b"X1 IDLE\r\n")
assert waits.readline().startswith(b"+")
print("waiting", flush=True)
line = waits.readline()
assert line.startswith(b"* BYE") and b"no longer in use" in line, line
assert not waits.readline(), "the connection is still open"
asks.send(b"X1 FETCH 1:* FLAGS\r\n")
line = asks.readline()
assert line.startswith(b"* BYE"), line
try:
    sign_in()
    raise AssertionError("somebody who is switched off signed in")
except imaplib.IMAP4.error:
    pass
