//! Dispatch: who gets what, by which way.

use crate::bench::{Bench, CANARIES, Mail, PATIENT, address, readable, token};
use sealpost::access::accounts;
use sealpost::access::link::{self, LinkState};
use sealpost::model::parcel::Body;
use sealpost::model::{
    AccountPolicy, Actor, Lane, Notify, RecipientKind, Role, Route, Standing, State,
};
use sealpost::policy::{Copies, Staff};
use sealpost::queue;
use sealpost::store::records::{Thread, Work};

const SUCCESS: Notify = Notify::On {
    success: true,
    failure: false,
    delay: false,
};

#[tokio::test]
async fn every_recipient_ends_in_exactly_one_route() {
    let bench = Bench::new(|s| s.rules.copies = Copies::Each);
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("many")
        .to(&[PATIENT, "vega@clinic.example", "info@supplier.example"])
        .envelope_to(&[
            PATIENT,
            "vega@clinic.example",
            "JANE@patient.example",
            "info@supplier.example",
            "blind@patient.example",
        ]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    let message = bench.message(id).await;
    // Jane stands twice in the envelope and is one person.
    assert_eq!((message.recipients, message.dispatched), (4, true));
    let mut routes = Vec::new();
    for n in 0..4 {
        let recipient = bench.recipient(id, n).await;
        assert_eq!(
            recipient.grant.is_some(),
            recipient.route == Some(Route::Portal)
        );
        routes.push((recipient.route.unwrap(), recipient.kind, recipient.state));
    }
    use RecipientKind::{Bcc, To};
    let expected = [
        (Route::Portal, To, State::Queued),
        (Route::Local, To, State::Delivered),
        (Route::Portal, To, State::Queued),
        (Route::Portal, Bcc, State::Queued),
    ];
    assert_eq!(routes, expected);
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 3);
    assert!(bench.parcels(Lane::Clear).await.is_empty());
    assert_eq!(bench.filed(&vega, "INBOX").await, [(id, false)]);
}

