//! Several people at one mailbox (requirements C2.16).

use super::bench::{Bench, Browser};
use super::map::reference;
use super::upload::{fields, parts, send, upload};
use crate::folders;
use axum::http::StatusCode;
use jiff::SignedDuration;

const HOME: &str = "family@example.com";

/// Everything under a message's path.
const BELOW: [&str; 7] = [
    "",
    "/body",
    "/file/1",
    "/files.zip",
    "/message.eml",
    "/print",
    "/reply",
];

async fn gone(browser: &mut Browser, path: &str) {
    for below in BELOW {
        let answer = browser.get(&format!("{path}{below}")).await;
        let refused = [
            StatusCode::FORBIDDEN,
            StatusCode::NOT_FOUND,
            StatusCode::METHOD_NOT_ALLOWED,
        ];
        let status = answer.status;
        assert!(refused.contains(&status), "{path}{below}: {status}");
        let text = answer.text();
        let said = text.contains("results") || text.contains("secret");
        assert!(!said, "{path}{below}: {text}");
    }
}

#[tokio::test]
async fn entries_say_whom_they_are_about_where_several_read() {
    let bench = Bench::new().await;
    let ana = bench.granted("Ana", HOME).await;
    let link = bench.send_about(HOME, Some(&ana)).await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let inbox = browser.get("/inbox").await.text();
    assert!(!inbox.contains("About: Ana"), "she is alone: {inbox}");
    bench.hand.advance(SignedDuration::from_secs(1));
    let luis = bench.granted("Luis", HOME).await;
    bench.send_about(HOME, Some(&luis)).await;
    let inbox = browser.get("/inbox").await.text();
    assert!(
        inbox.contains("About: Ana") && inbox.contains("About: Luis"),
        "{inbox}"
    );
    assert!(browser.get("/files").await.text().contains("About: Ana"));
    assert!(browser.get(&message).await.text().contains("About: Ana"));
    let print = browser.get(&format!("{message}/print")).await.text();
    assert!(print.contains("<dd>Ana</dd>"), "{print}");
    // Before the code nobody is named.
    let landing = format!("/m/{}", link.expose());
    let mut outside = bench.browser();
    for path in [landing.clone(), format!("{landing}/enter"), "/".to_owned()] {
        let page = outside.get(&path).await.text();
        let (_, page) = page.split_once("<main").unwrap();
        assert!(!page.contains("Ana") && !page.contains("Luis"), "{path}");
    }
}

#[tokio::test]
async fn mail_about_a_confidential_contact_is_not_shown_where_others_read() {
    let bench = Bench::new().await;
    let luis = bench.person("Luis", HOME, |luis| luis.confidential = true);
    let luis = luis.await;
    let link = bench.send_about(HOME, Some(&luis)).await;
    // Alone, it is his own mailbox.
    let (mut browser, message) = bench.signed_in(&link).await;
    let page = browser.get(&message).await.text();
    assert!(page.contains("results"), "{page}");
    let form = browser.get(&format!("{message}/reply")).await.form();
    let scan: &[u8] = b"%PDF-1.7\n1 0 obj\n";
    let body = parts(&form, "A secret of mine", &[("scan.pdf", scan)]);
    let sent = send(&mut browser, &message, body).await;
    let sent = sent
        .header("location")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    assert!(browser.get(&sent).await.text().contains("A secret"));
    let file = reference(&page, "/file/");
    assert_eq!(browser.get(&file).await.status, StatusCode::OK);

    // His mother comes to read there too.
    bench.hand.advance(SignedDuration::from_secs(1));
    let ana = bench.granted("Ana", HOME).await;
    bench.send_about(HOME, Some(&ana)).await;
    gone(&mut browser, &message).await;
    gone(&mut browser, &sent).await;
    assert_ne!(browser.get(&file).await.status, StatusCode::OK);
    let calm = browser.get(&message).await.text();
    assert!(calm.contains("for one person alone"), "{calm}");
    for list in ["/inbox", "/sent", "/files"] {
        let page = browser.get(list).await.text();
        for hidden in ["Luis", message.as_str(), sent.as_str(), "scan.pdf"] {
            assert!(!page.contains(hidden), "{list} shows {hidden}: {page}");
        }
    }
    // That somebody else reads here is not told even by a name that stands apart.
    let inbox = browser.get("/inbox").await.text();
    assert!(!inbox.contains("About: Ana"), "{inbox}");
    // Nor by his link, with a code; nor may anybody answer.
    bench.hand.advance(SignedDuration::from_mins(1));
    let mut other = bench.browser();
    let led = bench.enter(&mut other, &link).await;
    gone(&mut other, &led).await;
    let form = other.get("/new").await.form();
    let body = parts(&form, "In his name", &[]);
    let answered = send(&mut other, &led, body).await;
    assert_ne!(answered.status, StatusCode::SEE_OTHER);

    // He has an address of his own now: what came before stays hidden here.
    bench.amend(&luis, |luis| luis.addresses.clear()).await;
    bench.leaves(&luis, HOME).await;
    gone(&mut browser, &message).await;
    gone(&mut browser, &sent).await;
}

