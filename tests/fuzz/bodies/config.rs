//! A configuration file (`config`). Whatever stands in it, each fault is one
//! line that names the place and what to write instead.

use sealpost::config::Config;

/// The octets as a file.
pub fn run(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    match Config::parse(&text, "a.toml") {
        Ok(config) => {
            let shown = config.show();
            let again = Config::parse(&shown, "shown").expect("what is shown can be read");
            assert_eq!(again.show(), shown);
        }
        Err(faults) => {
            assert!(!faults.0.is_empty(), "refused without a word");
            let lines = text.split('\n').count();
            for fault in &faults.0 {
                assert!((1..=lines).contains(&fault.place.line), "{fault}");
                assert!(
                    !fault.message.is_empty() && !fault.fix.is_empty(),
                    "{fault}"
                );
                let shown = fault.to_string();
                assert!(!shown.chars().any(char::is_control), "{shown:?}");
                // A name or a value may be repeated in it.
                assert!(shown.len() < 1_000 + 4 * text.len(), "{shown}");
            }
        }
    }
}
