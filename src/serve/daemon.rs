//! The daemon: starts the gateway, tells systemd, listens to signals.

use crate::config::Config;
use crate::model::{Actor, Clock, Event, EventKind};
use crate::serve::gateway::Gateway;
use crate::serve::ground::{self, GroundError};
use crate::serve::sockets::{Held, Sockets};
use crate::serve::{check, logging, settings};
use crate::store::Tx;
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use jiff::SignedDuration;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sd_notify::NotifyState;
use std::path::Path;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a message in the middle of its DATA may still take when the
/// daemon is told to end (requirements C11.8), and everything else with it.
const DRAIN: SignedDuration = SignedDuration::from_secs(15);
/// Octets of a configuration's digest on record: enough to tell two apart.
const DIGEST: usize = 8;

/// Why the daemon ended.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The configuration, or a file it names: exit 78, and no restart helps.
    #[error("{0}")]
    Configuration(String),
    /// Something else: exit 70.
    #[error("{0:#}")]
    Fault(#[from] anyhow::Error),
}

/// Runs until SIGTERM or SIGINT. SIGHUP reads the configuration anew. What
/// systemd holds of the doors' sockets is used instead of the addresses in the
/// configuration.
///
/// # Errors
/// [`DaemonError`] says why it could not start.
pub async fn run(file: &Path, sockets: Sockets) -> Result<(), DaemonError> {
    let config =
        settings::read(file).map_err(|faults| DaemonError::Configuration(faults.to_string()))?;
    logging::begin(&config.log);
    bound();
    ground::own(&config).map_err(|e| DaemonError::Configuration(e.to_string()))?;
    let held = sockets.held();
    checked(&config, &held)?;
    let signals = |kind| signal(kind).map_err(anyhow::Error::from);
    let mut ends = (
        signals(SignalKind::terminate())?,
        signals(SignalKind::interrupt())?,
    );
    let mut hangup = signals(SignalKind::hangup())?;
    let started = Gateway::start_on(sockets, &config, Clock::System).await;
    let gateway = started.map_err(not_started)?;
    note(&gateway, Some(&config), "started").await;
    ready(&gateway);
    beat();
    while !ended(&mut ends, &mut hangup).await {
        tell(&[NotifyState::Reloading]);
        reload(file, &gateway, &held).await;
        tell(&[NotifyState::Ready]);
    }
    tracing::info!(
        event = "stopping",
        "Sealpost finishes what it has in hand and ends."
    );
    tell(&[NotifyState::Stopping]);
    let clock = Clock::System;
    tokio::select! {
        () = gateway.stop() => {}
        () = clock.sleep(DRAIN) => tracing::warn!(event = "stopping.late", "Something did not end in time and was cut off; nothing acknowledged is lost."),
    }
    Ok(())
}

