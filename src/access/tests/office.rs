//! Sign-in to the office page on a real store, and those who try without.

use super::{AWAY, Bench, HOME, OPERATOR};
use crate::access::office::{self, Caller, Entered, Halfway, IDLE, Office, Refused, Signed, Worth};
use crate::access::password::Passwords;
use crate::access::{accounts, factor, sweep};
use crate::model::{
    Account, AccountId, Address, EventKind, Role, Secret, Seed, Standing, Token, heard,
};
use crate::store::Tx;
use crate::store::records::{Factor, OfficeBrowser, OfficeSession};
use jiff::SignedDuration;
use std::net::{IpAddr, Ipv4Addr};

const PHRASE: &str = "four words for tests";

/// A network that nobody else in the test uses.
fn network(n: u16) -> IpAddr {
    let [high, low] = n.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(203, high, low, 9))
}

const fn from(ip: IpAddr, known: Option<&Token>) -> Caller<'_> {
    Caller {
        ip,
        known,
        former: None,
        agent: "computer",
    }
}

struct Door {
    bench: Bench,
    office: Office,
    account: Account,
}

impl Door {
    async fn new() -> Self {
        let bench = Bench::new();
        let account = bench.account().await;
        let passwords = Passwords::new();
        let office = Office::new(bench.store.clone(), passwords.clone());
        let phrase = Secret::new(PHRASE);
        let set = accounts::set_password(&bench.store, &passwords, account.id, &phrase, OPERATOR);
        set.await.unwrap();
        Self {
            bench,
            office,
            account,
        }
    }

    async fn password(&self, caller: &Caller<'_>) -> Result<Token, Refused> {
        let address = self.account.address.as_str();
        self.office
            .password(address, &Secret::new(PHRASE), caller)
            .await
    }

    async fn halfway(&self, cookie: &Token) -> Halfway {
        match self.office.worth(cookie, true).await.unwrap() {
            Worth::Halfway(halfway) => *halfway,
            other => panic!("{other:?}"),
        }
    }

    async fn signed(&self, cookie: &Token) -> Option<Signed> {
        match self.office.worth(cookie, true).await.unwrap() {
            Worth::In(signed) => Some(*signed),
            _ => None,
        }
    }

    fn code(&self, seed: &Seed) -> Secret {
        factor::code(seed, factor::step(self.bench.store.clock().now()))
    }

    /// A code that is not right now.
    fn wrong_code(&self, seed: &Seed) -> Secret {
        let now = factor::step(self.bench.store.clock().now());
        let right: Vec<Secret> = (now - 1..=now + 1)
            .map(|step| factor::code(seed, step))
            .collect();
        let wrong = ["111111", "222222", "333333", "444444"].map(Secret::new);
        let mut wrong = wrong.into_iter();
        wrong.find(|code| !right.contains(code)).unwrap()
    }

    /// Switches the account off and on again.
    async fn off_and_on(&self) {
        for standing in [Standing::Disabled, Standing::Active] {
            let set =
                accounts::set_standing(&self.bench.store, self.account.id, standing, OPERATOR);
            set.await.unwrap();
        }
    }

    /// Sets the second factor up; its seed, what came of it, the recovery codes.
    async fn set_up(&self) -> (Seed, Entered, Vec<Secret>) {
        let caller = from(HOME, None);
        let halfway = self.halfway(&self.password(&caller).await.unwrap()).await;
        let seed = halfway.seed.clone().unwrap();
        let code = self.code(&seed);
        let confirmed = self.office.confirm(&halfway, &code, &caller);
        let (entered, codes) = confirmed.await.unwrap();
        self.bench.pass(60);
        (seed, entered, codes)
    }

    /// Tries a code from there, with the right password.
    async fn code_from(&self, caller: &Caller<'_>, code: &Secret) -> Result<Entered, Refused> {
        let halfway = self.halfway(&self.password(caller).await?).await;
        self.office.code(&halfway, code, caller).await
    }

