//! `sealpost check`: the settings held against the machine. Changes nothing.

mod certificate;
mod files;
mod network;

use crate::config::{Config, Fault};
use crate::model::Clock;
use crate::serve::sockets::{Door, Held, Listening};
use std::fmt;

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What keeps the gateway from starting.
    pub faults: Vec<Fault>,
    /// What keeps it from starting now, and may still come by itself.
    pub not_yet: Vec<Fault>,
    /// What is not finished, or soon will not do.
    pub warnings: Vec<Fault>,
    /// Where each door will listen, as far as it can be seen from here.
    pub listening: Vec<Listening>,
}

impl Findings {
    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn not_yet(&mut self, fault: Fault) {
        self.not_yet.push(fault);
    }

    /// All that keeps the gateway from starting, a line each.
    #[must_use]
    pub fn refusal(&self) -> String {
        let all = self.faults.iter().chain(&self.not_yet);
        all.map(Fault::to_string).collect::<Vec<_>>().join("\n")
    }

    fn warning(&mut self, warning: Fault) {
        self.warnings.push(warning);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = self.faults.iter().chain(&self.not_yet);
        for fault in refused.chain(&self.warnings) {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// Looks at every file, key, certificate and address that the settings name. A
/// door whose sockets are held is where they are, whatever the settings say.
#[must_use]
pub fn check(config: &Config, held: &Held, clock: &Clock) -> Findings {
    let mut findings = Findings::default();
    files::check(config, &mut findings);
    certificate::check(config, clock.now(), &mut findings);
    network::check(config, held, &mut findings);
    findings.listening = listening(config, held).into();
    findings
}

/// Where each door will listen, as far as it can be seen from here.
pub(crate) fn listening(config: &Config, held: &Held) -> [Listening; 7] {
    Door::ALL.map(|door| {
        let theirs = held.of(door);
        Listening {
            door,
            held: !theirs.is_empty(),
            addresses: match theirs.is_empty() {
                true => network::wanted(config, door).to_vec(),
                false => theirs,
            },
        }
    })
}
