//! Acceptance: what is taken, what is refused, and what then stands in the store.

use crate::bench::{Bench, Mail, PATIENT, address, reference};
use crate::heard;
use jiff::SignedDuration;
use sealpost::access::accounts::{self, Profile};
use sealpost::model::{Account, Actor, Lane, Recipient, Role, Standing, State};
use sealpost::queue;
use sealpost::store::records::{Contact, Message};

#[tokio::test]
async fn what_is_accepted_or_refused_is_logged_by_its_reference_and_names_nobody() {
    heard::listen();
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("one")).await;
    let size = bench.message(id).await.size;
    assert_eq!(bench.send(&ruiz, &Mail::new("one")).await, id);
    bench.refused(&ruiz, &Mail::new("two").subject(" ")).await;
    let lines = heard::lines();
    let begins = |event: &str| format!("event=\"submission.{event}\" id=");
    let of = |event: &str| -> Vec<&String> {
        let begin = begins(event);
        lines.iter().filter(|l| l.contains(&begin)).collect()
    };
    let accepted = of("accepted");
    assert_eq!(accepted.len(), 1, "{lines:#?}");
    assert!(accepted[0].contains(&format!("id={id} recipients=1 size={size}")));
    assert!(of("resent")[0].contains(&id.to_string()), "{lines:#?}");
    let refused = of("refused")[0];
    assert!(refused.contains("A message was refused"), "{refused}");
    for person in ["jane", "ruiz", "Canary"] {
        assert!(!lines.concat().contains(person), "{person}: {lines:#?}");
    }
}

#[tokio::test]
async fn an_accepted_message_is_named_and_survives_a_restart() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("one")).await;
    bench.restart();
    let message = bench.message(id).await;
    assert_eq!((message.account, message.recipients), (Some(ruiz.id), 1));
    assert!(message.protected && !message.dispatched);
    assert_eq!(bench.recipient(id, 0).await.state, State::Queued);
}

#[tokio::test]
async fn the_facts_of_a_message_are_bare_however_it_is_cut() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    for cut in [1, 7, 100, 1 << 20] {
        let mut mail = Mail::new(&format!("cut{cut}"))
            .subject("[SECURE] =?utf-8?q?Su_cita_ma=C3=B1ana?=")
            .field("Bcc: hidden@else.example\r\nX-Sealpost-Route: clear");
        mail.cut = cut;
        let id = bench.send(&ruiz, &mail).await;
        let head = bench.head(id).await;
        assert_eq!(head.subject, "Su cita mañana");
        assert_eq!(head.from.unwrap().name.as_deref(), Some("Dr. Ruiz"));
        assert_eq!(head.envelope, [address(PATIENT)]);
        let octets = bench.octets(id).await;
        let texts: Vec<_> = head
            .parts
            .iter()
            .map(|p| {
                let (at, long) = (p.offset.try_into().unwrap(), p.length.try_into().unwrap());
                let octets: &[u8] = octets.get(at..).unwrap().get(..long).unwrap();
                std::str::from_utf8(octets).unwrap().trim_end()
            })
            .collect();
        assert_eq!(texts, ["CanaryBody is written here.", "JVBERi0xLjQK"]);
        assert_eq!(head.parts[1].name.as_deref(), Some("CanaryFile.pdf"));
        let text = String::from_utf8(octets).unwrap();
        assert!(text.starts_with("Received: by gate.clinic.example"));
        for gone in ["hidden@", "X-Sealpost", "[SECURE]"] {
            assert!(!text.contains(gone), "{gone} stayed");
        }
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_sent_as_it_is_is_refused_and_leaves_nothing() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = || Mail::new("no");
    let mut bounce = mail();
    bounce.null = true;
    let two = [PATIENT, "second@patient.example"];
    let body = "CanaryBody is written here.";
    // Large enough to have become a file by the time it is refused.
    let large = mail()
        .subject("\u{a0}")
        .swap("JVBERi0xLjQK\r\n", &"QUFBQUFB\r\n".repeat(50_000));
    let blind = mail().envelope_to(&["blind@patient.example"]);
    let cases = [
        (mail().subject("[secure] \u{a0}"), "refuse-no-subject"),
        (large, "refuse-no-subject"),
        (mail().swap(body, "\u{a0}"), "refuse-no-text"),
        (mail().to(&two), "refuse-several"),
        (mail().swap("To: C", "Cc: C"), "refuse-copy"),
        (blind, "refuse-several"),
        // Named and not sent to: the writer believes that she reads it too.
        (mail().field("Cc: second@patient.example"), "refuse-several"),
        (
            mail().field("Auto-Submitted: auto-replied"),
            "refuse-automatic",
        ),
        (bounce, "refuse-automatic"),
        (mail().field("X-Sealpost-Expires: soon"), "refuse-expires"),
        (mail().field("X-Sealpost-Expires: 366d"), "refuse-expires"),
        (mail().field("To: x@else.example"), "refuse-header-twice"),
    ];
    for (mail, reason) in cases {
        assert_eq!(bench.refused(&ruiz, &mail).await, reason);
    }
    nothing_is_kept(&bench, &ruiz).await;
}

