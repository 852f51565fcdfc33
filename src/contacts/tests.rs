//! The directory on a real store, with a clock that the test moves.

use crate::contacts::{
    self, Draft, Effect, Field, Found, PlanError, Problem, PutError, Reason, Rules, SheetError,
    Verdict, Wanted,
};
use crate::model::{AccountId, Actor, Address, Clock, ContactId, EventKind, Language, ManualClock};
use crate::store::records::{Contact, ContactAddress, ContactStatus, FamilyMember};
use crate::store::{Error, Record, RootKey, Settings, Store, Tx};
use jiff::SignedDuration;
use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const RUIZ: AccountId = AccountId::from_octets([9; 16]);
const BY: Actor = Actor::Operator(7);

struct Bench {
    store: Store,
    hand: ManualClock,
    rules: Rules,
    _folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new("2026-11-22T15:00:00Z".parse().unwrap());
        let settings = Settings {
            path: folder.path().join("data"),
            minimum_free: 0,
        };
        let clock = Clock::Manual(hand.clone());
        let store = Store::create(&settings, &RootKey::generate(), clock).unwrap();
        Self {
            store,
            hand,
            rules: Rules {
                today: date(2026, 11, 22),
                providers: HashMap::from([("ruiz@clinic.example".to_owned(), RUIZ)]),
                required: vec![Field::Name, Field::Email, Field::Provider],
                theirs: HashSet::new(),
                domains: vec!["clinic.example".to_owned()],
            },
            _folder: folder,
        }
    }

    async fn put(&self, id: Option<ContactId>, draft: &Draft) -> Result<Contact, PutError> {
        self.hand.advance(SignedDuration::from_secs(1));
        let mut tx = Tx::new();
        let rules = (&self.rules, BY);
        let put = contacts::put(&self.store, &mut tx, id, draft, rules).await?;
        self.store.commit(tx).await?;
        Ok(put.contact)
    }

    async fn add(&self, last: &str, first: &str, email: &str) -> Contact {
        self.put(None, &person(last, first, email)).await.unwrap()
    }

    /// What is wrong with a draft; nothing has changed then.
    async fn wrong(&self, id: Option<ContactId>, draft: &Draft) -> Vec<Problem> {
        let before = self.everybody().await;
        let problems = match self.put(id, draft).await {
            Err(PutError::Problems(problems)) => problems.0,
            other => panic!("{other:?}"),
        };
        assert_eq!(self.everybody().await, before);
        problems
    }

    async fn get(&self, id: ContactId) -> Contact {
        self.store.get(&Contact::at(id)).await.unwrap().unwrap()
    }

    async fn everybody(&self) -> Vec<Contact> {
        self.all().await
    }

    async fn all<R: Record>(&self) -> Vec<R> {
        self.store.range(&[], None, 50_000).await.unwrap()
    }

    async fn to(&self, email: &str, name: Option<&str>) -> Option<ContactId> {
        let address = address(email);
        contacts::addressed(&self.store, &address, name)
            .await
            .unwrap()
    }

    async fn search(&self, words: &str) -> Vec<String> {
        let wanted = Wanted {
            words: words.to_owned(),
            limit: 50,
            ..Wanted::default()
        };
        names(&contacts::search(&self.store, wanted).await.unwrap())
    }

    async fn plan(&self, file: &str) -> Vec<(u64, Verdict)> {
        let plan = contacts::plan(&self.store, file.as_bytes(), &self.rules).await;
        let lines = plan.unwrap().lines.into_iter();
        lines.map(|line| (line.line, line.verdict)).collect()
    }

    /// The words for what becomes of each line.
    async fn verdicts(&self, file: &str) -> Vec<&'static str> {
        let plan = self.plan(file).await;
        plan.iter().map(|(_, verdict)| word(verdict)).collect()
    }

    async fn import(&self, file: &str) -> Result<(), Error> {
        self.hand.advance(SignedDuration::from_secs(1));
        let plan = contacts::plan(&self.store, file.as_bytes(), &self.rules).await;
        let plan = plan.unwrap();
        assert!(plan.is_clean(), "{:?}", plan.lines);
        let mut tx = Tx::new();
        contacts::carry_out(&self.store, &mut tx, &plan, BY).await?;
        self.store.commit(tx).await.map(drop)
    }

    async fn export(&self) -> String {
        let providers = HashMap::from([(RUIZ, "ruiz@clinic.example".to_owned())]);
        contacts::export(&self.everybody().await, &providers, false)
    }

    /// The words of the audit trail, oldest first.
    async fn trail(&self) -> Vec<String> {
        let events = self.store.audit_events(0, 1000).await.unwrap();
        let events = events.into_iter().map(|e| e.event);
        let events = events.filter(|e| e.kind == EventKind::Contact && e.actor == BY);
        events.map(|e| e.note).collect()
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Add(_) => "add",
        Verdict::Change(_) => "change",
        Verdict::Same(_) => "same",
        Verdict::Refused(_) => "refused",
    }
}

