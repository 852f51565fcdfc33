//! The own set-up, others' accounts, the audit trail.

use super::bench::{Bench, PHRASE, RUIZ, address, send};
use crate::access::accounts;
use crate::model::{Actor, EventKind, Role, Seed, Staff, Standing};
use crate::web::tests::{Answer, Browser};
use axum::http::StatusCode;

const FRONT: &str = "front@clinic.example";
const ROOT: &str = "root@clinic.example";
const VEGA: &str = "vega@clinic.example";
const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
/// What is said where the proof is missing.
const UNPROVED: &str = "the 6 digits that your app shows now";

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

/// Sends a form with the own password and a code that was not used yet.
async fn sure(
    bench: &Bench,
    (browser, seed): (&mut Browser, &Seed),
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    bench.pass(60);
    let code = bench.code(seed);
    let mut all = fields.to_vec();
    all.extend([("current", PHRASE), ("code", code.as_str())]);
    send(browser, path, &all).await
}

#[tokio::test]
async fn an_app_password_is_made_once_shown_once_and_taken_back() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
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
    let made = sure(&bench, (&mut ruiz, &seed), "/set-up/app-password", &fields).await;
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
async fn an_app_password_needs_a_proof_and_what_was_typed_stays() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let path = "/set-up/app-password";
    let fields = [
        ("name", "Phone"),
        ("scope", "imap"),
        ("networks", "10.0.0.0/8"),
    ];
    let code = bench.code(&seed);
    for (proof, said) in [
        (vec![], UNPROVED),
        (vec![("current", PHRASE)], UNPROVED),
        (vec![("code", &*code)], UNPROVED),
        (
            vec![("current", "wrong words for it"), ("code", &*code)],
            "is not right",
        ),
        (
            vec![("current", PHRASE), ("code", "000000")],
            "is not right",
        ),
    ] {
        let all: Vec<_> = fields.into_iter().chain(proof).collect();
        let answer = send(&mut ruiz, path, &all).await;
        assert_eq!(answer.status, WRONG);
        let page = answer.text();
        assert!(page.contains(said), "{said}: {page}");
        for kept in ["\"Phone\"", "\"imap\" selected", "\"10.0.0.0/8\""] {
            assert!(page.contains(&format!("value={kept}")), "{kept}: {page}");
        }
        assert!(!page.contains(&code) && !page.contains(PHRASE));
    }
    assert!(!ruiz.get("/set-up").await.text().contains("Phone</bdi>"));
    let all = [("name", "Phone"), ("current", PHRASE), ("code", &*code)];
    secret(&send(&mut ruiz, path, &all).await);
    // A code is good once.
    let again = send(&mut ruiz, path, &all).await;
    assert_eq!(again.status, WRONG);
    assert!(again.text().contains("is not right"), "{}", again.text());
    let page = ruiz.get("/set-up").await.text();
    assert_eq!(page.matches("Phone</bdi>").count(), 1, "{page}");
}

#[tokio::test]
async fn what_is_wrong_with_an_app_password_is_said_and_none_is_made() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
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
    let many = sure(&bench, (&mut ruiz, &seed), "/set-up/app-password", &fields).await;
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
async fn every_new_account_needs_a_proof_and_what_was_typed_stays() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let path = "/accounts/new";
    let fields = |role| [("address", FRONT), ("name", "Ana <b>"), ("role", role)];
    let guess = vec![("current", PHRASE), ("code", "000000")];
    for (role, proof, said) in [
        ("staff", vec![], UNPROVED),
        ("provider", vec![], UNPROVED),
        ("admin", vec![], UNPROVED),
        ("provider", vec![("current", PHRASE)], UNPROVED),
        ("provider", guess, "is not right"),
    ] {
        let all: Vec<_> = fields(role).into_iter().chain(proof).collect();
        let answer = send(&mut root, path, &all).await;
        assert_eq!(answer.status, WRONG, "{role}");
        let (page, chosen) = (answer.text(), format!("\"{role}\" selected"));
        assert!(page.contains(said), "{said}: {page}");
        for kept in ["\"front@clinic.example\"", "\"Ana &#60;b&#62;\"", &*chosen] {
            assert!(page.contains(&format!("value={kept}")), "{kept}: {page}");
        }
        let found = accounts::find(&bench.store, &address(FRONT)).await;
        assert!(found.unwrap().is_none(), "{role}");
    }
    let made = sure(&bench, (&mut root, &seed), path, &fields("staff")).await;
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
    let fields = [("address", "two@clinic.example"), ("role", "admin")];
    secret(&sure(&bench, (&mut root, &seed), path, &fields).await);
    let two = accounts::find(&bench.store, &address("two@clinic.example")).await;
    assert_eq!(two.unwrap().unwrap().role, Role::Admin);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_is_said_and_none_is_made() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let before = accounts::list(&bench.store).await.unwrap().len();
    for (address, name, said) in [
        ("nonsense", "", "not an e-mail address"),
        (RUIZ, "", "has an account already"),
        ("x@elsewhere.example", "", "own domains"),
        (FRONT, "a\u{7}", "a character in it"),
    ] {
        let fields = [("address", address), ("name", name), ("role", "staff")];
        let answer = sure(&bench, (&mut root, &seed), "/accounts/new", &fields).await;
        assert_eq!(answer.status, WRONG, "{said}");
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
    }
    assert_eq!(accounts::list(&bench.store).await.unwrap().len(), before);
}

