//! A client talks to the submission machine (`wire::smtp`). Whatever it says:
//! nobody is asked anything out of order, nothing counts before TLS and AUTH,
//! every reply is whole lines, memory is bounded, and no bare CR, LF or NUL
//! gets into a message.

use super::cut;
use bytes::BytesMut;
use sealpost::model::Language;
use sealpost::wire::smtp::{Event, Options, Service, Session, Step, Tls, replies};

/// Most octets the machine may leave in the buffer: RFC 4954 §4.
const MAX_HELD: usize = 12_288;
const MAX_SIZE: u64 = 200;
const RECIPIENTS: usize = 3;

/// The octets as a client sends them: to both ports, and signed in; and as a server
/// does that brings mail back.
pub fn run(octets: &[u8]) {
    for pieces in cut::ways(octets) {
        for (tls, start) in [
            (Tls::Already, &b""[..]),
            (Tls::Offered, b""),
            (
                Tls::Already,
                b"EHLO x\r\nAUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n",
            ),
        ] {
            let agrees = Driver::new(tls, u32::MAX).play(start, &pieces);
            let refuses = Driver::new(tls, 3).play(start, &pieces);
            assert!(agrees <= octets.len() && refuses <= octets.len());
        }
        for patience in [u32::MAX, 3] {
            let kept = Driver::returns(patience).play(b"", &pieces);
            assert!(kept <= octets.len());
        }
    }
}

/// Checks what the machine asks, and answers it.
struct Driver {
    session: Session,
    secure: bool,
    signed_in: bool,
    service: Service,
    recipients: usize,
    begun: bool,
    /// Of the message that is coming, after an imagined line break.
    tail: Vec<u8>,
    /// Octets of messages.
    kept: usize,
    /// After how many questions one is answered with no.
    patience: u32,
    asked: u32,
}

impl Driver {
    fn new(tls: Tls, patience: u32) -> Self {
        Self::of(tls, Service::Submission, patience)
    }

    fn returns(patience: u32) -> Self {
        Self::of(Tls::Offered, Service::Returns, patience)
    }

    fn of(tls: Tls, service: Service, patience: u32) -> Self {
        Self {
            session: Session::new(Options {
                hostname: "mail.clinic.example".to_owned(),
                language: Language::Spanish,
                tls,
                max_size: MAX_SIZE,
                recipients: RECIPIENTS,
                errors: 20,
                service,
            }),
            secure: tls == Tls::Already,
            signed_in: false,
            service,
            recipients: 0,
            begun: false,
            tail: Vec::new(),
            kept: 0,
            patience,
            asked: 0,
        }
    }

    /// Plays to the end; says how many octets of messages were handed over.
    fn play(mut self, start: &[u8], pieces: &[&[u8]]) -> usize {
        let mut input = BytesMut::new();
        for piece in [start].iter().chain(pieces) {
            input.extend_from_slice(piece);
            let mut steps = 0;
            while self.step(&mut input) {
                steps += 1;
                assert!(steps < 100_000, "the machine goes round and round");
            }
            if self.closed() {
                break;
            }
            assert!(input.len() <= MAX_HELD, "{} octets are held", input.len());
            whole_lines(&self.session.output());
        }
        whole_lines(&self.session.output());
        self.kept
    }

    /// Whether it is another server: nobody signs in.
    fn comes_back(&self) -> bool {
        self.service == Service::Returns
    }

    fn closed(&self) -> bool {
        self.asked == u32::MAX
    }

    /// One step; `false` when the machine wants to read or close.
    fn step(&mut self, input: &mut BytesMut) -> bool {
        match self.session.step(input) {
            Step::Read => return false,
            Step::Close => {
                self.asked = u32::MAX;
                return false;
            }
            Step::Pause(span) => assert!(span.as_secs() <= 10),
            Step::StartTls => {
                assert!(input.is_empty() && !self.secure);
                self.secure = true;
                self.session.secured();
            }
            Step::Ask(event) => {
                let refuse = self.refuses();
                self.check(&event, refuse);
                self.reply(&event, refuse);
            }
        }
        true
    }

    fn refuses(&mut self) -> bool {
        self.asked += 1;
        self.asked.is_multiple_of(self.patience)
    }

    fn reply(&mut self, event: &Event, refuse: bool) {
        match event {
            Event::Abort => {}
            Event::Content(_) if !refuse => {}
            _ if refuse => self.session.answer(replies::CONTENT_BARE),
            _ => self.session.accept(),
        }
    }

    fn check(&mut self, event: &Event, refuse: bool) {
        match event {
            Event::SignIn(credentials) => {
                assert!(self.secure && !self.signed_in && !self.comes_back());
                assert!((1..=255).contains(&credentials.identity.len()));
                self.signed_in = !refuse;
            }
            Event::Mail(_) => {
                assert!(self.comes_back() || (self.secure && self.signed_in));
                assert!(!self.begun);
                self.recipients = 0;
            }
            Event::Recipient(_) => {
                assert!((self.comes_back() || self.signed_in) && !self.begun);
                self.recipients += usize::from(!refuse);
                assert!(self.recipients <= RECIPIENTS);
            }
            Event::Begin(envelope) => {
                assert!(self.recipients > 0 && !self.begun);
                assert_eq!(envelope.recipients.len(), self.recipients);
                self.begun = !refuse;
                self.tail = b"\r\n".to_vec();
            }
            Event::Content(octets) => {
                assert!(self.begun);
                self.tail.extend_from_slice(octets);
                assert!(self.tail.len() as u64 <= MAX_SIZE + 2);
                // A message that its driver refuses is not heard of again.
                self.begun = !refuse;
            }
            Event::Finish => {
                assert!(self.begun);
                self.begun = false;
                self.kept += self.tail.len() - 2;
                clean_lines(&self.tail);
            }
            Event::Abort => {
                assert!(self.begun);
                self.begun = false;
            }
        }
    }
}

/// A message as it is kept: lines that end in CRLF, and no other CR, LF or NUL.
fn clean_lines(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets).replace("\r\n", "");
    assert!(
        !text.contains(['\r', '\n', '\0']),
        "{text:?} was let through"
    );
    assert!(octets.ends_with(b"\r\n"));
}

/// RFC 5321 §4.2: each line begins with a code and has 512 octets at most;
/// all lines of a reply but its last have a hyphen behind it.
fn whole_lines(output: &[u8]) {
    let mut goes_on = None;
    for line in output.split_inclusive(|o| *o == b'\n') {
        let text = line.strip_suffix(b"\r\n").expect("a reply ends in CRLF");
        assert!(line.len() <= 512 && !text.contains(&b'\r'));
        let (code, rest) = text.split_at(3);
        assert!(code.iter().all(u8::is_ascii_digit), "{text:?}");
        assert!(goes_on.is_none_or(|before| before == code));
        goes_on = match rest.first() {
            Some(b' ') => None,
            Some(b'-') => Some(code),
            _ => unreachable!("{text:?} has no mark"),
        };
    }
    assert_eq!(goes_on, None, "a reply breaks off");
}
