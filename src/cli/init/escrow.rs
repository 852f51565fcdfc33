//! What `init` prints: the escrow sheet, and what is left to do.

use crate::config::{Config, Host, Url};
use crate::store::RootKey;
use std::path::Path;

/// Letters in a group: what an eye copies at once.
const GROUP: usize = 4;

/// The sheet to be printed and locked away.
pub(super) fn sheet(config: &Config, root: &RootKey, file: &Path) -> String {
    let text = root.text();
    let letters: Vec<char> = text.expose().chars().collect();
    let groups: Vec<String> = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    let half = groups.len().div_ceil(2);
    let lines: Vec<String> = groups.chunks(half).map(|line| line.join(" ")).collect();
    // A service is handed it as a credential already.
    let better = match config.store.key_file {
        None => "",
        Some(_) => {
            "Better: move it to a place of its own (a systemd credential\n\"store-key\", or another disk) and change store.key-file.\n"
        }
    };
    format!(
        "\
======================== ESCROW SHEET ========================
The store key of {name} ({host})

    {key}

Every message in {data}
is sealed under this key. Without it all mail is lost: no
backup, and nobody, can open it. Whoever has both the key and
the data can read everything.

Print this sheet, lock it away outside of this machine, and
clear this screen. To restore, type the letters into a file
with mode 600; blanks and lines do not matter.

The key itself is in
    {file}
Keep it out of every backup that holds the data.
{better}==============================================================

",
        name = config.clinic.name,
        host = config.clinic.hostname.as_str(),
        key = lines.join("\n    "),
        data = config.store.path.display(),
        file = file.display(),
    )
}

/// What a service's user must own before it can start.
const OWN: &str = "chown -R sealpost: /var/lib/sealpost /etc/sealpost/tls/private-key.pem";

/// What is left to do, and what DNS should say.
pub(super) fn next_steps(
    config: &Config,
    (file, service): (&Path, bool),
    relay_guessed: bool,
) -> String {
    let file = file.display();
    let domain = config
        .clinic
        .domains
        .first()
        .map_or("clinic.example", |d| d.as_str());
    let option = match service {
        true => String::new(),
        false => format!(" -c {file}"),
    };
    let accounts = format!(
        "sealpost user add you@{domain} --role provider{option}\n    sealpost user app-password you@{domain} --name \"first device\"{option}\n    sealpost user passwd you@{domain}{option}   (for the office pages)"
    );
    // The data of a service is another user's: it must run to be asked.
    let (third, fourth) = match service {
        true => (
            format!("{OWN}\n    systemctl enable --now sealpost"),
            accounts,
        ),
        false => (accounts, format!("sealpost serve{option}")),
    };
    let host = config.clinic.hostname.as_str();
    let bounce = &config.notice.bounce_address;
    let relay = match relay_guessed {
        true => "\n    The relay is this machine's own mail server until you change [relay].",
        false => "",
    };
    // No receiver sees a loopback address: it sees whatever this machine uses.
    let sends = match config.relay.host.is_loopback() {
        true => "the public address of this machine".to_owned(),
        false => format!("the relay ({})", config.relay.host),
    };
    let names = [
        (Some(&config.portal.url), "the portal"),
        (config.office.url.as_ref(), "the office pages"),
    ];
    let names: String = names
        .into_iter()
        .filter_map(|(url, what)| name(url?, host, what))
        .collect();
    format!(
        "\
Next:
 1. Look through {file}.{relay}
 2. sealpost check{option}
 3. {third}
 4. {fourth}
 5. Replace the self-signed certificate under [tls]: browsers warn of it.

DNS:
    {host}. A/AAAA  this machine{names}
    PTR of whatever machine sends to the outside: its own name
    {domain}. TXT   an SPF record that covers {sends}
    {domain}. DKIM and DMARC as the relay signs
    For mail programs: sealpost dns print{option}

Mailbox:
    {bounce} must exist and take what comes to {tagged}.
    Notices are from {from}; what cannot be delivered comes back there.
",
        from = config.notice.from.as_str(),
        bounce = bounce.as_str(),
        tagged = format_args!("{}+…@{}", bounce.local(), bounce.domain()),
    )
}

/// What DNS must say of a name that is not this machine's own.
fn name(url: &Url, host: &str, what: &str) -> Option<String> {
    match url.host() {
        Host::Name(name) if name.as_str() != host => Some(format!(
            "\n    {}. A/AAAA  this machine ({what})",
            name.as_str()
        )),
        _ => None,
    }
}
