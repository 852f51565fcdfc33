//! The parts of access on a real store.

mod attack;
mod office;

use crate::access::accounts::{self, AccountError};
use crate::access::codes::{self, From};
use crate::access::link::{self, LinkState};
use crate::access::login::{Login, LoginError};
use crate::access::passcode::{self, Press, Try};
use crate::access::password::Passwords;
use crate::access::session::{self, SessionState};
use crate::access::{app_password, form, sweep};
use crate::model::heard;
use crate::model::{
    Account, Actor, Address, Clock, EventKind, GrantId, ManualClock, MessageId, Role, Scope,
    Secret, Standing, Token,
};
use crate::store::records::{CodeMail, Grant, Request, Session};
use crate::store::{Error, RootKey, Settings, Store, Tx, samples};
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;
use tempfile::TempDir;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const AWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1));
const OPERATOR: Actor = Actor::Operator(0);

/// The account that this opens.
async fn verify(
    login: &Login,
    identity: &str,
    password: &Secret,
    scope: Scope,
    ip: IpAddr,
) -> Result<Account, LoginError> {
    let signed_in = login.sign_in(identity, password, scope, ip).await?;
    Ok(signed_in.account)
}

struct Bench {
    folder: TempDir,
    root: RootKey,
    hand: ManualClock,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = RootKey::generate();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let store = Store::create(&settings(&folder), &root, Clock::Manual(hand.clone())).unwrap();
        Self {
            folder,
            root,
            hand,
            store,
        }
    }

    /// Closes the store and opens it again, as a restart does.
    fn restart(self) -> Self {
        let Self {
            folder,
            root,
            hand,
            store,
        } = self;
        drop(store);
        let store = Store::open(&settings(&folder), &root, Clock::Manual(hand.clone())).unwrap();
        Self {
            folder,
            root,
            hand,
            store,
        }
    }

    fn pass(&self, seconds: i64) {
        self.hand.advance(SignedDuration::from_secs(seconds));
    }

    async fn grant(&self) -> (Grant, Token) {
        let now = self.store.clock().now();
        let address = Address::parse("jane@example.com").unwrap();
        let grant = samples::grant(&self.store, MessageId::new(now), &address);
        let mut tx = Tx::new();
        tx.insert(&grant);
        let token = link::make(&self.store, &mut tx, grant.id);
        self.store.commit(tx).await.unwrap();
        (grant, token)
    }

    async fn press(&self, grant: GrantId, ip: IpAddr) -> (Press, Option<Secret>) {
        let mut mailed = None;
        let pressed = codes::press(&self.store, grant, &from(ip, None), |_, _, _, code| {
            mailed = Some(code.clone());
            Ok::<(), Error>(())
        })
        .await
        .unwrap();
        (pressed.press, mailed)
    }

    async fn attempt(
        &self,
        grant: &Grant,
        from: From<'_>,
        code: &str,
    ) -> (Try, Option<(Token, Token)>) {
        codes::attempt(&self.store, grant.id, &from, &Secret::new(code), |tx| {
            session::begin(&self.store, tx, (grant.mailbox, &grant.address), false)
        })
        .await
        .unwrap()
    }

    async fn count(&self, kind: EventKind, success: bool) -> usize {
        let events = self.store.audit_events(0, 10_000).await.unwrap();
        events
            .iter()
            .filter(|e| e.event.kind == kind && e.event.success == success)
            .count()
    }

    /// The grant's wrong codes in a row, as the store has them.
    async fn count_failures(&self, grant: &Grant) -> u32 {
        let stored = self.store.get(&Grant::at(grant.id)).await.unwrap();
        stored.unwrap().failures
    }

    async fn account(&self) -> Account {
        let address = Address::parse("ruiz@clinic.example").unwrap();
        accounts::add(&self.store, address, Role::Provider, OPERATOR)
            .await
            .unwrap()
    }

    async fn app_password(&self, passwords: &Passwords, account: &Account, scope: Scope) -> Secret {
        self.app_password_from(passwords, account, scope, &[]).await
    }

    async fn app_password_from(
        &self,
        passwords: &Passwords,
        account: &Account,
        scope: Scope,
        networks: &[&str],
    ) -> Secret {
        let wish = app_password::Wish {
            name: "Front desk".into(),
            scope,
            networks: networks.iter().map(|n| n.parse().unwrap()).collect(),
        };
        // Lists are in order of time.
        self.pass(1);
        app_password::make(&self.store, passwords, account, wish, OPERATOR)
            .await
            .unwrap()
    }
}

