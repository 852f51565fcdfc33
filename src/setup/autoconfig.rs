//! `config-v1.1.xml`: the settings as Thunderbird, K-9, KMail and Evolution look
//! for them (draft-bucksch-autoconfig §4).

use crate::setup::xml::text;
use crate::setup::{Encryption, Servers};

/// The document. It names no person: `%EMAILADDRESS%` is put in by the program.
/// `None` if mail cannot both be read and sent here: a program would take half a
/// set-up for a whole one.
#[must_use]
pub fn document(servers: &Servers) -> Option<String> {
    servers.reading.best().and(servers.sending.best())?;
    let domains = servers.domains.iter();
    let domains: String = domains
        .map(|domain| format!("    <domain>{}</domain>\n", text(domain)))
        .collect();
    let clinic = text(&servers.clinic);
    let (own, host) = (text(servers.domain()), text(&servers.host));
    let server = |kind: &str, name: &str, (port, encryption): (u16, Encryption)| {
        let socket = match encryption {
            Encryption::Tls => "SSL",
            Encryption::StartTls => "STARTTLS",
        };
        format!(
            "    <{kind} type=\"{name}\">
      <hostname>{host}</hostname>
      <port>{port}</port>
      <socketType>{socket}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </{kind}>\n"
        )
    };
    let reading = servers.reading.offered();
    let reading: String = reading
        .map(|at| server("incomingServer", "imap", at))
        .collect();
    let sending = servers.sending.offered();
    let sending: String = sending
        .map(|at| server("outgoingServer", "smtp", at))
        .collect();
    Some(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<clientConfig version=\"1.1\">
  <emailProvider id=\"{own}\">
{domains}    <displayName>{clinic}</displayName>
    <displayShortName>{clinic}</displayShortName>
{reading}{sending}  </emailProvider>
</clientConfig>
"
    ))
}
