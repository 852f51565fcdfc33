//! The set-up page of one person, as plain text: what to type in, and the steps
//! in the three programs that work here. It holds no password, so it may be
//! mailed, printed, or read out.

use crate::model::{Address, Arg, Language};
use crate::setup::{Encryption, Ports, Servers, profile};
use crate::texts::say;

/// Characters of a line: what a mail and a sheet of paper both show whole.
const WIDTH: usize = 76;
/// Where values begin.
const COLUMN: usize = 26;

const OUTLOOK: &[&str] = &[
    "setup-outlook-add",
    "setup-outlook-manual",
    "setup-outlook-incoming",
    "setup-outlook-outgoing",
    "setup-outlook-password",
];
const THUNDERBIRD: &[&str] = &[
    "setup-thunderbird-add",
    "setup-thunderbird-found",
    "setup-thunderbird-manual",
    "setup-thunderbird-test",
];
const APPLE: &[&str] = &[
    "setup-apple-profile",
    "setup-apple-add",
    "setup-apple-manual",
    "setup-apple-servers",
];

/// The page for the person with this address; `None` if mail cannot both be read
/// and sent here.
#[must_use]
pub fn page(servers: &Servers, address: &Address, language: Language) -> Option<String> {
    let (reading, sending) = (servers.reading.best()?, servers.sending.best()?);
    let args = [
        ("clinic", Arg::Text(servers.clinic.clone())),
        ("address", Arg::Text(address.as_str().to_owned())),
        ("server", Arg::Text(servers.host.clone())),
        ("incoming", Arg::Text(reading.0.to_string())),
        ("incoming-encryption", Arg::Text(word(reading.1).to_owned())),
        ("outgoing", Arg::Text(sending.0.to_string())),
        ("outgoing-encryption", Arg::Text(word(sending.1).to_owned())),
        ("profile", Arg::Text(profile::url(servers, address))),
    ];
    let mut sheet = Sheet {
        text: String::new(),
        language,
        args: &args,
    };
    sheet.line(&servers.clinic);
    sheet.heading("setup-title", '=');
    sheet.paragraph("setup-values");
    sheet.line("");
    sheet.value("setup-user", address.as_str());
    let password = sheet.say("setup-password-value");
    sheet.value("setup-password", &password);
    let sign_in = sheet.say("setup-sign-in-value");
    sheet.value("setup-sign-in", &sign_in);
    for (name, ports) in [
        ("setup-incoming", servers.reading),
        ("setup-outgoing", servers.sending),
    ] {
        sheet.service(name, &servers.host, ports);
    }
    for part in ["setup-app-password", "setup-networks", "setup-found"] {
        sheet.paragraph(part);
    }
    for (title, steps) in [
        ("setup-outlook", OUTLOOK),
        ("setup-thunderbird", THUNDERBIRD),
        ("setup-apple", APPLE),
    ] {
        sheet.heading(title, '-');
        sheet.steps(steps);
    }
    sheet.heading("setup-cloud", '-');
    sheet.paragraph(match servers.cloud_mirrors {
        true => "setup-cloud-allowed",
        false => "setup-cloud-refused",
    });
    sheet.heading("setup-trouble", '-');
    sheet.paragraph("setup-trouble-what");
    Some(sheet.text)
}

/// What every mail program calls it.
const fn word(encryption: Encryption) -> &'static str {
    match encryption {
        Encryption::Tls => "SSL/TLS",
        Encryption::StartTls => "STARTTLS",
    }
}

/// The page as far as it is written.
struct Sheet<'a> {
    text: String,
    language: Language,
    args: &'a [(&'a str, Arg)],
}

impl Sheet<'_> {
    fn say(&self, id: &str) -> String {
        say(self.language, id, self.args)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, id: &str, rule: char) {
        let title = self.say(id);
        let under = rule.to_string().repeat(title.chars().count());
        self.line("");
        self.line(&title);
        self.line(&under);
    }

    fn paragraph(&mut self, id: &str) {
        let said = self.say(id);
        self.line("");
        self.fill(&said, "", "");
    }

    fn steps(&mut self, ids: &[&str]) {
        self.line("");
        for (number, id) in (1..).zip(ids) {
            let said = self.say(id);
            self.fill(&said, &format!("{number}. "), "   ");
        }
    }

    fn value(&mut self, id: &str, value: &str) {
        let name = format!("  {}", self.say(id));
        self.line(&format!("{name:<COLUMN$}{value}"));
    }

    fn inner(&mut self, id: &str, value: &str) {
        let name = format!("    {}", self.say(id));
        self.line(&format!("{name:<COLUMN$}{value}"));
    }

    fn service(&mut self, id: &str, host: &str, ports: Ports) {
        let name = self.say(id);
        self.line("");
        self.line(&format!("  {name}"));
        self.inner("setup-server", host);
        for (n, (port, encryption)) in ports.offered().enumerate() {
            if n > 0 {
                let or = self.say("setup-or");
                self.line(&format!("    {or}"));
            }
            self.inner("setup-port", &port.to_string());
            self.inner("setup-encryption", word(encryption));
        }
    }

    /// A text in lines of [`WIDTH`]; what is longer than a line, such as an
    /// address, has one of its own.
    fn fill(&mut self, said: &str, first: &str, then: &str) {
        let mut line = first.to_owned();
        let mut fresh = true;
        for word in said.split_whitespace() {
            if !fresh && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&std::mem::replace(&mut line, then.to_owned()));
                fresh = true;
            }
            if !fresh {
                line.push(' ');
            }
            line.push_str(word);
            fresh = false;
        }
        self.line(&line);
    }
}