    async fn factor(&self) -> Factor {
        let key = Factor::at(self.account.id);
        self.bench.store.get(&key).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn the_first_sign_in_sets_the_app_up_and_the_next_asks_for_its_code() {
    let door = Door::new().await;
    let (seed, entered, codes) = door.set_up().await;
    let signed = door.signed(&entered.session).await.unwrap();
    assert_eq!(signed.account.id, door.account.id);
    assert_eq!((signed.recovery, codes.len()), (10, 10));

    let caller = from(HOME, None);
    let cookie = door.password(&caller).await.unwrap();
    let halfway = door.halfway(&cookie).await;
    assert!(halfway.seed.is_none(), "a set-up seed is not shown again");
    let code = door.code(&seed);
    let entered = door.office.code(&halfway, &code, &caller).await.unwrap();
    assert!(door.signed(&entered.session).await.is_some());
    // The stage before is gone with its cookie, and a session has a new one.
    assert!(matches!(
        door.office.worth(&cookie, true).await,
        Ok(Worth::Out)
    ));
    assert_eq!(door.bench.count(EventKind::SignIn, true).await, 2);
}

#[tokio::test]
async fn a_seed_that_somebody_else_has_seen_is_not_the_one_that_is_set_up() {
    let door = Door::new().await;
    let caller = from(HOME, None);
    let thief = door.password(&from(AWAY, None)).await.unwrap();
    let owner = door.password(&caller).await.unwrap();
    let (thief, owner) = (door.halfway(&thief).await, door.halfway(&owner).await);
    assert_ne!(thief.seed, owner.seed);
    let code = door.code(owner.seed.as_ref().unwrap());
    door.office.confirm(&owner, &code, &caller).await.unwrap();
    let code = door.code(thief.seed.as_ref().unwrap());
    let late = door.office.confirm(&thief, &code, &caller).await;
    assert_eq!(late.unwrap_err(), Refused::Over);
    assert_eq!(Some(&door.factor().await.seed), owner.seed.as_ref());
}

#[tokio::test]
async fn a_code_is_taken_once_and_the_one_of_the_set_up_is_used_too() {
    let door = Door::new().await;
    let caller = from(HOME, None);
    let halfway = door.halfway(&door.password(&caller).await.unwrap()).await;
    let seed = halfway.seed.clone().unwrap();
    let code = door.code(&seed);
    door.office.confirm(&halfway, &code, &caller).await.unwrap();
    let again = door.code_from(&caller, &code).await;
    assert_eq!(again.unwrap_err(), Refused::Wrong);
    door.bench.pass(30);
    let code = door.code(&seed);
    // Two browsers at the same moment: one of them gets in.
    let one = door.halfway(&door.password(&caller).await.unwrap()).await;
    let two = door.halfway(&door.password(&caller).await.unwrap()).await;
    let both = tokio::join!(
        door.office.code(&one, &code, &caller),
        door.office.code(&two, &code, &caller)
    );
    assert_eq!(usize::from(both.0.is_ok()) + usize::from(both.1.is_ok()), 1);
    door.bench.pass(30);
    assert!(door.code_from(&caller, &door.code(&seed)).await.is_ok());
}

#[tokio::test]
async fn each_recovery_code_opens_once_and_new_ones_take_their_place() {
    let door = Door::new().await;
    let (seed, entered, codes) = door.set_up().await;
    let caller = from(HOME, None);
    let shouted = Secret::new(codes[3].expose().to_uppercase().replace('-', " "));
    door.code_from(&caller, &shouted).await.unwrap();
    let again = door.code_from(&caller, &codes[3]).await;
    assert_eq!(again.unwrap_err(), Refused::Wrong);
    assert_eq!(door.factor().await.recovery.len(), 9);

    let signed = door.signed(&entered.session).await.unwrap();
    let fresh = door
        .office
        .renew(&signed, &door.code(&seed), &caller)
        .await
        .unwrap();
    assert_eq!(fresh.len(), 10);
    assert_eq!(
        door.code_from(&caller, &codes[4]).await.unwrap_err(),
        Refused::Wrong
    );
    door.code_from(&caller, &fresh[0]).await.unwrap();
    assert!(
        door.signed(&entered.session).await.is_some(),
        "it did not end"
    );
}

#[tokio::test]
async fn nobody_learns_from_the_answer_whether_an_address_has_an_account() {
    let door = Door::new().await;
    let off = Address::parse("off@clinic.example").unwrap();
    let off = accounts::add(&door.bench.store, off, Role::Staff, OPERATOR)
        .await
        .unwrap();
    let off_set = accounts::set_standing(&door.bench.store, off.id, Standing::Disabled, OPERATOR);
    off_set.await.unwrap();
    let bare = Address::parse("bare@clinic.example").unwrap();
    accounts::add(&door.bench.store, bare, Role::Staff, OPERATOR)
        .await
        .unwrap();
    let wrong = Secret::new("not the right words");
    for (n, address) in (0..).zip([
        door.account.address.as_str(),
        "nobody@clinic.example",
        "off@clinic.example",
        "bare@clinic.example",
        "no address",
        "",
    ]) {
        let caller = from(network(n), None);
        for round in 0..7 {
            let answer = door.office.password(address, &wrong, &caller).await;
            let expected = match round {
                0..5 => Refused::Wrong,
                _ => Refused::Slow(SignedDuration::from_secs(30)),
            };
            assert_eq!(answer.unwrap_err(), expected, "{address}, try {round}");
        }
    }
}

#[tokio::test]
async fn passwords_from_a_thousand_networks_are_guessed_together_and_a_known_browser_gets_in() {
    let door = Door::new().await;
    let (seed, entered, _) = door.set_up().await;
    let address = door.account.address.as_str();
    let wrong = Secret::new("not the right words");
    let mut looked_at = 0;
    for n in 0..120 {
        let caller = from(network(n), None);
        let tried = door.office.password(address, &wrong, &caller);
        looked_at += usize::from(tried.await.unwrap_err() == Refused::Wrong);
    }
    assert_eq!(looked_at, 100);
    let stranger = door.password(&from(network(900), None)).await;
    assert!(matches!(stranger, Err(Refused::Slow(_))));
    // Its owner comes in by the browser of yesterday, from a new network too.
    let owner = from(network(901), Some(&entered.known));
    door.code_from(&owner, &door.code(&seed)).await.unwrap();
    // The cookie of a browser that nobody knows helps nobody.
    let planted = Token::new();
    let stranger = door.password(&from(network(902), Some(&planted))).await;
    assert!(matches!(stranger, Err(Refused::Slow(_))));
    // Whoever runs the machine sets another password, and all begin anew.
    let phrase = Secret::new(PHRASE);
    let passwords = Passwords::new();
    let set = accounts::set_password(
        &door.bench.store,
        &passwords,
        door.account.id,
        &phrase,
        OPERATOR,
    );
    set.await.unwrap();
    assert!(door.password(&from(network(903), None)).await.is_ok());
}

#[tokio::test]
async fn a_network_that_goes_through_names_waits_whatever_name_it_tries() {
    let door = Door::new().await;
    let (seed, entered, _) = door.set_up().await;
    let wrong = Secret::new("not the right words");
    let stranger = from(HOME, None);
    let mut looked_at = 0;
    for n in 0..110 {
        let name = format!("user{n}@clinic.example");
        let answer = door.office.password(&name, &wrong, &stranger).await;
        looked_at += usize::from(answer.unwrap_err() == Refused::Wrong);
    }
    assert_eq!(looked_at, 100);
    let address = door.account.address.as_str();
    for name in [address, "nobody@clinic.example"] {
        let answer = door.office.password(name, &wrong, &stranger).await;
        assert!(matches!(answer, Err(Refused::Slow(_))), "{name}");
    }
    // A known browser of the same network does not wait for the guesser.
    let owner = from(HOME, Some(&entered.known));
    door.code_from(&owner, &door.code(&seed)).await.unwrap();
    door.office.written().await;
    assert_eq!(door.bench.count(EventKind::Lock, true).await, 1);
    assert_eq!(door.bench.count(EventKind::SignIn, false).await, 0);
}

#[tokio::test]
async fn the_page_answers_before_anything_is_written_whoever_was_named() {
    let door = Door::new().await;
    let wrong = Secret::new("not the right words");
    for (n, name) in [(7, "nobody@clinic.example"), (8, "ruiz@clinic.example")] {
        let before = door.bench.store.figures().commits;
        let caller = from(network(n), None);
        let answer = door.office.password(name, &wrong, &caller).await;
        assert_eq!(answer.unwrap_err(), Refused::Wrong);
        assert_eq!(door.bench.store.figures().commits, before, "{name}");
    }
    door.office.written().await;
    assert_eq!(door.bench.count(EventKind::SignIn, false).await, 1);
}

#[tokio::test]
async fn codes_are_guessed_ten_times_from_everywhere_and_a_recovery_code_still_opens() {
    let door = Door::new().await;
    let (seed, entered, codes) = door.set_up().await;
    let wrong = door.wrong_code(&seed);
    heard::listen();
    let mut looked_at = 0;
    for n in 0..15 {
        let tried = door.code_from(&from(network(n), None), &wrong).await;
        looked_at += usize::from(tried.unwrap_err() == Refused::Wrong);
    }
    assert_eq!(looked_at, 10);
    let log = heard::lines().concat();
    assert!(
        log.contains("office.guessed") && !log.contains("ruiz"),
        "{log}"
    );
    // Not even the right one is looked at from there now.
    let stranger = door
        .code_from(&from(network(800), None), &door.code(&seed))
        .await;
    assert!(matches!(stranger, Err(Refused::Slow(_))));
    // The owner: a known browser, and a new one with a recovery code.
    let owner = from(network(801), Some(&entered.known));
    door.code_from(&owner, &door.code(&seed)).await.unwrap();
    door.code_from(&from(network(802), None), &codes[0])
        .await
        .unwrap();
    // A sign-in of its owner gives a guesser no new tries.
    let stranger = door.code_from(&from(network(803), None), &wrong).await;
    assert!(matches!(stranger, Err(Refused::Slow(_))));
}

#[tokio::test]
async fn strangers_guess_twenty_codes_a_day_together_and_a_known_browser_no_more_than_they() {
    for is_known in [false, true] {
        let door = Door::new().await;
        let (seed, entered, _) = door.set_up().await;
        let known = is_known.then_some(&entered.known);
        let halfway = door.password(&from(HOME, known)).await.unwrap();
        let halfway = door.halfway(&halfway).await;
        let mut looked_at = 0;
        // A day of whoever has the password, with as many networks as wanted.
        for n in 0..24 * 6 {
            for again in 0..8 {
                let caller = from(network(8 * n + again), known);
                let wrong = door.wrong_code(&seed);
                match door.office.code(&halfway, &wrong, &caller).await {
                    Err(Refused::Wrong) => looked_at += 1,
                    Err(Refused::Slow(_)) => break,
                    other => panic!("{other:?}"),
                }
            }
            door.bench.pass(600);
        }
        assert_eq!(looked_at, 20, "known: {is_known}");
    }
}

#[tokio::test]
async fn a_new_password_or_a_reset_makes_every_browser_of_the_account_a_stranger() {
    for change in ["password", "factor"] {
        let door = Door::new().await;
        let (_, entered, _) = door.set_up().await;
        let (store, id) = (&door.bench.store, door.account.id);
        let colleague = OfficeBrowser {
            token: store.token_key(&Token::new()),
            account: AccountId::new(store.clock().now()),
            since: store.clock().now(),
        };
        let mut tx = Tx::new();
        tx.insert(&colleague);
        store.commit(tx).await.unwrap();
        if change == "password" {
            let phrase = Secret::new(PHRASE);
            let passwords = Passwords::new();
            let set = accounts::set_password(store, &passwords, id, &phrase, OPERATOR);
            set.await.unwrap();
        } else {
            assert!(office::reset(store, id, OPERATOR).await.unwrap());
        }
        let left = store.range::<OfficeBrowser>(&[], None, 10).await;
        assert_eq!(left.unwrap(), [colleague], "{change}");
        // With its cookie strangers are counted as the strangers they are.
        let wrong = Secret::new("not the right words");
        let address = door.account.address.as_str();
        for n in 0..100 {
            let caller = from(network(n), None);
            let tried = door.office.password(address, &wrong, &caller).await;
            assert_eq!(tried.unwrap_err(), Refused::Wrong);
        }
        let thief = from(network(900), Some(&entered.known));
        let thief = door.password(&thief).await;
        assert!(matches!(thief, Err(Refused::Slow(_))), "{change}");
    }
}

#[tokio::test]
async fn a_step_that_was_begun_before_the_account_was_switched_off_ends_nowhere() {
    let caller = from(HOME, None);
    // The second factor is set up.
    let door = Door::new().await;
    let halfway = door.halfway(&door.password(&caller).await.unwrap()).await;
    door.off_and_on().await;
    let code = door.code(halfway.seed.as_ref().unwrap());
    let late = door.office.confirm(&halfway, &code, &caller).await;
    assert_eq!(late.unwrap_err(), Refused::Over);
    let has = office::has_factor(&door.bench.store, door.account.id).await;
    assert!(!has.unwrap());
    // A code is typed, and recovery codes are asked for anew.
    let door = Door::new().await;
    let (seed, entered, _) = door.set_up().await;
    let signed = door.signed(&entered.session).await.unwrap();
    let halfway = door.halfway(&door.password(&caller).await.unwrap()).await;
    door.off_and_on().await;
    let code = door.code(&seed);
    let late = door.office.code(&halfway, &code, &caller).await;
    assert_eq!(late.unwrap_err(), Refused::Over);
    let late = door.office.renew(&signed, &code, &caller).await;
    assert_eq!(late.unwrap_err(), Refused::Over);
    let left = door.bench.store.range::<OfficeSession>(&[], None, 10).await;
    assert!(left.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_codes_at_once_are_no_thousand_guesses() {
    let door = Door::new().await;
    door.set_up().await;
    let caller = from(HOME, None);
    let halfway = door.halfway(&door.password(&caller).await.unwrap()).await;
    let tries = (0..1_000).map(|n| {
        let (office, halfway) = (door.office.clone(), halfway.clone());
        tokio::spawn(async move {
            let code = Secret::new(format!("{n:06}"));
            office.code(&halfway, &code, &from(HOME, None)).await
        })
    });
    let all = futures_util::future::join_all(tries).await;
    let looked_at = all.iter().filter(|a| matches!(a, Ok(Err(Refused::Wrong))));
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn what_has_not_the_form_of_a_code_is_no_try() {
    let door = Door::new().await;
    let (seed, ..) = door.set_up().await;
    let caller = from(HOME, None);
    let halfway = door.halfway(&door.password(&caller).await.unwrap()).await;
    for _ in 0..9 {
        let tried = door
            .office
            .code(&halfway, &Secret::new("12 34"), &caller)
            .await;
        assert_eq!(tried.unwrap_err(), Refused::Unlike);
    }
    let code = door.code(&seed);
    door.office.code(&halfway, &code, &caller).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_with_whatever_it_stands_on() {
    let passwords = Passwords::new();
    for change in [
        "password", "disabled", "on again", "factor", "role", "sign-out",
    ] {
        let door = Door::new().await;
        let (_, entered, _) = door.set_up().await;
        let store = &door.bench.store;
        let (id, caller) = (door.account.id, from(HOME, None));
        let halfway = door.password(&caller).await.unwrap();
        let signed = door.signed(&entered.session).await.unwrap();
        match change {
            "password" => {
                let phrase = Secret::new("other words for tests");
                let set = accounts::set_password(store, &passwords, id, &phrase, OPERATOR);
                set.await.unwrap();
            }
            "disabled" | "on again" => {
                let off = accounts::set_standing(store, id, Standing::Disabled, OPERATOR);
                off.await.unwrap();
                if change == "on again" {
                    let on = accounts::set_standing(store, id, Standing::Active, OPERATOR);
                    on.await.unwrap();
                }
            }
            "factor" => assert!(office::reset(store, id, OPERATOR).await.unwrap()),
            "role" => {
                let held = store.hold(&Account::at(id)).await.unwrap().unwrap();
                let mut account = held.record.clone();
                account.role = Role::Admin;
                let mut tx = Tx::new();
                tx.replace(&held, &account);
                store.commit(tx).await.unwrap();
            }
            _ => {
                let whose = (signed.account.id, signed.token);
                door.office.sign_out(whose, &caller).await.unwrap();
            }
        }
        assert!(door.signed(&entered.session).await.is_none(), "{change}");
        let halfway = door.office.worth(&halfway, true).await.unwrap();
        let lives = matches!(halfway, Worth::Halfway(_));
        assert_eq!(lives, change == "sign-out", "{change}");
    }
}

#[tokio::test]
async fn a_session_lies_idle_for_half_an_hour_and_lives_for_twelve() {
    let door = Door::new().await;
    let (_, entered, _) = door.set_up().await;
    let idle = IDLE.as_secs();
    // A look that does not count as use does not keep it alive.
    door.bench.pass(idle - 120);
    assert!(matches!(
        door.office.worth(&entered.session, false).await,
        Ok(Worth::In(_))
    ));
    door.bench.pass(180);
    assert!(matches!(
        door.office.worth(&entered.session, true).await,
        Ok(Worth::Late(_))
    ));
    // A day later it does not even vouch for a text.
    door.bench.pass(24 * 3_600);
    assert!(matches!(
        door.office.worth(&entered.session, true).await,
        Ok(Worth::Over)
    ));

    let door = Door::new().await;
    let (_, entered, _) = door.set_up().await;
    door.signed(&entered.session).await.unwrap();
    for _ in 0..23 {
        door.bench.pass(idle - 60);
        assert!(door.signed(&entered.session).await.is_some());
    }
    door.bench.pass(13 * 3_600 - 23 * (idle - 60));
    assert!(door.signed(&entered.session).await.is_none());
    door.bench.pass(24 * 3_600);
    assert!(sweep::sweep(&door.bench.store, IDLE).await.unwrap() >= 1);
    let left = door.bench.store.range::<OfficeSession>(&[], None, 10).await;
    assert!(left.unwrap().is_empty());
}

#[tokio::test]
async fn a_sign_in_waits_a_quarter_of_an_hour_for_its_code() {
    let door = Door::new().await;
    let cookie = door.password(&from(HOME, None)).await.unwrap();
    door.bench.pass(14 * 60);
    door.halfway(&cookie).await;
    door.bench.pass(2 * 60);
    assert!(matches!(
        door.office.worth(&cookie, true).await,
        Ok(Worth::Over)
    ));
}

#[tokio::test]
async fn a_planted_cookie_becomes_neither_a_session_nor_known() {
    let door = Door::new().await;
    let (seed, ..) = door.set_up().await;
    let planted = Token::new();
    let caller = Caller {
        former: Some(&planted),
        ..from(HOME, Some(&planted))
    };
    let cookie = door.password(&caller).await.unwrap();
    assert_ne!(cookie, planted);
    let halfway = door.halfway(&cookie).await;
    let entered = door
        .office
        .code(&halfway, &door.code(&seed), &caller)
        .await
        .unwrap();
    assert!(![&entered.session, &entered.known].contains(&&planted));
    assert_ne!(entered.session, cookie);
    // A browser that is known keeps its cookie.
    door.bench.pass(60);
    let known = from(HOME, Some(&entered.known));
    let again = door.code_from(&known, &door.code(&seed)).await.unwrap();
    assert_eq!(again.known, entered.known);
}

#[tokio::test]
async fn without_its_second_factor_an_account_begins_at_the_set_up_and_nowhere_else() {
    let door = Door::new().await;
    let (seed, _, codes) = door.set_up().await;
    let caller = from(HOME, None);
    let before = door.halfway(&door.password(&caller).await.unwrap()).await;
    assert!(
        office::reset(&door.bench.store, door.account.id, OPERATOR)
            .await
            .unwrap()
    );
    assert!(
        !office::reset(&door.bench.store, door.account.id, OPERATOR)
            .await
            .unwrap()
    );
    // Neither the old app nor the old codes open anything.
    for code in [door.code(&seed), codes[0].clone()] {
        let tried = door.office.code(&before, &code, &caller).await;
        assert_eq!(tried.unwrap_err(), Refused::Over);
    }
    let anew = door.halfway(&door.password(&caller).await.unwrap()).await;
    assert!(anew.seed.is_some_and(|new| new != seed));
}

#[tokio::test]
async fn who_proves_who_they_are_gets_no_session_and_the_code_is_used() {
    let door = Door::new().await;
    let (seed, ..) = door.set_up().await;
    let sessions = async || {
        let all = door.bench.store.range::<OfficeSession>(&[], None, 10).await;
        all.unwrap().len()
    };
    let before = sessions().await;
    let (address, caller) = (door.account.address.as_str(), from(AWAY, None));
    let (phrase, code) = (Secret::new(PHRASE), door.code(&seed));
    let wrong = Secret::new("not the right words");
    let proved = door.office.prove((address, &wrong), &code, &caller).await;
    assert_eq!(proved.unwrap_err(), Refused::Wrong);
    let proved = door.office.prove((address, &phrase), &code, &caller).await;
    assert_eq!(proved.unwrap().id, door.account.id);
    let again = door.office.prove((address, &phrase), &code, &caller).await;
    assert_eq!(again.unwrap_err(), Refused::Wrong);
    assert_eq!(sessions().await, before);
}

#[tokio::test]
async fn a_password_that_everybody_tries_first_is_not_taken() {
    let door = Door::new().await;
    let passwords = Passwords::new();
    for (text, short) in [
        ("Password-2026!", false),
        ("ruiz ruiz 2026", false),
        ("short", true),
    ] {
        let text = Secret::new(text);
        let set = accounts::set_password(
            &door.bench.store,
            &passwords,
            door.account.id,
            &text,
            OPERATOR,
        );
        let error = set.await.unwrap_err();
        let expected = match short {
            true => matches!(error, accounts::AccountError::Short),
            false => matches!(error, accounts::AccountError::Common),
        };
        assert!(expected, "{}: {error}", text.expose());
    }
}
