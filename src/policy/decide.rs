//! How a message reaches each of its recipients.

use crate::model::Route;
use crate::policy::{Default, Rules};

/// A recipient, as far as the decision goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The recipient's domain, in lower case.
    pub domain: String,
    /// Whether an active account of this gateway has this address.
    pub local: bool,
    /// Whether it is the account that sends.
    pub itself: bool,
    /// Whether the conversation with it ever held a protected message.
    pub protected_thread: bool,
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
/// Secure wins over clear: a secure tag, a conversation that was ever
/// protected, or one outside recipient to whom nothing allows clear, and all
/// of it is protected.
#[must_use]
pub fn protection(
    rules: &Rules,
    people: &[Person],
    secure_tag: bool,
    clear_tag: bool,
) -> Protection {
    let asked_clear = clear_tag && rules.clear_tag;
    let allowed = |person: &Person| {
        asked_clear
            || rules.default == Default::Tagged
            || rules.clear_domains.contains(&person.domain)
    };
    let outside = || people.iter().filter(|p| !p.local);
    let closed = secure_tag
        || people.iter().any(|p| p.protected_thread)
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
/// chosen: a conversation may have been protected since. It only ever rises.
#[must_use]
pub fn still(accepted: Protection, people: &[Person]) -> Protection {
    if people.iter().any(|p| p.protected_thread) {
        Protection::Protected
    } else {
        accepted
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
    use super::{Person, Protection, decide, protection, still};
    use crate::model::Route;
    use crate::policy::{Copies, Default, Rules, Staff};
    use proptest::prelude::{
        Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
    };

    fn rules(default: Default, clear_tag: bool) -> Rules {
        Rules {
            default,
            clear_domains: vec!["clear.example".into()],
            clear_tag,
            copies: Copies::Each,
            staff: Staff::Send,
        }
    }

    fn person(domain: &str) -> Person {
        Person {
            domain: domain.into(),
            local: false,
            itself: false,
            protected_thread: false,
        }
    }

    #[test]
    fn unmarked_mail_is_protected_by_default() {
        let rules = rules(Default::Secure, false);
        let people = [person("patient.example")];
        assert_eq!(
            protection(&rules, &people, false, false),
            Protection::Protected
        );
    }

    #[test]
    fn a_named_domain_may_have_clear_mail_but_not_beside_a_patient() {
        let rules = rules(Default::Secure, false);
        let alone = [person("clear.example")];
        assert_eq!(protection(&rules, &alone, false, false), Protection::Clear);
        let both = [person("clear.example"), person("patient.example")];
        assert_eq!(
            protection(&rules, &both, false, false),
            Protection::Protected
        );
    }

    #[test]
    fn a_clear_tag_counts_only_when_it_is_configured() {
        let people = [person("patient.example")];
        let off = rules(Default::Secure, false);
        assert_eq!(
            protection(&off, &people, false, true),
            Protection::Protected
        );
        let on = rules(Default::Secure, true);
        assert_eq!(protection(&on, &people, false, true), Protection::Clear);
        assert_eq!(protection(&on, &people, true, true), Protection::Protected);
    }

    #[test]
    fn a_conversation_once_protected_stays_protected() {
        let mut patient = person("clear.example");
        patient.protected_thread = true;
        let rules = rules(Default::Tagged, true);
        assert_eq!(
            protection(&rules, &[patient], false, true),
            Protection::Protected
        );
    }

    #[test]
    fn protection_rises_between_acceptance_and_dispatch_and_never_falls() {
        let mut patient = person("clear.example");
        assert_eq!(
            still(Protection::Protected, &[patient.clone()]),
            Protection::Protected
        );
        assert_eq!(
            still(Protection::Clear, &[patient.clone()]),
            Protection::Clear
        );
        patient.protected_thread = true;
        assert_eq!(still(Protection::Clear, &[patient]), Protection::Protected);
    }

    #[test]
    fn a_message_to_oneself_is_filed_and_shows_the_whole_path() {
        let me = Person {
            domain: "clinic.example".into(),
            local: true,
            itself: true,
            protected_thread: false,
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
        (domain, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(domain, local, itself, thread)| Person {
                domain: domain.into(),
                local,
                itself: local && itself,
                protected_thread: thread,
            },
        )
    }

    proptest! {
        #[test]
        fn no_recipient_set_sends_clear_what_one_recipient_may_only_have_sealed(
            people in proptest::collection::vec(anybody(), 1..8),
            tagged in any::<bool>(), clear_configured in any::<bool>(),
            secure_tag in any::<bool>(), clear_tag in any::<bool>(),
        ) {
            let default = if tagged { Default::Tagged } else { Default::Secure };
            let rules = rules(default, clear_configured);
            let verdict = protection(&rules, &people, secure_tag, clear_tag);
            let routes = decide(&people, verdict);
            prop_assert_eq!(routes.len(), people.len());
            let any_clear = routes.iter().any(|d| d.route == Route::Clear);
            // Judged anew, one recipient at a time, from the words of the policy.
            let needs = |p: &Person| {
                let may = tagged || p.domain == "clear.example" || (clear_tag && clear_configured);
                secure_tag || p.protected_thread || (!p.local && !may)
            };
            prop_assert!(!(any_clear && people.iter().any(needs)));
            for (person, delivery) in people.iter().zip(&routes) {
                prop_assert!(!(person.local && delivery.route == Route::Clear));
                prop_assert!(person.local || delivery.route != Route::Local);
            }
        }
    }
}