#[tokio::test]
async fn an_account_is_switched_off_at_once_never_by_its_owner_and_on_for_a_proof_alone() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
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
    assert!(root.get(&path).await.text().contains("id=\"current\""));
    let standing = || async {
        let found = accounts::find(&bench.store, &address(FRONT)).await;
        found.unwrap().unwrap().standing
    };
    for (proof, said) in [
        (vec![], UNPROVED),
        (
            vec![("current", PHRASE), ("code", "000000")],
            "is not right",
        ),
    ] {
        let fields: Vec<_> = [("to", "on")].into_iter().chain(proof).collect();
        let refused = send(&mut root, &path, &fields).await;
        assert_eq!(refused.status, WRONG);
        let page = refused.text();
        assert!(page.contains(said) && page.contains("name=\"to\" value=\"on\""));
        assert_eq!(standing().await, Standing::Disabled);
    }
    let done = sure(&bench, (&mut root, &seed), &path, &[("to", "on")]).await;
    assert!(done.header("location").ends_with("?done=on"));
    assert_eq!(standing().await, Standing::Active);
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
        (vec![("role", "admin")], UNPROVED),
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

/// What a form about this account carries.
async fn seen(browser: &mut Browser, path: &str) -> String {
    let page = browser.get(path).await.text();
    let after = page.split("name=\"seen\" value=\"").nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn permissions_are_changed_and_the_later_tab_is_told() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    let front = bench.account(FRONT, Role::Staff).await;
    let path = format!("/accounts/{}/change", front.id);
    let seen = seen(&mut root, &path).await;
    let fields = [
        ("seen", &*seen),
        ("name", "Ana"),
        ("staff", "send"),
        ("writes", RUIZ),
    ];
    let refused = send(&mut root, &path, &fields).await;
    assert_eq!(refused.status, WRONG);
    let page = refused.text();
    assert!(page.contains(UNPROVED), "{page}");
    assert!(page.contains("value=\"Ana\"") && page.contains("value=\"send\" selected"));
    assert!(page.contains("value=\"ruiz@clinic.example\" checked"));
    let find = || async {
        let found = accounts::find(&bench.store, &address(FRONT)).await;
        found.unwrap().unwrap()
    };
    let changed = find().await;
    assert_eq!(
        (changed.name, changed.staff, changed.writes_for.len()),
        (None, None, 0)
    );
    sure(&bench, (&mut root, &seed), &path, &fields).await;
    let changed = find().await;
    assert_eq!(
        (
            changed.name.as_deref(),
            changed.staff,
            changed.writes_for.len()
        ),
        (Some("Ana"), Some(Staff::Send), 1)
    );
    let late = send(&mut root, &path, &[("seen", &*seen), ("name", "Eva")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("changed meanwhile") && late.text().contains("value=\"Eva\""));
}

#[tokio::test]
async fn who_may_do_more_than_before_takes_a_proof_and_less_takes_none() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    bench.account(VEGA, Role::Provider).await;
    let front = bench.account(FRONT, Role::Staff).await;
    let path = format!("/accounts/{}/change", front.id);
    // One after the other; what is refused changes nothing.
    for (staff, writes, taken) in [
        ("", vec![RUIZ, VEGA], true),
        ("hold", vec![RUIZ, VEGA], true),
        ("", vec![RUIZ, VEGA], false),
        ("send", vec![RUIZ, VEGA], false),
        ("hold", vec![RUIZ], true),
        ("hold", vec![VEGA], false),
        ("hold", vec![RUIZ, VEGA], false),
        ("hold", vec![], false),
        ("hold", vec![RUIZ], true),
    ] {
        let mark = seen(&mut root, &path).await;
        let mut fields = vec![("seen", &*mark), ("name", "Ana"), ("staff", staff)];
        fields.extend(writes.iter().map(|who| ("writes", *who)));
        let answer = send(&mut root, &path, &fields).await;
        if taken {
            let done = format!("/accounts/{}?done=changed", front.id);
            assert_eq!(answer.header("location"), done, "{staff} {writes:?}");
        } else {
            assert_eq!(answer.status, WRONG, "{staff} {writes:?}");
            assert!(answer.text().contains(UNPROVED), "{}", answer.text());
            assert_eq!(seen(&mut root, &path).await, mark);
        }
    }
}