fn settings(folder: &TempDir) -> Settings {
    Settings {
        path: folder.path().join("data"),
        minimum_free: 1,
    }
}

fn from(ip: IpAddr, known: Option<&Token>) -> From<'_> {
    From {
        ip,
        known,
        agent: "desktop",
    }
}

/// A code that is certainly not this one.
fn other(code: &Secret) -> &'static str {
    if code.expose() == "123456" {
        "654321"
    } else {
        "123456"
    }
}

#[tokio::test]
async fn a_link_says_exactly_what_its_message_is_worth() {
    let bench = Bench::new();
    let (grant, token) = bench.grant().await;
    let state = async || {
        link::find(&bench.store, &token)
            .await
            .unwrap()
            .map(|(_, state)| state)
    };
    assert_eq!(state().await, Some(LinkState::Open));
    bench.pass(7 * 24 * 3_600);
    assert_eq!(state().await, Some(LinkState::Expired));
    let mut tx = Tx::new();
    tx.put(&Grant {
        recalled: Some(grant.created),
        ..grant.clone()
    });
    bench.store.commit(tx).await.unwrap();
    assert_eq!(state().await, Some(LinkState::Withdrawn));
    assert!(
        link::find(&bench.store, &Token::new())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_mailed_code_opens_a_session_once_and_is_nowhere_stored() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (press, code) = bench.press(grant.id, HOME).await;
    let code = code.unwrap();
    assert_eq!(press, Press::Code);
    let stored = bench
        .store
        .get(&Request::at(grant.id))
        .await
        .unwrap()
        .unwrap();
    assert!(!format!("{stored:?}").contains(code.expose()));
    let spaced = format!(" {} {}\n", &code.expose()[..3], &code.expose()[3..]);
    let (verdict, entered) = bench.attempt(&grant, from(AWAY, None), &spaced).await;
    let (cookie, _) = entered.unwrap();
    assert_eq!(verdict, Try::Right);
    let idle = SignedDuration::from_mins(15);
    let (session, state) = session::find(&bench.store, &cookie, idle)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (session.mailbox, state),
        (grant.mailbox, SessionState::Live)
    );
    let (verdict, entered) = bench.attempt(&grant, from(AWAY, None), code.expose()).await;
    assert!(matches!(verdict, Try::Wrong { .. }) && entered.is_none());
    assert_eq!(bench.count(EventKind::CodeRequest, true).await, 1);
    assert_eq!(bench.count(EventKind::CodeTry, true).await, 1);
    assert_eq!(bench.count(EventKind::CodeTry, false).await, 1);
}

#[tokio::test]
async fn two_presses_at_once_send_one_code() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (one, two) = tokio::join!(bench.press(grant.id, HOME), bench.press(grant.id, AWAY));
    let sent = [&one, &two]
        .iter()
        .filter(|(_, code)| code.is_some())
        .count();
    let joined = [one.0, two.0]
        .iter()
        .filter(|p| matches!(p, Press::Joined { .. }))
        .count();
    // A press that lost the race composed a mail that was never committed.
    assert_eq!(joined, 1);
    assert!(sent >= 1);
    let request = codes::look(&bench.store, grant.id).await.unwrap().unwrap();
    assert_eq!(request.codes.len(), 1);
}

#[tokio::test]
async fn a_code_of_one_message_does_not_open_another() {
    let bench = Bench::new();
    let (one, _) = bench.grant().await;
    let (two, _) = bench.grant().await;
    let (_, code) = bench.press(one.id, HOME).await;
    let _ = bench.press(two.id, HOME).await;
    let code = code.unwrap();
    let (verdict, _) = bench.attempt(&two, from(HOME, None), code.expose()).await;
    assert_eq!(verdict, Try::Wrong { left: 4 });
}

#[tokio::test]
async fn a_scanners_presses_write_nothing_once_a_code_is_under_way() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let _ = bench.press(grant.id, HOME).await;
    let _ = bench.press(grant.id, AWAY).await;
    let before = bench.store.figures().commits;
    for _ in 0..20 {
        let _ = bench.press(grant.id, AWAY).await;
    }
    assert_eq!(bench.store.figures().commits, before);
}

