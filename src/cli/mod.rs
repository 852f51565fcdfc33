//! The commands. Parses, hands over, and turns what happened into an exit
//! code; what a command does is done elsewhere.

mod ask;
mod audit;
mod check;
mod confirm;
mod contacts;
mod dns;
mod init;
mod manual;
mod password;
mod print;
mod sheet;
mod staff;
mod verbs;

use crate::config::SHIPPED;
use crate::model::Clock;
use crate::serve::daemon::{self, DaemonError};
use crate::serve::sockets::Sockets;
use clap::{Parser, Subcommand};
use manual::words;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A secure e-mail gateway for clinics.
#[derive(Debug, Parser)]
#[command(
    name = "sealpost",
    version,
    disable_help_subcommand = true,
    after_long_help = words::help(&[words::EXIT])
)]
struct Arguments {
    /// The configuration file.
    #[arg(
        short,
        long = "config",
        global = true,
        value_name = "FILE",
        default_value = "/etc/sealpost/sealpost.toml"
    )]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

/// What can be commanded.
#[derive(Debug, Subcommand)]
enum Command {
    /// Try Sealpost on this machine, in a temporary folder.
    Demo {
        /// Play patient and office too, then end.
        #[arg(long)]
        once: bool,
    },
    /// Make a configuration, a store and its key.
    Init(init::Wish),
    /// Hold the configuration against this machine; changes nothing.
    Check,
    /// Run the gateway.
    #[command(after_long_help = words::help(&words::SERVICE))]
    Serve,
    /// Office accounts and their passwords.
    #[command(subcommand)]
    User(User),
    /// What has become of messages, without what they say.
    #[command(subcommand)]
    Message(verbs::Message),
    /// What waits for a provider's release. Releasing needs the provider's own proof,
    /// so there is no command for it.
    #[command(subcommand)]
    Hold(staff::Hold),
    /// What the office is asked to do.
    #[command(subcommand)]
    Task(verbs::Task),
    /// The directory of patients and others.
    #[command(subcommand)]
    Contact(contacts::Contact),
    /// The audit trail: who did what to which message, and when.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// What waits to leave.
    #[command(subcommand)]
    Queue(verbs::Queue),
    /// The settings.
    #[command(subcommand)]
    Config(ConfigVerb),
    /// What DNS should say.
    #[command(subcommand)]
    Dns(dns::Dns),
    /// Upkeep of the store.
    #[command(subcommand)]
    Store(verbs::Store),
    /// Write man pages and shell completions, for whoever installs or packages.
    Manual {
        /// Where share/man and the like are or will be, such as /usr/local.
        #[arg(long)]
        dir: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum User {
    #[command(flatten)]
    Verb(verbs::User),
    /// Print a page that tells a person how to set up a mail program: servers,
    /// ports, steps. No password is in it.
    Sheet(sheet::Sheet),
}

#[derive(Debug, Subcommand)]
enum ConfigVerb {
    /// Show the settings in force.
    Show {
        /// Show the shipped file instead: every key, its default, its reason.
        #[arg(long)]
        defaults: bool,
    },
}

/// Why a command did not succeed. The numbers are those of sysexits.h.
#[derive(Debug)]
enum Failure {
    /// It looked, and what it found is not in order: 1.
    Found,
    /// It asked, and the answer was no: 1.
    Declined,
    /// It was asked for something that cannot be done: 64.
    Usage(String),
    /// It failed: 70.
    Fault(String),
    /// The configuration, or a file it names, is wrong: 78.
    Configuration(String),
}

impl Failure {
    fn fault(error: impl std::fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }

    fn configuration(error: impl std::fmt::Display) -> Self {
        Self::Configuration(error.to_string())
    }
}

/// Runs the command that these arguments (the program's name first) are.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            // Help and version are asked for; everything else is a slip.
            return ExitCode::from(if error.use_stderr() { 64 } else { 0 });
        }
    };
    // One provider for all TLS; a second call finds the same one in place.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &Failure) -> ExitCode {
    let (code, message) = match failure {
        Failure::Found => (1, ""),
        Failure::Declined => (1, "nothing was changed"),
        Failure::Usage(message) => (64, message.as_str()),
        Failure::Fault(message) => (70, message.as_str()),
        Failure::Configuration(message) => (78, message.as_str()),
    };
    for line in message.lines() {
        let _ = writeln!(io::stderr(), "sealpost: {line}");
    }
    ExitCode::from(code)
}

