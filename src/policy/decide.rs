//! How a message reaches each of its recipients.

use crate::model::{AccountPolicy, Route};
use crate::policy::{Default, Rules};

/// A recipient, as far as the decision goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The recipient's domain, in lower case.
    pub domain: String,
    /// Whether an active account of this gateway has this address.
    pub local: bool,
    /// Whether it is the account that sends, named in To: whoever writes to
    /// themselves wants to see what a patient sees (SE13). In Cc or Bcc it is
    /// the usual copy for one's own files.
    pub itself: bool,
}

/// What speaks for or against protection besides the clinic's rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The subject held the tag that asks for protection.
    pub secure_tag: bool,
    /// The subject held the tag that asks for clear.
    pub clear_tag: bool,
    /// The message refers to one that was protected.
    pub protected_before: bool,
    /// The policy of the account that sends, or of the one that it writes as:
    /// the safer of the two.
    pub account: AccountPolicy,
}

/// Whether a message may leave as it is. It is one answer for the whole
/// message: what one recipient may only have sealed, no other gets in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Sealed for everybody outside.
    Protected,
    /// The policy lets it leave as it is, to everybody outside.
    Clear,
}

/// Where one recipient's copy goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Delivery {
    /// The way it goes.
    pub route: Route,
    /// Whether it is also filed in the recipient's mailbox here: so for a
    /// message to oneself, which must show the whole path (SE13).
    pub file_too: bool,
}

/// Whether the whole message is protected.
///
/// Secure wins over clear: a secure tag, an account under `secure`, a
/// conversation that was ever protected, or one outside recipient to whom
/// nothing allows clear, and all of it is protected.
#[must_use]
pub fn protection(rules: &Rules, people: &[Person], wishes: Wishes) -> Protection {
    let asked_clear = wishes.clear_tag && rules.clear_tag;
    let unmarked_is_clear = match wishes.account {
        AccountPolicy::Secure => false,
        AccountPolicy::Off if rules.secure_tag => true,
        AccountPolicy::Off | AccountPolicy::Inherit => rules.default == Default::Tagged,
    };
    let allowed = |person: &Person| {
        asked_clear || unmarked_is_clear || rules.clear_domains.contains(&person.domain)
    };
    let outside = || people.iter().filter(|p| !p.local);
    let closed = wishes.secure_tag
        || wishes.account == AccountPolicy::Secure
        || wishes.protected_before
        || outside().any(|p| !allowed(p))
        // With nobody outside nothing leaves; calling it protected keeps the
        // conversation closed to clear later.
        || outside().next().is_none();
    if closed {
        Protection::Protected
    } else {
        Protection::Clear
    }
}

/// What the protection judged at acceptance has become when the routes are
/// chosen, which for a held message may be days later: a conversation, or all mail
/// of the account, may have been protected since, and the clinic's rules be
/// stricter. It only ever rises. Whether a tag asked for clear is not known any
/// more; it is taken for granted as long as there is such a tag.
#[must_use]
pub fn still(accepted: Protection, rules: &Rules, people: &[Person], now: Wishes) -> Protection {
    let best = Wishes {
        clear_tag: true,
        ..now
    };
    match accepted {
        Protection::Protected => Protection::Protected,
        Protection::Clear => protection(rules, people, best),
    }
}

/// Where each recipient's copy goes, in the order of `people`.
#[must_use]
pub fn decide(people: &[Person], protection: Protection) -> Vec<Delivery> {
    people
        .iter()
        .map(|person| one(person, protection))
        .collect()
}

fn one(person: &Person, protection: Protection) -> Delivery {
    let route = match (person.local, person.itself, protection) {
        (true, false, _) => Route::Local,
        (true, true, _) | (false, _, Protection::Protected) => Route::Portal,
        (false, _, Protection::Clear) => Route::Clear,
    };
    Delivery {
        route,
        file_too: person.local && person.itself,
    }
}

