//! Whether a message is taken at all: what needs no network, and is answered
//! while the writer still sees the message.

use crate::model::{Account, Address, RecipientKind, Reply, Role, Standing};
use crate::policy::{Copies, Protection, Rules, Staff, Unknown};

/// What is known of a message when its last octet has arrived.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Who signed in.
    pub account: &'a Account,
    /// The one address in From.
    pub from: &'a Address,
    /// The account that From belongs to, if any.
    pub author: Option<&'a Account>,
    /// The address in Sender, if there is that field.
    pub sender: Option<&'a Address>,
    /// Whether the subject has a character to read, tags and blanks aside.
    pub has_subject: bool,
    /// Whether the text has a character to read, tags and blanks aside.
    pub has_text: bool,
    /// Whether a program wrote it: an automatic answer, a read receipt.
    pub automatic: bool,
    /// Whether it is protected.
    pub protection: Protection,
    /// The outside recipients without a certificate on file: where each stands.
    pub outside: &'a [RecipientKind],
    /// A recipient whose account here is switched off, if there is one.
    pub switched_off: Option<&'a Address>,
    /// A recipient outside who is not in the directory, if there is one.
    pub unlisted: Option<&'a Address>,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// Taken.
    Take,
    /// Refused, with the reason for the writer.
    Refuse(Reply),
}

/// Judges a message (SE2, SE5, WM1). The first reason found is given: they
/// stand in the order in which a writer would mend them.
pub fn admit(facts: &Facts<'_>, rules: &Rules) -> Admission {
    let refusal = may_send(facts, rules)
        .or_else(|| automatic(facts))
        .or_else(|| written(facts))
        .or_else(|| reached(facts))
        .or_else(|| listed(facts, rules))
        .or_else(|| copies(facts, rules));
    refusal.map_or(Admission::Take, Admission::Refuse)
}

/// Whether the account may write as `from` at all: its own address, or, for a
/// draft that a provider releases, a provider's.
///
/// # Errors
/// A 553 that names the address that is allowed (RFC 6409 §6.1).
pub fn may_send_from(
    account: &Account,
    from: &Address,
    author: Option<&Account>,
) -> Result<(), Reply> {
    if account.standing == Standing::Disabled {
        return Err(Reply::new(550, (5, 7, 1), "refuse-disabled"));
    }
    if account.role == Role::Admin {
        return Err(Reply::new(550, (5, 7, 1), "refuse-admin"));
    }
    let own = from.folded() == account.address.folded();
    let for_provider =
        author.is_some_and(|a| a.role == Role::Provider && a.standing == Standing::Active);
    if own || for_provider {
        return Ok(());
    }
    Err(Reply::new(553, (5, 7, 1), "refuse-from").with("allowed", account.address.as_str()))
}

/// Staff write, a provider sends; and a provider who writes as another
/// provider is held like staff.
fn may_send(facts: &Facts<'_>, rules: &Rules) -> Option<Reply> {
    if let Err(reply) = may_send_from(facts.account, facts.from, facts.author) {
        return Some(reply);
    }
    let own_or_from = |sender: &&Address| {
        let folded = sender.folded();
        folded == facts.account.address.folded() || folded == facts.from.folded()
    };
    if !facts.sender.iter().all(own_or_from) {
        let allowed = facts.account.address.as_str();
        return Some(Reply::new(553, (5, 7, 1), "refuse-sender").with("allowed", allowed));
    }
    let own = facts.from.folded() == facts.account.address.folded();
    let sends = facts.account.role == Role::Provider && own;
    if sends || rules.staff == Staff::Send {
        return None;
    }
    let text = if own {
        "refuse-staff"
    } else {
        "refuse-other-provider"
    };
    Some(Reply::new(550, (5, 7, 1), text))
}

/// A read receipt or an out-of-office answer would reach the patient as a
/// notice about nothing.
fn automatic(facts: &Facts<'_>) -> Option<Reply> {
    facts
        .automatic
        .then(|| Reply::new(550, (5, 7, 1), "refuse-automatic"))
}

