//! `sealpost init`: a configuration, a store, its key. Overwrites nothing.

mod escrow;
mod template;

use crate::cli::{Failure, print};
use crate::config::{Config, Domain, Host, Security, Url};
use crate::model::Clock;
use crate::serve::{ground, self_signed};
use crate::store::{RootKey, Store};
use clap::Args;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What is wished for.
#[derive(Debug, Args)]
pub(super) struct Wish {
    /// The folder to put everything in.
    #[arg(long, required_unless_present = "service")]
    dir: Option<PathBuf>,
    /// As systemd/sealpost.service wants it: the settings in /etc/sealpost, the
    /// data in /var/lib/sealpost, and the store key handed over by systemd.
    #[arg(long, conflicts_with = "dir")]
    service: bool,
    /// The name of this machine, as DNS has it.
    #[arg(long, value_parser = domain)]
    hostname: Domain,
    /// The clinic's mail domain.
    #[arg(long, value_parser = domain)]
    domain: Domain,
    /// The name patients know; unless given, the domain.
    #[arg(long)]
    clinic_name: Option<String>,
    /// The server that takes what leaves: smtp://HOST:PORT (STARTTLS is
    /// required, but for a loopback address) or smtps://HOST:PORT. Unless given,
    /// the mail server of this machine.
    #[arg(long, value_parser = relay)]
    relay: Option<Relay>,
    /// Where patients find the portal; unless given, https://HOSTNAME.
    #[arg(long, value_parser = url)]
    portal_url: Option<Url>,
    /// Where the office finds its pages, on a name that is not the portal's; unless
    /// given, https://office.DOMAIN:8443.
    #[arg(long, value_parser = url)]
    office_url: Option<Url>,
}

/// A relay as a URL names it.
#[derive(Clone, Debug)]
struct Relay {
    host: Host,
    port: Option<u16>,
    security: Security,
}

/// What is made, and where.
struct Places {
    folder: PathBuf,
    config: PathBuf,
    data: PathBuf,
    key: PathBuf,
    certificate: PathBuf,
    private_key: PathBuf,
    /// Whether the gateway's user is another than who makes this.
    service: bool,
}

/// Where the unit and the shipped settings expect things.
const SERVICE_FOLDER: &str = "/etc/sealpost";
const SERVICE_DATA: &str = "/var/lib/sealpost";

pub(super) fn run(wish: &Wish) -> Result<(), Failure> {
    let places = Places::of(wish)?;
    let text = template::fill(&values(wish, &places));
    // Judged before anything is made: a wrong wish leaves nothing behind.
    let name = places.config.display().to_string();
    let config = Config::parse(&text, &name).map_err(Failure::configuration)?;
    places.refuse_what_exists()?;
    let root = places.make(&config, &text)?;
    print::out(&escrow::sheet(&config, &root, &places.key))?;
    print::out(&escrow::next_steps(
        &config,
        (&places.config, wish.service),
        wish.relay.is_none(),
    ))
}

impl Places {
    fn of(wish: &Wish) -> Result<Self, Failure> {
        let service = Path::new(SERVICE_FOLDER);
        let folder = std::path::absolute(wish.dir.as_deref().unwrap_or(service));
        let folder = folder.map_err(Failure::fault)?;
        let data = match wish.service {
            true => PathBuf::from(SERVICE_DATA),
            false => folder.join("data"),
        };
        Ok(Self {
            service: wish.service,
            config: folder.join("sealpost.toml"),
            data,
            key: folder.join("keys/store.key"),
            certificate: folder.join("tls/certificate.pem"),
            private_key: folder.join("tls/private-key.pem"),
            folder,
        })
    }

    fn refuse_what_exists(&self) -> Result<(), Failure> {
        let all = [
            &self.config,
            &self.data,
            &self.key,
            &self.certificate,
            &self.private_key,
        ];
        match all.into_iter().find(|path| path.exists()) {
            None => Ok(()),
            Some(path) => Err(Failure::Usage(format!(
                "{} exists already and nothing is overwritten; choose another --dir",
                path.display()
            ))),
        }
    }

    /// The key comes before the store that needs it, the configuration last: a
    /// folder that has one is whole.
    fn make(&self, config: &Config, text: &str) -> Result<RootKey, Failure> {
        // A service reads its settings and its certificate as another user; the
        // key is read by systemd.
        let open = if self.service { 0o755 } else { 0o700 };
        make_folder(&self.folder, open)?;
        for (file, mode) in [(&self.key, 0o700), (&self.certificate, open)] {
            file.parent().map_or(Ok(()), |f| make_folder(f, mode))?;
        }
        let root = RootKey::generate();
        root.write(&self.key).map_err(Failure::fault)?;
        // Read back from its file, so that the store knows where its key is and
        // what was written is proved to be what is needed.
        let root_read = RootKey::read(&self.key).map_err(Failure::fault)?;
        Store::create(&ground::settings(config), &root_read, Clock::System)
            .map_err(Failure::fault)?;
        let made = self_signed::make(self_signed::names(config)).map_err(Failure::fault)?;
        write(&self.certificate, 0o644, made.certificate.as_bytes())?;
        write(&self.private_key, 0o600, made.private_key.as_bytes())?;
        write(&self.config, 0o644, text.as_bytes())?;
        Ok(root)
    }
}

fn make_folder(path: &Path, mode: u32) -> Result<(), Failure> {
    let there = path.is_dir();
    let mut made = DirBuilder::new().recursive(true).mode(mode).create(path);
    // Whatever the umask is: a service must be able to enter.
    if !there && made.is_ok() {
        made = fs::set_permissions(path, Permissions::from_mode(mode));
    }
    made.map_err(|e| Failure::Fault(format!("{} cannot be made: {e}", path.display())))
}

