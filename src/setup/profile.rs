//! A configuration profile (`.mobileconfig`) for Mac, iPhone and iPad: one
//! payload of the type `com.apple.mail.managed`, as Apple's device management
//! documents it. It holds no password; the device asks for it. Whoever gives it out
//! signs it with the gateway's own certificate ([`crate::pki`]), so that the device
//! can say where it comes from.

use crate::model::Address;
use crate::setup::Servers;
use crate::setup::xml::text;
use aws_lc_rs::digest::{SHA256, digest};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a segment of a path may not hold as it is, of what addresses have
/// (RFC 3986 §3.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'+')
    .remove(b'=');

/// Where a device gets the profile for this address, signed.
#[must_use]
pub fn url(servers: &Servers, address: &Address) -> String {
    let address = utf8_percent_encode(address.as_str(), ESCAPED);
    format!("{}/apple/{address}", servers.web.origin)
}

/// The profile for one address; `None` if mail cannot both be read and sent here.
#[must_use]
pub fn document(servers: &Servers, address: &Address) -> Option<String> {
    let ((reading, _), (sending, _)) = (servers.reading.best()?, servers.sending.best()?);
    let own = identifier(servers, address);
    let account = format!("{own}.account");
    let outer = [
        ("PayloadType", Value::Text("Configuration")),
        ("PayloadIdentifier", Value::Text(&own)),
        ("PayloadUUID", Value::Text(&uuid(&own))),
        ("PayloadVersion", Value::Number(1)),
        ("PayloadDisplayName", Value::Text(&servers.clinic)),
        ("PayloadOrganization", Value::Text(&servers.clinic)),
    ];
    let (host, login) = (Value::Text(&servers.host), Value::Text(address.as_str()));
    let password = Value::Text("EmailAuthPassword");
    let inner = [
        ("PayloadType", Value::Text("com.apple.mail.managed")),
        ("PayloadIdentifier", Value::Text(&account)),
        ("PayloadUUID", Value::Text(&uuid(&account))),
        ("PayloadVersion", Value::Number(1)),
        ("PayloadDisplayName", Value::Text(&servers.clinic)),
        ("EmailAccountType", Value::Text("EmailTypeIMAP")),
        ("EmailAccountDescription", Value::Text(&servers.clinic)),
        ("EmailAddress", login),
        ("IncomingMailServerAuthentication", password),
        ("IncomingMailServerHostName", host),
        ("IncomingMailServerPortNumber", Value::Number(reading)),
        ("IncomingMailServerUseSSL", Value::Truth(true)),
        ("IncomingMailServerUsername", login),
        ("OutgoingMailServerAuthentication", password),
        ("OutgoingMailServerHostName", host),
        ("OutgoingMailServerPortNumber", Value::Number(sending)),
        ("OutgoingMailServerUseSSL", Value::Truth(true)),
        ("OutgoingMailServerUsername", login),
        ("OutgoingPasswordSameAsIncomingPassword", Value::Truth(true)),
        // What the device may not do with patients' mail: move it to another
        // account, put large files on Apple's servers, and share with other
        // devices to whom was written.
        ("PreventMove", Value::Truth(true)),
        ("allowMailDrop", Value::Truth(false)),
        ("disableMailRecentsSyncing", Value::Truth(true)),
    ];
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">
<plist version=\"1.0\">
<dict>
{outer}  <key>PayloadContent</key>
  <array>
    <dict>
{inner}    </dict>
  </array>
</dict>
</plist>
",
        outer = written(&outer, 2),
        inner = written(&inner, 6),
    ))
}

/// A value of a property list.
#[derive(Clone, Copy)]
enum Value<'a> {
    Text(&'a str),
    Number(u16),
    Truth(bool),
}

fn written(pairs: &[(&str, Value<'_>)], indent: usize) -> String {
    let mut lines = String::new();
    for (key, value) in pairs {
        let value = match value {
            Value::Text(value) => format!("<string>{}</string>", text(value)),
            Value::Number(value) => format!("<integer>{value}</integer>"),
            Value::Truth(value) => format!("<{value}/>"),
        };
        lines.push_str(&format!("{:indent$}<key>{key}</key>{value}\n", ""));
    }
    lines
}

/// What a device knows the profile by, so that a newer one takes the place of
/// the older: the domain backwards, as Apple asks, and a mark of the address
/// that does not show it.
fn identifier(servers: &Servers, address: &Address) -> String {
    let labels: Vec<&str> = servers.domain().rsplit('.').collect();
    let mark = digest(&SHA256, address.as_str().as_bytes());
    let mark = mark.as_ref().get(..8).unwrap_or_default();
    let mark = data_encoding::HEXLOWER.encode(mark);
    format!("{}.sealpost.mail.{mark}", labels.join("."))
}

/// A UUID made of the name (RFC 9562 §5.8): the same name, the same UUID.
fn uuid(name: &str) -> String {
    let digest = digest(&SHA256, name.as_bytes());
    let mut octets = [0; 16];
    for (to, from) in octets.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    let mut number = u128::from_be_bytes(octets);
    number = number & !(0xf << 76) | (0x8 << 76);
    number = number & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{number:032X}");
    let pieces = [0..8, 8..12, 12..16, 16..20, 20..32].map(|at| hex.get(at).unwrap_or_default());
    pieces.join("-")
}
