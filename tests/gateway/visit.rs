//! A patient's visit, for suites that need one on their way to something else.

use crate::browser::{Browser, Page, code};
use crate::harness::{Door, Login, notice};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use std::path::PathBuf;

/// A letter with a file to `to`; the link that came.
pub(crate) fn announced(relay: &Postfix, door: &Door, doctor: &Login, to: &str) -> String {
    let letter = Letter::new(doctor, to);
    let more = ["--attach-name", "lock.txt", "--attach", "@Cargo.lock"];
    let said = swaks(door, doctor, &letter, true, &more);
    assert!(said.good, "{}", said.text);
    notice(&relay.wait_for(to, 1)[0]).link
}

/// Asks for a code and opens the message with it.
pub(crate) fn opened(relay: &Postfix, browser: &Browser, link: &str, to: &str) -> Page {
    let landing = browser.open(link).says("Send me a code");
    let before = relay.wait_for(to, 1).len();
    let asked = browser.send(&format!("{link}/code"), &[("form", &landing.form())]);
    let mails = relay.wait_for(to, before + 1);
    let code = code(mails.last().unwrap());
    let fields = [("form", asked.form()), ("code", code)];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser.send(&format!("{link}/enter"), &fields)
}

/// Answers the message at this address with these files.
pub(crate) fn replied(browser: &Browser, message: &str, text: &str, files: &[PathBuf]) -> Page {
    let form = browser.open(&format!("{message}/reply")).form();
    let files: Vec<String> = files.iter().map(|f| format!("@{}", f.display())).collect();
    let mut fields = vec![("form", form.as_str()), ("text", text)];
    fields.extend(files.iter().map(|file| ("file", file.as_str())));
    let sent = browser.send_files(&format!("{message}/reply"), &fields);
    sent.says(text)
}
