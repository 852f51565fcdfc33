//! The three man pages, as man(7) wants them.

use crate::cli::manual::words::{self, Chapter};
use crate::config::SHIPPED;
use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

/// sealpost(1): every command.
pub(super) fn commands(command: &Command) -> String {
    let mut page = Page::new("sealpost", "1", "a secure e-mail gateway for clinics");
    page.chapter("Synopsis");
    page.text([
        bold("sealpost"),
        roman(" [-c "),
        italic("FILE"),
        roman("] "),
        italic("command"),
        roman(" ..."),
    ]);
    page.chapter("Description");
    page.say("Patients get a short notice without content, ask for a code, and read and answer in a browser. These are the commands for whoever runs the machine; sealpost(8) has the gateway as a service.");
    page.say("The commands user, message, task, contact, audit, queue and store speak with the running gateway through its socket, as root or as the gateway's own user. When none runs, they open the store themselves, if it belongs to the caller.");
    page.chapter("Options");
    let of_all = command.get_arguments().filter(|a| a.is_global_set());
    of_all.for_each(|a| page.argument(a));
    page.chapter("Commands");
    leaves(command).iter().for_each(|leaf| page.command(leaf));
    page.items(&words::EXIT);
    page.ends(&["sealpost(8)", "sealpost.toml(5)"])
}

/// sealpost(8): the gateway as a service.
pub(super) fn service(command: &Command) -> String {
    let mut page = Page::new("sealpost", "8", "the gateway as a service");
    let mine = |leaf: &&Command| ["serve", "check"].contains(&leaf.get_name());
    let all = leaves(command);
    page.chapter("Description");
    page.say("The gateway takes what mail programs submit, keeps it sealed, and tells patients of it. It runs in the foreground as one process and writes its log to standard error, a line for each event, never with a person's data. Each start begins with what the check does.");
    page.chapter("Commands");
    all.iter().filter(mine).for_each(|leaf| page.command(leaf));
    words::SERVICE.iter().for_each(|c| page.items(c));
    page.items(&words::EXIT);
    page.ends(&[
        "sealpost(1)",
        "sealpost.toml(5)",
        "systemd.socket(5)",
        "systemd.exec(5)",
    ])
}

/// sealpost.toml(5): the shipped file, whose comments are the descriptions.
pub(super) fn settings(_: &Command) -> String {
    let mut page = Page::new("sealpost.toml", "5", "the settings of Sealpost");
    page.chapter("Description");
    let mut comment = Vec::new();
    for line in SHIPPED.lines() {
        if let Some(words) = line.strip_prefix("# ") {
            comment.push(words);
            continue;
        }
        let said = std::mem::take(&mut comment).join(" ");
        match line.split_once(" = ") {
            Some((key, value)) => page.setting(key, value, &said),
            None if line.starts_with('[') => {
                page.chapter(line);
                page.say(&said);
            }
            None if said.is_empty() => {}
            None => page.say(&said),
        }
    }
    page.ends(&["sealpost(1)", "sealpost(8)"])
}

/// The commands that do something, with those above them in their names.
fn leaves(command: &Command) -> Vec<Command> {
    let below: Vec<Command> = command.get_subcommands().flat_map(leaves).collect();
    match below.is_empty() {
        true => vec![command.clone()],
        false => below,
    }
}

/// Longest line of the page's source: with the signs of the format it stays below
/// the 80 octets that mandoc asks for.
const WIDTH: usize = 66;

/// One page.
struct Page {
    roff: Roff,
    /// Whether a heading stands last, so that no paragraph need begin.
    fresh: bool,
}

impl Page {
    fn new(name: &str, section: &str, about: &str) -> Self {
        let mut page = Self {
            roff: Roff::new(),
            fresh: true,
        };
        let version = concat!("Sealpost ", env!("CARGO_PKG_VERSION"));
        let title = name.to_uppercase();
        page.control("TH", &[&title, section, words::DAY, version, "Sealpost"]);
        page.chapter("Name");
        page.text([roman(format!("{name} - {about}"))]);
        page
    }

    fn control(&mut self, name: &str, words: &[&str]) {
        self.roff.control(name, words.iter().copied());
        self.fresh = name == "SH";
    }

    /// A heading. The name of a section of the settings stays as it is written.
    fn chapter(&mut self, heading: &str) {
        match heading.starts_with('[') {
            true => self.control("SH", &[heading]),
            false => self.control("SH", &[&heading.to_uppercase()]),
        }
    }

    fn text(&mut self, words: impl Into<Vec<Inline>>) {
        self.roff.text(words);
        self.fresh = false;
    }

    /// Words that fill as many lines as they need.
    fn fill(&mut self, words: &str) {
        let mut line = String::new();
        for word in words.split_whitespace() {
            if !line.is_empty() && line.len() + word.len() >= WIDTH {
                self.text([roman(std::mem::take(&mut line))]);
            }
            let gap = if line.is_empty() { "" } else { " " };
            line.push_str(gap);
            line.push_str(word);
        }
        self.text([roman(line)]);
    }

    /// A paragraph.
    fn say(&mut self, words: &str) {
        if !self.fresh {
            self.control("PP", &[]);
        }
        self.fill(words);
    }

    fn item(&mut self, term: impl Into<Vec<Inline>>, sentence: &str) {
        self.control("TP", &[]);
        self.text(term);
        self.fill(sentence);
    }