fn written(facts: &Facts<'_>) -> Option<Reply> {
    match (facts.has_subject, facts.has_text) {
        (true, true) => None,
        (false, _) => Some(Reply::new(554, (5, 6, 0), "refuse-no-subject")),
        (true, false) => Some(Reply::new(554, (5, 6, 0), "refuse-no-text")),
    }
}

/// A notice to somebody who has left would find a stranger, or nobody.
fn reached(facts: &Facts<'_>) -> Option<Reply> {
    facts.switched_off.map(|address| {
        Reply::new(550, (5, 2, 1), "refuse-switched-off").with("address", address.as_str())
    })
}

/// Where the clinic enters everybody first, a slip in an address meets nobody.
fn listed(facts: &Facts<'_>, rules: &Rules) -> Option<Reply> {
    let unlisted = facts.unlisted?;
    (rules.unknown == Unknown::Refuse)
        .then(|| Reply::new(550, (5, 7, 1), "refuse-unlisted").with("address", unlisted.as_str()))
}

fn copies(facts: &Facts<'_>, rules: &Rules) -> Option<Reply> {
    if rules.copies == Copies::Each || facts.protection == Protection::Clear {
        return None;
    }
    match facts.outside {
        [] | [RecipientKind::To] => None,
        [RecipientKind::Cc | RecipientKind::Bcc] => Some(Reply::new(550, (5, 7, 1), "refuse-copy")),
        _ => Some(Reply::new(550, (5, 7, 1), "refuse-several")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Admission, Facts, admit};
    use crate::model::{Account, AccountId, Address, RecipientKind, Role, Standing};
    use crate::policy::{Copies, Default, Protection, Rules, Staff, Unknown};
    use jiff::Timestamp;

    fn account(address: &str, role: Role) -> Account {
        Account {
            id: AccountId::new(Timestamp::UNIX_EPOCH),
            address: Address::parse(address).unwrap(),
            role,
            standing: Standing::Active,
            created: Timestamp::UNIX_EPOCH,
            password: None,
            policy: crate::model::AccountPolicy::Inherit,
        }
    }

    fn rules() -> Rules {
        Rules {
            default: Default::Secure,
            clear_domains: vec![],
            clear_tag: false,
            secure_tag: false,
            copies: Copies::Refuse,
            staff: Staff::Hold,
            unknown: Unknown::Take,
        }
    }

    /// Judges a sound message of Dr Ruiz after `change` was made to it.
    fn verdict(change: impl FnOnce(&mut Facts<'_>, &mut Rules)) -> &'static str {
        let ruiz = account("ruiz@clinic.example", Role::Provider);
        let mut rules = rules();
        let from = ruiz.address.clone();
        let mut facts = Facts {
            account: &ruiz,
            from: &from,
            author: Some(&ruiz),
            sender: None,
            has_subject: true,
            has_text: true,
            automatic: false,
            protection: Protection::Protected,
            outside: &[RecipientKind::To],
            switched_off: None,
            unlisted: None,
        };
        change(&mut facts, &mut rules);
        match admit(&facts, &rules) {
            Admission::Take => "taken",
            Admission::Refuse(reply) => reply.text,
        }
    }

    #[test]
    fn a_provider_writes_to_one_patient() {
        assert_eq!(verdict(|_, _| ()), "taken");
    }

    #[test]
    fn a_message_without_subject_or_text_is_refused() {
        assert_eq!(verdict(|f, _| f.has_subject = false), "refuse-no-subject");
        assert_eq!(verdict(|f, _| f.has_text = false), "refuse-no-text");
    }

    #[test]
    fn copies_are_refused_unless_the_clinic_wants_them() {
        use RecipientKind::{Bcc, Cc, To};
        assert_eq!(verdict(|f, _| f.outside = &[Cc]), "refuse-copy");
        assert_eq!(verdict(|f, _| f.outside = &[Bcc]), "refuse-copy");
        assert_eq!(verdict(|f, _| f.outside = &[To, To]), "refuse-several");
        let each = |f: &mut Facts<'_>, r: &mut Rules| {
            f.outside = &[To, Bcc];
            r.copies = Copies::Each;
        };
        assert_eq!(verdict(each), "taken");
    }

    #[test]
    fn staff_write_and_a_provider_sends() {
        let desk = account("desk@clinic.example", Role::Staff);
        let ruiz = account("ruiz@clinic.example", Role::Provider);
        let own = |staff| {
            let mut rules = rules();
            rules.staff = staff;
            let facts = Facts {
                account: &desk,
                from: &desk.address,
                author: Some(&desk),
                sender: None,
                has_subject: true,
                has_text: true,
                automatic: false,
                protection: Protection::Protected,
                outside: &[RecipientKind::To],
                switched_off: None,
                unlisted: None,
            };
            let other = Facts {
                from: &ruiz.address,
                author: Some(&ruiz),
                ..facts.clone()
            };
            (admit(&facts, &rules), admit(&other, &rules))
        };
        let (mine, theirs) = own(Staff::Hold);
        assert!(matches!(mine, Admission::Refuse(r) if r.text == "refuse-staff" && r.code == 550));
        assert!(matches!(theirs, Admission::Refuse(r) if r.text == "refuse-other-provider"));
        assert_eq!(own(Staff::Send), (Admission::Take, Admission::Take));
    }

    #[test]
    fn a_stranger_in_from_is_refused_and_the_own_address_named() {
        let ruiz = account("ruiz@clinic.example", Role::Provider);
        let stranger = Address::parse("someone@else.example").unwrap();
        let reply = super::may_send_from(&ruiz, &stranger, None).unwrap_err();
        assert_eq!((reply.code, reply.text), (553, "refuse-from"));
        assert!(format!("{:?}", reply.args).contains("ruiz@clinic.example"));
    }

    #[test]
    fn a_foreign_sender_field_is_refused() {
        let stranger = Address::parse("someone@else.example").unwrap();
        let own = Address::parse("RUIZ@clinic.example").unwrap();
        assert_eq!(
            verdict(|f, _| f.sender = Some(Box::leak(Box::new(stranger)))),
            "refuse-sender"
        );
        assert_eq!(
            verdict(|f, _| f.sender = Some(Box::leak(Box::new(own)))),
            "taken"
        );
    }

    #[test]
    fn an_account_that_was_switched_off_neither_sends_nor_is_written_to() {
        let mut left = account("left@clinic.example", Role::Provider);
        left.standing = Standing::Disabled;
        let reply = super::may_send_from(&left, &left.address, Some(&left)).unwrap_err();
        assert_eq!(reply.text, "refuse-disabled");
        assert_eq!(
            verdict(|f, _| f.switched_off = Some(Box::leak(Box::new(left.address)))),
            "refuse-switched-off"
        );
    }

    #[test]
    fn who_is_not_in_the_directory_is_refused_only_where_the_clinic_says_so() {
        let stranger = Address::parse("someone@else.example").unwrap();
        let stranger: &Address = Box::leak(Box::new(stranger));
        assert_eq!(verdict(|f, _| f.unlisted = Some(stranger)), "taken");
        let refusing = |f: &mut Facts<'_>, r: &mut Rules| {
            f.unlisted = Some(stranger);
            r.unknown = Unknown::Refuse;
        };
        assert_eq!(verdict(refusing), "refuse-unlisted");
        assert_eq!(verdict(|_, r| r.unknown = Unknown::Refuse), "taken");
    }

    #[test]
    fn automatic_mail_never_becomes_a_notice() {
        assert_eq!(verdict(|f, _| f.automatic = true), "refuse-automatic");
    }

    #[test]
    fn clear_mail_may_have_copies() {
        let clear = |f: &mut Facts<'_>, _: &mut Rules| {
            f.protection = Protection::Clear;
            f.outside = &[RecipientKind::To, RecipientKind::Cc];
        };
        assert_eq!(verdict(clear), "taken");
    }
}
