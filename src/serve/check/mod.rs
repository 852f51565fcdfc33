//! `sealpost check`: the settings held against the machine. Changes nothing.

mod certificate;
mod files;
mod network;

use crate::config::{Config, Fault};
use crate::model::Clock;
use std::fmt;

/// What a check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What keeps the gateway from starting.
    pub faults: Vec<Fault>,
    /// What is not finished, or soon will not do.
    pub warnings: Vec<Fault>,
}

impl Findings {
    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn warning(&mut self, warning: Fault) {
        self.warnings.push(warning);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in self.faults.iter().chain(&self.warnings) {
            writeln!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// Looks at every file, key, certificate and address that the settings name.
#[must_use]
pub fn check(config: &Config, clock: &Clock) -> Findings {
    let mut findings = Findings::default();
    files::check(config, &mut findings);
    certificate::check(config, clock.now(), &mut findings);
    network::check(config, &mut findings);
    findings
}
