//! The own set-up, others' accounts, the audit trail.

use super::bench::{Bench, PHRASE, RUIZ, address, send};
use crate::access::accounts;
use crate::model::{Actor, EventKind, Role, Seed, Standing};
use crate::web::tests::{Answer, Browser};
use axum::http::StatusCode;

const FRONT: &str = "front@clinic.example";
const ROOT: &str = "root@clinic.example";
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn secret(answer: &Answer) -> String {
    let text = answer.text();
    let after = text.split("class=\"seed whole\">").nth(1);
    let after = after.unwrap_or_else(|| panic!("{text}"));
    after.split('<').next().unwrap().to_owned()
}

/// The last id that stands behind this path in a page.
fn id_after(answer: &Answer, path: &str) -> String {
    let text = answer.text();
    let id = text.split(&format!("href=\"{path}/")).last().unwrap();
    id.split('"').next().unwrap().to_owned()
}

async fn admin(bench: &Bench) -> (Browser, Seed) {
    bench.account(ROOT, Role::Admin).await;
    let (browser, seed, _) = bench.set_up(ROOT).await;
    (browser, seed)
}

#[tokio::test]
async fn an_app_password_is_made_once_shown_once_and_taken_back() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let page = ruiz.get("/set-up").await.text();
    for value in [
        RUIZ,
        "993",
        "465",
        "SSL/TLS",
        "https://portal.clinic.example/apple/ruiz@clinic.example",
    ] {
        assert!(page.contains(value), "{value}");
    }
    assert!(page.contains("They do not work here") && page.contains("class=\"qr\""));
    assert!(page.contains("limit it to the clinic’s network"), "{page}");
    let fields = [
        ("name", "<Phone>"),
        ("scope", "imap"),
        ("networks", "10.1.2.3/8"),
    ];
    let made = send(&mut ruiz, "/set-up/app-password", &fields).await;
    assert_eq!(secret(&made).len(), 23);
    let page = ruiz.get("/set-up").await;
    let text = page.text();
    assert!(!text.contains(&secret(&made)) && text.contains("&#60;Phone&#62;"));
    assert!(
        text.contains("Reading only") && text.contains("only from 10.0.0.0/8"),
        "{text}"
    );
    let path = format!(
        "/set-up/app-password/{}",
        id_after(&page, "/set-up/app-password")
    );

    // Another's password is not there for somebody else.
    bench.account(FRONT, Role::Staff).await;
    let (mut front, ..) = bench.set_up(FRONT).await;
    assert_eq!(front.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        send(&mut front, &path, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(ruiz.get("/set-up").await.text().contains("&#60;Phone&#62;"));
    assert_eq!(
        send(&mut ruiz, &path, &[]).await.header("location"),
        "/set-up?done=revoked"
    );
    assert!(!ruiz.get("/set-up").await.text().contains("&#60;Phone&#62;"));
}

#[tokio::test]
async fn what_is_wrong_with_an_app_password_is_said_and_none_is_made() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    for (name, value, said) in [
        ("name", "", "give it a name"),
        ("name", "x\u{7}", "a character in it"),
        ("networks", "clinic", "is not a network"),
    ] {
        let fields = [
            ("name", "Phone"),
            ("scope", "both"),
            ("networks", "10.0.0.0/8"),
        ];
        let fields: Vec<_> = fields
            .into_iter()
            .filter(|(n, _)| *n != name)
            .chain([(name, value)])
            .collect();
        let answer = send(&mut ruiz, "/set-up/app-password", &fields).await;
        assert_eq!(answer.status, WRONG, "{}", answer.text());
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    // As many as there may be, and one more.
    let fields = [("name", "Phone"), ("scope", "both"), ("networks", "")];
    for _ in 0..crate::access::app_password::MOST {
        bench.app_password(RUIZ).await;
    }
    let many = send(&mut ruiz, "/set-up/app-password", &fields).await;
    assert_eq!(many.status, WRONG);
    assert!(many.text().contains("take one back"), "{}", many.text());
}

#[tokio::test]
async fn the_own_password_needs_the_old_one_and_a_code_and_ends_every_session() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let fresh = "seven other words for this";
    let code = bench.code(&seed);
    for (current, code, fresh, again, said) in [
        (PHRASE, &*code, "short", "short", "at least 12 characters"),
        (PHRASE, &*code, fresh, "another", "not the same"),
        (PHRASE, "", fresh, fresh, "type your own password"),
        ("wrong words for it", &*code, fresh, fresh, "is not right"),
    ] {
        let fields = [
            ("current", current),
            ("code", code),
            ("fresh", fresh),
            ("again", again),
        ];
        let answer = send(&mut ruiz, "/set-up/password", &fields).await;
        assert_eq!(answer.status, WRONG);
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
        assert!(!answer.text().contains(fresh) || fresh == "short");
    }
    let fields = [
        ("current", PHRASE),
        ("code", &code),
        ("fresh", fresh),
        ("again", fresh),
    ];
    let mut other = bench.signed_in(RUIZ, &seed).await;
    let code = bench.code(&seed);
    let fields = fields.map(|(n, v)| {
        if n == "code" {
            (n, code.as_str())
        } else {
            (n, v)
        }
    });
    let done = send(&mut ruiz, "/set-up/password", &fields).await;
    assert!(
        done.text().contains("Your password is changed"),
        "{}",
        done.text()
    );
    assert_eq!(other.get("/today").await.header("location"), "/locked");
    assert!(!ruiz.cookies.contains_key("__Host-office"));
}

