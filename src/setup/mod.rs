//! How a mail program finds the gateway: what is true of its doors, said once,
//! and written in the forms that programs and people read.
//!
//! ```text
//!           ┌─ zone          records for DNS (RFC 6186, RFC 8314 §5)
//!           ├─ autoconfig    Thunderbird and those who do as it does
//!  Servers ─┼─ autodiscover  classic Outlook
//!           ├─ pacc          programs to come (an Internet-Draft)
//!           ├─ profile       Mac, iPhone, iPad
//!           └─ sheet         a page for a person
//! ```
//!
//! None of it holds a password, and none depends on who has an account: whoever
//! asks for any address in the clinic's domains is told the same.

pub mod autoconfig;
pub mod autodiscover;
pub mod pacc;
pub mod profile;
pub mod sheet;
#[cfg(test)]
mod tests;
mod xml;
pub mod zone;

/// What a mail program needs to know of the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers {
    /// The clinic's name, as its staff know it.
    pub clinic: String,
    /// The clinic's mail domains, in lower case, its main one first.
    pub domains: Vec<String>,
    /// The name of the machine that mail programs connect to.
    pub host: String,
    /// IMAP.
    pub reading: Ports,
    /// Submission.
    pub sending: Ports,
    /// Whether programs may read that copy the mailbox to their maker's servers.
    pub cloud_mirrors: bool,
    /// Where this is told over HTTPS.
    pub web: Web,
}

/// Where the pages are that tell programs their settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Scheme, host and perhaps port, without a slash at the end.
    pub origin: String,
    /// The host alone, a name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// The ports of one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// TLS from the first octet; `None` if that is not offered.
    pub tls: Option<u16>,
    /// STARTTLS; `None` if that is not offered.
    pub starttls: Option<u16>,
}

/// How a connection is encrypted. It always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first octet.
    Tls,
    /// After a greeting in clear.
    StartTls,
}

impl Ports {
    /// What is offered, the better one first: RFC 8314 §3 prefers TLS from the
    /// first octet.
    pub fn offered(self) -> impl Iterator<Item = (u16, Encryption)> {
        let tls = self.tls.map(|port| (port, Encryption::Tls));
        let starttls = self.starttls.map(|port| (port, Encryption::StartTls));
        tls.into_iter().chain(starttls)
    }

    /// The better one of what is offered.
    #[must_use]
    pub fn best(self) -> Option<(u16, Encryption)> {
        self.offered().next()
    }
}

impl Servers {
    /// Whether `domain`, in lower case, is one of the clinic's.
    #[must_use]
    pub fn serves(&self, domain: &str) -> bool {
        self.domains.iter().any(|own| own == domain)
    }

    /// The domain that stands for the clinic.
    fn domain(&self) -> &str {
        self.domains.first().map_or(&*self.host, String::as_str)
    }
}