#[tokio::test]
async fn waits_survive_a_restart_and_a_known_browser_is_let_in_all_the_same() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (_, code) = bench.press(grant.id, HOME).await;
    let (_, entered) = bench
        .attempt(&grant, from(HOME, None), code.unwrap().expose())
        .await;
    let (_, known) = entered.unwrap();
    bench.pass(60);
    let (_, code) = bench.press(grant.id, AWAY).await;
    let code = code.unwrap();
    for _ in 0..5 {
        let _ = bench.attempt(&grant, from(HOME, None), other(&code)).await;
    }
    let bench = bench.restart();
    let (verdict, _) = bench.attempt(&grant, from(HOME, None), code.expose()).await;
    assert!(matches!(verdict, Try::Wait(_)), "{verdict:?}");
    let (verdict, entered) = bench
        .attempt(&grant, from(HOME, Some(&known)), code.expose())
        .await;
    assert_eq!(verdict, Try::Right);
    assert_eq!(entered.unwrap().1, known, "it keeps its cookie");
    assert_eq!(bench.count(EventKind::Lock, true).await, 1);
}

#[tokio::test]
async fn a_planted_cookie_is_not_made_known() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let planted = Token::new();
    let (_, code) = bench.press(grant.id, HOME).await;
    let (_, entered) = bench
        .attempt(&grant, from(HOME, Some(&planted)), code.unwrap().expose())
        .await;
    assert_ne!(entered.unwrap().1, planted);
}

#[tokio::test]
async fn the_page_learns_what_became_of_the_code_mail() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (_, code) = bench.press(grant.id, HOME).await;
    let now = bench.store.clock().now();
    let mut request = bench
        .store
        .get(&Request::at(grant.id))
        .await
        .unwrap()
        .unwrap();
    passcode::mailed(&mut request, 0, CodeMail::Handed(now));
    let mut tx = Tx::new();
    tx.put(&request);
    bench.store.commit(tx).await.unwrap();
    let request = codes::look(&bench.store, grant.id).await.unwrap().unwrap();
    assert_eq!(request.codes[0].mail, CodeMail::Handed(now));
    bench.pass(601);
    let (verdict, _) = bench
        .attempt(&grant, from(HOME, None), code.unwrap().expose())
        .await;
    assert_eq!(
        verdict,
        Try::Wrong { left: 4 },
        "ten minutes after the relay took it"
    );
}

#[tokio::test]
async fn sending_again_lifts_the_lock() {
    let bench = Bench::new();
    let (mut grant, _) = bench.grant().await;
    grant.failures = 100;
    let mut tx = Tx::new();
    tx.put(&grant);
    bench.store.commit(tx).await.unwrap();
    assert_eq!(bench.press(grant.id, HOME).await.0, Press::Locked);
    let mut tx = Tx::new();
    codes::unlock(&mut tx, &mut grant);
    tx.put(&grant);
    bench.store.commit(tx).await.unwrap();
    assert_eq!(bench.press(grant.id, HOME).await.0, Press::Code);
}