#[tokio::test]
async fn a_page_of_the_inbox_is_full_of_what_is_shown_and_leads_to_nothing_hidden() {
    let bench = Bench::new().await;
    let ana = bench.granted("Ana", HOME).await;
    let mut browser = bench.came_in(HOME).await;
    let luis = bench.person("Luis", HOME, |luis| luis.confidential = true);
    let luis = luis.await;
    bench.send_about(HOME, Some(&ana)).await;
    for _ in 0..60 {
        bench.hand.advance(SignedDuration::from_secs(1));
        bench.send_about(HOME, Some(&luis)).await;
    }
    let page = browser.get("/inbox").await.text();
    assert!(page.contains("/message/"), "Ana's own is on it: {page}");
    assert!(!page.contains("before="), "and no page follows: {page}");
}

#[tokio::test]
async fn whose_mail_is_not_shown_at_a_mailbox_cannot_sign_in_there() {
    let bench = Bench::new().await;
    bench
        .person("Luis", HOME, |luis| luis.confidential = true)
        .await;
    bench.came_in(HOME).await;
    bench.hand.advance(SignedDuration::from_mins(1));
    bench.person("Ana", HOME, |ana| ana.portal = None).await;
    let before = bench.codes_to(HOME).await.len();
    bench.asking(HOME).await;
    assert_eq!(bench.codes_to(HOME).await.len(), before);
}

#[tokio::test]
async fn who_writes_for_several_says_for_whom_and_it_is_filed_there() {
    let bench = Bench::new().await;
    let ana = bench.granted("Ana", HOME).await;
    let luis = bench.granted("Luis", HOME).await;
    let rosa = bench.person("Rosa", HOME, |rosa| rosa.confidential = true);
    let rosa = rosa.await;
    let eva = bench.person("Eva", HOME, |eva| eva.portal = None).await;
    let mut browser = bench.came_in(HOME).await;
    let page = browser.get("/new").await;
    let text = page.text();
    for said in ["I am writing for", ">Ana<", ">Luis<"] {
        assert!(text.contains(said), "{text}");
    }
    assert!(!text.contains("Rosa") && !text.contains("Eva"), "{text}");
    let form = page.form();
    let write = async |browser: &mut Browser, person: &str| {
        let all = [
            ("form", form.as_str()),
            ("person", person),
            ("subject", "School"),
            ("text", "A note, please"),
        ];
        upload(browser, "/new", fields(&all, &[])).await
    };
    let unchosen = write(&mut browser, "").await;
    assert_eq!(unchosen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = unchosen.text();
    assert!(text.contains("choose for whom"), "{text}");
    for nobody in [&rosa, &eva] {
        let refused = write(&mut browser, &nobody.id.to_string()).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let sent = write(&mut browser, &luis.id.to_string()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    assert!(browser.get("/sent").await.text().contains("About: Luis"));
    let ruiz = bench.ruiz().await;
    let filed = async |contact| {
        let view = folders::view(&bench.store, ruiz, contact);
        bench.store.entries(view, 0, 100).await.unwrap().len()
    };
    assert_eq!((filed(luis.id).await, filed(ana.id).await), (1, 0));
}
