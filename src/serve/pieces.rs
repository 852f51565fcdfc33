//! The configuration, handed out in pieces: what each part needs and no more.

use crate::access::login::Login;
use crate::access::password::Passwords;
use crate::config::{Config, Copies, Fault, Protection, Required, StaffMail, Unknown};
use crate::desk::Desk;
use crate::desk::contacts::{Directory, Field};
use crate::model::{Clock, Language, Live, Mailbox};
use crate::office::Gap;
use crate::pki::Signer;
use crate::policy;
use crate::report::Office;
use crate::route::portal::Voice;
use crate::serve::check;
use crate::serve::sockets::{Door, Held, Listening};
use crate::setup::{Ports, Servers, Web};
use crate::store::Store;
use crate::upload::Limits;
use crate::web::speech::Clinic;
use crate::{chart, desk, imap, inbound, office, outbound, portal, release, smtp, sweep, visit};
use anyhow::Context;
use std::fs;

/// The clinic's own domains.
fn domains(config: &Config) -> Vec<String> {
    config
        .clinic
        .domains
        .iter()
        .map(|d| d.as_str().to_owned())
        .collect()
}

/// The desk of whoever finds no gateway at work.
pub(crate) fn desk_alone(config: &Config, store: Store) -> Desk {
    let passwords = Passwords::new();
    let login = Login::new(store.clone(), passwords.clone());
    Desk::new(store, (login, passwords), Live::new(desk(config)))
}

/// What the administrators' desk needs.
pub(super) fn desk(config: &Config) -> desk::Settings {
    desk::Settings {
        domains: domains(config),
        secure_tag: config.policy.secure_tag.is_some(),
        office: office(config),
        expires: config.policy.expires,
        voice: voice(config),
        directory: directory(config),
        rules: rules(config),
        unopened: config.office.unopened,
        uploads: uploads(config),
        chart: config.chart.folder.clone(),
    }
}

fn directory(config: &Config) -> Directory {
    let field = |required: &Required| match required {
        Required::First => Field::First,
        Required::Last => Field::Last,
        Required::Name => Field::Name,
        Required::Born => Field::Born,
        Required::Phone => Field::Phone,
        Required::Email => Field::Email,
        Required::Postal => Field::Postal,
        Required::Provider => Field::Provider,
    };
    Directory {
        required: config.contacts.required.iter().map(field).collect(),
        lists_stubs: config.contacts.unknown == Unknown::Stub,
    }
}

/// What the sweep needs.
pub(super) fn sweep(config: &Config) -> sweep::Settings {
    sweep::Settings {
        idle: config.portal.idle_timeout,
        reminder: config.notice.reminder.span(),
        unread: unread(config),
        voice: voice(config),
        office: office(config),
    }
}

/// When the office is told once more of what lies unread: only where there is an
/// address that was told of it first.
fn unread(config: &Config) -> Option<sweep::Unread> {
    Some(sweep::Unread {
        to: config.office.notify.clone()?,
        after: config.office.unread_after.span()?,
    })
}

/// What mail on its way out needs.
pub(super) fn outbound(config: &Config) -> outbound::Settings {
    outbound::Settings {
        rules: rules(config),
        secure_tag: config.policy.secure_tag.clone(),
        clear_tag: config.policy.clear_tag.clone(),
        expires: config.policy.expires,
        retain: config.store.retain,
        new_recipients: config.limits.new_recipients_per_hour,
        voice: voice(config),
        holds: holds(config),
    }
}

/// How messages are held.
pub(super) fn holds(config: &Config) -> release::Settings {
    release::Settings {
        lasts: config.policy.hold_expires,
        by_move: config.policy.release_by_move,
        notify: config.office.notify.clone(),
        office: office(config),
    }
}

/// What the submission door needs.
pub(super) fn smtp(config: &Config) -> smtp::Settings {
    smtp::Settings {
        hostname: config.clinic.hostname.as_str().to_owned(),
        language: config.clinic.language,
        max_size: config.submission.max_message_size.octets(),
        recipients: usize::try_from(config.limits.recipients).unwrap_or(usize::MAX),
        errors: config.limits.errors,
    }
}

