"""What the scripts beside this file share: who signs in, where, and trusting
whom. The test that starts a script says so in the environment."""

import imaplib
import os
import smtplib
import ssl

HOST = "localhost"
IMAP = int(os.environ["IMAP_PORT"])
SMTP = int(os.environ["SMTP_PORT"])
ME = os.environ["ADDRESS"]
PASSWORD = os.environ["PASSWORD"]


def trust():
    """TLS that believes our certificate alone, and its name."""
    return ssl.create_default_context(cafile=os.environ["TRUST"])


def sign_in(address=ME, password=PASSWORD):
    imap = imaplib.IMAP4_SSL(HOST, IMAP, ssl_context=trust(), timeout=30)
    imap.login(address, password)
    return imap


def good(answer):
    """What an imaplib command was answered; it must have been OK."""
    status, data = answer
    assert status == "OK", answer
    return data


def said(imap, command, *arguments):
    """Sends a command as it is written here; the lines of its answer, the tagged
    one last, literals where they stood."""
    imap.send(b" ".join([b"X1", command.encode(), *map(bytes, arguments)]) + b"\r\n")
    return heard(imap, b"X1")


def heard(imap, tag):
    """Reads up to the line that begins with this tag."""
    lines = []
    while True:
        line = imap.readline()
        if not line:
            raise ConnectionError("the gateway hung up")
        while line.endswith(b"}\r\n"):
            size = int(line[line.rindex(b"{") + 1 : -3])
            line += imap.read(size) + imap.readline()
        lines.append(line.rstrip(b"\r\n"))
        if line.startswith(tag + b" "):
            return lines


def ok(lines):
    assert lines[-1].split(b" ")[1] == b"OK", lines
    return lines


def submit(to, octets):
    """Sends a message as the mail program does."""
    with smtplib.SMTP_SSL(HOST, SMTP, context=trust(), timeout=30) as smtp:
        smtp.login(ME, PASSWORD)
        smtp.sendmail(ME, [to], octets)


def letter(number, subject=None, text="Nothing new.", extra=""):
    """A small message with CRLF line ends."""
    subject = subject or f"Letter {number}"
    return (
        f"From: Somebody <somebody@example.test>\r\nTo: {ME}\r\nSubject: {subject}\r\n"
        f"Date: Sun, 22 Nov 2026 15:00:00 +0000\r\nMessage-ID: <{number}.letter@example.test>\r\n"
        f"{extra}\r\n{text}\r\n"
    ).encode()
