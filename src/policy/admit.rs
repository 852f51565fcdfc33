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
    /// The providers in whose name the account may write, if not in every one's.
    pub writes_for: &'a [Address],
    /// The address in Sender, if there is that field.
    pub sender: Option<&'a Address>,
    /// Where it asks that answers and receipts go.
    pub answers: Answers,
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

/// Where answers and receipts are asked to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// To who wrote it, or to addresses with an account in use here.
    Here,
    /// Also to others, or it cannot be read where.
    Elsewhere,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Admission {
    /// Taken.
    Take,
    /// Taken, and kept until a provider releases it.
    Hold,
    /// Refused, with the reason for the writer.
    Refuse(Reply),
}

/// Judges a message (SE2, SE5, WM1). The first reason found is given: they
/// stand in the order in which a writer would mend them.
pub fn admit(facts: &Facts<'_>, rules: &Rules) -> Admission {
    let refusal = may_send(facts, rules)
        .or_else(|| automatic(facts))
        .or_else(|| answered(facts))
        .or_else(|| written(facts))
        .or_else(|| reached(facts))
        .or_else(|| listed(facts, rules))
        .or_else(|| copies(facts, rules));
    match refusal {
        Some(reply) => Admission::Refuse(reply),
        None if sends(facts, rules) => Admission::Take,
        None => Admission::Hold,
    }
}

/// Whether the message goes without a provider's release: who may send in their
/// own name sends, and what reaches nobody outside is the office's own affair
/// (C5.1, WM1).
fn sends(facts: &Facts<'_>, rules: &Rules) -> bool {
    // Staff who write to a patient in their own name were refused.
    is_trusted(facts.account, rules) || is_own(facts)
}

fn is_own(facts: &Facts<'_>) -> bool {
    facts.from.folded() == facts.account.address.folded()
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
    if from.folded() == account.address.folded() {
        return Ok(());
    }
    if let Some(provider) = author.filter(|author| author.may_send()) {
        let every = account.writes_for.is_empty();
        if every || account.writes_for.contains(&provider.id) {
            return Ok(());
        }
        let reply = Reply::new(553, (5, 7, 1), "refuse-writes-for");
        return Err(reply.with("provider", from.as_str()));
    }
    Err(Reply::new(553, (5, 7, 1), "refuse-from").with("allowed", account.address.as_str()))
}

/// Whether an account may put an author's address in From of a message to somebody
/// outside: what a page offers to choose from.
#[must_use]
pub fn may_write_as(account: &Account, author: &Account, rules: &Rules) -> bool {
    let own = author.id == account.id;
    let named = !own || account.may_send() || is_trusted(account, rules);
    named && may_send_from(account, &author.address, Some(author)).is_ok()
}

/// Whether an account may look into the folder of a patient of this provider: the
/// provider, another one who was named to write for them, and staff who may write in
/// their name (WM6, WM11). A patient without a provider of their own is nobody's.
#[must_use]
pub fn may_see_chart(account: &Account, provider: Option<&Account>, rules: &Rules) -> bool {
    let Some(provider) = provider else {
        return false;
    };
    match account.role {
        Role::Admin => false,
        Role::Provider => account.id == provider.id || account.writes_for.contains(&provider.id),
        Role::Staff => may_write_as(account, provider, rules),
    }
}

/// Whether such a message goes at once, and waits for nobody's release.
#[must_use]
pub fn sends_at_once(account: &Account, author: &Account, rules: &Rules) -> bool {
    author.id == account.id || is_trusted(account, rules)
}

fn is_trusted(account: &Account, rules: &Rules) -> bool {
    account.staff.unwrap_or(rules.staff) == Staff::Send
}

/// Staff write to patients in a provider's name, who releases it; a provider who
/// writes as another provider is held like staff.
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
    let staff = facts.account.role == Role::Staff && is_own(facts);
    if !staff || is_trusted(facts.account, rules) || facts.outside.is_empty() {
        return None;
    }
    if facts.writes_for.is_empty() {
        return Some(Reply::new(553, (5, 7, 1), "refuse-staff"));
    }
    let named: Vec<&str> = facts.writes_for.iter().map(Address::as_str).collect();
    let reply = Reply::new(553, (5, 7, 1), "refuse-staff-for");
    Some(reply.with("providers", named.join(", ")))
}

/// A read receipt or an out-of-office answer would reach the patient as a
/// notice about nothing.
fn automatic(facts: &Facts<'_>) -> Option<Reply> {
    facts
        .automatic
        .then(|| Reply::new(550, (5, 7, 1), "refuse-automatic"))
}