/// Says where it listens, and on whose sockets.
fn ready(gateway: &Gateway) {
    let listening = gateway.listening();
    let [
        submission,
        submissions,
        imap,
        imaps,
        inbound,
        portal,
        office,
    ] = &listening;
    tracing::info!(
        event = "ready",
        version = env!("CARGO_PKG_VERSION"),
        submission = %submission,
        submissions = %submissions,
        imap = %imap,
        imaps = %imaps,
        inbound = %inbound,
        portal = %portal,
        office = %office,
        "Sealpost is ready."
    );
    let each = listening
        .each_ref()
        .map(|at| format!("{}: {at}", at.door.name()));
    let status = each.join("; ");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// Tells systemd that work still gets its turn, twice in the time after which it
/// would restart us (WatchdogSec, sd_watchdog_enabled(3)).
fn beat() {
    let asked = sd_notify::watchdog_enabled().map(SignedDuration::try_from);
    let Some(Ok(asked)) = asked else {
        return;
    };
    // Among the others, so that it stops when they are stuck.
    tokio::spawn(async move {
        loop {
            tell(&[NotifyState::Watchdog]);
            Clock::System.sleep(asked / 2).await;
        }
    });
}

/// What the unit file asks of systemd, for whoever starts us otherwise: no core
/// file, since memory holds keys and mail, and as many open files as we may
/// have, since three doors of 500 connections need more than the usual 1024.
fn bound() {
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    for (resource, limit) in [(Resource::Core, none), (Resource::Nofile, files)] {
        if let Err(error) = setrlimit(resource, limit) {
            tracing::warn!(event = "limit.not-set", ?resource, reason = %error, "A limit of the process could not be set.");
        }
    }
}

/// A store that is missing or of another key stays so however often we start;
/// what may pass is worth another start.
fn not_started(error: anyhow::Error) -> DaemonError {
    match error.downcast_ref::<GroundError>() {
        Some(ground) if !ground.may_pass() => DaemonError::Configuration(ground.to_string()),
        _ => DaemonError::Fault(error),
    }
}

/// What `sealpost check` would refuse, the daemon refuses with the same words.
/// If all it lacks may still come, such as an address, another start may help.
fn checked(config: &Config, held: &Held) -> Result<(), DaemonError> {
    let findings = check::check(config, held, &Clock::System);
    for warning in &findings.warnings {
        tracing::warn!(event = "configuration.warning", "{warning}");
    }
    match (findings.faults.is_empty(), findings.not_yet.is_empty()) {
        (true, true) => Ok(()),
        (true, false) => Err(DaemonError::Fault(anyhow::Error::msg(findings.refusal()))),
        (false, _) => Err(DaemonError::Configuration(findings.refusal())),
    }
}

/// Waits for a signal; says whether it means the end.
async fn ended(ends: &mut (Signal, Signal), hangup: &mut Signal) -> bool {
    tokio::select! {
        _ = ends.0.recv() => true,
        _ = ends.1.recv() => true,
        _ = hangup.recv() => false,
    }
}

/// A configuration that does not fit leaves the old one in force.
async fn reload(file: &Path, gateway: &Gateway, held: &Held) {
    let read = settings::read(file).map_err(|faults| faults.to_string());
    let read = read.and_then(|config| {
        let checked = checked(&config, held);
        checked.map(|()| config).map_err(|e| e.to_string())
    });
    let done = read.and_then(|config| {
        let reloaded = gateway.reload(&config);
        let reloaded = reloaded.map(|()| config);
        reloaded.map_err(|error| format!("{error:#}"))
    });
    match done {
        Ok(config) => {
            note(gateway, Some(&config), "reloaded").await;
            tracing::info!(
                event = "reloaded",
                "The certificate, policy, notices, office, chart and limits of a message were read anew; the rest waits for a restart."
            );
        }
        Err(reason) => {
            note(gateway, None, "refused").await;
            tracing::error!(event = "reload.refused", reason = %reason, "The new configuration was refused; the old one stays in force.");
        }
    }
}

/// Puts on record which configuration came into force, or that one was refused:
/// a digest of what it says, by which an auditor sees that it changed.
async fn note(gateway: &Gateway, config: Option<&Config>, how: &str) {
    let digest = config.map(|config| digest::digest(&digest::SHA256, config.show().as_bytes()));
    let digest: &[u8] = digest.as_ref().map_or(&[], |digest| digest.as_ref());
    let object = HEXLOWER.encode(digest.get(..DIGEST).unwrap_or_default());
    let event = Event::new(Actor::Gateway, EventKind::Configuration, object);
    let mut tx = Tx::new();
    tx.audit(match config {
        Some(_) => event.noted(how),
        None => event.failed(how),
    });
    if let Err(error) = gateway.store().commit(tx).await {
        tracing::error!(event = "configuration.unnoted", reason = %error, "That the configuration was read could not be put on record.");
    }
}

/// Tells systemd, if it started us; nobody else listens.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(event = "notify.failed", reason = %error, "The service manager could not be told.");
    }
}