fn execute(arguments: Arguments) -> Result<(), Failure> {
    let file = arguments.config;
    match arguments.command {
        Command::Demo { once } => demonstrate(once),
        Command::Serve => serve(&file),
        Command::Init(wish) => init::run(&wish),
        Command::Check => check::run(&file, &Clock::System),
        Command::Manual { dir } => manual::run(&dir),
        Command::Config(ConfigVerb::Show { defaults }) => show(&file, defaults),
        Command::User(User::Verb(verb)) => ask::run(&file, verb.wanted()?),
        Command::User(User::Sheet(wish)) => sheet::run(&file, &wish),
        Command::Dns(verb) => dns::run(&file, &verb),
        Command::Message(verb) => ask::run(&file, verb.wanted()?),
        Command::Hold(verb) => ask::run(&file, verb.wanted()?),
        Command::Task(verb) => ask::run(&file, verb.wanted()),
        Command::Contact(verb) => contacts::run(&file, verb),
        Command::Audit(verb) => audit::run(&file, verb),
        Command::Queue(verb) => ask::run(&file, verb.wanted()?),
        Command::Store(verb) => ask::run(&file, verb.wanted()),
    }
}

fn demonstrate(once: bool) -> Result<(), Failure> {
    let good = runtime()?.block_on(crate::demo::run(once));
    match good {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Found),
        Err(error) => Err(Failure::Fault(format!("{error:#}"))),
    }
}

fn serve(file: &Path) -> Result<(), Failure> {
    // Before the runtime, whose threads may read the environment.
    let sockets = Sockets::take().map_err(Failure::configuration)?;
    let ended = runtime()?.block_on(daemon::run(file, sockets));
    ended.map_err(|error| match error {
        DaemonError::Configuration(reason) => Failure::Configuration(reason),
        DaemonError::Fault(_) => Failure::fault(error),
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.map_err(Failure::fault)
}

fn show(file: &Path, defaults: bool) -> Result<(), Failure> {
    if defaults {
        return print::out(SHIPPED);
    }
    let config = crate::serve::settings::read(file).map_err(Failure::configuration)?;
    print::out(&config.show())
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_commands_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_documented_command_is_understood() {
        let id = "0".repeat(26);
        for line in [
            "demo --once",
            "init --dir /d --hostname h.example --domain d.example",
            "init --dir /d --hostname h --domain d --clinic-name N --relay smtp://h:25 --portal-url https://h",
            "init --service --hostname h --domain d",
            "check",
            "-c f check",
            "check -c f",
            "serve -c f",
            "user add a@b.example --role staff",
            "user add a@b.example --role staff --policy secure",
            "user policy a@b.example off",
            "user add a@b.example --role provider --password-stdin",
            "user add a@b.example --role admin -c f",
            "user list",
            "user passwd a@b.example",
            "user disable a@b.example",
            "user set a@b.example --name N --staff hold --writes-for c@b.example d@b.example",
            "user set a@b.example --writes-for all",
            "user deputy a@b.example --to c@b.example --until 2027-01-31",
            "user deputy a@b.example --none",
            "hold list --json --addresses",
            &format!("hold show {id} --json"),
            &format!("hold withdraw {id} --yes --json"),
            "user app-password a@b.example --name N",
            "user app-password a@b.example --name N --scope imap",
            "user app-password a@b.example --name N --network 192.0.2.0/24 --network 2001:db8::7",
            "user sheet a@b.example",
            "user sheet a@b.example --language es --mobileconfig f",
            "dns print",
            "message list",
            "message list --json --addresses",
            &format!("message show {id} --json"),
            &format!("message recall {id}"),
            &format!("message recall {id} --recipient a@b.example --yes --json"),
            &format!("message extend {id}"),
            &format!("message extend {id} --recipient a@b.example --until 2027-01-31 --json"),
            "task list",
            "task list --json --addresses",
            &format!("task done {id} --json"),
            "queue list --json",
            &format!("queue retry {id} --json"),
            &format!("queue drop {id} --yes --json"),
            "config show",
            "config show --defaults",
            "store compact",
            "store verify",
            "manual --dir d",
        ] {
            understood(line);
        }
    }

    #[test]
    fn every_documented_command_about_contacts_is_understood() {
        let id = "0".repeat(26);
        for line in [
            "contact list",
            "contact list jane doe --limit 5 --unlisted --json --addresses",
            &format!("contact show {id} --json --addresses"),
            "contact add --first A --last B --born 1980-01-31 --phone 1 --phone 2 --email a@b.example --email c@d.example --postal P --provider r@c.example --status non-patient --language es --confidential true",
            &format!("contact set {id} --guarantor {id} --name N"),
            &format!("contact grant {id}"),
            &format!("contact revoke {id}"),
            "contact import f --dry-run --json",
            "contact import -",
            "contact export f --semicolons",
            &format!(
                "audit export --from 2026-01-01 --to 2026-12-31 --contact {id} --format json --addresses"
            ),
            "audit verify --json",
        ] {
            understood(line);
        }
    }

    fn understood(line: &str) {
        let words = ["sealpost"].into_iter().chain(line.split(' '));
        assert!(Arguments::try_parse_from(words).is_ok(), "{line}");
    }
}
