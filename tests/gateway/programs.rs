//! Mail programs as people and scripts use them: swaks, msmtp, Python's smtplib.

use crate::harness::{Door, Login};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

/// What a program did: whether it was content, and all that it printed.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) good: bool,
    pub(crate) text: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Self {
            good: output.status.success(),
            text,
        }
    }
}

/// A message, in words.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Letter {
    pub(crate) fn new(from: &Login, to: &str) -> Self {
        Self {
            from: from.address.clone(),
            to: to.to_owned(),
            subject: "About your visit".to_owned(),
            text: "Please come fasting.".to_owned(),
        }
    }

    /// As octets, with LF line ends.
    pub(crate) fn lines(&self) -> String {
        format!(
            "From: {}\nTo: {}\nSubject: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{}\n",
            self.from, self.to, self.subject, self.text
        )
    }
}

/// swaks with STARTTLS or, if `tls`, TLS from the first octet.
pub(crate) fn swaks(door: &Door, login: &Login, letter: &Letter, tls: bool, more: &[&str]) -> Said {
    let port = if tls {
        door.submission_tls
    } else {
        door.submission
    };
    let output = Command::new("swaks")
        .args(["--server", "127.0.0.1", "--port", &port.to_string()])
        .arg(if tls { "--tls-on-connect" } else { "--tls" })
        .args(["--auth-user", &login.address])
        .args(["--auth-password", &login.password])
        .args(["--from", &letter.from, "--to", &letter.to])
        .args(["--header", &format!("Subject: {}", letter.subject)])
        .args(["--body", &letter.text, "--timeout", "30"])
        .args(if more.contains(&"--auth") {
            &[][..]
        } else {
            &["--auth", "PLAIN"][..]
        })
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Said::of(&output)
}

/// msmtp with a configuration file, as cron jobs use it.
pub(crate) fn msmtp(door: &Door, login: &Login, letter: &Letter, tls: bool) -> Said {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("msmtprc");
    let (port, starttls) = if tls {
        (door.submission_tls, "off")
    } else {
        (door.submission, "on")
    };
    let text = format!(
        "account default\nhost localhost\nport {port}\ntls on\ntls_starttls {starttls}\ntls_trust_file {}\nauth on\nuser {}\npassword {}\nfrom {}\n",
        door.certificate.display(),
        login.address,
        login.password,
        letter.from,
    );
    fs::write(&file, text).unwrap();
    // msmtp refuses a file that others may read.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut child = Command::new("msmtp")
        .arg("-C")
        .arg(&file)
        .arg(&letter.to)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(letter.lines().as_bytes()).unwrap();
    drop(input);
    Said::of(&child.wait_with_output().unwrap())
}

/// A session of Python's smtplib, signed in with `mechanism`; `statements` find
/// it as `s`, and the sender and the recipient as `me` and `you`.
pub(crate) fn python(
    door: &Door,
    login: &Login,
    to: &str,
    mechanism: &str,
    statements: &[&str],
) -> Said {
    let script = format!(
        r#"
import smtplib, ssl, sys
from email.message import EmailMessage
port, trust, me, password, you = sys.argv[1:]
s = smtplib.SMTP("localhost", int(port), timeout=30)
s.starttls(context=ssl.create_default_context(cafile=trust))
s.ehlo()
s.user, s.password = me, password
s.auth("{mechanism}", getattr(s, "auth_{}"))
try:
    pass
    {}
except smtplib.SMTPResponseException as e:
    sys.exit(f"{{e.smtp_code}} {{e.smtp_error.decode()}}")
except smtplib.SMTPRecipientsRefused as e:
    sys.exit(repr(e.recipients))
s.quit()
"#,
        mechanism.to_lowercase(),
        statements.join("\n    ")
    );
    let output = Command::new("python3")
        .args(["-c", &script, &door.submission.to_string()])
        .arg(&door.certificate)
        .args([&login.address, &login.password, to])
        .output()
        .unwrap();
    Said::of(&output)
}
