"""A person's home with programs and Maildirs in it, compared with the gateway."""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from office import good, letter, sign_in

TRUST = os.environ["TRUST"]
NUMBER = re.compile(rb"^Message-ID: <(\d+)\.letter@", re.M | re.I)
LETTERS = {b"\\Seen": "S", b"\\Flagged": "F", b"\\Answered": "R", b"\\Draft": "D", b"\\Deleted": "T"}


class Home:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        """A file that nobody else may read, as several programs demand."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    def maildir(self, name):
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(self.path(name), part))
        return self.path(name)

    def stranger(self):
        """The certificate of somebody else who is called as we are."""
        path = self.path("stranger.pem")
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", self.path("stranger.key"), "-out", path, "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost")
        return path

    def agent(self, maildir):
        """A delivery agent: a program that is given one message."""
        path = self.write("agent", f'#!/bin/sh\nname=$(mktemp "{maildir}/new/XXXXXXXXXX") && cat >"$name"\n')
        os.chmod(path, 0o700)
        return path

    def run(self, *words, codes=(0,)):
        environment = dict(os.environ, HOME=self.folder.name, LC_ALL="C.UTF-8")
        environment.pop("PASSWORD")
        done = subprocess.run(words, cwd=self.folder.name, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        text = done.stdout.decode(errors="replace")
        assert done.returncode in codes, f"{words} ended with {done.returncode}:\n{text}"
        return text


def fill(folder, numbers):
    """Puts the letters of these numbers into a folder."""
    imap = sign_in()
    for n in numbers:
        good(imap.append(folder, None, None, letter(n)))
    imap.logout()


def held(folder):
    """What the gateway has: numbers, each with the letters of its flags."""
    imap = sign_in()
    good(imap.select(folder, readonly=True))
    found = [(n, flags) for n, _, flags in rows(imap)]
    imap.logout()
    assert len(found) == len(dict(found)), "a message is there twice"
    return dict(found)


def rows(imap):
    answers = good(imap.fetch("1:*", "(UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"))
    for row in answers:
        if isinstance(row, tuple):
            flags = re.search(rb"FLAGS \(([^)]*)\)", row[0])[1].split()
            uid = re.search(rb"UID (\d+)", row[0])[1].decode()
            yield int(NUMBER.search(row[1])[1]), uid, {LETTERS[f] for f in flags if f in LETTERS}


def uids(imap):
    return {n: uid for n, uid, _ in rows(imap)}


def files(maildir):
    for part in ("cur", "new"):
        for path in Path(maildir, part).iterdir():
            yield path


def kept(maildir):
    """What a Maildir has, in the same words."""
    found = []
    for path in files(maildir):
        _, _, flags = path.name.partition(":2,")
        found.append((int(NUMBER.search(path.read_bytes())[1]), set(flags)))
    assert len(found) == len(dict(found)), "a message is there twice"
    return dict(found)


def find(maildir, number):
    found = [path for path in files(maildir) if int(NUMBER.search(path.read_bytes())[1]) == number]
    assert len(found) == 1, f"{number} is {len(found)} times in {maildir}"
    return found[0]


def flag(maildir, number, letter):
    """Gives a message in a Maildir a flag, as mail readers do: by its name."""
    path = find(maildir, number)
    stem, _, flags = path.name.partition(":2,")
    path.rename(Path(maildir, "cur", f"{stem}:2,{''.join(sorted(set(flags) | {letter}))}"))


def write(maildir, number):
    Path(maildir, "new", f"1.{number}.here").write_bytes(letter(number).replace(b"\r\n", b"\n"))


def agree(maildir, wanted):
    for name, found in (("the gateway", held("INBOX")), ("the Maildir", kept(maildir))):
        odd = {n: (wanted.get(n), found.get(n)) for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n)}
        assert not odd, f"{name} differs, wanted and found: {sorted(odd.items())[:10]} of {len(odd)}"
