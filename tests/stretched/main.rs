//! The portal in a language nobody speaks, 40 % longer than English: a suite of
//! its own, since the whole process speaks it. The scripts and what they stand
//! on are those of tests/browser.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is surprised should stop"
)]

#[path = "../gateway/harness.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod harness;
#[path = "../gateway/postfix.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod postfix;
#[path = "../gateway/settings.rs"]
mod settings;
#[path = "../browser/stage.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod stage;

#[test]
fn every_page_has_room_for_longer_sentences_and_for_larger_text() {
    sealpost::texts::pseudo(true);
    stage::play_in("en", "stretched.mjs", &["stretched"]);
}
