//! A field of addresses (`mime::mailboxes`). What we take a list for, another
//! reader must take it for too: who wrote a message is not a matter of taste.

use mail_parser::parsers::MessageStream;
use sealpost::mime::{mailboxes, one_line};
use sealpost::model::{Address, Mailbox};

/// The octets as what stands behind `To:`, and as one address.
pub fn run(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    if let Ok(address) = Address::parse(&text) {
        kept(&address);
    }
    let Some(found) = mailboxes::parse(&text) else {
        return;
    };
    for Mailbox { name, address } in &found {
        kept(address);
        let name = name.as_deref().unwrap_or("x");
        assert!(!name.is_empty() && one_line(name) == name, "{name:?}");
    }
    let bare = |m: &Mailbox| !m.address.as_str().contains(['[', '"']);
    if is_common(&text) && found.iter().all(bare) {
        compare(&text, &found);
    }
}

/// Whether a text keeps to what both readers know. The other one has ways of
/// its own with comments, escapes, encoded words that cannot be decoded, blanks
/// around an `@`, domain literals, and quoted local parts.
fn is_common(text: &str) -> bool {
    let odd = ["=?", " @", "@ "];
    let known = |c: char| !c.is_control() && !"()\\[]".contains(c);
    text.chars().all(known) && !odd.iter().any(|odd| text.contains(odd))
}

/// An address is read back as it is kept, and can stand in a header.
fn kept(address: &Address) {
    let text = address.as_str();
    assert_eq!(Address::parse(text).as_ref(), Ok(address), "{text:?}");
    assert_eq!(format!("{}@{}", address.local(), address.domain()), text);
    assert!(text.len() <= 254 && !text.chars().any(char::is_control));
    let folded = Address::parse(&address.folded()).expect("a folded address is one");
    assert_eq!(folded.folded(), address.folded());
}

/// mail-parser finds the same addresses in the same order.
fn compare(text: &str, found: &[Mailbox]) {
    let field = format!(" {text}\r\n");
    let value = MessageStream::new(field.as_bytes()).parse_address();
    let theirs: Vec<String> = value
        .as_address()
        .into_iter()
        .flat_map(|list| list.iter())
        .filter_map(|entry| entry.address())
        .map(str::to_lowercase)
        .collect();
    let ours: Vec<String> = found
        .iter()
        .map(|m| m.address.as_str().to_lowercase())
        .collect();
    assert_eq!(ours, theirs);
}
