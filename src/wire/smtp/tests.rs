//! What must hold whatever a client sends.

use crate::model::Language;
use crate::wire::smtp::{Event, Options, Session, Step, Tls};
use bytes::BytesMut;
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

/// Pieces of which mail is made, and of which attacks are.
const PIECES: [&str; 28] = [
    "EHLO x\r\n",
    "STARTTLS\r\n",
    "AUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n",
    "AUTH LOGIN\r\n",
    "amFuZQ==\r\n",
    "*\r\n",
    "MAIL FROM:<a@b.example>",
    " SIZE=10",
    " SMTPUTF8",
    "RCPT TO:<c@d.example>\r\n",
    "RCPT TO:<é@d.example> NOTIFY=NEVER\r\n",
    "DATA\r\n",
    "BDAT 5\r\n",
    "BDAT 5 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
    "From: a\r\n\r\ntext",
    "\r\n.\r\n",
    ".\r\n",
    "\n.\n",
    "\r",
    "\n",
    "\0",
    ".",
    "\r\n",
    "hello",
];

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => select(&PIECES[..]).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

/// Checks the order of what the machine asks.
#[derive(Default)]
struct Order {
    secure: bool,
    signed_in: bool,
    recipients: usize,
    begun: bool,
    tail: Vec<u8>,
}

impl Order {
    fn check(&mut self, event: &Event) {
        match event {
            Event::SignIn(_) => {
                assert!(self.secure && !self.signed_in);
                self.signed_in = true;
            }
            Event::Mail(_) => {
                assert!(self.signed_in && !self.begun);
                self.recipients = 0;
            }
            Event::Recipient(_) => {
                assert!(self.signed_in && !self.begun);
                self.recipients += 1;
            }
            Event::Begin(envelope) => {
                assert!(self.recipients > 0 && !self.begun);
                assert_eq!(envelope.recipients.len(), self.recipients);
                self.begun = true;
                self.tail = b"\r\n".to_vec();
            }
            Event::Content(octets) => {
                assert!(self.begun);
                self.tail.extend_from_slice(octets);
            }
            Event::Finish => {
                assert!(self.begun);
                self.begun = false;
                let text = String::from_utf8_lossy(&self.tail).replace("\r\n", "");
                assert!(
                    !text.contains(['\r', '\n', '\0']),
                    "{text:?} was let through"
                );
                assert!(self.tail.ends_with(b"\r\n"));
            }
            Event::Abort => {
                assert!(self.begun);
                self.begun = false;
            }
        }
    }
}

fn play(tls: Tls, pieces: &[Vec<u8>]) {
    let mut session = Session::new(Options {
        hostname: "mail.clinic.example".to_owned(),
        language: Language::Spanish,
        tls,
        max_size: 40,
        recipients: 3,
        errors: 20,
    });
    let mut order = Order {
        secure: tls == Tls::Already,
        ..Order::default()
    };
    let mut input = BytesMut::new();
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match session.step(&mut input) {
                Step::Read => break,
                Step::Pause(span) => assert!(span.as_secs() <= 10),
                Step::StartTls => {
                    assert!(input.is_empty() && !order.secure);
                    order.secure = true;
                    session.secured();
                }
                Step::Close => return,
                Step::Ask(event) => {
                    order.check(&event);
                    session.accept();
                }
            }
        }
        for line in session.output().split_inclusive(|&o| o == b'\n') {
            assert!(line.ends_with(b"\r\n") && line.len() <= 512);
            assert!(!line[..line.len() - 2].contains(&b'\r'));
        }
    }
}

proptest! {
    #[test]
    fn whatever_comes_the_order_holds_and_no_bare_line_end_gets_through(
        pieces in proptest::collection::vec(piece(), 0..60),
    ) {
        play(Tls::Already, &pieces);
        play(Tls::Offered, &pieces);
        let start = [b"EHLO x\r\nAUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n".to_vec()];
        play(Tls::Already, &[&start, &pieces[..]].concat());
    }
}