#[cfg(test)]
mod tests {
    use super::{Person, Protection, Wishes, decide, protection, still};
    use crate::model::{AccountPolicy, Route};
    use crate::policy::{Copies, Default, Rules, Staff, Unknown};
    use proptest::prelude::{
        Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };

    fn rules(default: Default, clear_tag: bool) -> Rules {
        Rules {
            default,
            clear_domains: vec!["clear.example".into()],
            clear_tag,
            secure_tag: true,
            copies: Copies::Each,
            staff: Staff::Send,
            unknown: Unknown::Take,
        }
    }

    fn person(domain: &str) -> Person {
        Person {
            domain: domain.into(),
            local: false,
            itself: false,
        }
    }

    fn none() -> Wishes {
        Wishes::default()
    }

    fn clear_tag() -> Wishes {
        Wishes {
            clear_tag: true,
            ..none()
        }
    }

    fn account(account: AccountPolicy) -> Wishes {
        Wishes { account, ..none() }
    }

    #[test]
    fn unmarked_mail_is_protected_by_default() {
        let rules = rules(Default::Secure, false);
        let people = [person("patient.example")];
        assert_eq!(protection(&rules, &people, none()), Protection::Protected);
    }

    #[test]
    fn a_named_domain_may_have_clear_mail_but_not_beside_a_patient() {
        let rules = rules(Default::Secure, false);
        let alone = [person("clear.example")];
        assert_eq!(protection(&rules, &alone, none()), Protection::Clear);
        let both = [person("clear.example"), person("patient.example")];
        assert_eq!(protection(&rules, &both, none()), Protection::Protected);
    }

    #[test]
    fn a_clear_tag_counts_only_when_it_is_configured() {
        let people = [person("patient.example")];
        let off = rules(Default::Secure, false);
        assert_eq!(
            protection(&off, &people, clear_tag()),
            Protection::Protected
        );
        let on = rules(Default::Secure, true);
        assert_eq!(protection(&on, &people, clear_tag()), Protection::Clear);
        let both = Wishes {
            secure_tag: true,
            ..clear_tag()
        };
        assert_eq!(protection(&on, &people, both), Protection::Protected);
    }

    #[test]
    fn a_conversation_once_protected_stays_protected() {
        let wishes = Wishes {
            protected_before: true,
            ..clear_tag()
        };
        let rules = rules(Default::Tagged, true);
        let people = [person("clear.example")];
        assert_eq!(protection(&rules, &people, wishes), Protection::Protected);
    }

    #[test]
    fn an_account_under_secure_protects_all_it_writes() {
        let rules = rules(Default::Tagged, true);
        let people = [person("clear.example")];
        let wishes = Wishes {
            clear_tag: true,
            ..account(AccountPolicy::Secure)
        };
        assert_eq!(protection(&rules, &people, wishes), Protection::Protected);
    }

    #[test]
    fn an_account_under_off_writes_clear_until_something_asks_for_protection() {
        let rules = rules(Default::Secure, false);
        let people = [person("supplier.example")];
        let off = account(AccountPolicy::Off);
        assert_eq!(protection(&rules, &people, off), Protection::Clear);
        for wishes in [
            Wishes {
                secure_tag: true,
                ..off
            },
            Wishes {
                protected_before: true,
                ..off
            },
        ] {
            assert_eq!(protection(&rules, &people, wishes), Protection::Protected);
        }
    }

    #[test]
    fn an_account_under_off_changes_nothing_where_no_tag_could_protect() {
        let rules = Rules {
            secure_tag: false,
            ..rules(Default::Secure, false)
        };
        let people = [person("supplier.example")];
        let off = account(AccountPolicy::Off);
        assert_eq!(protection(&rules, &people, off), Protection::Protected);
    }

