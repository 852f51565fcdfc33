//! As much of a reader of Rust as the shape test needs: what is code, and which
//! paths stand in it.

/// Every path that begins with `crate::`, with its line, one for each leaf of
/// a group: `crate::{a::B, c}` is `a, B` and `c`.
pub(super) fn imports(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut found = Vec::new();
    for (at, word) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        leaves(&code[at + word.len()..], &mut Vec::new(), &mut |path| {
            found.push((line, path.to_vec()));
        });
    }
    found
}

/// Walks one tree of `use`; returns what stands behind it.
fn leaves<'a>(
    mut rest: &'a str,
    path: &mut Vec<String>,
    found: &mut impl FnMut(&[String]),
) -> &'a str {
    let depth = path.len();
    rest = rest.trim_start();
    if let Some(mut group) = rest.strip_prefix('{') {
        loop {
            group = group.trim_start();
            if group.is_empty() || group.starts_with('}') {
                return group.get(1..).unwrap_or_default();
            }
            let behind = leaves(group, path, found).trim_start();
            // What no tree begins with is stepped over.
            group = match behind.strip_prefix(',') {
                Some(next) => next,
                None if behind.len() == group.len() => skip_one(behind),
                None => behind,
            };
        }
    }
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*')
        .unwrap_or(rest.len());
    let (name, mut behind) = rest.split_at(end);
    if !name.is_empty() && name != "self" {
        path.push(name.to_owned());
    }
    if let Some(further) = behind.strip_prefix("::") {
        behind = leaves(further, path, found);
    } else {
        found(path);
    }
    if let Some(alias) = behind.trim_start().strip_prefix("as ") {
        behind = alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    path.truncate(depth);
    behind
}

fn skip_one(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

/// The numbers of the lines where `wanted` begins a word.
pub(super) fn lines_with(code: &str, wanted: &str) -> Vec<usize> {
    let begins = |line: &str| {
        line.match_indices(wanted).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + wanted.len()..].chars().next();
            let joined = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let whole = !wanted.ends_with(char::is_lowercase) || !joined(after);
            !joined(before) && whole
        })
    };
    (1..)
        .zip(code.lines())
        .filter(|(_, line)| begins(line))
        .map(|(number, _)| number)
        .collect()
}

/// The source with comments and the insides of strings taken out, line by line
/// as before.
pub(super) fn blank(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment(rest),
            '"' => string(rest),
            'r' | 'b' if !word => raw(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            let (gone, behind) = rest.split_at(length);
            code.push(' ');
            code.extend(gone.chars().filter(|c| *c == '\n'));
            rest = behind;
        }
    }
    code
}

fn comment(rest: &str) -> usize {
    rest.find("*/").map_or(rest.len(), |at| at + 2)
}

fn string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br"…"`; 0 where no raw string begins.
fn raw(rest: &str) -> usize {
    let behind = rest.strip_prefix('b').unwrap_or(rest);
    let Some(behind) = behind.strip_prefix('r') else {
        return 0;
    };
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let Some(inner) = behind[hashes..].strip_prefix('"') else {
        return 0;
    };
    let end = format!("\"{}", "#".repeat(hashes));
    match inner.find(&end) {
        Some(at) => rest.len() - inner.len() + at + end.len(),
        None => rest.len(),
    }
}

/// `'x'`, `'\''`; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest[2..]
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '\'')
            .map_or(rest.len(), |(at, _)| at + 3),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}
