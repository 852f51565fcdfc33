//! Fills in the shipped file, so that a new configuration keeps every comment
//! and shows every default.

use crate::config::SHIPPED;

/// The shipped file with these values (`section.key` and TOML) set.
pub(super) fn fill(values: &[(&str, String)]) -> String {
    let mut section = "";
    let mut filled = String::with_capacity(SHIPPED.len());
    for line in SHIPPED.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        }
        match value(values, section, line) {
            Some((key, value)) => filled.push_str(&format!("{key} = {value}")),
            None => filled.push_str(line),
        }
        filled.push('\n');
    }
    filled
}

/// The key that a line sets, or would set, and the value wished for it.
fn value<'a>(
    values: &'a [(&str, String)],
    section: &str,
    line: &'a str,
) -> Option<(&'a str, &'a str)> {
    let (key, _) = line.strip_prefix('#').unwrap_or(line).split_once(" = ")?;
    let wished = values
        .iter()
        .find(|(name, _)| name.split_once('.') == Some((section, key)));
    wished.map(|(_, value)| (key, value.as_str()))
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::config::{Config, SHIPPED};

    #[test]
    fn a_filled_file_has_its_values_and_keeps_its_comments() {
        let filled = fill(&[
            ("clinic.name", "\"Lakeside\"".to_owned()),
            ("store.path", "\"/srv/sealpost\"".to_owned()),
        ]);
        let config = Config::parse(&filled, "filled").unwrap();
        assert_eq!(config.clinic.name, "Lakeside");
        assert_eq!(config.store.path.to_str(), Some("/srv/sealpost"));
        assert_eq!(filled.lines().count(), SHIPPED.lines().count());
        assert!(filled.contains("# The name patients know."));
    }
}
