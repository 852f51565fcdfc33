"""NeoMutt without a screen: commands as a person would type them."""

import subprocess

import keep
from office import IMAP, ME, PASSWORD, good, sign_in

home = keep.Home()
home.write(".neomuttrc", f"""
set imap_user = "{ME}"
set imap_pass = "{PASSWORD}"
set folder = "imaps://localhost:{IMAP}/"
set spoolfile = "+INBOX"
set certificate_file = "{home.path("certificates")}"
set ssl_ca_certificates_file = "{keep.TRUST}"
set ssl_use_system_certs = no
set ssl_verify_host = yes
set ssl_starttls = no
set imap_qresync = yes
set imap_condstore = yes
set header_cache = "{home.path("cache")}/"
set mbox_type = Maildir
set move = no
set delete = yes
set confirmappend = no
set confirmcreate = no
set auto_tag = yes
set wait_key = no
set trash = ""
""")


def type_in(keys, more=""):
    """`script` lends it a screen."""
    command = (f"neomutt -F {home.path('.neomuttrc')} -e 'push \"{keys}\"' {more}")
    return home.run("timeout", "60", "script", "-qec", command, "/dev/null")


keep.fill("INBOX", range(30))
copy = home.path("copy")
# All into a Maildir, then flag the third, delete the second, and leave.
type_in(f"<tag-pattern>~A<enter><tag-prefix><copy-message>{copy}<enter><sync-mailbox><exit>")
assert set(keep.kept(copy)) == set(range(30))
type_in("<jump>3<enter><flag-message><jump>2<enter><delete-message><sync-mailbox><exit>")
held = keep.held("INBOX")
assert 1 not in held and len(held) == 29, sorted(held)
assert "F" in held[2] and not any("F" in flags for n, flags in held.items() if n != 2)