    #[test]
    fn of_two_accounts_the_safer_is_heard() {
        use AccountPolicy::{Inherit, Off, Secure};
        assert_eq!(Off.max(Inherit), Inherit);
        assert_eq!(Off.max(Secure), Secure);
        assert_eq!(Inherit.max(Secure), Secure);
    }

    #[test]
    fn protection_rises_between_acceptance_and_dispatch_and_never_falls() {
        let off = account(AccountPolicy::Off);
        let people = [person("clear.example")];
        let now = |accepted, wishes| {
            let rules = rules(Default::Secure, false);
            still(accepted, &rules, &people, wishes)
        };
        assert_eq!(now(Protection::Protected, off), Protection::Protected);
        assert_eq!(now(Protection::Clear, none()), Protection::Clear);
        let secure = account(AccountPolicy::Secure);
        assert_eq!(now(Protection::Clear, secure), Protection::Protected);
        let before = Wishes {
            protected_before: true,
            ..none()
        };
        assert_eq!(now(Protection::Clear, before), Protection::Protected);
        // The clinic took the domain off its list while the message was held.
        let patient = [person("patient.example")];
        let mut rules = rules(Default::Secure, true);
        let held = |rules: &Rules| still(Protection::Clear, rules, &patient, none());
        assert_eq!(held(&rules), Protection::Clear, "it may have had the tag");
        rules.clear_tag = false;
        assert_eq!(held(&rules), Protection::Protected);
    }

    #[test]
    fn a_message_to_oneself_is_filed_and_shows_the_whole_path() {
        let me = Person {
            domain: "clinic.example".into(),
            local: true,
            itself: true,
        };
        let delivery = decide(&[me], Protection::Protected)[0];
        assert_eq!((delivery.route, delivery.file_too), (Route::Portal, true));
    }

    fn anybody() -> impl Strategy<Value = Person> {
        let domain = prop_oneof![
            Just("clear.example"),
            Just("patient.example"),
            Just("other.example")
        ];
        (domain, any::<bool>(), any::<bool>()).prop_map(|(domain, local, itself)| Person {
            domain: domain.into(),
            local,
            itself: local && itself,
        })
    }

    fn anything() -> impl Strategy<Value = Wishes> {
        let account = prop_oneof![
            Just(AccountPolicy::Off),
            Just(AccountPolicy::Inherit),
            Just(AccountPolicy::Secure)
        ];
        (any::<bool>(), any::<bool>(), any::<bool>(), account).prop_map(
            |(secure_tag, clear_tag, protected_before, account)| Wishes {
                secure_tag,
                clear_tag,
                protected_before,
                account,
            },
        )
    }

    proptest! {
        #[test]
        fn no_recipient_set_sends_clear_what_one_recipient_may_only_have_sealed(
            people in proptest::collection::vec(anybody(), 1..8),
            tagged in any::<bool>(), clear_configured in any::<bool>(),
            wishes in anything(),
        ) {
            let default = if tagged { Default::Tagged } else { Default::Secure };
            let rules = rules(default, clear_configured);
            let verdict = protection(&rules, &people, wishes);
            let routes = decide(&people, verdict);
            prop_assert_eq!(routes.len(), people.len());
            let any_clear = routes.iter().any(|d| d.route == Route::Clear);
            // Judged anew, one recipient at a time, from the words of the policy.
            let all = wishes.secure_tag
                || wishes.protected_before
                || wishes.account == AccountPolicy::Secure;
            let needs = |p: &Person| {
                let may = tagged
                    || wishes.account == AccountPolicy::Off
                    || p.domain == "clear.example"
                    || (wishes.clear_tag && clear_configured);
                all || (!p.local && !may)
            };
            prop_assert!(!(any_clear && people.iter().any(needs)));
            for (person, delivery) in people.iter().zip(&routes) {
                prop_assert!(!(person.local && delivery.route == Route::Clear));
                prop_assert!(person.local || delivery.route != Route::Local);
            }
        }
    }
}
