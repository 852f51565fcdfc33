//! What somebody types, pastes or sends along to be let in: links, ids, codes,
//! app passwords, cookies, the value of a form, a returned mail's address.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use sealpost::access::{app_password, form, passcode};
use sealpost::model::{Address, Clock, GrantId, ManualClock, Secret, Token};
use sealpost::route::verp;
use sealpost::store::{RootKey, Settings, Store};
use sealpost::web::cookie;
use std::sync::LazyLock;

/// A store whose folder is gone: its keys and its clock are all that is used.
static STORE: LazyLock<Store> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("there is a folder for passing files");
    let settings = Settings {
        path: folder.path().join("data"),
        minimum_free: 0,
    };
    let clock = Clock::Manual(ManualClock::new(Timestamp::UNIX_EPOCH));
    Store::create(&settings, &RootKey::generate(), clock).expect("a store is made")
});

/// The octets as each of them.
pub fn run(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    link(&text);
    code(&text);
    app(&text);
    id(&text);
    returned(&text);
    cookies(octets);
}

fn link(text: &str) {
    let Some(token) = Token::parse(text) else {
        return;
    };
    assert_eq!(token.expose(), text.to_ascii_lowercase());
    assert!(token.expose().len() == 32 && token.expose().is_ascii());
    let value = form::value(&STORE, &token);
    assert!(form::fits(&STORE, &token, value.expose()));
    assert!(!form::fits(&STORE, &token, text));
    assert!(!form::fits(&STORE, &Token::new(), value.expose()));
}

fn code(text: &str) {
    for length in [passcode::SHORT, passcode::LONG] {
        let Some(code) = passcode::digits(text, length) else {
            continue;
        };
        let typed = code.expose();
        assert!(typed.len() == length && typed.bytes().all(|o| o.is_ascii_digit()));
        assert_eq!(passcode::digits(typed, length), Some(code.clone()));
        let pasted = format!("\u{200b} {typed}\u{a0}-");
        assert_eq!(passcode::digits(&pasted, length), Some(code));
        assert_eq!(passcode::digits(&format!("{text}0"), length), None);
    }
}

fn app(text: &str) {
    let plain = app_password::normal(&Secret::new(text));
    assert!(
        !plain
            .expose()
            .contains(|c: char| c.is_whitespace() || c == '-')
    );
    assert!(plain.expose().len() <= text.len());
    assert_eq!(app_password::normal(&plain), plain);
}

fn id(text: &str) {
    if let Ok(id) = text.parse::<GrantId>() {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
}

/// With a proof that anybody can make, so that what stands behind it is read.
fn returned(text: &str) {
    let base = Address::parse("bounce@clinic.example").expect("it is an address");
    let proof = |_: &[&[u8]]| [0; 32];
    let Ok(address) = Address::parse(text) else {
        return;
    };
    if let Some(handle) = verp::parse(&base, &address, proof) {
        let made = verp::make(&base, handle, proof).expect("it was made once");
        assert_eq!(made.folded(), address.folded());
        assert_eq!(verp::parse(&base, &address, |_: &[&[u8]]| [1; 32]), None);
    }
}

fn cookies(octets: &[u8]) {
    let Ok(field) = HeaderValue::from_bytes(octets) else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, field);
    if let Some(value) = cookie::read(&headers, "__Host-link") {
        assert!(!value.contains(';'));
        if let Some(set) = cookie::set("__Host-link", value, None) {
            let set = set.to_str().expect("a cookie is visible ASCII");
            assert!(set.starts_with(&format!("__Host-link={value}; Path=/; Secure;")));
        }
    }
}