fn write(path: &Path, mode: u32, octets: &[u8]) -> Result<(), Failure> {
    let opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path);
    let written = opened.and_then(|mut file| {
        file.set_permissions(Permissions::from_mode(mode))?;
        file.write_all(octets)?;
        file.sync_all()
    });
    written.map_err(|e| Failure::Fault(format!("{} cannot be written: {e}", path.display())))?;
    let folder = path.parent().map(fs::File::open);
    folder
        .map_or(Ok(()), |f| f.and_then(|f| f.sync_all()))
        .map_err(Failure::fault)
}

/// The settings that are not as shipped, as `(section.key, TOML)`.
fn values(wish: &Wish, places: &Places) -> Vec<(&'static str, String)> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let path = |path: &Path| text(&path.to_string_lossy());
    let name = wish.clinic_name.as_deref().unwrap_or(wish.domain.as_str());
    let mut values = vec![
        ("clinic.name", text(name)),
        ("clinic.hostname", text(wish.hostname.as_str())),
        (
            "clinic.domains",
            format!("[{}]", text(wish.domain.as_str())),
        ),
        ("tls.mode", text("self-signed")),
        ("tls.certificate", path(&places.certificate)),
        ("tls.private-key", path(&places.private_key)),
    ];
    // The shipped settings are those of a service.
    if !places.service {
        let socket = places.folder.join("admin.sock");
        values.extend([
            ("store.path", path(&places.data)),
            ("store.key-file", path(&places.key)),
            ("admin.socket", path(&socket)),
        ]);
    }
    values.extend(office(wish));
    let zone = jiff::tz::TimeZone::try_system().ok();
    if let Some(zone) = zone.as_ref().and_then(jiff::tz::TimeZone::iana_name) {
        values.push(("clinic.time-zone", text(zone)));
    }
    let local = || Relay {
        host: Host::Ip([127, 0, 0, 1].into()),
        port: None,
        security: Security::None,
    };
    let relay = wish.relay.clone().unwrap_or_else(local);
    values.push(("relay.host", text(&relay.host.to_string())));
    values.push(("relay.security", text(relay.security.word())));
    values.extend(relay.port.map(|port| ("relay.port", port.to_string())));
    match &wish.portal_url {
        None => values.push((
            "portal.url",
            text(&format!("https://{}", wish.hostname.as_str())),
        )),
        Some(url) => {
            values.push(("portal.url", text(url.as_str())));
            // Without TLS only this machine itself may listen.
            let host = if url.is_secure() { "[::]" } else { "127.0.0.1" };
            values.push((
                "portal.listen",
                format!("[{}]", text(&format!("{host}:{}", url.port()))),
            ));
        }
    }
    values
}

/// Where the office finds its pages, and where they listen. The portal may have
/// taken the port.
fn office(wish: &Wish) -> [(&'static str, String); 2] {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let taken = wish.portal_url.as_ref().map(Url::port);
    let (url, port) = match &wish.office_url {
        Some(url) => (url.as_str().to_owned(), url.port()),
        None => {
            let port = if taken == Some(8443) { 9443 } else { 8443 };
            (
                format!("https://office.{}:{port}", wish.domain.as_str()),
                port,
            )
        }
    };
    [
        ("office.url", text(&url)),
        (
            "office.listen",
            format!("[{}]", text(&format!("[::]:{port}"))),
        ),
    ]
}

fn domain(text: &str) -> Result<Domain, String> {
    Domain::parse(text).ok_or_else(|| "a domain has the form clinic.example".to_owned())
}

fn url(text: &str) -> Result<Url, String> {
    Url::parse(text).ok_or_else(|| {
        "an address has the form https://mail.clinic.example, without a path".to_owned()
    })
}

fn relay(text: &str) -> Result<Relay, String> {
    let wrong = || "a relay has the form smtp://HOST:PORT or smtps://HOST:PORT".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, Some(port.parse().map_err(|_| wrong())?))
        }
        _ => (rest, None),
    };
    let host = Host::parse(host).ok_or_else(wrong)?;
    let security = match scheme {
        "smtps" => Security::Tls,
        "smtp" if host.is_loopback() => Security::None,
        "smtp" => Security::StartTls,
        _ => return Err(wrong()),
    };
    Ok(Relay {
        host,
        port,
        security,
    })
}

#[cfg(test)]
mod tests {
    use super::relay;
    use crate::config::Security;

    #[test]
    fn a_relay_is_encrypted_unless_it_is_this_machine() {
        for (text, port, security) in [
            (
                "smtp://relay.clinic.example:2525",
                Some(2525),
                Security::StartTls,
            ),
            ("smtp://relay.clinic.example", None, Security::StartTls),
            (
                "smtps://relay.clinic.example:465/",
                Some(465),
                Security::Tls,
            ),
            ("smtps://127.0.0.1:465", Some(465), Security::Tls),
            ("smtp://127.0.0.1:25", Some(25), Security::None),
            ("smtp://[::1]:25", Some(25), Security::None),
            ("smtp://localhost", None, Security::None),
        ] {
            let read = relay(text).unwrap();
            assert_eq!((read.port, read.security), (port, security), "{text}");
        }
        for wrong in [
            "relay.clinic.example",
            "http://a.example",
            "smtp://",
            "smtp://a.example:x",
        ] {
            assert!(relay(wrong).is_err(), "{wrong} was taken");
        }
    }
}