    fn items(&mut self, (heading, items): &Chapter) {
        self.chapter(heading);
        for (term, sentence) in *items {
            self.item([bold(*term)], sentence);
        }
    }

    fn command(&mut self, leaf: &Command) {
        let usage = leaf.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        self.control("SS", &[usage]);
        let about = leaf.get_long_about().or(leaf.get_about());
        self.fill(&sentence(about.map(ToString::to_string)));
        let own = |a: &&Arg| !a.is_global_set() && a.get_id() != "help" && a.get_id() != "version";
        leaf.get_arguments()
            .filter(own)
            .for_each(|a| self.argument(a));
    }

    fn argument(&mut self, argument: &Arg) {
        let long = argument.get_long().map(|l| format!("--{l}"));
        let short = argument.get_short().map(|s| format!("-{s}"));
        let flags: Vec<String> = short.into_iter().chain(long).collect();
        let mut term = vec![bold(flags.join(", "))];
        if argument.get_action().takes_values() {
            let names = argument.get_value_names().unwrap_or_default();
            let gap = if flags.is_empty() { "" } else { " " };
            term.push(roman(gap));
            term.extend(names.iter().map(|name| italic(name.as_str())));
        }
        let help = argument.get_long_help().or(argument.get_help());
        let mut said = sentence(help.map(ToString::to_string));
        let values = argument.get_possible_values();
        if argument.get_action().takes_values() && !values.is_empty() {
            let values: Vec<&str> = values.iter().map(|v| v.get_name()).collect();
            said.push_str(&format!(" One of {}.", values.join(", ")));
        }
        let defaults = argument.get_default_values();
        if argument.get_action().takes_values() && !defaults.is_empty() {
            let defaults: Vec<_> = defaults.iter().map(|d| d.to_string_lossy()).collect();
            said.push_str(&format!(" Unless given: {}.", defaults.join(", ")));
        }
        self.item(term, &said);
    }

    /// A key of the shipped file; one that is commented out stands there with
    /// its default.
    fn setting(&mut self, key: &str, value: &str, said: &str) {
        match key.strip_prefix('#') {
            Some(key) => self.item([bold(key), roman(format!(" = {value}"))], said),
            None => {
                let said = format!("{said} It must be set; the value here is an example.");
                self.item([bold(key), roman(format!(" = {value}"))], &said);
            }
        }
    }

    /// The last chapters, and the page as it is written.
    fn ends(mut self, others: &[&str]) -> String {
        self.items(&(
            "Files",
            &[
                (
                    "/etc/sealpost/sealpost.toml",
                    "The configuration, unless -c names another; conf.d/*.toml beside it is read too.",
                ),
                ("/var/lib/sealpost", "The data folder, unless store.path names another."),
                (
                    "/run/sealpost/admin.sock",
                    "The commands' socket, unless admin.socket names another.",
                ),
            ],
        ));
        self.chapter("See also");
        self.fill(&others.join(", "));
        self.roff.render()
    }
}

/// Help texts end without a full stop.
fn sentence(help: Option<String>) -> String {
    let mut said = help.unwrap_or_default();
    if !said.is_empty() && !said.ends_with('.') {
        said.push('.');
    }
    said
}

#[cfg(test)]
mod tests {
    use super::{commands, leaves, settings};
    use crate::cli::Arguments;
    use crate::config::{Config, SHIPPED};
    use clap::CommandFactory;

    /// A page as it is read: without the signs of the format.
    fn plain(page: &str) -> String {
        page.replace("\\-", "-")
    }

    #[test]
    fn every_command_and_each_of_its_arguments_stands_in_its_page() {
        let mut all = Arguments::command();
        all.build();
        let page = plain(&commands(&all));
        let leaves = leaves(&all);
        assert!(leaves.len() >= 20, "only {} commands", leaves.len());
        for leaf in leaves {
            let name = leaf.get_bin_name().unwrap();
            let begin = page.find(&format!("\"{name}")).or(page.find(name));
            let rest = begin
                .map(|at| &page[at + 3..])
                .unwrap_or_else(|| panic!("no {name}"));
            let own = &rest[..rest.find(".SS").unwrap_or(rest.len())];
            for argument in leaf.get_arguments().filter(|a| !a.is_global_set()) {
                let word = argument.get_long().map(|l| format!("--{l}"));
                let word = word.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
                let told = own.contains(&word) || word == "--help";
                assert!(told, "{name} is silent of {word}: {own}");
            }
        }
    }

    #[test]
    fn every_setting_stands_in_its_page_with_its_default_and_its_reason() {
        let page = plain(&settings(&Arguments::command()));
        let config = Config::parse(SHIPPED, "sealpost.toml").unwrap();
        for key in config.keys() {
            let (section, key) = key.split_once('.').unwrap();
            let chapter = format!(".SH [{section}]\n");
            let begin = page
                .find(&chapter)
                .unwrap_or_else(|| panic!("no {section}"));
            let rest = &page[begin + 3..];
            let own = &rest[..rest.find(".SH").unwrap_or(rest.len())];
            assert!(
                own.contains(&format!("\\fB{key}\\fR = ")),
                "{section}.{key}: {own}"
            );
        }
        assert!(page.contains("The name patients know."));
    }
}
