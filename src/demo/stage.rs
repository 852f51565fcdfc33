//! Builds a gateway for the demonstration: a folder, a configuration as `init`
//! would write one, a store, an account.

use crate::access::accounts;
use crate::access::app_password::{self, Wish};
use crate::access::password::Passwords;
use crate::config::{Config, LogFormat, LogLevel};
use crate::model::{Actor, Address, Clock, Role, Scope, Secret};
use crate::serve::gateway::Gateway;
use crate::serve::{ground, logging};
use crate::store::{RootKey, Store};
use anyhow::Context;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use tempfile::TempDir;

/// Who writes.
pub(super) const DOCTOR: &str = "dr.ruiz@clinic.localhost";
/// Who reads.
pub(super) const PATIENT: &str = "jane.doe@patient.localhost";

/// The gateway on its stage. Dropped, its folder is removed.
pub(super) struct Stage {
    pub(super) gateway: Gateway,
    /// The doctor's app password.
    pub(super) password: Secret,
    /// The gateway's own certificate, which the demonstration's programs trust.
    pub(super) certificate: Vec<u8>,
    /// `localhost:PORT` of the portal.
    pub(super) authority: String,
    folder: TempDir,
}

impl Stage {
    /// Sets everything up; what leaves goes to `world`.
    pub(super) async fn set(world: SocketAddr) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("sealpost-demo-")
            .tempdir()?;
        let port = free_port()?;
        let text = configuration(folder.path(), port, world);
        let config = Config::parse(&text, "the demonstration's configuration")
            .map_err(|faults| anyhow::anyhow!("{faults}"))?;
        let mut log = config.log.clone();
        (log.format, log.level) = (LogFormat::Text, LogLevel::Error);
        logging::begin(&log);
        let root = RootKey::generate();
        fs::create_dir(folder.path().join("keys"))?;
        root.write(&folder.path().join("keys/store.key"))?;
        drop(Store::create(
            &ground::settings(&config),
            &root,
            Clock::System,
        )?);
        let gateway = Gateway::start(&config, Clock::System).await?;
        let password = doctor(gateway.store()).await?;
        let certificate = fs::read(folder.path().join("certificate.pem"))
            .context("the demonstration's certificate")?;
        Ok(Self {
            gateway,
            password,
            certificate,
            authority: format!("localhost:{port}"),
            folder,
        })
    }

    /// Ends the gateway and removes the folder.
    pub(super) async fn strike(self) -> anyhow::Result<()> {
        self.gateway.stop().await;
        self.folder
            .close()
            .context("the demonstration's folder could not be removed")
    }
}

async fn doctor(store: &Store) -> anyhow::Result<Secret> {
    let address = Address::parse(DOCTOR)?;
    let account = accounts::add(store, address, Role::Provider, Actor::Gateway).await?;
    let wish = Wish {
        name: "demonstration".to_owned(),
        scope: Scope::Both,
        networks: Vec::new(),
    };
    Ok(app_password::make(store, &Passwords::new(), &account, wish, Actor::Gateway).await?)
}

/// A port that is free now. The portal's address stands in its own
/// configuration, so it must be known before the portal listens.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn configuration(folder: &Path, port: u16, world: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        r#"[clinic]
name = "Harbour Clinic"
hostname = "localhost"
domains = ["clinic.localhost"]
phone = "+1 503 555 0100"
time-zone = "America/Los_Angeles"

[store]
path = "{folder}/data"
key-file = "{folder}/keys/store.key"

[tls]
mode = "self-signed"
certificate = "{folder}/certificate.pem"
private-key = "{folder}/private-key.pem"

[submission]
listen = ["127.0.0.1:0"]
listen-tls = ["127.0.0.1:0"]

[imap]
listen-tls = ["127.0.0.1:0"]

[relay]
host = "127.0.0.1"
port = {relay}
security = "none"

[portal]
listen = ["127.0.0.1:{port}"]
url = "https://localhost:{port}"

[admin]
socket = "{folder}/admin.sock"
"#,
        relay = world.port()
    )
}
