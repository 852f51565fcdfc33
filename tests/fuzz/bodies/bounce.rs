//! A mail that came back (`mime::bounce`): whatever a stranger sends, reading it
//! ends, and what is kept of its words is one short line with codes that fit.

use sealpost::mime::bounce::{Bounce, read};

/// The octets as a mail.
pub fn run(octets: &[u8]) {
    let (said, class) = match read(octets) {
        Bounce::Failed(said) => (said, 5),
        Bounce::Delayed(said) => {
            assert!(!said.timed_out, "what is tried again was not given up");
            (said, 4)
        }
        Bounce::Other => return,
    };
    assert!(
        (400..600).contains(&said.code),
        "{} for a {class}",
        said.code
    );
    assert!(said.text.chars().count() <= 200);
    assert!(said.text.starts_with(['4', '5']), "{:?}", said.text);
    assert!(
        !said.text.contains(|c: char| c.is_control()),
        "{:?}",
        said.text
    );
    // A report holds what it says, and nothing is made up.
    let held = octets.windows(6).any(|w| w.eq_ignore_ascii_case(b"action"));
    assert!(
        held || octets.contains(&b'='),
        "no action, and no encoding of one"
    );
}
