//! Who may release what is held (requirements C5.3, C5.7, WM7).

use crate::model::{Account, AccountId};
use jiff::Timestamp;

/// Shortest reason of a break-glass, in characters: two or three words.
pub const MIN_REASON: usize = 10;
/// Longest one: it is kept in the audit trail for years.
pub const MAX_REASON: usize = 200;

/// By what right, and with what proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The provider's own session, with a step-up.
    Own,
    /// The provider's own proof, typed at the screen of this account.
    AtStaffScreen(AccountId),
    /// The provider stands in for the other one.
    Deputy,
    /// An emergency, with the reason.
    BreakGlass(String),
    /// The provider's own mail program moved it into "Release".
    Move,
}

impl How {
    /// The word for it in the audit trail.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::AtStaffScreen(_) => "at-staff-screen",
            Self::Deputy => "deputy",
            Self::BreakGlass(_) => "break-glass",
            Self::Move => "move",
        }
    }
}

/// Somebody who wants to release a message.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who wrote it.
    pub writer: AccountId,
    /// The provider whose name it bears, as the account is now.
    pub provider: &'a Account,
    /// Until when it is held.
    pub expires: Timestamp,
    /// Who releases, as the account is now.
    pub by: &'a Account,
    /// By what right.
    pub how: &'a How,
    /// Until when `by` stands in for `provider`, if at all.
    pub deputy_until: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Its time is over: it goes back to who wrote it.
    Over,
    /// Only a provider who is in office releases.
    NotAProvider,
    /// The provider whose name it bears is no longer in office.
    ProviderGone,
    /// It bears another's name.
    Theirs,
    /// Who would release is no deputy of that provider, or no longer.
    NoDeputy,
    /// The reason of a break-glass is too short or too long.
    Reason,
    /// A break-glass by who wrote it would leave nobody who looked at it.
    OwnWork,
}

/// Whether a held message may be released so.
///
/// # Errors
/// Why not: the first reason found.
pub fn may_release(claim: &Claim<'_>) -> Result<(), Denied> {
    if claim.now >= claim.expires {
        return Err(Denied::Over);
    }
    if !claim.by.may_send() {
        return Err(Denied::NotAProvider);
    }
    // A patient would be written to in the name of somebody who has left.
    if !claim.provider.may_send() {
        return Err(Denied::ProviderGone);
    }
    let theirs = claim.by.id != claim.provider.id;
    match claim.how {
        How::Own | How::AtStaffScreen(_) | How::Move if theirs => Err(Denied::Theirs),
        How::Own | How::AtStaffScreen(_) | How::Move => Ok(()),
        // Somebody else looks at it, or it would be sent unseen.
        How::Deputy | How::BreakGlass(_) if claim.by.id == claim.writer => Err(Denied::OwnWork),
        How::Deputy if claim.deputy_until.is_some_and(|until| claim.now < until) => Ok(()),
        How::Deputy => Err(Denied::NoDeputy),
        How::BreakGlass(reason) => {
            let length = reason.trim().chars().count();
            let fits = (MIN_REASON..=MAX_REASON).contains(&length);
            if fits { Ok(()) } else { Err(Denied::Reason) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, Denied, How, may_release};
    use crate::model::{Account, Address, Role, Standing};
    use jiff::{SignedDuration, Timestamp};

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    struct Case {
        ruiz: Account,
        lopez: Account,
        desk: Account,
        now: Timestamp,
    }

    impl Case {
        fn new() -> Self {
            let made = |address: &str, role| {
                Account::new(
                    Address::parse(address).unwrap(),
                    role,
                    Timestamp::UNIX_EPOCH,
                )
            };
            Self {
                ruiz: made("ruiz@clinic.example", Role::Provider),
                lopez: made("lopez@clinic.example", Role::Provider),
                desk: made("desk@clinic.example", Role::Staff),
                now: Timestamp::UNIX_EPOCH + HOUR,
            }
        }

        /// Whether `by` may release what the desk wrote for Dr. Ruiz.
        fn verdict(&self, by: &Account, how: &How, until: Option<Timestamp>) -> Option<Denied> {
            may_release(&Claim {
                writer: self.desk.id,
                provider: &self.ruiz,
                expires: self.now + HOUR,
                by,
                how,
                deputy_until: until,
                now: self.now,
            })
            .err()
        }
    }

    #[test]
    fn the_provider_whose_name_it_bears_releases_and_nobody_else_in_that_name() {
        let case = Case::new();
        let at_screen = How::AtStaffScreen(case.desk.id);
        for how in [How::Own, at_screen, How::Move] {
            assert_eq!(case.verdict(&case.ruiz, &how, None), None);
            let other = case.verdict(&case.lopez, &how, None);
            assert_eq!(other, Some(Denied::Theirs));
            let staff = case.verdict(&case.desk, &how, None);
            assert_eq!(staff, Some(Denied::NotAProvider));
        }
    }

    #[test]
    fn a_deputy_releases_until_the_day_is_over() {
        let case = Case::new();
        let verdict = |until| case.verdict(&case.lopez, &How::Deputy, until);
        assert_eq!(verdict(Some(case.now + HOUR)), None);
        assert_eq!(verdict(Some(case.now)), Some(Denied::NoDeputy));
        assert_eq!(verdict(None), Some(Denied::NoDeputy));
        let staff = case.verdict(&case.desk, &How::Deputy, Some(case.now + HOUR));
        assert_eq!(staff, Some(Denied::NotAProvider));
    }

    #[test]
    fn a_break_glass_needs_a_reason_and_somebody_who_did_not_write_it() {
        let mut case = Case::new();
        let why = |reason: &str| How::BreakGlass(reason.to_owned());
        let good = why("Dr. Ruiz is in theatre");
        assert_eq!(case.verdict(&case.lopez, &good, None), None);
        for poor in ["urgent", "          a          ", &"x".repeat(201)] {
            let verdict = case.verdict(&case.lopez, &why(poor), None);
            assert_eq!(verdict, Some(Denied::Reason), "{poor}");
        }
        case.desk.role = Role::Provider;
        assert_eq!(case.verdict(&case.desk, &good, None), Some(Denied::OwnWork));
    }

    #[test]
    fn a_deputy_does_not_release_what_they_wrote_themselves() {
        let mut case = Case::new();
        case.desk.role = Role::Provider;
        let until = Some(case.now + HOUR);
        let own = case.verdict(&case.desk, &How::Deputy, until);
        assert_eq!(own, Some(Denied::OwnWork));
        assert_eq!(case.verdict(&case.lopez, &How::Deputy, until), None);
    }

    #[test]
    fn nothing_is_released_by_or_for_somebody_who_was_switched_off_or_too_late() {
        let mut case = Case::new();
        case.lopez.standing = Standing::Disabled;
        let until = Some(case.now + HOUR);
        let gone = case.verdict(&case.lopez, &How::Deputy, until);
        assert_eq!(gone, Some(Denied::NotAProvider));
        case.lopez.standing = Standing::Active;
        case.ruiz.standing = Standing::Disabled;
        let gone = case.verdict(&case.lopez, &How::Deputy, until);
        assert_eq!(gone, Some(Denied::ProviderGone));
        case.ruiz.standing = Standing::Active;
        let late = may_release(&Claim {
            writer: case.desk.id,
            provider: &case.ruiz,
            expires: case.now,
            by: &case.ruiz,
            how: &How::Own,
            deputy_until: None,
            now: case.now,
        });
        assert_eq!(late, Err(Denied::Over));
    }
}