#[tokio::test]
async fn who_writes_for_somebody_who_was_switched_off_does_not_write_for_all_after_a_change() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    let vega = bench.account(VEGA, Role::Provider).await;
    let front = bench.account(FRONT, Role::Staff).await;
    let path = format!("/accounts/{}/change", front.id);
    let mark = seen(&mut root, &path).await;
    let fields = [
        ("seen", &*mark),
        ("name", "Ana"),
        ("staff", "hold"),
        ("writes", VEGA),
    ];
    send(&mut root, &path, &fields).await;
    let off = accounts::set_standing(&bench.store, vega.id, Standing::Disabled, Actor::Gateway);
    off.await.unwrap();
    let mark = seen(&mut root, &path).await;
    let fields = [("seen", &*mark), ("name", "Ana Luz"), ("staff", "hold")];
    let done = send(&mut root, &path, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let found = accounts::find(&bench.store, &address(FRONT)).await;
    assert_eq!(found.unwrap().unwrap().writes_for, [vega.id]);
}

#[tokio::test]
async fn the_page_with_the_settings_alone_runs_a_script_and_it_is_ours() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let page = ruiz.get("/set-up").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(
        policy.contains("default-src 'none'; script-src 'self';"),
        "{policy}"
    );
    let text = page.text();
    assert_eq!(text.matches("<script").count(), 1);
    assert!(text.contains("<script src=\"/copy.js\" defer></script>"));
    let script = ruiz.get("/copy.js").await;
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    for other in [
        "/today",
        "/contacts",
        "/write",
        "/help",
        "/set-up/app-password",
    ] {
        let page = ruiz.get(other).await;
        let policy = page.header("content-security-policy");
        assert!(!policy.contains("script-src"), "{other}: {policy}");
        assert!(!page.text().contains("<script"), "{other}");
    }
}

#[tokio::test]
async fn a_deputy_is_named_for_a_proof_alone_and_ended_without_one() {
    let bench = Bench::new().await;
    let (mut root, seed) = admin(&bench).await;
    bench.account(VEGA, Role::Provider).await;
    let doctor = accounts::find(&bench.store, &address(RUIZ)).await.unwrap();
    let own = format!("/accounts/{}", doctor.unwrap().id);
    let path = format!("{own}/deputies");
    let until = bench.store.clock().now().to_string()[..10].to_owned();
    for (deputy, until, said) in [
        (VEGA, "1999-01-01", "name a day from today on"),
        (ROOT, until.as_str(), "no provider with this account"),
    ] {
        let fields = [("deputy", deputy), ("until", until)];
        let wrong = sure(&bench, (&mut root, &seed), &path, &fields).await;
        assert_eq!(wrong.status, WRONG);
        assert!(wrong.text().contains(said), "{}", wrong.text());
    }
    let named = "vega@clinic.example, until";
    let fields = [("deputy", VEGA), ("until", &*until)];
    let guess = vec![("current", PHRASE), ("code", "000000")];
    for (proof, said) in [(vec![], UNPROVED), (guess, "is not right")] {
        let all: Vec<_> = fields.into_iter().chain(proof).collect();
        let refused = send(&mut root, &path, &all).await;
        assert_eq!(refused.status, WRONG);
        let page = refused.text();
        assert!(page.contains(said), "{said}: {page}");
        assert!(page.contains("value=\"vega@clinic.example\" selected"));
        assert!(page.contains(&format!("value=\"{until}\"")));
        assert!(!root.get(&own).await.text().contains(named));
    }
    sure(&bench, (&mut root, &seed), &path, &fields).await;
    assert!(root.get(&own).await.text().contains(named));
    send(&mut root, &path, &[("deputy", "")]).await;
    assert!(!root.get(&own).await.text().contains(named));
}

#[tokio::test]
async fn an_app_password_of_another_is_taken_back_without_a_proof() {
    let bench = Bench::new().await;
    let (mut root, _) = admin(&bench).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    bench.app_password(RUIZ).await;
    assert!(ruiz.get("/set-up").await.text().contains("Phone</bdi>"));
    let doctor = accounts::find(&bench.store, &address(RUIZ)).await.unwrap();
    let path = format!("/accounts/{}/app-password", doctor.unwrap().id);
    let done = send(&mut root, &path, &[("name", "Phone")]).await;
    assert!(done.header("location").ends_with("?done=revoked"));
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
