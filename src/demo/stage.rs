//! Builds a gateway for the demonstration: a folder, a configuration as `init`
//! would write one, a store, an account.

use crate::access::accounts::{self, Profile};
use crate::access::app_password::{self, Wish, first_password};
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

/// In whose name is written, and who releases.
pub(super) const DOCTOR: &str = "dr.ruiz@clinic.localhost";
/// Who writes for the doctor.
pub(super) const RECEPTION: &str = "reception@clinic.localhost";
/// Who runs the gateway, and sees nobody's mail.
pub(super) const MANAGER: &str = "manager@clinic.localhost";
/// Who reads.
pub(super) const PATIENT: &str = "jane.doe@patient.localhost";

/// The gateway on its stage. Dropped, its folder is removed.
pub(super) struct Stage {
    pub(super) gateway: Gateway,
    /// The doctor's app password, and for the office page the same.
    pub(super) password: Secret,
    /// The same of the reception.
    pub(super) reception: Secret,
    /// The manager's, for the office page alone.
    pub(super) manager: Secret,
    /// The gateway's own certificate, which the demonstration's programs trust.
    pub(super) certificate: Vec<u8>,
    /// `localhost:PORT` of the portal.
    pub(super) authority: String,
    /// `127.0.0.1:PORT` of the office page: another name than the portal's.
    pub(super) office: String,
    folder: TempDir,
}

impl Stage {
    /// Sets everything up; what leaves goes to `world`.
    pub(super) async fn set(world: SocketAddr) -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("sealpost-demo-")
            .tempdir()?;
        // Both stay bound until both are known, so that they differ.
        let (portal, office) = (free_port()?, free_port()?);
        let ports = (portal.local_addr()?.port(), office.local_addr()?.port());
        drop((portal, office));
        let text = configuration(folder.path(), ports, world);
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
        let password = account(gateway.store(), (DOCTOR, "Dr. Maria Ruiz"), Role::Provider).await?;
        let reception = account(gateway.store(), (RECEPTION, "Reception"), Role::Staff).await?;
        let manager = account(gateway.store(), (MANAGER, "Practice manager"), Role::Admin).await?;
        let certificate = fs::read(folder.path().join("certificate.pem"))
            .context("the demonstration's certificate")?;
        Ok(Self {
            gateway,
            password,
            reception,
            manager,
            certificate,
            authority: format!("localhost:{}", ports.0),
            office: format!("127.0.0.1:{}", ports.1),
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

/// Makes an account whose one password is good for mail and for the office page; who
/// runs the gateway has no mail.
async fn account(
    store: &Store,
    (address, name): (&str, &str),
    role: Role,
) -> anyhow::Result<Secret> {
    let passwords = Passwords::new();
    let address = Address::parse(address)?;
    let account = accounts::add(store, address, role, Actor::Gateway).await?;
    let wish = Wish {
        name: "demonstration".to_owned(),
        scope: Scope::Both,
        networks: Vec::new(),
    };
    let password = match role {
        Role::Admin => first_password(),
        Role::Staff | Role::Provider => {
            app_password::make(store, &passwords, &account, wish, Actor::Gateway).await?
        }
    };
    let profile = Profile {
        name: Some(Some(name.to_owned())),
        ..Profile::default()
    };
    accounts::set_profile(store, account.id, &profile, Actor::Gateway).await?;
    accounts::set_password(store, &passwords, account.id, &password, Actor::Gateway).await?;
    Ok(password)
}

/// A port that is free now. The pages' addresses stand in their own
/// configuration, so they must be known before the pages listen.
fn free_port() -> std::io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0))
}

fn configuration(folder: &Path, (portal, office): (u16, u16), world: SocketAddr) -> String {
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
listen = ["127.0.0.1:{portal}"]
url = "https://localhost:{portal}"

[office]
listen = ["127.0.0.1:{office}"]
url = "https://127.0.0.1:{office}"

[admin]
socket = "{folder}/admin.sock"
"#,
        relay = world.port()
    )
}
