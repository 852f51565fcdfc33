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
    // A field has no control characters once its lines are joined. The other
    // reader knows neither domain literals nor quoted local parts.
    let unknown = |m: &Mailbox| m.address.as_str().contains(['[', '"']);
    if !text.chars().any(char::is_control) && !found.iter().any(unknown) {
        compare(&text, &found);
    }
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