#[tokio::test]
async fn a_session_ends_by_lying_idle_by_age_and_is_stale_for_a_day() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let idle = SignedDuration::from_mins(15);
    let mut tx = Tx::new();
    let mailbox = (grant.mailbox, &grant.address);
    let shared = session::begin(&bench.store, &mut tx, mailbox, false);
    let private = session::begin(&bench.store, &mut tx, mailbox, true);
    bench.store.commit(tx).await.unwrap();
    let find = async |cookie: &Token| session::find(&bench.store, cookie, idle).await.unwrap();
    bench.pass(14 * 60);
    let (mut used, _) = find(&shared).await.unwrap();
    session::touch(&bench.store, &mut used).await.unwrap();
    bench.pass(14 * 60);
    assert_eq!(find(&shared).await.unwrap().1, SessionState::Live);
    bench.pass(2 * 60);
    assert_eq!(find(&shared).await.unwrap().1, SessionState::Stale);
    assert_eq!(find(&private).await.unwrap().1, SessionState::Live);
    bench.pass(12 * 3_600);
    assert_eq!(find(&private).await.unwrap().1, SessionState::Stale);
    assert_eq!(sweep::sweep(&bench.store, idle).await.unwrap(), 0);
    bench.pass(24 * 3_600);
    assert!(find(&private).await.is_none());
    assert_eq!(sweep::sweep(&bench.store, idle).await.unwrap(), 2);
    assert!(
        bench
            .store
            .get(&Session::at(used.token))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_form_fits_its_own_link_for_an_hour_or_two() {
    let bench = Bench::new();
    let (link, other) = (Token::new(), Token::new());
    let value = form::value(&bench.store, &link);
    assert!(form::fits(&bench.store, &link, value.expose()));
    assert!(!form::fits(&bench.store, &other, value.expose()));
    assert!(!form::fits(&bench.store, &link, ""));
    bench.pass(3_600);
    assert!(form::fits(&bench.store, &link, value.expose()));
    bench.pass(3_600);
    assert!(!form::fits(&bench.store, &link, value.expose()));
}

#[tokio::test]
async fn an_account_is_made_once_and_found_in_any_case() {
    let bench = Bench::new();
    let account = bench.account().await;
    let again = Address::parse("RUIZ@clinic.example").unwrap();
    let second = accounts::add(&bench.store, again.clone(), Role::Staff, OPERATOR).await;
    assert!(matches!(second, Err(AccountError::Exists)));
    assert_eq!(
        accounts::find(&bench.store, &again).await.unwrap(),
        Some(account.clone())
    );
    assert_eq!(
        accounts::list(&bench.store).await.unwrap(),
        std::slice::from_ref(&account)
    );
    let passwords = Passwords::new();
    let short = accounts::set_password(
        &bench.store,
        &passwords,
        account.id,
        &Secret::new("short"),
        OPERATOR,
    )
    .await;
    assert!(matches!(short, Err(AccountError::Short)));
    let long = Secret::new("a long pass phrase");
    accounts::set_password(&bench.store, &passwords, account.id, &long, OPERATOR)
        .await
        .unwrap();
    let stored = accounts::find(&bench.store, &again).await.unwrap().unwrap();
    let hash = stored.password.unwrap();
    assert_eq!(passwords.verify(&long, vec![hash]).await, Ok(Some(0)));
}

#[tokio::test]
async fn an_app_password_opens_its_protocol_and_the_account_password_none() {
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let own = Secret::new("a long pass phrase");
    accounts::set_password(&bench.store, &passwords, account.id, &own, OPERATOR)
        .await
        .unwrap();
    let account = accounts::find(&bench.store, &account.address)
        .await
        .unwrap()
        .unwrap();
    let smtp = bench.app_password(&passwords, &account, Scope::Smtp).await;
    let imap = bench.app_password(&passwords, &account, Scope::Imap).await;
    let login = Login::new(bench.store.clone(), passwords);
    let sign_in = async |identity: &str, password: &Secret| {
        verify(&login, identity, password, Scope::Smtp, HOME).await
    };
    assert_eq!(
        sign_in("Ruiz@Clinic.example", &smtp).await,
        Ok(account.clone())
    );
    let typed = Secret::new(smtp.expose().replace('-', " ").to_uppercase());
    assert_eq!(
        sign_in("ruiz@clinic.example", &typed).await,
        Ok(account.clone())
    );
    assert_eq!(
        sign_in("ruiz@clinic.example", &imap).await,
        Err(LoginError::Refused)
    );
    assert_eq!(
        sign_in("ruiz@clinic.example", &own).await,
        Err(LoginError::Refused)
    );
    assert_eq!(
        sign_in("nobody@clinic.example", &smtp).await,
        Err(LoginError::Refused)
    );
    assert_eq!(sign_in("no address", &smtp).await, Err(LoginError::Refused));
    let listed = app_password::list(&bench.store, account.id).await.unwrap();
    assert_eq!(
        listed.iter().map(|p| p.used.is_some()).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(
        bench.count(EventKind::SignIn, true).await,
        1,
        "once a minute, not once a message"
    );
}

#[tokio::test]
async fn an_app_password_opens_from_its_networks_alone_and_from_elsewhere_is_as_good_as_wrong() {
    heard::listen();
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let networks = ["192.0.2.1/32", "2001:db8::/32"];
    let limited = bench
        .app_password_from(&passwords, &account, Scope::Both, &networks)
        .await;
    let login = Login::new(bench.store.clone(), passwords);
    let sign_in = async |password: &Secret, ip: &str| {
        let ip = ip.parse().unwrap();
        verify(&login, "ruiz@clinic.example", password, Scope::Imap, ip).await
    };
    let wrong = Secret::new("a wrong password");
    assert_eq!(
        sign_in(&limited, "192.0.2.2").await,
        sign_in(&wrong, "198.51.100.9").await,
        "it tells that the password is right"
    );
    let log = heard::lines().concat();
    assert!(
        log.contains("event=\"auth.elsewhere\" ip=192.0.2.2"),
        "{log}"
    );
    assert!(!log.contains("ruiz") && !log.contains("clinic"), "{log}");
    // A neighbour's try keeps nobody out, and neither does one that was let in
    // let a neighbour in.
    for ip in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::9"] {
        assert!(sign_in(&limited, ip).await.is_ok(), "{ip}");
        assert_eq!(
            sign_in(&limited, "198.51.100.1").await,
            Err(LoginError::Refused)
        );
    }
    bench.pass(61);
    assert!(sign_in(&limited, "192.0.2.1").await.is_ok());
    // Who tries from elsewhere waits as any guesser does.
    for n in 0..6 {
        let guess = Secret::new(format!("guess {n}"));
        let _ = sign_in(&guess, "203.0.113.5").await;
    }
    assert!(matches!(
        sign_in(&limited, "203.0.113.5").await,
        Err(LoginError::Slow(_))
    ));
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let why = format!("{events:?}");
    assert!(why.contains("network"), "{why}");
}

#[tokio::test]
async fn a_password_that_is_wrong_for_one_protocol_stays_right_for_the_other() {
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let imap = bench.app_password(&passwords, &account, Scope::Imap).await;
    let login = Login::new(bench.store.clone(), passwords);
    for _ in 0..2 {
        for (scope, opens) in [(Scope::Imap, true), (Scope::Smtp, false)] {
            let entered = verify(&login, "ruiz@clinic.example", &imap, scope, HOME).await;
            assert_eq!(entered.is_ok(), opens, "{scope:?}");
        }
        // What was right is no longer remembered; what was wrong still is.
        bench.pass(61);
    }
}

#[tokio::test]
async fn a_revoked_password_and_a_disabled_account_open_nothing_at_once() {
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let one = bench.app_password(&passwords, &account, Scope::Both).await;
    let two = bench.app_password(&passwords, &account, Scope::Both).await;
    let login = Login::new(bench.store.clone(), passwords);
    let sign_in = async |password: &Secret| {
        verify(&login, "ruiz@clinic.example", password, Scope::Smtp, HOME).await
    };
    assert!(sign_in(&one).await.is_ok() && sign_in(&two).await.is_ok());
    let first = app_password::list(&bench.store, account.id).await.unwrap()[0].id;
    assert!(
        app_password::revoke(&bench.store, account.id, first, OPERATOR)
            .await
            .unwrap()
    );
    assert!(
        !app_password::revoke(&bench.store, account.id, first, OPERATOR)
            .await
            .unwrap()
    );
    login.forget(account.id);
    assert_eq!(sign_in(&one).await, Err(LoginError::Refused));
    assert!(sign_in(&two).await.is_ok());
    accounts::set_standing(&bench.store, account.id, Standing::Disabled, OPERATOR)
        .await
        .unwrap();
    assert_eq!(
        sign_in(&two).await,
        Err(LoginError::Refused),
        "also while it is remembered"
    );
}

#[tokio::test]
async fn wrong_passwords_never_tell_whether_a_name_exists() {
    let bench = Bench::new();
    bench.account().await;
    let login = Login::new(bench.store.clone(), Passwords::new());
    let mut heard = Vec::new();
    // The name that nobody has comes first: what others tried before must not
    // make it answer otherwise.
    for name in ["nobody@clinic.example", "ruiz@clinic.example", "no address"] {
        let mut answers = Vec::new();
        for n in 0..7 {
            let guess = Secret::new(format!("guess {n}"));
            answers.push(verify(&login, name, &guess, Scope::Smtp, HOME).await);
        }
        heard.push(answers);
    }
    assert!(
        heard[0]
            .iter()
            .any(|a| matches!(a, Err(LoginError::Slow(_))))
    );
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[2], heard[1]);
    login.written().await;
    let strangers = bench.count(EventKind::SignIn, false).await;
    assert_eq!(
        strangers, 2,
        "names that nobody has are one line in the trail"
    );
}