#[tokio::test]
async fn an_account_is_made_by_the_session_alone_but_an_administrator_needs_a_proof() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    for (fields, said) in [
        (
            [("address", "nonsense"), ("name", ""), ("role", "staff")],
            "not an e-mail address",
        ),
        (
            [("address", RUIZ), ("name", ""), ("role", "staff")],
            "has an account already",
        ),
        (
            [
                ("address", "x@elsewhere.example"),
                ("name", ""),
                ("role", "staff"),
            ],
            "own domains",
        ),
        (
            [("address", FRONT), ("name", "a\u{7}"), ("role", "staff")],
            "a character in it",
        ),
        (
            [
                ("address", "two@clinic.example"),
                ("name", ""),
                ("role", "admin"),
            ],
            "type your own password",
        ),
    ] {
        let answer = send(&mut root, "/accounts/new", &fields).await;
        assert_eq!(answer.status, WRONG, "{said}");
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    let fields = [("address", FRONT), ("name", "Ana <b>"), ("role", "staff")];
    let made = send(&mut root, "/accounts/new", &fields).await;
    let first = secret(&made);
    let account = accounts::find(&bench.store, &address(FRONT))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (account.role, account.name.as_deref()),
        (Role::Staff, Some("Ana <b>"))
    );
    assert!(account.password.is_some() && !root.get("/accounts").await.text().contains(&first));
    let code = bench.code(&seed);
    let fields = [
        ("address", "two@clinic.example"),
        ("role", "admin"),
        ("current", PHRASE),
        ("code", &code),
    ];
    secret(&send(&mut root, "/accounts/new", &fields).await);
    let two = accounts::find(&bench.store, &address("two@clinic.example")).await;
    assert_eq!(two.unwrap().unwrap().role, Role::Admin);
}

