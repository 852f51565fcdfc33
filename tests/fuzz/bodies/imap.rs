//! A client talks to the IMAP machine (`wire::imap`). Whatever it says: nobody
//! is asked anything out of order, nothing counts before TLS and a sign-in,
//! every answer is whole lines, memory is bounded, an appended message is as
//! long as was said, and the pieces in which the octets come change nothing.

use super::cut;
use bytes::BytesMut;
use sealpost::wire::imap::answer::{self, Found, Listed, Row};
use sealpost::wire::imap::command::{Item, Search, Wanted};
use sealpost::wire::imap::set::Which;
use sealpost::wire::imap::{Answer, Code, Command, Event, Options, Phase, Session, Step};

/// Most octets the machine may leave in the buffer: a line of a command.
const MAX_HELD: usize = 64 * 1024;
const LIMIT: u64 = 200;
const UIDS: [u32; 3] = [2, 3, 6];

/// The octets as a client sends them: to both ports, signed in, and with a
/// mailbox open.
pub fn run(octets: &[u8]) {
    for (tls, start) in [
        (true, &b""[..]),
        (false, b""),
        (true, b"x LOGIN jane secret\r\n"),
        (
            true,
            b"x LOGIN jane secret\r\nx ENABLE QRESYNC\r\nx SELECT INBOX\r\n",
        ),
        (
            true,
            b"x LOGIN jane secret\r\nx ENABLE IMAP4rev2\r\nx SELECT INBOX\r\n",
        ),
    ] {
        for patience in [u32::MAX, 3] {
            let played = cut::ways(octets)
                .into_iter()
                .map(|pieces| Driver::new(tls, patience).play(start, &pieces));
            let played: Vec<_> = played.collect();
            // STARTTLS with something behind it depends on what had come.
            assert!(!tls || played.windows(2).all(|two| two[0] == two[1]));
        }
    }
}

/// Checks what the machine asks, and answers it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something that the machine may not get wrong"
)]
struct Driver {
    session: Session,
    secure: bool,
    signed_in: bool,
    selected: bool,
    /// Octets of a message that are still to come.
    coming: Option<u64>,
    idle: bool,
    /// After how many questions one is answered with no.
    patience: u32,
    asked: u32,
    closed: bool,
    said: Vec<u8>,
}

impl Driver {
    fn new(tls: bool, patience: u32) -> Self {
        Self {
            session: Session::new(Options {
                hostname: "mail.clinic.example".to_owned(),
                tls,
                append_limit: LIMIT,
            }),
            secure: tls,
            signed_in: false,
            selected: false,
            coming: None,
            idle: false,
            patience,
            asked: 0,
            closed: false,
            said: Vec::new(),
        }
    }

    /// Plays to the end; what was said.
    fn play(mut self, start: &[u8], pieces: &[&[u8]]) -> Vec<u8> {
        let mut input = BytesMut::new();
        for piece in [start].iter().chain(pieces) {
            input.extend_from_slice(piece);
            let mut steps = 0;
            while self.step(&mut input) {
                steps += 1;
                assert!(steps < 100_000, "the machine goes round and round");
            }
            if self.closed {
                break;
            }
            assert!(input.len() <= MAX_HELD, "{} octets are held", input.len());
        }
        let said = self.session.output();
        self.said.extend_from_slice(&said);
        whole_lines(&self.said);
        self.said
    }

    /// One step; `false` when the machine wants to read or close.
    fn step(&mut self, input: &mut BytesMut) -> bool {
        let step = self.session.step(input);
        match step {
            Step::Read => {
                // What is not DONE ends the waiting too.
                self.idle &= self.session.phase() == Phase::Idle;
                return false;
            }
            Step::Close => {
                self.closed = true;
                return false;
            }
            Step::Send => {
                let said = self.session.output();
                assert!(!said.is_empty());
                self.said.extend_from_slice(&said);
            }
            Step::StartTls => {
                assert!(input.is_empty() && !self.secure);
                self.secure = true;
                self.session.secured();
            }
            Step::Ask(event) => self.check(event),
        }
        true
    }

    fn refuses(&mut self) -> bool {
        self.asked += 1;
        self.asked.is_multiple_of(self.patience)
    }

    fn reply(&mut self) -> bool {
        if self.refuses() {
            let answer = Answer::no("ñ\r\nno").with(Code::Cannot);
            self.session.answer(answer);
            return false;
        }
        self.session.accept();
        true
    }

