//! What settings must not say together: one function for each contradiction.

use crate::config::policy::Protection;
use crate::config::relay::Security;
use crate::config::tls::TlsMode;
use crate::config::{Config, Fault};
use std::net::SocketAddr;

/// Longest path of a Unix socket in octets: `sockaddr_un` holds 108 with its
/// closing zero (unix(7)).
const MAX_SOCKET_PATH: usize = 107;

type Rule = fn(&Config) -> Option<Fault>;

/// Every rule that the configuration breaks.
pub(super) fn broken(config: &Config) -> Vec<Fault> {
    const RULES: [Rule; 29] = [
        no_domain,
        tagged_without_tag,
        same_tags,
        own_domain_in_clear,
        portal_without_tls,
        portal_in_clear_for_all,
        former_url_in_use,
        office_without_tls,
        office_beside_portal,
        office_nowhere,
        relay_in_clear,
        password_without_name,
        certificate_missing,
        notice_from_elsewhere,
        bounces_elsewhere,
        bounce_name_too_long,
        reminder_before_notice,
        network_above_all,
        account_above_all,
        flight_below_message,
        reply_below_file,
        retained_too_short,
        key_beside_data,
        no_listener,
        address_taken_twice,
        socket_path_too_long,
        chart_beside_data,
        webhook_in_clear,
        secret_without_webhook,
    ];
    RULES.iter().filter_map(|rule| rule(config)).collect()
}

fn no_domain(c: &Config) -> Option<Fault> {
    c.clinic.domains.is_empty().then(|| {
        c.fault(
            "clinic.domains",
            "clinic.domains is empty, so every address would be outside",
            "name the clinic's mail domains",
        )
    })
}

fn tagged_without_tag(c: &Config) -> Option<Fault> {
    (c.policy.default == Protection::Tagged && c.policy.secure_tag.is_none()).then(|| {
        c.fault(
            "policy.default",
            "policy.default is \"tagged\" without a policy.secure-tag, so nothing could be protected",
            "set secure-tag, such as \"[secure]\", or default = \"secure\"",
        )
    })
}

fn same_tags(c: &Config) -> Option<Fault> {
    let (clear, secure) = (c.policy.clear_tag.as_ref()?, c.policy.secure_tag.as_ref()?);
    (clear.to_lowercase() == secure.to_lowercase()).then(|| {
        c.fault(
            "policy.clear-tag",
            "policy.clear-tag and policy.secure-tag are the same word",
            "make them different, or leave clear-tag out",
        )
    })
}

fn own_domain_in_clear(c: &Config) -> Option<Fault> {
    let own = c
        .policy
        .clear_domains
        .iter()
        .find(|d| c.clinic.owns(d.as_str()))?;
    Some(c.fault(
        "policy.clear-domains",
        format!(
            "policy.clear-domains holds {}, the clinic's own domain",
            own.as_str()
        ),
        "take it out: mail to your own accounts never leaves",
    ))
}

fn portal_without_tls(c: &Config) -> Option<Fault> {
    let url = &c.portal.url;
    (!url.is_secure() && !url.host().is_loopback()).then(|| {
        c.fault(
            "portal.url",
            "portal.url is http, so codes and messages would cross the network in clear",
            "write https; http is only for localhost",
        )
    })
}

fn portal_in_clear_for_all(c: &Config) -> Option<Fault> {
    let far = c.portal.listen.iter().find(|a| !a.ip().is_loopback())?;
    (!c.portal.url.is_secure()).then(|| {
        c.fault(
            "portal.listen",
            format!("portal.listen has {far} while portal.url is http, so other machines could read along"),
            "listen on 127.0.0.1 or [::1] alone, or make portal.url https",
        )
    })
}

fn former_url_in_use(c: &Config) -> Option<Fault> {
    c.portal.former_urls.contains(&c.portal.url).then(|| {
        c.fault(
            "portal.former-urls",
            "portal.former-urls holds portal.url itself",
            "keep there only addresses that are no longer used",
        )
    })
}

fn office_without_tls(c: &Config) -> Option<Fault> {
    let url = c.office.url.as_ref()?;
    (!url.is_secure()).then(|| {
        c.fault(
            "office.url",
            "office.url is http, so passwords would cross the network in clear",
            "write https",
        )
    })
}