fn names(found: &Found) -> Vec<String> {
    let names = found
        .contacts
        .iter()
        .map(|c| c.listed_name().unwrap_or_default());
    names.collect()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A patient of Dr. Ruiz.
fn person(last: &str, first: &str, email: &str) -> Draft {
    Draft {
        last: text(last),
        first: text(first),
        emails: Some(vec![email.to_owned()]),
        provider: text("Ruiz@clinic.example"),
        status: text("patient"),
        ..Draft::default()
    }
}

/// What the portal asks for besides.
fn complete() -> Draft {
    Draft {
        born: text("1980-01-31"),
        phones: Some(vec!["+1 555 0100".to_owned()]),
        postal: text("1 Main St\r\n\r\n Harbour "),
        ..Draft::default()
    }
}

#[tokio::test]
async fn what_is_written_is_kept_and_an_empty_text_takes_it_away() {
    let bench = Bench::new();
    let jane = bench.add(" Doe ", "Jane", "Jane@Example.com").await;
    assert_eq!(jane.last.as_deref(), Some("Doe"));
    assert_eq!(jane.provider, Some(RUIZ));
    let draft = Draft {
        name: text("Jane D."),
        language: text("es"),
        emails: Some(vec![
            "new@example.com".into(),
            " ".into(),
            "jane@example.com".into(),
        ]),
        confidential: Some(true),
        ..complete()
    };
    let after = bench.put(Some(jane.id), &draft).await.unwrap();
    assert_eq!(after.postal.as_deref(), Some("1 Main St\nHarbour"));
    assert_eq!(after.born, Some(date(1980, 1, 31)));
    assert_eq!(after.language, Some(Language::Spanish));
    assert_eq!(after.phones, ["+1 555 0100"]);
    assert!(after.confidential && after.changed > jane.changed);
    assert_eq!(
        (after.first.as_deref(), after.created),
        (Some("Jane"), jane.created)
    );
    assert_eq!(bench.get(jane.id).await, after);
    assert_eq!(bench.to("NEW@example.com", None).await, Some(jane.id));

    let less = Draft {
        name: text(""),
        born: text(" "),
        emails: Some(vec!["new@example.com".into()]),
        ..Draft::default()
    };
    let less = bench.put(Some(jane.id), &less).await.unwrap();
    assert_eq!((less.name, less.born), (None, None));
    assert_eq!(bench.to("jane@example.com", None).await, None);
    assert_eq!(bench.all::<ContactAddress>().await.len(), 1);
    // What changes nothing is no change.
    let again = bench.put(Some(jane.id), &Draft::default()).await.unwrap();
    assert_eq!(again.changed, less.changed);
    assert_eq!(bench.trail().await, ["added", "addresses", "addresses"]);
    let nobody = ContactId::from_octets([1; 16]);
    let unknown = bench.put(Some(nobody), &Draft::default()).await;
    assert_eq!(unknown, Err(PutError::Unknown));
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once_and_nothing_is_kept() {
    let bench = Bench::new();
    let draft = Draft {
        first: text("Ja\nne"),
        last: text(&"x".repeat(101)),
        name: text("Jane \u{202e}eoD"),
        born: text("31/01/1980"),
        language: text("fr"),
        status: text("friend"),
        phones: Some(vec!["1".into(); 5]),
        emails: Some(vec![
            "a@b.example".into(),
            "A@b.example".into(),
            "jane".into(),
        ]),
        postal: text(&"x".repeat(301)),
        provider: text("vega@clinic.example"),
        guarantor: text("my mother"),
        ..Draft::default()
    };
    let wrong = bench.wrong(None, &draft).await;
    for problem in [
        Problem::Character(Field::First),
        Problem::Long(Field::Last, 100),
        Problem::Character(Field::Name),
        Problem::Born,
        Problem::Word(Field::Language, "en, es"),
        Problem::Word(Field::Status, "patient, non-patient, stub"),
        Problem::Many(Field::Phone, 4),
        Problem::Email,
        Problem::Twice(Field::Email),
        Problem::Long(Field::Postal, 300),
        Problem::Provider,
        Problem::Guarantor,
    ] {
        assert!(wrong.contains(&problem), "{problem:?} is not in {wrong:?}");
    }
    assert_eq!(wrong.len(), 12);
    for born in ["2026-11-23", "1876-01-01"] {
        let draft = Draft {
            born: text(born),
            ..person("Doe", "Jane", "j@example.com")
        };
        assert_eq!(bench.wrong(None, &draft).await, [Problem::Age], "{born}");
    }
    for born in ["1980-1-31", "1980-02-30", "+1980-01-3"] {
        let draft = Draft {
            born: text(born),
            ..person("Doe", "Jane", "j@example.com")
        };
        assert_eq!(bench.wrong(None, &draft).await, [Problem::Born], "{born}");
    }
}

#[tokio::test]
async fn what_is_missing_is_said_beside_what_is_wrong_and_no_field_twice() {
    let bench = Bench::new();
    let draft = Draft {
        status: text("patient"),
        emails: Some(vec!["jane".into()]),
        ..Draft::default()
    };
    let missing = [Field::Name, Field::Provider].map(Problem::Missing);
    let wrong = bench.wrong(None, &draft).await;
    assert_eq!((&wrong[0], &wrong[1..]), (&Problem::Email, &missing[..]));
}

#[tokio::test]
async fn the_clinic_says_what_a_record_must_have_and_a_stub_owes_nothing() {
    let bench = Bench::new();
    let bare = Draft {
        status: text("patient"),
        ..Draft::default()
    };
    let missing = [Field::Name, Field::Email, Field::Provider].map(Problem::Missing);
    assert_eq!(bench.wrong(None, &bare).await, missing);
    let office = Draft {
        status: text("non-patient"),
        ..bare.clone()
    };
    assert_eq!(bench.wrong(None, &office).await, missing[..2]);
    let mut tx = Tx::new();
    let stub = contacts::stub(&bench.store, &mut tx, &address("a@b.example"), None);
    bench.store.commit(tx).await.unwrap();
    let spoken = Draft {
        language: text("es"),
        ..Draft::default()
    };
    let spoken = bench.put(Some(stub), &spoken).await.unwrap();
    assert_eq!(spoken.status, ContactStatus::Stub);
    assert_eq!(bench.wrong(Some(stub), &bare).await.len(), 2);
}

#[tokio::test]
async fn who_signs_in_to_the_portal_needs_a_complete_record_and_keeps_it() {
    let bench = Bench::new();
    let jane = bench.add("Doe", "Jane", "jane@example.com").await;
    let grant = Draft {
        portal: Some(true),
        ..Draft::default()
    };
    let needs = [Field::Born, Field::Phone, Field::Postal].map(Problem::PortalNeeds);
    assert_eq!(bench.wrong(Some(jane.id), &grant).await, needs);
    bench.put(Some(jane.id), &complete()).await.unwrap();
    let granted = bench.put(Some(jane.id), &grant).await.unwrap();
    let since = granted.portal.unwrap();
    let again = bench.put(Some(jane.id), &grant).await.unwrap();
    assert_eq!(again.portal, Some(since), "since the first time");
    let less = Draft {
        phones: Some(Vec::new()),
        ..Draft::default()
    };
    let needs = [Problem::PortalNeeds(Field::Phone)];
    assert_eq!(bench.wrong(Some(jane.id), &less).await, needs);
    let revoke = Draft {
        portal: Some(false),
        ..Draft::default()
    };
    let revoked = bench.put(Some(jane.id), &revoke).await.unwrap();
    assert_eq!(revoked.portal, None);
    let words = ["added", "changed", "granted", "revoked"];
    assert_eq!(bench.trail().await, words);
}

#[tokio::test]
async fn a_family_has_one_head_and_is_found_from_each_of_its_members() {
    let bench = Bench::new();
    let mail = "family@example.com";
    let head = bench.add("Doe", "Ann", mail).await;
    let with = |id: ContactId| Draft {
        guarantor: Some(id.to_string()),
        ..Draft::default()
    };
    let mut children = Vec::new();
    for first in ["Ben", "Cleo"] {
        let child = bench.add("Doe", first, mail).await;
        children.push(bench.put(Some(child.id), &with(head.id)).await.unwrap());
    }
    let family = async |contact: &Contact| {
        let others = contacts::family(&bench.store, contact).await.unwrap();
        others
            .into_iter()
            .map(|c| c.first.unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(family(&head).await, ["Ben", "Cleo"]);
    assert_eq!(family(&children[0]).await, ["Ann", "Cleo"]);
    let sharing = contacts::sharing(&bench.store, &address(mail))
        .await
        .unwrap();
    assert_eq!(sharing.len(), 3);

    let outsider = bench.add("Roe", "Rob", "rob@example.com").await;
    let wrong = async |who: &Contact, head| bench.wrong(Some(who.id), &with(head)).await;
    assert_eq!(wrong(&head, head.id).await, [Problem::Guarantor], "oneself");
    assert_eq!(
        wrong(&outsider, children[0].id).await,
        [Problem::Guarantor],
        "a chain"
    );
    assert_eq!(wrong(&head, outsider.id).await, [Problem::Head]);
    let nobody = ContactId::from_octets([1; 16]);
    assert_eq!(wrong(&outsider, nobody).await, [Problem::Guarantor]);

    let leave = Draft {
        guarantor: text(""),
        ..Draft::default()
    };
    bench.put(Some(children[0].id), &leave).await.unwrap();
    assert_eq!(family(&head).await, ["Cleo"]);
    assert_eq!(bench.all::<FamilyMember>().await.len(), 1);
}

#[tokio::test]
async fn of_two_who_make_each_other_head_of_the_family_one_fails() {
    let bench = Bench::new();
    let ann = bench.add("Doe", "Ann", "a@example.com").await;
    let ben = bench.add("Doe", "Ben", "b@example.com").await;
    let mut changes = Vec::new();
    for (who, head) in [(ann.id, ben.id), (ben.id, ann.id)] {
        let draft = Draft {
            guarantor: Some(head.to_string()),
            ..Draft::default()
        };
        let mut tx = Tx::new();
        let rules = (&bench.rules, BY);
        let put = contacts::put(&bench.store, &mut tx, Some(who), &draft, rules).await;
        put.unwrap();
        changes.push(tx);
    }
    let second = changes.pop().unwrap();
    bench.store.commit(changes.pop().unwrap()).await.unwrap();
    assert_eq!(bench.store.commit(second).await, Err(Error::Conflict));
}

#[tokio::test]
async fn mail_to_a_shared_mailbox_is_for_who_is_named_else_for_the_oldest() {
    let bench = Bench::new();
    let mail = "family@example.com";
    assert_eq!(bench.to(mail, Some("Ann Doe")).await, None);
    let ann = bench.add("Doe", "Ann", mail).await;
    // One alone is meant, whatever the writer calls them.
    assert_eq!(bench.to(mail, Some("Somebody")).await, Some(ann.id));
    let jose = bench.add("Núñez", "José", mail).await;
    for (name, meant) in [
        (None, ann.id),
        (Some("Somebody else"), ann.id),
        (Some("José Núñez"), jose.id),
        (Some("NUNEZ, Jose"), jose.id),
        (Some("Ann Doe"), ann.id),
        (Some("José"), ann.id),
        (Some(" - "), ann.id),
    ] {
        assert_eq!(bench.to(mail, name).await, Some(meant), "{name:?}");
    }
    let called = Draft {
        name: text("Pepe"),
        ..Draft::default()
    };
    bench.put(Some(jose.id), &called).await.unwrap();
    assert_eq!(bench.to(mail, Some("pepe")).await, Some(jose.id));
    // A second of the same name: it says nothing any more.
    bench.add("Núñez", "José", mail).await;
    assert_eq!(bench.to(mail, Some("José Núñez")).await, Some(ann.id));
}

#[tokio::test]
async fn a_person_is_found_by_what_is_at_hand() {
    let bench = Bench::new();
    for (last, first, email) in [
        ("Núñez Ruiz", "José", "jn@example.com"),
        ("Doe", "Jane", "jane.doe@example.org"),
        ("Wei\u{df}", "Ørjan", "orjan@example.net"),
        ("李", "小龙", "li@example.com"),
    ] {
        bench.add(last, first, email).await;
    }
    let mut tx = Tx::new();
    let stub = Some("Stub Person".to_owned());
    contacts::stub(&bench.store, &mut tx, &address("stub@example.com"), stub);
    bench.store.commit(tx).await.unwrap();
    let jane = bench.to("jane.doe@example.org", None).await;
    bench.put(jane, &complete()).await.unwrap();
    let (jose, jane, orjan) = ("Núñez Ruiz, José", "Doe, Jane", "Wei\u{df}, Ørjan");
    for (words, found) in [
        ("nunez", vec![jose]),
        ("JOSE ruiz", vec![jose]),
        ("núñez, josé", vec![jose]),
        ("ja do", vec![jane]),
        ("unez", vec![]),
        ("weiss orjan", vec![orjan]),
        ("李", vec!["李, 小龙"]),
        ("doe@example.ORG", vec![jane]),
        ("1980-01-31", vec![jane]),
        ("1980-01 doe", vec![jane]),
        ("555-0100", vec![jane]),
        ("+1 555 0100", vec![jane]),
        ("0100 jane", vec![jane]),
        (
            "example",
            vec![jane, jose, "Stub Person", orjan, "李, 小龙"],
        ),
        ("jane nunez", vec![]),
        ("stub", vec!["Stub Person"]),
        ("", vec![jane, jose, orjan, "李, 小龙"]),
    ] {
        assert_eq!(bench.search(words).await, found, "{words}");
    }
}

#[tokio::test]
async fn a_list_comes_in_pieces_that_miss_nobody() {
    let bench = Bench::new();
    for n in 0..25 {
        let email = format!("p{n}@example.com");
        // Three of each name.
        bench.add(&format!("Doe{}", n / 3), "Jane", &email).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let wanted = Wanted {
            provider: Some(RUIZ),
            after,
            limit: 4,
            ..Wanted::default()
        };
        let found = contacts::search(&bench.store, wanted).await.unwrap();
        assert!(found.contacts.len() <= 4);
        seen.extend(found.contacts.iter().map(|c| c.id));
        after = seen.last().copied();
        if !found.more {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 25);
    let other = Wanted {
        provider: Some(AccountId::from_octets([1; 16])),
        limit: 9,
        ..Wanted::default()
    };
    let found = contacts::search(&bench.store, other).await.unwrap();
    assert!(found.contacts.is_empty() && !found.more);
}

#[tokio::test]
async fn a_line_is_matched_by_name_and_birth_then_by_address() {
    let bench = Bench::new();
    let ann = bench.add("Doe", "Ann", "family@example.com").await;
    bench.put(Some(ann.id), &complete()).await.unwrap();
    let mut tx = Tx::new();
    let stub = Some("Dr. Rob Roe".to_owned());
    let rob = contacts::stub(&bench.store, &mut tx, &address("rob@example.com"), stub);
    bench.store.commit(tx).await.unwrap();
    let file = "last,first,born,email,provider\n\
        DOE,Ann,1980-01-31,ann@example.com,ruiz@clinic.example\n\
        Doe,Ben,2010-05-05,family@example.com,ruiz@clinic.example\n\
        Roe,Rob,1970-07-07,rob@example.com,ruiz@clinic.example\n\
        Poe,Pat,,pat@example.com,ruiz@clinic.example\n";
    let plan = bench.plan(file).await;
    let words: Vec<&str> = plan.iter().map(|(_, verdict)| word(verdict)).collect();
    assert_eq!(words, ["change", "add", "change", "add"]);
    assert_eq!(plan[0], (2, Verdict::Change(ann.id)));
    assert_eq!(plan[2], (4, Verdict::Change(rob)));
    assert_eq!(bench.everybody().await.len(), 2, "a plan changes nothing");
    bench.import(file).await.unwrap();
    assert_eq!(bench.everybody().await.len(), 4);
    let after = bench.get(ann.id).await;
    assert_eq!(after.addresses, [address("ann@example.com")]);
    assert_eq!(
        after.phones,
        ["+1 555 0100"],
        "what the file is silent of stays"
    );
    let after = bench.get(rob).await;
    assert_eq!(
        (after.status, after.last.as_deref()),
        (ContactStatus::Patient, Some("Roe"))
    );
    assert_eq!(bench.to("rob@example.com", None).await, Some(rob));
    assert_eq!(bench.verdicts(file).await, ["same"; 4]);
    let trail = bench.trail().await;
    let trail = trail.iter().filter(|word| word.starts_with("imported"));
    let trail: Vec<&str> = trail.map(String::as_str).collect();
    let moved = "imported addresses";
    assert_eq!(trail, [moved, "imported", "imported", "imported"]);
}

#[tokio::test]
async fn a_line_that_cannot_be_taken_says_why_and_holds_up_all() {
    let bench = Bench::new();
    for first in ["Ann", "Ann"] {
        let twin = bench.add("Doe", first, "twins@example.com").await;
        let born = Draft {
            born: text("1980-01-31"),
            ..Draft::default()
        };
        bench.put(Some(twin.id), &born).await.unwrap();
    }
    let file = "id,last,first,born,email,portal,provider\n\
        ,Roe,Rob,1970-07-07,rob@example.com,,ruiz@clinic.example\n\
        ,ROE,rob,1970-07-07,rob2@example.com,,ruiz@clinic.example\n\
        ,Doe,Ann,1980-01-31,new@example.com,,ruiz@clinic.example\n\
        ,,,,twins@example.com,,ruiz@clinic.example\n\
        ,Poe,Pat,1/2/1970,pat@example.com,,ruiz@clinic.example\n\
        ,Poe,Pat\n\
        17,Poe,Pat,,pat@example.com,,ruiz@clinic.example\n\
        ,Loe,Lea,,lea@example.com,perhaps,ruiz@clinic.example\n\
        ,Moe,Mia,,mia@example.com,yes,ruiz@clinic.example\n";
    let plan = bench.plan(file).await;
    assert_eq!(plan.len(), 9);
    assert!(matches!(plan[0].1, Verdict::Add(_)));
    let why = |n: usize| match &plan[n].1 {
        Verdict::Refused(reason) => reason.clone(),
        other => panic!("{n}: {other:?}"),
    };
    assert_eq!(why(1), Reason::Again(2));
    assert_eq!((why(2), why(3)), (Reason::Several, Reason::Several));
    assert!(matches!(why(4), Reason::Problems(p) if p.0 == [Problem::Born]));
    assert_eq!((why(5), why(6)), (Reason::Fields, Reason::Id));
    let word = Problem::Word(Field::Portal, "yes, no");
    assert!(matches!(why(7), Reason::Problems(p) if p.0 == [word.clone()]));
    assert!(why(8).to_string().contains("phone number is missing"));
    for (_, verdict) in &plan {
        let said = format!("{verdict:?}");
        assert!(!said.contains("Poe") && !said.contains("@"), "{said}");
    }
}

#[tokio::test]
async fn families_come_in_whatever_the_order_of_their_lines() {
    let bench = Bench::new();
    let ids: Vec<String> = (1..4)
        .map(|n| ContactId::from_octets([n; 16]).to_string())
        .collect();
    let line =
        |id: &str, head: &str| format!("{id},L{id},{id}@example.com,ruiz@clinic.example,{head}\n");
    let first = "id,last,email,provider,guarantor\n";
    let (a, b, c) = (ids[0].as_str(), ids[1].as_str(), ids[2].as_str());
    let good = [first, &line(a, c), &line(b, c), &line(c, "")].concat();
    bench.import(&good).await.unwrap();
    let head = bench.get(c.parse().unwrap()).await;
    let family = contacts::family(&bench.store, &head).await.unwrap();
    assert_eq!(family.len(), 2);
    let chain = [first, &line(c, b)].concat();
    assert_eq!(bench.verdicts(&chain).await, ["refused"]);
    let nobody = ContactId::from_octets([7; 16]).to_string();
    let lost = [first, &line(c, &nobody)].concat();
    assert_eq!(bench.verdicts(&lost).await, ["refused"]);
}

#[tokio::test]
async fn an_address_is_shared_by_a_household_and_not_by_every_line_of_a_file() {
    let bench = Bench::new();
    let mut file = "last,first,born,email,provider\n".to_owned();
    for n in 0..20_000 {
        let (day, year) = (n % 28 + 1, 1920 + n / 28 % 100);
        file.push_str(&format!(
            "Doe{n},Jane,{year}-03-{day:02},front@example.com,ruiz@clinic.example\n"
        ));
    }
    let begun = Instant::now();
    let plan = bench.plan(&file).await;
    // Each line against all before it would be minutes.
    assert!(begun.elapsed() < Duration::from_secs(30), "{begun:?}");
    let (first, rest) = plan.split_at(50);
    assert!(first.iter().all(|(_, verdict)| word(verdict) == "add"));
    let crowded = Verdict::Refused(Reason::Crowded);
    assert!(rest.iter().all(|(_, verdict)| *verdict == crowded));
    // Those who share it already go on doing so.
    let home: String = file.lines().take(51).map(|l| format!("{l}\n")).collect();
    bench.import(&home).await.unwrap();
    assert!(bench.verdicts(&home).await.iter().all(|v| *v == "same"));
    let moved = home.replace("Doe7,Jane", "Doe7,Janet");
    let more = moved.replace("Doe7,Janet", "Roe7,Jane");
    assert_eq!(bench.verdicts(&more).await[7], "refused");
}

#[tokio::test]
async fn an_import_says_what_decides_who_can_read_messages_and_so_does_the_trail() {
    let bench = Bench::new();
    let ann = bench.add("Doe", "Ann", "ann@example.com").await;
    bench.put(Some(ann.id), &complete()).await.unwrap();
    bench.add("Roe", "Rob", "rob@example.com").await;
    let line = "id,last,first,email,portal,phone,provider\n";
    let told = async |rest: &str| {
        let file = format!("{line}{rest}");
        let plan = contacts::plan(&bench.store, file.as_bytes(), &bench.rules).await;
        let told: Vec<_> = plan.unwrap().lines.into_iter().map(|l| l.effects).collect();
        bench.import(&file).await.unwrap();
        (told, bench.trail().await.pop().unwrap())
    };
    let id = ann.id;
    let (effects, note) = told(&format!("{id},,,ann@example.com,,+1 555 0199,\n")).await;
    assert_eq!((effects, note.as_str()), (vec![vec![]], "imported"));
    let (effects, note) = told(&format!("{id},,,thief@example.org,yes,,\n")).await;
    assert_eq!(effects, [[Effect::Addresses, Effect::Granted]]);
    assert_eq!(note, "imported addresses granted");
    let (effects, note) = told(&format!("{id},,,,no,,\n")).await;
    assert_eq!(
        (effects, note.as_str()),
        (vec![vec![Effect::Revoked]], "imported revoked")
    );
    // By hand it is on record as well.
    let moved = Draft {
        emails: Some(vec!["ann@example.com".to_owned()]),
        ..Draft::default()
    };
    bench.put(Some(id), &moved).await.unwrap();
    assert_eq!(bench.trail().await.pop().unwrap(), "addresses");
}

#[tokio::test]
async fn no_import_makes_a_chain_of_guarantors_also_if_a_family_changes_meanwhile() {
    let bench = Bench::new();
    let ann = bench.add("Doe", "Ann", "ann@example.com").await.id;
    let ben = bench.add("Doe", "Ben", "ben@example.com").await.id;
    let cal = bench.add("Doe", "Cal", "cal@example.com").await.id;
    let under = |head: ContactId| Draft {
        guarantor: Some(head.to_string()),
        ..Draft::default()
    };
    let nobody = Draft {
        guarantor: text(""),
        ..Draft::default()
    };
    let file = |of: ContactId, head: ContactId| format!("id,guarantor\n{of},{head}\n");
    // Ben has a guarantor, so he is none; and who is one gets none.
    bench.put(Some(ben), &under(cal)).await.unwrap();
    assert_eq!(bench.verdicts(&file(ann, ben)).await, ["refused"]);
    assert_eq!(bench.verdicts(&file(cal, ann)).await, ["refused"]);
    bench.put(Some(ben), &nobody).await.unwrap();
    // Between the plan and the import, the same.
    for (planned, meanwhile) in [((ann, ben), (ben, cal)), ((ben, cal), (ann, ben))] {
        let (of, head) = planned;
        let file = file(of, head);
        let plan = contacts::plan(&bench.store, file.as_bytes(), &bench.rules).await;
        let plan = plan.unwrap();
        assert!(plan.is_clean());
        let (who, its) = meanwhile;
        // Before the import looks at the store.
        bench.put(Some(who), &under(its)).await.unwrap();
        let mut tx = Tx::new();
        let done = contacts::carry_out(&bench.store, &mut tx, &plan, BY).await;
        assert_eq!(done, Err(Error::Conflict));
        bench.put(Some(who), &nobody).await.unwrap();
        // And before its commit.
        let plan = contacts::plan(&bench.store, file.as_bytes(), &bench.rules).await;
        let mut tx = Tx::new();
        let done = contacts::carry_out(&bench.store, &mut tx, &plan.unwrap(), BY).await;
        done.unwrap();
        bench.put(Some(who), &under(its)).await.unwrap();
        assert_eq!(bench.store.commit(tx).await, Err(Error::Conflict));
        bench.put(Some(who), &nobody).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_writer_calls_somebody_is_cut_where_a_name_ends() {
    let bench = Bench::new();
    let called = async |name: &str| {
        let mut tx = Tx::new();
        let to = address("jane@example.com");
        let id = contacts::stub(&bench.store, &mut tx, &to, Some(name.to_owned()));
        bench.store.commit(tx).await.unwrap();
        bench.get(id).await.name
    };
    assert_eq!(called("Jane\r\n Doe\u{202e}").await, text("Jane Doe"));
    assert_eq!(called(" \u{7} ").await, None);
    let long = called(&"Ñ".repeat(100_000)).await.unwrap();
    assert_eq!(long.chars().count(), 100);
}

#[tokio::test]
async fn a_change_between_plan_and_import_is_noticed() {
    let bench = Bench::new();
    let ann = bench.add("Doe", "Ann", "ann@example.com").await;
    let file = bench.export().await.replace("ann@", "other@");
    let plan = contacts::plan(&bench.store, file.as_bytes(), &bench.rules).await;
    let plan = plan.unwrap();
    bench.put(Some(ann.id), &complete()).await.unwrap();
    let mut tx = Tx::new();
    let done = contacts::carry_out(&bench.store, &mut tx, &plan, BY).await;
    assert_eq!(done, Err(Error::Conflict));
}

#[tokio::test]
async fn an_unreadable_file_is_refused_whole() {
    let bench = Bench::new();
    let plan = contacts::plan(&bench.store, b"last\nN\xfa\n", &bench.rules).await;
    let Err(PlanError::Sheet(error)) = plan else {
        panic!("{plan:?}");
    };
    assert_eq!(error, SheetError::Encoding(2));
}

#[tokio::test]
async fn ten_thousand_lines_come_in_with_one_commit_and_are_then_the_same() {
    let bench = Bench::new();
    let mut file = "last;first;born;email;phone;postal;provider\r\n".to_owned();
    for n in 0..10_000 {
        let (day, year) = (n % 28 + 1, 1940 + n % 80);
        file.push_str(&format!(
            "Doe{n};Jane;{year}-03-{day:02};p{n}@example.com;+1 555 {n};\"1 Main St\r\nHarbour {n}\";ruiz@clinic.example\r\n"
        ));
    }
    let begun = Instant::now();
    bench.import(&file).await.unwrap();
    assert_eq!(bench.everybody().await.len(), 10_000);
    let again = bench.verdicts(&file).await;
    assert!(again.iter().all(|verdict| *verdict == "same"));
    assert_eq!(bench.search("jane 5559999").await, ["Doe9999, Jane"]);
    // Seconds here, with room for a busy machine: nothing in it is quadratic.
    let taken = begun.elapsed();
    assert!(taken < Duration::from_secs(60), "{taken:?}");
    assert!(bench.store.verify().await.unwrap().is_clean());
}

/// Words as people write them, and as they should not.
fn words(longest: usize) -> impl Strategy<Value = Option<String>> {
    let pattern = format!("([=+@'\",; -]{{0,2}}\\PC{{0,{longest}}})?");
    proptest::string::string_regex(&pattern)
        .unwrap()
        .prop_map(Some)
}

fn anybody() -> impl Strategy<Value = Draft> {
    let names = (words(12), words(12), words(12));
    let postal = proptest::string::string_regex("(=?[a-zé;,\"'\n\r ]{0,30})?").unwrap();
    let phone = proptest::string::string_regex("[+=]?[0-9 ()'-]{0,12}").unwrap();
    let local = proptest::string::string_regex("[=+'a-zñ-][a-z0-9+=]{0,6}").unwrap();
    let born = (1900_i16..2020, 1_i8..=12, 1_i8..=28);
    let marks = any::<(bool, bool, bool)>();
    (
        names,
        postal,
        vec(phone, 0..5),
        vec(local, 0..4),
        born,
        marks,
    )
        .prop_map(
            |(names, postal, phones, locals, (year, month, day), marks)| {
                let (has_born, speaks, confidential) = marks;
                let emails = (0..)
                    .zip(locals)
                    .map(|(n, local)| format!("{local}{n}@example.com"));
                Draft {
                    first: names.0,
                    last: names.1,
                    name: names.2,
                    born: has_born.then(|| date(year, month, day).to_string()),
                    status: text(if speaks { "stub" } else { "patient" }),
                    language: speaks.then(|| "es".to_owned()),
                    phones: Some(phones.into_iter().take(4).collect()),
                    emails: Some(emails.collect()),
                    postal: Some(postal),
                    provider: speaks.then(|| "ruiz@clinic.example".to_owned()),
                    confidential: Some(confidential),
                    ..Draft::default()
                }
            },
        )
}

/// What a file carries: all but when the record was made and changed.
fn carried(contacts: &[Contact]) -> Vec<Contact> {
    let never = jiff::Timestamp::UNIX_EPOCH;
    let all = contacts.iter().map(|contact| Contact {
        created: never,
        changed: never,
        ..contact.clone()
    });
    all.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_exported_comes_in_again_as_it_was(drafts in vec(anybody(), 1..12)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut here = Bench::new();
            here.rules.required.clear();
            let mut head = None;
            for mut draft in drafts {
                draft.guarantor = head.map(|id: ContactId| id.to_string());
                if let Ok(contact) = here.put(None, &draft).await {
                    head.get_or_insert(contact.id);
                }
            }
            let file = here.export().await;
            let same = here.verdicts(&file).await;
            prop_assert_eq!(same.iter().filter(|v| **v != "same").count(), 0);
            let mut there = Bench::new();
            there.rules.required.clear();
            there.import(&file).await.unwrap();
            let (here_all, there_all) = (here.everybody().await, there.everybody().await);
            prop_assert_eq!(carried(&there_all), carried(&here_all));
            prop_assert_eq!(there.export().await, file);
            for contact in &here_all {
                for address in &contact.addresses {
                    let found = contacts::sharing(&there.store, address).await.unwrap();
                    assert!(found.iter().any(|other| other.id == contact.id));
                }
            }
            Ok(())
        })?;
    }
}