#[tokio::test]
async fn who_may_not_send_is_refused_and_leaves_nothing() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let boss = bench.account("boss@clinic.example", Role::Admin).await;
    let left = bench.account("left@clinic.example", Role::Provider).await;
    let by = Actor::Operator(0);
    accounts::set_standing(bench.store(), left.id, Standing::Disabled, by)
        .await
        .unwrap();
    let from = |author: &str| Mail::new("no").swap("Dr. Ruiz <ruiz@clinic.example>", author);
    let bound = bound_to(&bench, &left).await;
    let foreign = Mail::new("no").field("Sender: x@else.example");
    let to_left = Mail::new("no").to(&["left@clinic.example"]);
    let cases = [
        (&ruiz, from("x@else.example"), "refuse-from"),
        (&ruiz, foreign, "refuse-sender"),
        (&desk, from("desk@clinic.example"), "refuse-staff"),
        (&bound, Mail::new("no"), "refuse-writes-for"),
        (&boss, from("boss@clinic.example"), "refuse-admin"),
        // Its session signed in before the account was switched off.
        (&left, from("left@clinic.example"), "refuse-disabled"),
        (&ruiz, to_left, "refuse-switched-off"),
    ];
    for (by, mail, reason) in cases {
        assert_eq!(bench.refused(by, &mail).await, reason);
    }
    nothing_is_kept(&bench, &ruiz).await;
}

/// Somebody of the office who writes for one provider.
async fn bound_to(bench: &Bench, provider: &Account) -> Account {
    let bound = bench.account("bound@clinic.example", Role::Staff).await;
    let profile = Profile {
        writes_for: Some(vec![provider.id]),
        ..Profile::default()
    };
    let by = Actor::Operator(0);
    accounts::set_profile(bench.store(), bound.id, &profile, by)
        .await
        .unwrap();
    bound
}

async fn nothing_is_kept(bench: &Bench, by: &Account) {
    assert_eq!(bench.count::<Message>().await, 0);
    assert_eq!(bench.count::<Recipient>().await, 0);
    assert_eq!(bench.count::<Contact>().await, 0);
    assert!(queue::list(bench.store(), 9).await.unwrap().is_empty());
    assert_eq!(bench.content_files(), 0);
    assert!(bench.filed(by, "Sent").await.is_empty());
}

#[tokio::test]
async fn a_message_without_a_body_is_refused_for_its_missing_text() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mut mail = Mail::new("short");
    let end = mail.text.find("MIME-Version").unwrap();
    mail.text.truncate(end);
    assert_eq!(bench.refused(&ruiz, &mail).await, "refuse-no-text");
}