#[tokio::test]
async fn wrong_passwords_slow_one_network_down_and_that_survives_a_restart() {
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let right = bench.app_password(&passwords, &account, Scope::Smtp).await;
    let login = Login::new(bench.store.clone(), passwords.clone());
    let stale = Secret::new("an old password");
    for _ in 0..20 {
        let refused = verify(&login, "ruiz@clinic.example", &stale, Scope::Smtp, HOME).await;
        assert_eq!(
            refused,
            Err(LoginError::Refused),
            "one old password counts once"
        );
    }
    for n in 0..4 {
        let guess = Secret::new(format!("guess {n}"));
        let refused = verify(&login, "ruiz@clinic.example", &guess, Scope::Smtp, HOME).await;
        assert_eq!(refused, Err(LoginError::Refused));
    }
    login.written().await;
    drop(login);
    let bench = bench.restart();
    let login = Login::new(bench.store.clone(), passwords);
    let half_a_minute = SignedDuration::from_secs(30);
    let slow = verify(&login, "ruiz@clinic.example", &right, Scope::Smtp, HOME).await;
    assert_eq!(slow, Err(LoginError::Slow(half_a_minute)));
    assert!(
        verify(&login, "ruiz@clinic.example", &right, Scope::Smtp, AWAY)
            .await
            .is_ok()
    );
    bench.pass(31);
    assert!(
        verify(&login, "ruiz@clinic.example", &right, Scope::Smtp, HOME)
            .await
            .is_ok()
    );
    assert_eq!(bench.count(EventKind::SignIn, false).await, 1);
    assert_eq!(bench.count(EventKind::Lock, true).await, 1);
}