/// What the door needs by which mail comes back. Whoever reads its sentences runs
/// another server, so they are English.
pub(super) fn returns(config: &Config) -> smtp::Settings {
    smtp::Settings {
        hostname: config.clinic.hostname.as_str().to_owned(),
        language: Language::English,
        max_size: smtp::returns::MAX_SIZE,
        recipients: smtp::returns::RECIPIENTS,
        errors: config.limits.errors,
    }
}

/// What reads what comes back.
pub(super) fn inbound(config: &Config) -> inbound::Settings {
    inbound::Settings {
        bounce: config.notice.bounce_address.clone(),
        office: office(config),
    }
}

/// What a mail program needs to know, given where the doors listen.
pub(crate) fn servers(config: &Config, listening: &[Listening]) -> Servers {
    // What only this machine can reach is for a test or a proxy.
    let port = |door| {
        let at = listening.iter().find(|at| at.door == door)?;
        let far = at.addresses.iter().find(|a| !a.ip().is_loopback());
        far.or(at.addresses.first()).map(|a| a.port())
    };
    let url = &config.portal.url;
    Servers {
        clinic: config.clinic.name.clone(),
        domains: domains(config),
        host: config.clinic.hostname.as_str().to_owned(),
        reading: Ports {
            tls: port(Door::Imaps),
            starttls: port(Door::Imap),
        },
        sending: Ports {
            tls: port(Door::Submissions),
            starttls: port(Door::Submission),
        },
        cloud_mirrors: config.imap.allow_cloud_mirrors,
        web: Web {
            origin: url.as_str().to_owned(),
            host: url.host().to_string(),
            port: url.port(),
        },
    }
}

/// What the IMAP door needs.
pub(super) fn imap(config: &Config) -> imap::Settings {
    imap::Settings {
        hostname: config.clinic.hostname.as_str().to_owned(),
        append_limit: config.submission.max_message_size.octets(),
        allow_cloud_mirrors: config.imap.allow_cloud_mirrors,
        per_account: config.imap.connections_per_account,
    }
}

/// How the gateway's own mails speak.
pub(super) fn voice(config: &Config) -> Voice {
    Voice {
        hostname: config.clinic.hostname.as_str().to_owned(),
        clinic: config.clinic.name.clone(),
        from: config.notice.from.clone(),
        bounce: config.notice.bounce_address.clone(),
        subject: config.notice.subject.clone(),
        show_sender: config.notice.show_sender,
        portal: config.portal.url.as_str().to_owned(),
        language: config.clinic.language,
        zone: config.clinic.time_zone.clone(),
    }
}

/// What is taken of files that a form sends in.
fn uploads(config: &Config) -> Limits {
    let portal = &config.portal;
    let kinds = portal.file_types.iter();
    Limits {
        file: portal.max_file_size.octets(),
        all: portal.max_reply_size.octets(),
        kinds: kinds.map(|kind| kind.as_str().to_owned()).collect(),
    }
}

/// What the recipient's desk needs.
pub(super) fn visit(config: &Config) -> visit::Rules {
    let portal = &config.portal;
    visit::Rules {
        idle: portal.idle_timeout,
        uploads: uploads(config),
        retain: config.store.retain,
        letterhead: visit::Letterhead {
            clinic: config.clinic.name.clone(),
            hostname: config.clinic.hostname.as_str().to_owned(),
            from: config.notice.from.clone(),
            bounce: config.notice.bounce_address.clone(),
            language: config.clinic.language,
        },
        write_to: config.portal.write_to.clone(),
        notify: config.office.notify.clone(),
        unread_after: unread(config).map(|unread| unread.after),
        chart: chart::Wanted {
            files: config.chart.folder.is_some(),
            news: config.chart.webhook.is_some(),
        },
    }
}

/// What the pages for patients need, what they tell mail programs, and who signs
/// that.
pub(super) fn portal(
    config: &Config,
    servers: Servers,
    signer: Live<Option<Signer>>,
) -> anyhow::Result<portal::Settings> {
    Ok(portal::Settings {
        clinic: clinic(config),
        url: config.portal.url.clone(),
        former_urls: config.portal.former_urls.clone(),
        servers,
        signer,
        trusted_proxies: config.portal.trusted_proxies.clone(),
        logo: logo(config)?,
    })
}