#[tokio::test]
async fn local_mail_is_filed_here_and_the_writer_keeps_a_copy() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("local").to(&["Vega@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    assert_eq!(bench.filed(&ruiz, "Sent").await, [(id, true)]);
    bench.dispatch().await;
    assert_eq!(bench.filed(&vega, "INBOX").await, [(id, false)]);
    assert!(queue::list(bench.store(), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_local_success_is_queued_to_be_told_only_where_that_was_asked() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    bench.account("vega@clinic.example", Role::Provider).await;
    let ways = [Notify::Default, Notify::Never, SUCCESS];
    for (n, notify) in ways.into_iter().enumerate() {
        let mail = Mail::new(&format!("local{n}")).to(&["vega@clinic.example"]);
        let id = bench.send(&ruiz, &mail.notify(notify)).await;
        bench.dispatch().await;
        let listed = queue::list(bench.store(), 9).await.unwrap();
        let works: Vec<_> = listed
            .into_iter()
            .map(|l| (l.job.lane, l.job.work))
            .collect();
        let tell = Work::Tell { message: id, n: 0 };
        let expected = (notify == SUCCESS).then_some((Lane::Success, tell));
        assert_eq!(works, Vec::from_iter(expected));
    }
}

#[tokio::test]
async fn a_message_to_oneself_is_filed_and_announced() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("self").to(&["ruiz@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert_eq!(bench.filed(&ruiz, "INBOX").await, [(id, false)]);
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    let (grant, state) = link::find(bench.store(), &token(&notices[0]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((grant.message, state), (id, LinkState::Open));
}

#[tokio::test]
async fn to_equal_to_from_is_announced_also_where_staff_wrote_it() {
    let bench = Bench::new(|s| s.rules.staff = Staff::Send);
    let ruiz = bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let to_ruiz = |name| Mail::new(name).to(&["ruiz@clinic.example"]);
    bench.send(&desk, &to_ruiz("from ruiz to ruiz")).await;
    let to_desk = Mail::new("from ruiz to desk").to(&["desk@clinic.example"]);
    bench.send(&desk, &to_desk).await;
    bench.dispatch().await;
    assert_eq!(bench.filed(&ruiz, "INBOX").await.len(), 1);
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1, "of what ruiz writes to ruiz alone");
    assert_eq!(notices[0].recipient, address("ruiz@clinic.example"));
}

#[tokio::test]
async fn a_copy_to_oneself_is_only_filed() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("copy")
        .field("Cc: ruiz@clinic.example")
        .envelope_to(&[PATIENT, "ruiz@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert_eq!(bench.filed(&ruiz, "INBOX").await, [(id, false)]);
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].recipient, address(PATIENT));
}

#[tokio::test]
async fn a_notice_leads_to_the_grant_and_says_nothing_of_the_message() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("notice")).await;
    bench.dispatch().await;
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    let text = readable(&notices[0]);
    for canary in CANARIES.iter().chain(&["Ruiz", "Doe"]) {
        assert!(!text.contains(canary), "the notice says {canary}");
    }
    let token = token(&notices[0]);
    let found = link::find(bench.store(), &token).await.unwrap();
    let (grant, state) = found.unwrap();
    assert_eq!((grant.message, grant.n, state), (id, 0, LinkState::Open));
    assert_eq!(grant.address, address(PATIENT));
    assert_eq!(grant.lasts, 7 * 24 * 3600);
    // What is kept of the notice leads nowhere.
    let kept = String::from_utf8(grant.notice).unwrap();
    let joined = kept.replace("=\r\n", "");
    assert!(
        joined.contains("/m/****"),
        "the link is not in the kept notice"
    );
    assert!(!joined.contains(token.expose()));
}

#[tokio::test]
async fn clear_is_closed_to_whatever_refers_to_protected_mail() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let clear = |id: &str| Mail::new(id).subject("[clear] Opening hours");
    // A conversation that was clear from its start stays open to clear.
    let open = bench.send(&ruiz, &clear("root")).await;
    let more = clear("more").field("In-Reply-To: <root@clinic.example>");
    assert!(!bench.message(open).await.protected);
    let more = bench.send(&ruiz, &more).await;
    assert!(!bench.message(more).await.protected);
    // One protected answer, accepted and not yet dispatched, closes it.
    let sealed = Mail::new("sealed").field("References: <root@clinic.example>");
    bench.send(&ruiz, &sealed).await;
    for (id, field) in [
        ("a", "References: <root@clinic.example>"),
        ("b", "In-Reply-To: <sealed@clinic.example>"),
        ("c", "References: <other@x> <sealed@clinic.example>"),
    ] {
        let id = bench.send(&ruiz, &clear(id).field(field)).await;
        assert!(bench.message(id).await.protected, "{field}");
    }
    // Also for somebody else, since answers quote.
    let other = clear("d")
        .to(&["else@other.example"])
        .field("In-Reply-To: <sealed@clinic.example>");
    let id = bench.send(&ruiz, &other).await;
    assert!(bench.message(id).await.protected);
    // What was accepted as clear and still waits is protected now too.
    bench.dispatch().await;
    assert!(bench.message(open).await.protected);
    assert!(bench.parcels(Lane::Clear).await.is_empty());
}

#[tokio::test]
async fn clear_mail_leaves_as_it_is_where_the_policy_allows_it() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("order").to(&["info@supplier.example", "x@supplier.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert!(bench.parcels(Lane::Notice).await.is_empty());
    let parcels = bench.parcels(Lane::Clear).await;
    assert_eq!(parcels.len(), 2);
    let content = bench.message(id).await.content;
    assert!(parcels.iter().all(|p| p.body == Body::Content(content)));
    assert_eq!(parcels[0].sender, Some(ruiz.address));
}

#[tokio::test]
async fn a_colleague_switched_off_after_acceptance_is_not_written_to_outside() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("gone").to(&["info@supplier.example", "vega@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    let by = Actor::Operator(0);
    accounts::set_standing(bench.store(), vega.id, Standing::Disabled, by)
        .await
        .unwrap();
    bench.dispatch().await;
    assert_eq!(bench.recipient(id, 1).await.route, Some(Route::Local));
    let parcels = bench.parcels(Lane::Clear).await;
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0].recipient, address("info@supplier.example"));
}

#[tokio::test]
async fn the_whole_office_side_takes_part_in_the_conversation() {
    let bench = Bench::new(|s| s.rules.staff = Staff::Send);
    let ruiz = bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    bench.account("blind@clinic.example", Role::Provider).await;
    let mail = Mail::new("talk")
        .field("Cc: vega@clinic.example")
        .envelope_to(&[PATIENT, "vega@clinic.example", "blind@clinic.example"]);
    let id = bench.send(&desk, &mail).await;
    bench.dispatch().await;
    let thread = bench.message(id).await.thread;
    let thread = bench.store().get(&Thread::at(thread)).await.unwrap();
    assert_eq!(thread.unwrap().accounts, [desk.id, ruiz.id, vega.id]);
    // Answers of several at once: nobody is forgotten.
    let reply = |from: &str, id: &str| {
        Mail::new(id)
            .swap("ruiz@clinic.example", from)
            .field("References: <talk@clinic.example>")
    };
    bench.send(&ruiz, &reply("ruiz@clinic.example", "r1")).await;
    let lee = bench.account("lee@clinic.example", Role::Provider).await;
    let kim = bench.account("kim@clinic.example", Role::Provider).await;
    bench.send(&lee, &reply("lee@clinic.example", "r2")).await;
    bench.send(&kim, &reply("kim@clinic.example", "r3")).await;
    assert_eq!(bench.outbound().turn().await.unwrap(), 3);
    bench.dispatch().await;
    let thread = bench.message(id).await.thread;
    let thread = bench.store().get(&Thread::at(thread)).await.unwrap();
    let mut accounts = thread.unwrap().accounts;
    accounts.sort();
    let mut expected = vec![desk.id, ruiz.id, vega.id, lee.id, kim.id];
    expected.sort();
    assert_eq!(accounts, expected);
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 4);
}

#[tokio::test]
async fn an_account_has_a_policy_of_its_own() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let by = Actor::Operator(0);
    let set = async |policy| {
        accounts::set_policy(bench.store(), ruiz.id, policy, by)
            .await
            .unwrap();
    };
    let sent = async |mail: Mail| {
        bench
            .message(bench.send(&ruiz, &mail).await)
            .await
            .protected
    };
    let order = |id: &str| Mail::new(id).to(&["info@supplier.example"]);

    assert!(!sent(order("a")).await);
    set(AccountPolicy::Secure).await;
    assert!(sent(order("b").subject("[clear] Order")).await);
    set(AccountPolicy::Off).await;
    assert!(!sent(Mail::new("c")).await);
    assert!(sent(Mail::new("d").subject("[secure] Results")).await);
    let answer = Mail::new("e").field("In-Reply-To: <d@clinic.example>");
    assert!(sent(answer).await);
    // Nothing could ask for protection: then off says nothing.
    bench.reload(|s| {
        s.secure_tag = None;
        s.rules.secure_tag = false;
    });
    assert!(sent(Mail::new("f")).await);
    // Raised between acceptance and dispatch, it counts.
    set(AccountPolicy::Secure).await;
    bench.dispatch().await;
    assert!(bench.parcels(Lane::Clear).await.is_empty());
}