fn office_beside_portal(c: &Config) -> Option<Fault> {
    // Cookies do not tell ports apart (RFC 6265 §8.5), so the name must differ.
    let own = c.office.url.as_ref()?.host().to_string();
    let portal = std::iter::once(&c.portal.url).chain(&c.portal.former_urls);
    let mut names = portal.map(|url| url.host().to_string());
    names.any(|name| name.eq_ignore_ascii_case(&own)).then(|| {
        c.fault(
            "office.url",
            format!("office.url is on {own}, and so is the portal; what a patient's page could do there would reach the office"),
            "give the office a name of its own, such as office.clinic.example",
        )
    })
}

fn office_nowhere(c: &Config) -> Option<Fault> {
    (c.office.url.is_some() && c.office.listen.is_empty()).then(|| {
        c.fault(
            "office.listen",
            "office.listen is empty, so nobody could reach office.url",
            "give it an address such as \"[::]:8443\", or leave url out",
        )
    })
}

fn relay_in_clear(c: &Config) -> Option<Fault> {
    (c.relay.security == Security::None && !c.relay.host.is_loopback()).then(|| {
        c.fault(
            "relay.security",
            format!(
                "relay.security is \"none\" for {}; plain only to a loopback address",
                c.relay.host
            ),
            "write \"starttls\" or \"tls\"",
        )
    })
}

fn password_without_name(c: &Config) -> Option<Fault> {
    (c.relay.password_file.is_some() && c.relay.username.is_none()).then(|| {
        c.fault(
            "relay.password-file",
            "relay.password-file is set without a relay.username",
            "set username, or leave both out if the relay asks for none",
        )
    })
}

fn certificate_missing(c: &Config) -> Option<Fault> {
    let missing = match (&c.tls.certificate, &c.tls.private_key, c.tls.mode) {
        (Some(_), None, _) | (None, None, TlsMode::Files) => "private-key",
        (None, Some(_), _) => "certificate",
        _ => return None,
    };
    Some(c.fault(
        &format!("tls.{missing}"),
        format!(
            "tls.{missing} is missing for tls.mode = \"{}\"",
            c.tls.mode.word()
        ),
        "name both certificate and private-key, or write mode = \"self-signed\" for a trial",
    ))
}

fn notice_from_elsewhere(c: &Config) -> Option<Fault> {
    // A clinic without domains has its own rule.
    c.clinic.domains.first()?;
    let domain = c.notice.from.domain();
    (!c.clinic.owns(domain)).then(|| {
        c.fault(
            "notice.from",
            format!("notice.from is in {domain}, which is not among clinic.domains; receivers would take it for forged"),
            "use an address in one of clinic.domains",
        )
    })
}

fn bounces_elsewhere(c: &Config) -> Option<Fault> {
    let domain = c.notice.bounce_address.domain();
    let own = c.clinic.owns(domain) || c.clinic.hostname.as_str() == domain;
    // The default is notice.from, which has its own rule.
    (!own && c.notice.bounce_address != c.notice.from).then(|| {
        c.fault(
            "notice.bounce-address",
            format!("notice.bounce-address is in {domain}, which is neither clinic.hostname nor among clinic.domains"),
            "use an address in one of them: SPF judges this one",
        )
    })
}

fn bounce_name_too_long(c: &Config) -> Option<Fault> {
    // RFC 5321 §4.5.3.1.1 allows 64 octets; the signed mark that tells which
    // notice came back takes 45 of them.
    const MOST: usize = 19;
    let set = &c.notice.bounce_address;
    let name = if *set == c.notice.from {
        "notice.from"
    } else {
        "notice.bounce-address"
    };
    (set.local().len() > MOST).then(|| {
        c.fault(
            name,
            format!("{name} has more than {MOST} characters before the @; a returned notice could not be told from others"),
            "use a shorter one, or set notice.bounce-address",
        )
    })
}

fn reminder_before_notice(c: &Config) -> Option<Fault> {
    let span = c.notice.reminder.span()?;
    (span >= c.policy.expires).then(|| {
        c.fault(
            "notice.reminder",
            "notice.reminder is not shorter than policy.expires, so it would be due before the notice itself, and nobody would be reminded",
            "make it shorter, or expires longer",
        )
    })
}

fn network_above_all(c: &Config) -> Option<Fault> {
    (c.limits.per_network > c.limits.connections).then(|| {
        c.fault(
            "limits.per-network",
            "limits.per-network is larger than limits.connections, so one network could take every connection",
            "make it smaller, or connections larger",
        )
    })
}

fn account_above_all(c: &Config) -> Option<Fault> {
    (c.imap.connections_per_account > c.limits.connections).then(|| {
        c.fault(
            "imap.connections-per-account",
            "imap.connections-per-account is larger than limits.connections, so one account could take every connection",
            "make it smaller, or connections larger",
        )
    })
}