#[tokio::test]
async fn a_resend_within_two_days_gives_the_first_reference() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("again");
    let first = bench.send(&ruiz, &mail).await;
    bench.hand.advance(SignedDuration::from_hours(47));
    assert_eq!(bench.send(&ruiz, &mail).await, first);
    let other = mail.clone().field("X-Sealpost-Expires: 1d");
    assert_ne!(bench.send(&ruiz, &other).await, first);
    bench.hand.advance(SignedDuration::from_hours(1));
    assert_ne!(bench.send(&ruiz, &mail).await, first);
    assert_eq!(bench.count::<Message>().await, 3);
}

#[tokio::test]
async fn the_same_message_twice_at_once_is_kept_once() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("twin");
    let (one, two, three) = tokio::join!(
        bench.submit(&ruiz, &mail),
        bench.submit(&ruiz, &mail),
        bench.submit(&ruiz, &mail)
    );
    let one = reference(&one.unwrap());
    assert_eq!(reference(&two.unwrap()), one);
    assert_eq!(reference(&three.unwrap()), one);
    assert_eq!(bench.count::<Message>().await, 1);
    bench.dispatch().await;
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 1);
}

#[tokio::test]
async fn new_addresses_are_counted_across_messages_that_arrive_together() {
    let mut bench = Bench::new(|s| s.new_recipients = 3);
    let ruiz = bench.ruiz().await;
    let mails: Vec<Mail> = (0..8)
        .map(|n| Mail::new(&format!("n{n}")).to(&[&format!("p{n}@patient.example")]))
        .collect();
    let all = mails.iter().map(|mail| bench.submit(&ruiz, mail));
    let replies = futures_util::future::join_all(all).await;
    assert_eq!(replies.iter().filter(|r| r.is_ok()).count(), 3);
    let late = replies.iter().find_map(|r| r.as_ref().err()).unwrap();
    assert_eq!((late.code, late.text), (450, "refuse-new-recipients"));
    bench.restart();
    let fresh = Mail::new("fresh").to(&["fresh@patient.example"]);
    assert_eq!(bench.refused(&ruiz, &fresh).await, "refuse-new-recipients");
    // Whoever was written to before is not new.
    let known = Mail::new("known").to(&["p0@patient.example"]);
    bench.send(&ruiz, &known).await;
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.send(&ruiz, &fresh).await;
}

#[tokio::test]
async fn a_large_message_becomes_a_file_and_reads_back_the_same() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let lines = "VGhpcyBpcyBhIGxpbmUgb2YgYSBsYXJnZSBmaWxl\r\n".repeat(75_000);
    let mut mail = Mail::new("large").swap("JVBERi0xLjQK\r\n", &lines);
    mail.cut = 10_007;
    assert!(mail.text.len() > 3_000_000);
    let id = bench.send(&ruiz, &mail).await;
    assert_eq!(bench.content_files(), 1);
    let octets = bench.octets(id).await;
    assert_eq!(octets.len() as u64, bench.message(id).await.size);
    let at = octets.len() - mail.text.len();
    assert!(octets.starts_with(b"Received: "));
    assert!(octets.ends_with(mail.text.as_bytes()));
    assert!(octets.get(..at).unwrap().ends_with(b"\r\n"));
    let head = bench.head(id).await;
    assert_eq!(head.parts[1].length, lines.len() as u64 - 2);
}

#[tokio::test]
async fn a_message_that_breaks_off_leaves_nothing_and_is_counted_no_more() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("half");
    let sender = bench
        .outbound()
        .sender(ruiz.clone(), "192.0.2.7".parse().unwrap());
    let receiving = bench.outbound().receiving();
    let count = || receiving.load(std::sync::atomic::Ordering::Relaxed);
    let mut intake = bench
        .outbound()
        .begin(sender, mail.envelope(&ruiz))
        .unwrap();
    intake.write(mail.text.as_bytes()).await.unwrap();
    intake.write(&vec![b'a'; 400_000]).await.unwrap();
    assert_eq!((count(), bench.content_files()), (1, 1));
    drop(intake);
    assert_eq!((count(), bench.content_files()), (0, 0));
    assert_eq!(bench.count::<Message>().await, 0);
    bench.send(&ruiz, &mail).await;
    assert_eq!(count(), 0);
}