#[tokio::test]
async fn guessing_names_causes_few_writes() {
    let bench = Bench::new();
    let login = Login::new(bench.store.clone(), Passwords::new());
    let before = bench.store.figures().commits;
    for n in 0..12 {
        let name = format!("user{n}@clinic.example");
        let refused = verify(&login, &name, &Secret::new("guess"), Scope::Smtp, HOME).await;
        assert!(refused.is_err());
    }
    let writes = bench.store.figures().commits - before;
    assert!(writes <= 3, "{writes} writes");
}

#[tokio::test]
async fn names_that_nobody_has_are_slowed_as_a_sum_and_an_account_no_less() {
    let bench = Bench::new();
    let account = bench.account().await;
    let passwords = Passwords::new();
    let right = bench.app_password(&passwords, &account, Scope::Smtp).await;
    let login = Login::new(bench.store.clone(), passwords);
    let ruiz = "ruiz@clinic.example";
    // Somebody of the office works from the guesser's network.
    assert!(
        verify(&login, ruiz, &right, Scope::Smtp, HOME)
            .await
            .is_ok()
    );
    let mut looked_at = 0;
    for n in 0..110 {
        let name = format!("user{n}@clinic.example");
        let guess = Secret::new("guess");
        let answer = verify(&login, &name, &guess, Scope::Smtp, HOME).await;
        looked_at += usize::from(answer == Err(LoginError::Refused));
    }
    assert_eq!(looked_at, 100);
    let half_a_minute = SignedDuration::from_secs(30);
    let other = Address::parse("other@clinic.example").unwrap();
    accounts::add(&bench.store, other, Role::Staff, OPERATOR)
        .await
        .unwrap();
    // The wait does not tell who has an account.
    for name in [
        "other@clinic.example",
        "nobody@clinic.example",
        "no address",
    ] {
        let guess = Secret::new("x");
        let answer = verify(&login, name, &guess, Scope::Smtp, HOME);
        assert_eq!(answer.await, Err(LoginError::Slow(half_a_minute)), "{name}");
    }
    // Who has signed in from there before does not wait for others, also when the
    // minute of memory is over.
    bench.pass(10);
    login.forget(account.id);
    assert!(
        verify(&login, ruiz, &right, Scope::Smtp, HOME)
            .await
            .is_ok()
    );
    assert!(
        verify(&login, ruiz, &right, Scope::Smtp, AWAY)
            .await
            .is_ok()
    );
    login.written().await;
    assert_eq!(bench.count(EventKind::SignIn, false).await, 1);
    assert_eq!(bench.count(EventKind::Lock, true).await, 1);
}

#[tokio::test]
async fn a_wrong_password_is_answered_before_anything_is_written_whoever_it_is_for() {
    let bench = Bench::new();
    bench.account().await;
    let login = Login::new(bench.store.clone(), Passwords::new());
    for name in ["nobody@clinic.example", "ruiz@clinic.example"] {
        let before = bench.store.figures().commits;
        let guess = Secret::new("guess");
        let refused = verify(&login, name, &guess, Scope::Smtp, HOME);
        assert_eq!(refused.await, Err(LoginError::Refused));
        assert_eq!(bench.store.figures().commits, before, "{name}");
        login.written().await;
        assert_eq!(bench.store.figures().commits, before + 1, "{name}");
    }
}
