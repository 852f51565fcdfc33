//! The chart's settings, with the key of its signatures and the trusted
//! certificates read.

use crate::chart::{Settings, Webhook};
use crate::config::{Config, Endpoint};
use crate::model::Secret;
use crate::net::tls;
use crate::serve::secrets::{self, Secrecy};
use anyhow::{Context, bail};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Shortest key, in characters: below it, whoever has seen one event could try
/// them all.
pub(super) const MIN_SECRET: usize = 16;

/// What the chart needs.
pub(super) fn settings(config: &Config) -> anyhow::Result<Settings> {
    let webhook = config.chart.webhook.as_ref();
    Ok(Settings {
        folder: config.chart.folder.clone(),
        webhook: webhook.map(|to| webhook_to(config, to)).transpose()?,
        zone: config.clinic.time_zone.clone(),
    })
}

fn webhook_to(config: &Config, to: &Endpoint) -> anyhow::Result<Webhook> {
    let origin = to.origin();
    let tls = match (origin.is_secure(), &config.chart.webhook_trust) {
        (false, _) => None,
        (true, None) => Some(tls::towards(&[])?),
        (true, Some(path)) => Some(trusting(path)?),
    };
    let authority = origin.as_str().split_once("://");
    Ok(Webhook {
        host: origin.host().to_string(),
        port: origin.port(),
        path: to.path().to_owned(),
        authority: authority.map_or("", |(_, authority)| authority).to_owned(),
        tls: tls.map(Arc::new),
        secret: secret(config)?,
    })
}

fn trusting(path: &Path) -> anyhow::Result<rustls::ClientConfig> {
    let named = || format!("chart.webhook-trust: {} cannot be used", path.display());
    let pem = fs::read(path).with_context(named)?;
    tls::towards(&pem).with_context(named)
}

fn secret(config: &Config) -> anyhow::Result<Secret> {
    let place = secrets::webhook_secret(&config.chart);
    let path = match &place {
        Some(Secrecy::File(path) | Secrecy::Credential(path)) => path,
        _ => bail!(
            "chart.webhook is set, but there is no key to sign with: set chart.webhook-secret, or hand over the credential webhook-secret"
        ),
    };
    let text = fs::read_to_string(path)
        .with_context(|| format!("chart.webhook-secret: {} cannot be read", path.display()))?;
    if !is_long_enough(&text) {
        bail!(
            "chart.webhook-secret: {} holds fewer than {MIN_SECRET} characters; `openssl rand -hex 32` makes a good one",
            path.display()
        );
    }
    Ok(Secret::new(text.trim()))
}

/// Whether this is a key that cannot be guessed by its length alone.
pub(super) fn is_long_enough(key: &str) -> bool {
    key.trim().chars().count() >= MIN_SECRET
}
