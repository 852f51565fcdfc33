//! What help and man pages say of the whole, and of the gateway as a service.

/// A heading, and what is said under it: a term and its sentence.
pub(in crate::cli) type Chapter = (&'static str, &'static [(&'static str, &'static str)]);

/// The day these words were last gone over; a man page needs one.
pub(super) const DAY: &str = "2026-11-22";

/// What an exit code means. README.md has the same.
pub(in crate::cli) const EXIT: Chapter = (
    "Exit status",
    &[
        ("0", "Done, or in order."),
        (
            "1",
            "It looked, and what it found is not in order (demo --once, store verify, audit verify, contact import).",
        ),
        (
            "64",
            "It was asked for something that cannot be done; the line says what to do.",
        ),
        (
            "70",
            "It failed, and may succeed later: a disk, a port or an address, a store that another process has open.",
        ),
        (
            "78",
            "The configuration, or a file it names, is wrong; the line and the fix are named.",
        ),
    ],
);

/// What a service manager needs to know of `sealpost serve`.
pub(in crate::cli) const SERVICE: [Chapter; 4] = [
    (
        "Signals",
        &[
            (
                "SIGTERM, SIGINT",
                "No new connection is taken, a message in the middle of its text may be finished, and it ends, after 15 seconds at most.",
            ),
            (
                "SIGHUP",
                "The certificate, [policy], [notice], [office], [contacts], [chart] and the limits of a message are read anew; open sessions go on. A configuration that does not fit changes nothing and is named in the log (event=reload.refused). Everything else needs a restart.",
            ),
        ],
    ),
    (
        "Sockets",
        &[
            (
                "submission",
                "The FileDescriptorName= of the sockets for submission with STARTTLS, port 587. A door that is handed no socket binds the addresses of the configuration itself.",
            ),
            ("submissions", "The same over TLS, port 465."),
            ("imaps", "IMAP over TLS, port 993."),
            (
                "imap",
                "The same with STARTTLS, port 143, for who needs it.",
            ),
            ("portal", "The pages for patients, port 443."),
            (
                "inbound",
                "What other mail servers bring back, port 25, for who sets inbound.listen.",
            ),
            (
                "office",
                "The pages for the office, port 8443. A socket with any other name is refused (78).",
            ),
        ],
    ),
    (
        "Credentials",
        &[
            (
                "store-key",
                "The store key, unless store.key-file names a file.",
            ),
            (
                "relay-password",
                "The relay's password, unless relay.password-file names a file.",
            ),
            (
                "webhook-secret",
                "The key that signs events, unless chart.webhook-secret names a file.",
            ),
        ],
    ),
    (
        "Environment",
        &[
            (
                "NOTIFY_SOCKET",
                "Is told READY=1 when the store is open and every door listens, with a STATUS= that says where and on whose sockets; RELOADING=1; STOPPING=1.",
            ),
            (
                "WATCHDOG_USEC",
                "NOTIFY_SOCKET is told WATCHDOG=1 twice in this time, as long as work gets its turn.",
            ),
            (
                "LISTEN_FDS, LISTEN_FDNAMES, LISTEN_PID",
                "The sockets above, as sd_listen_fds(3) has them.",
            ),
            ("CREDENTIALS_DIRECTORY", "Where the credentials above lie."),
        ],
    ),
];

/// Chapters as they stand at the end of a help text.
pub(in crate::cli) fn help(chapters: &[Chapter]) -> String {
    let mut text = String::new();
    for (heading, items) in chapters {
        text.push_str(&format!("{heading}:\n"));
        for (term, sentence) in *items {
            text.push_str(&format!("  {term}\n          {sentence}\n"));
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}