/// What bears another's name is answered to the clinic, whoever releases it: a
/// mail program does not show where an answer will go (decision 0028).
fn answered(facts: &Facts<'_>) -> Option<Reply> {
    (facts.answers == Answers::Elsewhere && !is_own(facts))
        .then(|| Reply::new(553, (5, 7, 1), "refuse-answers"))
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
    use super::{Admission, Answers, Facts, admit};
    use crate::model::{Account, Address, RecipientKind, Role, Standing};
    use crate::policy::{Copies, Default, Protection, Rules, Staff, Unknown};
    use jiff::Timestamp;

    fn account(address: &str, role: Role) -> Account {
        Account::new(
            Address::parse(address).unwrap(),
            role,
            Timestamp::UNIX_EPOCH,
        )
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
            writes_for: &[],
            sender: None,
            answers: Answers::Here,
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
            Admission::Hold => "held",
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

    /// What becomes of what the desk, or another provider, hands in.
    fn written(by: &Account, change: impl FnOnce(&mut Facts<'_>, &mut Rules)) -> &'static str {
        let by = by.clone();
        verdict(|facts, rules| {
            facts.account = Box::leak(Box::new(by));
            change(facts, rules);
        })
    }

    #[test]
    fn staff_write_and_a_provider_releases() {
        let desk = account("desk@clinic.example", Role::Staff);
        let lopez = account("lopez@clinic.example", Role::Provider);
        assert_eq!(written(&desk, |_, _| ()), "held");
        assert_eq!(written(&lopez, |_, _| ()), "held");
        // Also what stays in the house: it bears another's name.
        assert_eq!(written(&desk, |f, _| f.outside = &[]), "held");
        // What would be refused is refused now, not when it is released.
        assert_eq!(
            written(&desk, |f, _| f.outside = &[RecipientKind::Cc]),
            "refuse-copy"
        );
        for by in [&desk, &lopez] {
            assert_eq!(written(by, |_, r| r.staff = Staff::Send), "taken");
            let mut trusted = by.clone();
            trusted.staff = Some(Staff::Send);
            assert_eq!(written(&trusted, |_, _| ()), "taken");
            trusted.staff = Some(Staff::Hold);
            assert_eq!(written(&trusted, |_, r| r.staff = Staff::Send), "held");
        }
    }

    #[test]
    fn staff_write_to_colleagues_in_their_own_name_and_to_patients_in_a_providers() {
        let own = |staff: Option<Staff>, change: fn(&mut Facts<'_>)| {
            let mut desk = account("desk@clinic.example", Role::Staff);
            desk.staff = staff;
            written(&desk, |facts, _| {
                facts.from = &facts.account.address;
                facts.author = Some(facts.account);
                change(facts);
            })
        };
        assert_eq!(own(None, |_| ()), "refuse-staff");
        assert_eq!(own(None, |f| f.outside = &[]), "taken");
        assert_eq!(own(Some(Staff::Send), |_| ()), "taken");
        let named = |f: &mut Facts<'_>| {
            let ruiz = Address::parse("ruiz@clinic.example").unwrap();
            f.writes_for = Box::leak(Box::new([ruiz]));
        };
        assert_eq!(own(None, named), "refuse-staff-for");
    }

    #[test]
    fn who_writes_for_one_provider_does_not_write_for_another() {
        let ruiz = account("ruiz@clinic.example", Role::Provider);
        let lopez = account("lopez@clinic.example", Role::Provider);
        let mut desk = account("desk@clinic.example", Role::Staff);
        desk.writes_for = vec![ruiz.id];
        let may = |from: &Account| super::may_send_from(&desk, &from.address, Some(from));
        assert_eq!(may(&ruiz), Ok(()));
        let reply = may(&lopez).unwrap_err();
        assert_eq!((reply.code, reply.text), (553, "refuse-writes-for"));
        assert_eq!(may(&desk), Ok(()));
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
    fn what_bears_anothers_name_is_answered_to_the_clinic_alone() {
        let desk: &Account = Box::leak(Box::new(account("desk@clinic.example", Role::Staff)));
        let foreign = |f: &mut Facts<'_>| {
            f.account = desk;
            f.answers = Answers::Elsewhere;
        };
        assert_eq!(verdict(|f, _| foreign(f)), "refuse-answers");
        let trusted = |f: &mut Facts<'_>, r: &mut Rules| {
            foreign(f);
            r.staff = Staff::Send;
        };
        assert_eq!(verdict(trusted), "refuse-answers");
        assert_eq!(verdict(|f, _| f.account = desk), "held");
        // In one's own name one has answers sent wherever one reads them.
        let own = verdict(|f, _| f.answers = Answers::Elsewhere);
        assert_eq!(own, "taken");
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