#[tokio::test]
async fn an_account_is_switched_off_at_once_and_never_by_its_owner() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    let account = bench.account(FRONT, Role::Staff).await;
    let (mut front, ..) = bench.set_up(FRONT).await;
    let path = format!("/accounts/{}/standing", account.id);
    assert!(
        root.get(&path)
            .await
            .text()
            .contains("At once, nothing opens")
    );
    send(&mut root, &path, &[("to", "off")]).await;
    assert_eq!(front.get("/today").await.header("location"), "/locked");
    send(&mut root, &path, &[("to", "on")]).await;
    let found = accounts::find(&bench.store, &address(FRONT)).await.unwrap();
    assert_eq!(found.unwrap().standing, Standing::Active);
    let own = accounts::find(&bench.store, &address(ROOT))
        .await
        .unwrap()
        .unwrap();
    let path = format!("/accounts/{}/standing", own.id);
    assert_eq!(
        send(&mut root, &path, &[("to", "off")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(root.get("/accounts").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_step_is_reset_for_a_proof_alone() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let account = bench.account(FRONT, Role::Staff).await;
    let (mut front, ..) = bench.set_up(FRONT).await;
    let path = format!("/accounts/{}/factor", account.id);
    for fields in [vec![], vec![("current", PHRASE), ("code", "12")]] {
        assert_eq!(send(&mut root, &path, &fields).await.status, WRONG);
        assert_eq!(front.get("/today").await.status, StatusCode::OK);
    }
    let code = bench.code(&seed);
    let done = send(&mut root, &path, &[("current", PHRASE), ("code", &code)]).await;
    assert_eq!(
        done.header("location"),
        format!("/accounts/{}?done=factor", account.id)
    );
    assert_eq!(front.get("/today").await.header("location"), "/locked");
}

#[tokio::test]
async fn another_role_needs_a_proof_and_ends_every_session_at_once() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let account = bench.account(FRONT, Role::Staff).await;
    let (mut front, ..) = bench.set_up(FRONT).await;
    let path = format!("/accounts/{}/role", account.id);
    for (fields, said) in [
        (vec![("role", "admin")], "type your own password"),
        (
            vec![("role", "admin"), ("current", PHRASE), ("code", "000000")],
            "is not right",
        ),
        (vec![("role", "owner")], "Please fill it in"),
    ] {
        let answer = send(&mut root, &path, &fields).await;
        assert_eq!(answer.status, WRONG);
        assert!(answer.text().contains(said), "{}", answer.text());
        assert_eq!(front.get("/today").await.status, StatusCode::OK);
    }
    let code = bench.code(&seed);
    let fields = [("role", "provider"), ("current", PHRASE), ("code", &code)];
    let done = send(&mut root, &path, &fields).await;
    assert_eq!(
        done.header("location"),
        format!("/accounts/{}?done=role", account.id)
    );
    assert_eq!(front.get("/today").await.header("location"), "/locked");
    let found = accounts::find(&bench.store, &address(FRONT)).await.unwrap();
    assert_eq!(found.unwrap().role, Role::Provider);
    let trail = root.get("/audit").await.text();
    assert!(trail.contains("now a provider"), "{trail}");
    // Nobody takes their own away, so somebody who may do this is left.
    let own = accounts::find(&bench.store, &address(ROOT)).await.unwrap();
    for page in ["role", "password"] {
        let path = format!("/accounts/{}/{page}", own.as_ref().unwrap().id);
        let code = bench.code(&seed);
        let fields = [("role", "staff"), ("current", PHRASE), ("code", &code)];
        let refused = send(&mut root, &path, &fields).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{page}");
    }
}

#[tokio::test]
async fn a_new_first_password_needs_a_proof_is_shown_once_and_ends_every_session() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let account = bench.account(FRONT, Role::Staff).await;
    let (mut front, ..) = bench.set_up(FRONT).await;
    let path = format!("/accounts/{}/password", account.id);
    assert_eq!(send(&mut root, &path, &[]).await.status, WRONG);
    assert_eq!(front.get("/today").await.status, StatusCode::OK);
    let code = bench.code(&seed);
    let fields = [("current", PHRASE), ("code", &*code)];
    let made = send(&mut root, &path, &fields).await;
    let first = secret(&made);
    assert!(first.len() >= accounts::SHORTEST, "{}", made.text());
    assert_eq!(front.get("/today").await.header("location"), "/locked");
    // It opens, the old one does not, and it is shown nowhere else.
    for (phrase, on) in [(PHRASE, false), (first.as_str(), true)] {
        let mut browser = bench.browser();
        let form = browser.get("/").await.form();
        let phrase = phrase.replace(' ', "+");
        let fields = [("form", &*form), ("address", FRONT), ("password", &phrase)];
        let answer = browser.post("/sign-in", &fields).await;
        assert_eq!(answer.status == StatusCode::SEE_OTHER, on);
    }
    let page = root.get(&format!("/accounts/{}", account.id)).await.text();
    assert!(!page.contains(&first));
    assert!(root.get("/audit").await.text().contains("new password"));
}

#[tokio::test]
async fn permissions_are_changed_and_the_later_tab_is_told() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    let front = bench.account(FRONT, Role::Staff).await;
    let path = format!("/accounts/{}/change", front.id);
    let page = root.get(&path).await.text();
    let seen = page
        .split("name=\"seen\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let fields = [
        ("seen", &*seen),
        ("name", "Ana"),
        ("staff", "send"),
        ("writes", RUIZ),
    ];
    send(&mut root, &path, &fields).await;
    let changed = accounts::find(&bench.store, &address(FRONT))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (changed.name.as_deref(), changed.writes_for.len()),
        (Some("Ana"), 1)
    );
    let late = send(&mut root, &path, &[("seen", &*seen), ("name", "Eva")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("changed meanwhile") && late.text().contains("value=\"Eva\""));
}