    fn check(&mut self, event: Event) {
        match event {
            Event::SignIn(credentials) => {
                assert!(self.secure && !self.signed_in);
                assert!((1..=255).contains(&credentials.identity.len()));
                self.signed_in = self.reply();
            }
            Event::Command(command) => {
                let anybody = matches!(*command, Command::Id(_));
                assert!(anybody || self.signed_in);
                self.run(&command);
            }
            Event::Append(append) => {
                assert!(self.signed_in && self.coming.is_none());
                assert!((1..=LIMIT).contains(&append.length));
                named(&append.mailbox);
                self.coming = self.reply().then_some(append.length);
            }
            Event::Octets(octets) => {
                let coming = self.coming.expect("a message was accepted");
                assert!(!octets.is_empty() && !octets.contains(&0));
                self.coming = coming.checked_sub(octets.len() as u64);
                assert!(self.coming.is_some(), "more came than was said");
            }
            Event::AppendEnd => {
                assert_eq!(self.coming.take(), Some(0));
                self.reply();
            }
            Event::Abort => assert!(self.coming.take().is_some()),
            Event::Idle => {
                assert!(self.signed_in && self.session.phase() == Phase::Idle);
                assert!(self.coming.is_none());
                self.idle = true;
                answer::exists(self.session.out(), 4);
            }
            Event::Done => {
                assert!(std::mem::take(&mut self.idle));
                self.reply();
            }
        }
    }

    fn run(&mut self, command: &Command) {
        let tag = self.session.tag().to_owned();
        let dialect = self.session.enabled().dialect;
        let out = self.session.out();
        let needs_mailbox = match command {
            Command::Select(select) => {
                named(&select.mailbox);
                self.selected = false;
                false
            }
            Command::List(list) => {
                assert!((1..=32).contains(&list.patterns.len()));
                for name in ["INBOX", "Patients/ñ"] {
                    if list.matches(name) {
                        let listed = Listed {
                            name,
                            ..Listed::default()
                        };
                        answer::list(out, dialect, list.lsub, &listed);
                    }
                }
                false
            }
            Command::Create { mailbox, .. }
            | Command::Delete(mailbox)
            | Command::Subscribe(mailbox)
            | Command::Unsubscribe(mailbox)
            | Command::Status { mailbox, .. } => {
                named(mailbox);
                answer::status(out, dialect, mailbox, &[]);
                false
            }
            Command::Search(search) => {
                found(out, &tag, search);
                true
            }
            Command::Fetch(fetch) => {
                assert!((1..=102).contains(&fetch.items.len()));
                rows(out, &fetch.set, &fetch.items);
                true
            }
            Command::Close { .. }
            | Command::Store(_)
            | Command::Sort { .. }
            | Command::Thread { .. }
            | Command::Copy(_)
            | Command::Move(_)
            | Command::Expunge(_) => true,
            Command::Noop | Command::Id(_) | Command::Namespace | Command::Rename { .. } => false,
        };
        assert!(self.selected || !needs_mailbox);
        let yes = self.reply();
        match command {
            Command::Select(_) => self.selected = yes,
            Command::Close { .. } if yes => self.selected = false,
            _ => {}
        }
    }
}

fn named(mailbox: &str) {
    assert!((1..=1_000).contains(&mailbox.len()));
    assert!(!mailbox.contains(char::is_control));
    assert!(mailbox == "INBOX" || !mailbox.eq_ignore_ascii_case("INBOX"));
}

fn found(out: &mut Vec<u8>, tag: &str, search: &Search) {
    let found = Found {
        numbers: &UIDS,
        uid: search.uid,
        modseq: search.key.has_modseq().then_some(9),
    };
    match search.returns {
        Some(returns) => answer::esearch(out, tag, returns, &found),
        None => answer::search(out, &found),
    }
}

fn rows(out: &mut Vec<u8>, set: &Which, items: &[Item]) {
    let Which::Set(set) = set else { return };
    let wanted = set.resolve(6);
    for place in wanted.select(&UIDS, |uid| *uid).flatten() {
        assert!(wanted.contains(UIDS[place]));
        let mut row = Row::begin(out, place + 1);
        for item in items {
            if let Item::Section(section) = item {
                if section.wanted == Wanted::DecodedSize {
                    assert!(section.partial.is_none() && section.peek);
                    row.decoded_size(out, section, 2);
                    continue;
                }
                row.section(out, section, 2);
                out.extend_from_slice(b"\r\n");
            }
        }
        Row::end(out);
    }
}

/// What is said is lines that end in CRLF, with no other CR or LF; each begins
/// with a tag, `*` or `+`, but for what follows a literal.
fn whole_lines(said: &[u8]) {
    let mut after_literal = false;
    for line in said.split_inclusive(|o| *o == b'\n') {
        let text = line.strip_suffix(b"\r\n").expect("a line ends in CRLF");
        assert!(!text.contains(&b'\r'), "{text:?}");
        let tagged = text.split(|o| *o == b' ').nth(1);
        let ends = [&b"OK"[..], b"NO", b"BAD"];
        let known = text.starts_with(b"* ")
            || text.starts_with(b"+ ")
            || tagged.is_some_and(|word| ends.contains(&word));
        assert!(
            known || after_literal,
            "{:?}",
            String::from_utf8_lossy(text)
        );
        // A FETCH goes on until its parenthesis is closed.
        after_literal = text.ends_with(b"}") || (after_literal && !known && !text.ends_with(b")"));
    }
}
