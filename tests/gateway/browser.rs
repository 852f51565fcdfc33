//! A patient's browser without a screen: curl, with cookies and redirects.

use crate::harness::Door;
use crate::postfix::Mail;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// One browser with its cookies.
pub(crate) struct Browser {
    certificate: PathBuf,
    folder: TempDir,
    /// More options for each request.
    more: Vec<String>,
}

/// A page as it was drawn, after redirects.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

impl Browser {
    pub(crate) fn new(door: &Door) -> Self {
        Self {
            certificate: door.certificate.clone(),
            folder: tempfile::tempdir().unwrap(),
            more: Vec::new(),
        }
    }

    /// The same over IPv4 or IPv6, whichever this is, under this name, which is
    /// also said to be the network it comes from.
    pub(crate) fn from(mut self, ip: IpAddr, name: &str) -> Self {
        let family = if ip.is_ipv4() { "--ipv4" } else { "--ipv6" };
        let claims = ["--user-agent", name, "--header"].map(str::to_owned);
        self.more = vec![family.to_owned()];
        self.more.extend(claims);
        self.more.push(format!("X-Forwarded-For: {name}"));
        self
    }

    /// Opens a page.
    pub(crate) fn open(&self, url: &str) -> Page {
        self.curl(url, &[])
    }

    /// Asks for a page's head only, as scanners do.
    pub(crate) fn head(&self, url: &str) -> Page {
        self.curl(url, &["--head".to_owned()])
    }

    /// Sends a form of plain fields.
    pub(crate) fn send(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.post(url, "--data-urlencode", fields)
    }

    /// Sends a form that may hold files: a field `name=@path` is one.
    pub(crate) fn send_files(&self, url: &str, fields: &[(&str, &str)]) -> Page {
        self.post(url, "--form", fields)
    }

    fn post(&self, url: &str, way: &str, fields: &[(&str, &str)]) -> Page {
        let mut options = Vec::new();
        for (name, value) in fields {
            options.extend([way.to_owned(), format!("{name}={value}")]);
        }
        options.extend(["--header".to_owned(), format!("Origin: {}", origin(url))]);
        self.curl(url, &options)
    }

    fn curl(&self, url: &str, options: &[String]) -> Page {
        let jar = self.folder.path().join("cookies");
        let body = self.folder.path().join("body");
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--location", "--max-time", "30"])
            .arg("--cacert")
            .arg(&self.certificate)
            .arg("--cookie")
            .arg(&jar)
            .arg("--cookie-jar")
            .arg(&jar)
            .arg("--output")
            .arg(&body)
            .args(["--write-out", "%{http_code} %{url_effective}"])
            .args(&self.more)
            .args(options)
            .arg(url)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{url}: {said}");
        let written = String::from_utf8(output.stdout).unwrap();
        let (status, url) = written.split_once(' ').unwrap();
        Page {
            status: status.parse().unwrap(),
            url: url.to_owned(),
            body: fs::read(&body).unwrap_or_default(),
        }
    }
}

impl Page {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// This page, if it is one that was wanted and says these words.
    pub(crate) fn says(self, words: &str) -> Self {
        let text = self.text();
        assert!(
            self.status < 400,
            "{} answers {}: {text}",
            self.url,
            self.status
        );
        assert!(
            text.contains(words),
            "{} does not say {words:?}: {text}",
            self.url
        );
        self
    }

    /// The value that its forms carry.
    pub(crate) fn form(&self) -> String {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"form\" value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// Whole addresses of its links that hold `part`.
    pub(crate) fn links(&self, part: &str) -> Vec<String> {
        let origin = self
            .url
            .splitn(4, '/')
            .take(3)
            .collect::<Vec<_>>()
            .join("/");
        let text = self.text();
        let targets = text
            .split("href=\"")
            .skip(1)
            .filter_map(|t| t.split('"').next());
        let found = targets.filter(|target| target.contains(part));
        found.map(|target| format!("{origin}{target}")).collect()
    }

    /// Where it is, without a query.
    pub(crate) fn place(&self) -> &str {
        self.url.split('?').next().unwrap()
    }
}

/// Scheme, host and port of an address.
pub(crate) fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

/// The code in a code mail: the one run of six digits in its text.
pub(crate) fn code(mail: &Mail) -> String {
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.octets)
        .unwrap();
    let text = parsed.body_text(0).unwrap();
    let runs: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 6)
        .collect();
    assert_eq!(runs.len(), 1, "one run of six digits in {text}");
    let subject = parsed.subject().unwrap();
    assert!(!subject.contains(char::is_numeric), "{subject}");
    runs[0].to_owned()
}