#[tokio::test]
async fn deputies_are_named_and_ended_and_an_app_password_of_another_is_taken_back() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    bench.account("vega@clinic.example", Role::Provider).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let phone = [("name", "Phone"), ("scope", "both")];
    send(&mut ruiz, "/set-up/app-password", &phone).await;
    let doctor = accounts::find(&bench.store, &address(RUIZ))
        .await
        .unwrap()
        .unwrap();
    let path = format!("/accounts/{}/deputies", doctor.id);
    let until = bench.store.clock().now().to_string()[..10].to_owned();
    for (deputy, until, said) in [
        (
            "vega@clinic.example",
            "1999-01-01",
            "name a day from today on",
        ),
        (ROOT, until.as_str(), "no provider with this account"),
    ] {
        let wrong = send(&mut root, &path, &[("deputy", deputy), ("until", until)]).await;
        assert_eq!(wrong.status, WRONG);
        assert!(wrong.text().contains(said), "{}", wrong.text());
    }
    send(
        &mut root,
        &path,
        &[("deputy", "vega@clinic.example"), ("until", &until)],
    )
    .await;
    let own = format!("/accounts/{}", doctor.id);
    assert!(
        root.get(&own)
            .await
            .text()
            .contains("vega@clinic.example, until")
    );
    send(&mut root, &path, &[("deputy", "")]).await;
    assert!(
        !root
            .get(&own)
            .await
            .text()
            .contains("vega@clinic.example, until")
    );
    send(
        &mut root,
        &format!("{own}/app-password"),
        &[("name", "Phone")],
    )
    .await;
    assert!(!ruiz.get("/set-up").await.text().contains("Phone</bdi>"));
}

#[tokio::test]
async fn the_trail_is_read_in_words_and_who_reads_it_stands_in_it() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    let contact = bench.contact("Canary", "Doe").await;
    let reads = || async {
        let events = bench.store.audit_events(0, 1_000).await.unwrap();
        let read = events
            .iter()
            .filter(|e| e.event.kind == EventKind::Disclose && e.event.note == "read");
        let read: Vec<_> = read.map(|e| e.event.actor).collect();
        read
    };
    let page = root.get("/audit").await.text();
    assert!(
        page.contains("Contact changed") && page.contains(&contact),
        "{page}"
    );
    assert!(page.contains("Data of people looked at") && !page.contains("Canary"));
    let own = accounts::find(&bench.store, &address(ROOT))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(reads().await[0], Actor::Account(own.id));
    // The fixed words are said in the reader's language.
    assert!(page.contains("<bdi>added</bdi>"), "{page}");
    let spanish = root.get("/audit?lang=es").await.text();
    assert!(spanish.contains("<bdi>agregado</bdi>"), "{spanish}");
    root.get("/audit?lang=en").await;
    // Filtered by account, by kind, by day, and what is nonsense filters nothing.
    let mine = root.get(&format!("/audit?account={}", own.id)).await.text();
    assert!(
        mine.contains("Sign-in</p>") && !mine.contains("Contact changed</p>"),
        "{mine}"
    );
    let none = root.get("/audit?day=1999-01-01").await.text();
    assert!(none.contains("Nothing of this kind"));
    let all = root.get("/audit?account=x&kind=99&day=x&before=x").await;
    assert!(all.text().contains("Contact changed</p>"));
    // Page by page, each event once.
    for _ in 0..60 {
        bench.contact("Jane", "Doe").await;
    }
    let (mut path, mut lines) = ("/audit".to_owned(), 0);
    loop {
        let text = root.get(&path).await.text();
        lines += text.matches("Contact changed</p>").count();
        let rest = text.split("href=\"/audit?before=").nth(1);
        let Some(rest) = rest else { break };
        path = format!("/audit?before={}", rest.split('"').next().unwrap());
    }
    assert_eq!(lines, 61);
}
