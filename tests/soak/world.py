#!/usr/bin/env python3
"""The outside world of tests/soak/install: the relay, and the patient.

It takes mail on 127.0.0.1:2525, opens the link of the first notice, asks for a
code, types it, and ends well if the message is there.
"""
import html, queue, re, socket, ssl, sys, threading, urllib.error, urllib.parse, urllib.request
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

ROOT = Path(sys.argv[1])
SECRET = "Please come fasting on Tuesday."
mails = queue.Queue()

# Every name is this machine.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve("127.0.0.1", *rest, **more)


class Relay(StreamRequestHandler):
    """As much SMTP as a gateway needs (RFC 5321)."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 relay.clinic.example ESMTP")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"EHLO":
                self.say("250-relay.clinic.example\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")
            elif verb == b"DATA":
                self.say("354 go on")
                text = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    text += line.removeprefix(b".")
                mails.put(text)
                self.say("250 2.0.0 taken")
            elif verb == b"QUIT":
                self.say("221 2.0.0 goodbye")
                return
            else:
                self.say("250 2.0.0 fine")


def text_of(mail):
    assert SECRET.encode() not in mail, "a mail says what it must not"
    parsed = message_from_bytes(mail, policy=policy.default)
    return parsed.get_body(("plain",)).get_content()


def browser():
    """Like a browser: cookies, redirects, the certificate of the clinic."""
    context = ssl.create_default_context(cafile=ROOT / "etc/sealpost/tls/certificate.pem")
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(CookieJar()))

    def load(url, **form):
        parts = urlsplit(url)
        data = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(url, data)
        if form:
            request.add_header("Origin", f"{parts.scheme}://{parts.netloc}")
        return opener.open(request, timeout=30).read().decode()

    return load


def ticket(page):
    return re.search(r'name="form" value="([^"]*)"', page)[1]


def patient():
    # The packages take their time to come.
    link = re.search(r"https://\S+/m/\S+", text_of(mails.get(timeout=1500)))[0]
    load = browser()
    asked = load(f"{link}/code", form=ticket(load(link)))
    code = re.search(r"\b\d{6}\b", text_of(mails.get(timeout=60)))[0]
    message = load(f"{link}/enter", form=ticket(asked), code=code)
    assert SECRET in html.unescape(message), message
    (ROOT / "run/soak/read").touch()
    print("the patient has read the message")


ThreadingTCPServer.allow_reuse_address = True
with ThreadingTCPServer(("127.0.0.1", 2525), Relay) as relay:
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    patient()
    relay.shutdown()