fn flight_below_message(c: &Config) -> Option<Fault> {
    (c.limits.in_flight_bytes < c.submission.max_message_size).then(|| {
        c.fault(
            "limits.in-flight-bytes",
            "limits.in-flight-bytes is smaller than submission.max-message-size, so the largest message could never arrive",
            "make it larger, or max-message-size smaller",
        )
    })
}

fn reply_below_file(c: &Config) -> Option<Fault> {
    (c.portal.max_reply_size < c.portal.max_file_size).then(|| {
        c.fault(
            "portal.max-reply-size",
            "portal.max-reply-size is smaller than portal.max-file-size, so the largest file could never be sent",
            "make it larger, or max-file-size smaller",
        )
    })
}

fn retained_too_short(c: &Config) -> Option<Fault> {
    (c.store.retain < c.policy.expires).then(|| {
        c.fault(
            "store.retain",
            "store.retain is shorter than policy.expires, so messages would be destroyed while patients may still read them",
            "make it longer, or expires shorter",
        )
    })
}

fn key_beside_data(c: &Config) -> Option<Fault> {
    let key = c.store.key_file.as_ref()?;
    key.starts_with(&c.store.path).then(|| {
        c.fault(
            "store.key-file",
            "store.key-file lies inside store.path, so a copy of the data would bring its key along",
            "move the key to another folder",
        )
    })
}

fn no_listener(c: &Config) -> Option<Fault> {
    if c.submission.listen.is_empty() && c.submission.listen_tls.is_empty() {
        return Some(c.fault(
            "submission.listen",
            "submission.listen and submission.listen-tls are both empty, so no mail program could connect",
            "give one of them an address such as \"[::]:465\"",
        ));
    }
    c.portal.listen.is_empty().then(|| {
        c.fault(
            "portal.listen",
            "portal.listen is empty, so no patient could read",
            "give it an address such as \"[::]:443\"",
        )
    })
}

fn address_taken_twice(c: &Config) -> Option<Fault> {
    let doors = [
        ("submission.listen", c.submission.listen.as_slice()),
        ("submission.listen-tls", &c.submission.listen_tls),
        ("imap.listen", &c.imap.listen),
        ("imap.listen-tls", &c.imap.listen_tls),
        ("inbound.listen", &c.inbound.listen),
        ("portal.listen", &c.portal.listen),
        ("office.listen", c.office.doors()),
    ];
    let mut taken: Vec<(&str, SocketAddr)> = Vec::new();
    for (door, addresses) in doors {
        for address in addresses {
            // Port 0 is a different free port each time.
            let other = taken.iter().find(|(_, a)| a == address && a.port() != 0);
            if let Some((other, _)) = other {
                return Some(c.fault(
                    door,
                    format!("{door} has {address}, and so has {other}"),
                    "give each its own port",
                ));
            }
            taken.push((door, *address));
        }
    }
    None
}

fn chart_beside_data(c: &Config) -> Option<Fault> {
    let (folder, data) = (c.chart.folder.as_ref()?, &c.store.path);
    (folder.starts_with(data) || data.starts_with(folder)).then(|| {
        c.fault(
            "chart.folder",
            "chart.folder and store.path lie inside each other, so that whoever opens patients' files is among the gateway's own",
            "choose another folder",
        )
    })
}

fn webhook_in_clear(c: &Config) -> Option<Fault> {
    let origin = c.chart.webhook.as_ref()?.origin();
    (!origin.is_secure() && !origin.host().is_loopback()).then(|| {
        c.fault(
            "chart.webhook",
            "chart.webhook is http, so everybody on the way could read and change events",
            "write https; http is only for a loopback address",
        )
    })
}

fn secret_without_webhook(c: &Config) -> Option<Fault> {
    let chart = &c.chart;
    let key = match (&chart.webhook_secret, &chart.webhook_trust) {
        (Some(_), _) => "chart.webhook-secret",
        (None, Some(_)) => "chart.webhook-trust",
        (None, None) => return None,
    };
    chart.webhook.is_none().then(|| {
        c.fault(
            key,
            format!("{key} is set without a chart.webhook"),
            "set webhook, or leave both out",
        )
    })
}

fn socket_path_too_long(c: &Config) -> Option<Fault> {
    (c.admin.socket.as_os_str().len() > MAX_SOCKET_PATH).then(|| {
        c.fault(
            "admin.socket",
            format!(
                "admin.socket is longer than {MAX_SOCKET_PATH} octets, more than the system takes"
            ),
            "choose a shorter path",
        )
    })
}
