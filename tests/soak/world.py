#!/usr/bin/env python3
"""The outside world of tests/soak/install: the relay, and the patient.

world.py patient   takes mail on 127.0.0.1:2525, opens the link of the first notice,
                   asks for a code, types it; ends well if the message is there
world.py knock     connects to the gateway again and again until /soak/over is there;
                   ends well if it was greeted each time
"""
import html, queue, re, socket, ssl, sys, threading, urllib.error, urllib.parse, urllib.request
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

SECRET = "Please come fasting on Tuesday."
mails = queue.Queue()


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
    context = ssl.create_default_context(cafile="/etc/sealpost/tls/certificate.pem")
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
    link = re.search(r"https://\S+/m/\S+", text_of(mails.get(timeout=300)))[0]
    load = browser()
    asked = load(f"{link}/code", form=ticket(load(link)))
    code = re.search(r"\b\d{6}\b", text_of(mails.get(timeout=60)))[0]
    message = load(f"{link}/enter", form=ticket(asked), code=code)
    assert SECRET in html.unescape(message), message
    print("the patient has read the message")


def knock():
    heard = []
    while not Path("/soak/over").exists():
        try:
            with socket.create_connection(("127.0.0.1", 587), timeout=30) as door:
                heard.append(door.recv(3).decode())
        except OSError as error:
            heard.append(str(error))
    # 421 is a word too: come again. It comes from the one that ends.
    others = [word for word in heard if word not in ("220", "421")]
    print(f"{len(heard)} connections during the upgrade, not greeted: {others}")
    sys.exit(1 if others or not heard else 0)


if sys.argv[1] == "knock":
    knock()
ThreadingTCPServer.allow_reuse_address = True
with ThreadingTCPServer(("127.0.0.1", 2525), Relay) as relay:
    threading.Thread(target=relay.serve_forever, daemon=True).start()
    patient()
    relay.shutdown()
