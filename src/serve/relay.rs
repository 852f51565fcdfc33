//! The relay's settings, with the password and the trusted certificates read.

use crate::config::Config;
use crate::delivery::relay as delivery;
use crate::model::Secret;
use crate::serve::secrets::{self, Secrecy};
use anyhow::{Context, bail};
use std::fs;

/// What delivery needs to reach the relay.
pub(super) fn settings(config: &Config) -> anyhow::Result<delivery::Settings> {
    let wanted = &config.relay;
    let trust = match &wanted.trust {
        Some(path) => fs::read(path)
            .with_context(|| format!("relay.trust: {} cannot be read", path.display()))?,
        None => Vec::new(),
    };
    Ok(delivery::Settings {
        host: wanted.host.to_string(),
        port: wanted.port,
        security: wanted.security,
        login: login(config)?,
        trust,
        hello: config.clinic.hostname.as_str().to_owned(),
    })
}

fn login(config: &Config) -> anyhow::Result<Option<(String, Secret)>> {
    let (Some(name), Some(place)) = (
        &config.relay.username,
        secrets::relay_password(&config.relay),
    ) else {
        return Ok(None);
    };
    let path = match &place {
        Secrecy::File(path) | Secrecy::Credential(path) => path,
        Secrecy::Absent => bail!(
            "relay.username is set, but there is no password: set relay.password-file, or hand over the credential relay-password"
        ),
    };
    let text = fs::read_to_string(path)
        .with_context(|| format!("relay.password-file: {} cannot be read", path.display()))?;
    Ok(Some((
        name.clone(),
        Secret::new(text.trim_end_matches(['\r', '\n'])),
    )))
}
