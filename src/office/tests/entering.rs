//! The ways in: as they are meant, and as somebody else would like them.

use super::bench::{Bench, PHRASE, RUIZ, address, seed, spaced};
use crate::access::accounts;
use crate::model::{Head, Role, Standing, TaskId, heard};
use crate::office::Gap;
use crate::store::records::{Grant, Message, OpenTask, Task, TaskKind};
use crate::store::{Tx, samples};
use crate::{folders, model::Actor};
use axum::http::StatusCode;

#[tokio::test]
async fn somebody_sets_the_app_up_keeps_the_codes_and_comes_back_with_either() {
    let bench = Bench::new().await;
    let mut browser = bench.halfway(RUIZ).await;
    // A right password alone opens nothing.
    assert_eq!(browser.get("/today").await.header("location"), "/code");
    assert_eq!(browser.get("/code").await.header("location"), "/factor");
    let page = browser.get("/factor").await;
    let (text, form) = (page.text(), page.form());
    assert!(text.contains("<svg class=\"qr\"") && text.contains("otpauth://totp/North%20Clinic:"));
    let own = seed(&page);
    let wrong = browser
        .post("/factor", &[("form", &form), ("code", "12")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = bench.code(&own);
    let done = browser
        .post("/factor", &[("form", &form), ("code", &code)])
        .await;
    let codes: Vec<String> = done.text().split("<li>").skip(1).map(cut).collect();
    let codes: Vec<String> = codes.into_iter().filter(|code| code.len() == 11).collect();
    assert_eq!(codes.len(), 10, "{}", done.text());
    assert!(
        browser
            .get("/today")
            .await
            .text()
            .contains("Nothing waits for you")
    );
    // It is not shown again.
    assert_eq!(browser.get("/factor").await.header("location"), "/today");

    bench.pass(60);
    bench.signed_in(RUIZ, &own).await;
    let mut other = bench.halfway(RUIZ).await;
    let form = other.get("/code").await.form();
    let came = other
        .post("/code", &[("form", &form), ("code", &codes[0])])
        .await;
    assert_eq!(came.header("location"), "/today");
    assert!(other.get("/today").await.text().contains(RUIZ));
}

fn cut(text: &str) -> String {
    text.split('<').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_address_that_nobody_has_is_answered_as_one_that_somebody_has() {
    let bench = Bench::new().await;
    let off = bench.account("off@clinic.example", Role::Staff).await;
    let by = Actor::Gateway;
    let switched = accounts::set_standing(&bench.store, off.id, Standing::Disabled, by);
    switched.await.unwrap();
    heard::listen();
    let mut told = Vec::new();
    for who in [
        RUIZ,
        "off@clinic.example",
        "nobody@clinic.example",
        "nonsense",
    ] {
        let mut browser = bench.browser();
        browser.headers = vec![("x-forwarded-for", format!("198.51.{}.1", told.len()))];
        let form = browser.get("/").await.form();
        let mut heard = Vec::new();
        for _ in 0..7 {
            let fields = [
                ("form", form.as_str()),
                ("address", who),
                ("password", "wrong"),
            ];
            let answer = browser.post("/sign-in", &fields).await;
            let page = answer.text().replace(who, "…").replace(&form, "…");
            heard.push((answer.status, page, answer.header("retry-after").to_owned()));
        }
        assert_eq!(heard[0].0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(heard[6].0, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(heard[6].2, "30");
        told.push(heard);
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]));
    let log = heard::lines();
    let failed = "event=\"auth.failed\" proto=\"office\" ip=198.51.0.1 ";
    assert!(log.iter().any(|line| line.contains(failed)), "{log:?}");
    assert!(!log.concat().contains("ruiz") && !log.concat().contains("nobody"));
}

#[tokio::test]
async fn a_sign_in_leads_to_work_and_nowhere_else() {
    let bench = Bench::new().await;
    let (_, own, _) = bench.set_up(RUIZ).await;
    for more in [
        "?next=https://evil.example",
        "?next=//evil.example",
        "?return=%2F%2Fevil.example&lang=en",
    ] {
        let mut browser = bench.browser();
        let form = browser.get(&format!("/{more}")).await.form();
        let fields = [
            ("form", form.as_str()),
            ("address", RUIZ),
            ("password", PHRASE),
        ];
        let answer = browser
            .post(&format!("/sign-in{more}"), &spaced(&fields))
            .await;
        assert_eq!(answer.header("location"), "/code");
        let form = browser.get(&format!("/code{more}")).await.form();
        let fields = [("form", form.as_str()), ("code", &bench.code(&own))];
        let answer = browser.post(&format!("/code{more}"), &fields).await;
        assert_eq!(answer.header("location"), "/today");
        bench.pass(60);
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_but_no_password_and_nothing_of_it_runs() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    let form = browser.get("/").await.form();
    let fields = [
        ("form", form.as_str()),
        ("address", "%22%3E%3Cscript%3Ex()"),
        ("password", "canary-in-the-mine"),
    ];
    let answer = browser.post("/sign-in", &fields).await;
    let page = answer.text();
    assert!(page.contains("&#34;&#62;&#60;script&#62;x()"), "{page}");
    assert!(!page.contains("<script") && !page.contains("canary"));
}

#[tokio::test]
async fn an_idle_page_closes_itself_and_says_why() {
    let bench = Bench::new().await;
    let (mut browser, ..) = bench.set_up(RUIZ).await;
    let today = browser.get("/today").await;
    assert_eq!(today.header("refresh"), "1800; url=/locked");
    bench.pass(1_801);
    assert_eq!(browser.get("/today").await.header("location"), "/locked");
    let locked = browser.get("/locked").await;
    assert!(locked.text().contains("Your pages are closed"));
    assert!(!locked.text().contains(RUIZ));
}

#[tokio::test]
async fn new_recovery_codes_need_a_code_of_the_app() {
    let bench = Bench::new().await;
    let (mut browser, own, _) = bench.set_up(RUIZ).await;
    let form = browser.get("/recovery").await.form();
    let wrong = if bench.code(&own) == "111111" {
        "222222"
    } else {
        "111111"
    };
    let refused = browser
        .post("/recovery", &[("form", &form), ("code", wrong)])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let code = bench.code(&own);
    let made = browser
        .post("/recovery", &[("form", &form), ("code", &code)])
        .await;
    assert!(
        made.text().contains("Keep these recovery codes"),
        "{}",
        made.text()
    );
}

#[tokio::test]
async fn what_is_not_finished_is_told_to_who_can_finish_it() {
    let bench = Bench::new().await;
    let (mut provider, ..) = bench.set_up(RUIZ).await;
    bench.account("root@clinic.example", Role::Admin).await;
    let (mut admin, ..) = bench.set_up("root@clinic.example").await;
    for page in [provider.get("/today").await, admin.get("/today").await] {
        assert!(!page.text().contains("not finished"));
    }
    bench.gaps.replace(vec![Gap {
        wrong: "the relay <cannot> be found".into(),
        fix: "check its spelling".into(),
    }]);
    let (theirs, ours) = (provider.get("/today").await, admin.get("/today").await);
    assert!(theirs.text().contains("1 thing is missing"));
    assert!(!theirs.text().contains("relay"));
    assert!(ours.text().contains("the relay &#60;cannot&#62; be found"));
    assert!(ours.text().contains("check its spelling"));
}

/// A message of this account to Jane, whom the office is to send it again.
async fn asked(bench: &Bench, who: &str) -> Message {
    let account = accounts::find(&bench.store, &address(who)).await.unwrap();
    let account = account.unwrap();
    let (store, now) = (&bench.store, bench.store.clock().now());
    let head = Head {
        subject: "Your <results>".into(),
        ..Head::default()
    };
    let mut writer = store.write_content();
    writer
        .write(b"Subject: Your results\r\n\r\nAll is well.\r\n")
        .await
        .unwrap();
    let content = writer.finish().await.unwrap();
    let message = samples::message(now, &content, &head);
    let jane = address("jane@example.com");
    let grant = Grant {
        expires: now,
        ..samples::grant(store, message.id, &jane)
    };
    let task = Task {
        id: TaskId::new(now),
        kind: TaskKind::SendAgain,
        grant: grant.id,
        created: now,
        done: None,
    };
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&message);
    tx.insert(&grant);
    tx.insert(&task);
    tx.insert(&OpenTask {
        grant: grant.id,
        task: task.id,
    });
    let sent = folders::sent(store, account.id);
    tx.file(sent, message.id, crate::model::Flags::default(), None);
    store.commit(tx).await.unwrap();
    message
}

#[tokio::test]
async fn who_asks_for_a_message_again_is_shown_to_who_wrote_it_and_to_nobody_else() {
    let bench = Bench::new().await;
    asked(&bench, RUIZ).await;
    let (mut writer, ..) = bench.set_up(RUIZ).await;
    let today = writer.get("/today").await.text();
    assert!(today.contains("jane@example.com"), "{today}");
    assert!(today.contains("Your &#60;results&#62;") && today.contains("Its time is over"));
    for (who, role) in [
        ("other@clinic.example", Role::Provider),
        ("root@clinic.example", Role::Admin),
    ] {
        bench.account(who, role).await;
        let (mut browser, ..) = bench.set_up(who).await;
        let today = browser.get("/today").await.text();
        assert!(
            !today.contains("jane") && !today.contains("results"),
            "{who}"
        );
    }
}