/// What the pages for the office need; `None` if there are none.
pub(super) fn office_pages(
    config: &Config,
    gaps: Live<Vec<Gap>>,
    servers: Servers,
) -> anyhow::Result<Option<office::Settings>> {
    let Some(url) = config.office.url.clone() else {
        return Ok(None);
    };
    Ok(Some(office::Settings {
        clinic: clinic(config),
        url,
        trusted_proxies: config.portal.trusted_proxies.clone(),
        logo: logo(config)?,
        gaps,
        servers,
    }))
}

/// What is not finished in the set-up, as `sealpost check` lists it.
pub(super) fn gaps(config: &Config, held: &Held, clock: &Clock) -> Vec<Gap> {
    let findings = check::check(config, held, clock);
    let all = [findings.faults, findings.not_yet, findings.warnings].concat();
    // A fault is half a sentence for a terminal; on a page it is a whole one.
    let sentence = |text: String| {
        let mut letters = text.chars();
        let first = letters.next().map(char::to_uppercase);
        format!(
            "{}{}.",
            String::from_iter(first.into_iter().flatten()),
            letters.as_str()
        )
    };
    let gap = |fault: Fault| Gap {
        wrong: format!("{}.", fault.message),
        fix: sentence(fault.fix),
    };
    all.into_iter().map(gap).collect()
}

/// What pages show of the clinic.
fn clinic(config: &Config) -> Clinic {
    Clinic {
        name: config.clinic.name.clone(),
        phone: config.clinic.phone.clone(),
        zone: config.clinic.time_zone.clone(),
        language: config.clinic.language,
    }
}

fn logo(config: &Config) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = &config.clinic.logo else {
        return Ok(None);
    };
    let octets = fs::read(path);
    let octets =
        octets.with_context(|| format!("clinic.logo: {} cannot be read", path.display()))?;
    Ok(Some(octets))
}

/// Who reports to the office, and how.
pub(super) fn office(config: &Config) -> Office {
    Office {
        hostname: config.clinic.hostname.as_str().to_owned(),
        from: Mailbox {
            name: Some(config.clinic.name.clone()),
            address: config.notice.from.clone(),
        },
        language: config.clinic.language,
        zone: config.clinic.time_zone.clone(),
        retain: config.store.retain,
        pages: config
            .office
            .url
            .as_ref()
            .map(|url| url.as_str().to_owned()),
    }
}

fn rules(config: &Config) -> policy::Rules {
    policy::Rules {
        default: match config.policy.default {
            Protection::Secure => policy::Default::Secure,
            Protection::Tagged => policy::Default::Tagged,
        },
        clear_domains: config
            .policy
            .clear_domains
            .iter()
            .map(|d| d.as_str().to_owned())
            .collect(),
        clear_tag: config.policy.clear_tag.is_some(),
        secure_tag: config.policy.secure_tag.is_some(),
        copies: match config.policy.copies {
            Copies::Refuse => policy::Copies::Refuse,
            Copies::Each => policy::Copies::Each,
        },
        staff: match config.policy.staff {
            StaffMail::Hold => policy::Staff::Hold,
            StaffMail::Send => policy::Staff::Send,
        },
        unknown: match config.contacts.unknown {
            Unknown::Refuse => policy::Unknown::Refuse,
            Unknown::Allow | Unknown::Stub => policy::Unknown::Take,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{sweep, visit};
    use crate::config::{Config, SHIPPED};

    /// How many hours something may lie unread with these lines under `[office]`.
    fn hours(office: &str) -> Option<i64> {
        let under = format!("[office]\n{office}");
        let config = Config::parse(&SHIPPED.replace("[office]", &under), "test").unwrap();
        let noted = visit(&config).unread_after;
        let told = sweep(&config).unread.map(|unread| unread.after);
        assert_eq!(noted, told);
        told.map(|after| after.as_hours())
    }

    #[test]
    fn nobody_is_told_once_more_without_an_address_or_against_the_clinics_wish() {
        let notify = "notify = \"office@elsewhere.example\"\n";
        let with = |after: &str| hours(&format!("{notify}unread-after = \"{after}\""));
        assert_eq!(hours(""), None);
        assert_eq!(hours("unread-after = \"2h\""), None);
        assert_eq!(hours(notify), Some(24));
        assert_eq!(with("2h"), Some(2));
        assert_eq!(with("off"), None);
    }
}
