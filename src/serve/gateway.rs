//! Wires the parts together, top to bottom, once. Whoever starts a gateway
//! (the daemon, the demonstration, a test) gets the same one.

use crate::access::login::Login;
use crate::access::password::Passwords;
use crate::admin;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::model::{Clock, Live};
use crate::net::{Gate, Limits, Tls, tls};
use crate::outbound::Outbound;
use crate::portal;
use crate::serve::{certificate, ground, pieces, relay};
use crate::smtp;
use crate::store::Store;
use crate::sweep::Sweep;
use crate::visit::Visit;
use anyhow::Context;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A gateway at work. Dropped, it stops at once; [`Gateway::stop`] lets it
/// finish what it has in hand.
pub struct Gateway {
    store: Store,
    submission: Vec<SocketAddr>,
    submission_tls: Vec<SocketAddr>,
    portal: Vec<SocketAddr>,
    reload: Reload,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// What a reload replaces: everything else needs a restart, and `check` says so.
struct Reload {
    outbound: Live<crate::outbound::Settings>,
    visit: Live<crate::visit::Rules>,
    office: Live<crate::delivery::report::Office>,
    smtp: Live<smtp::Settings>,
    tls: [Tls; 2],
}

/// The doors' sockets, bound.
struct Sockets {
    submission: Vec<TcpListener>,
    submission_tls: Vec<TcpListener>,
    portal: Vec<TcpListener>,
}

impl Gateway {
    /// Opens the store, binds the doors, starts the workers. When this
    /// returns, the gateway is ready.
    ///
    /// # Errors
    /// What could not be opened, and why.
    pub async fn start(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        let store = ground::open(config, clock)?;
        // What a gateway that was killed had in hand is due at once.
        crate::queue::reclaim(&store).await?;
        let (chain, key) = certificate::read(config)?;
        let mail_tls = Tls::new(&chain, &key, &[])?;
        let page_tls = Tls::new(&chain, &key, tls::HTTP)?;
        let sockets = Sockets::bind(config).await?;

        let out = Live::new(pieces::outbound(config));
        let outbound = Outbound::new(store.clone(), out.clone());
        let passwords = Passwords::new();
        let login = Login::new(store.clone(), passwords.clone());
        let office = Live::new(pieces::office(config));
        let delivery = Delivery::new(
            &store,
            relay::settings(config)?,
            &office,
            &outbound.receiving(),
        )?;
        let rules = Live::new(pieces::visit(config));
        let visit = Visit::new(store.clone(), rules.clone());
        let pages = portal::Door::new(visit, pieces::portal(config)?, page_tls.clone());
        let mail = Live::new(pieces::smtp(config));
        let in_flight = config.limits.in_flight_bytes.octets();
        let door = smtp::Door::new(
            outbound.clone(),
            login.clone(),
            mail_tls.clone(),
            mail.clone(),
            in_flight,
        );
        let sweep = Sweep::new(store.clone(), config.portal.idle_timeout);
        let desk = pieces::desk(config, store.clone(), (login, passwords));
        let socket = admin::Door::open(&config.admin.socket, desk).await;
        let socket = socket
            .with_context(|| format!("the admin socket {}", config.admin.socket.display()))?;

        let (stop, stopping) = watch::channel(false);
        let mut gateway = Self {
            submission: sockets.addresses(&sockets.submission)?,
            submission_tls: sockets.addresses(&sockets.submission_tls)?,
            portal: sockets.addresses(&sockets.portal)?,
            reload: Reload {
                outbound: out,
                visit: rules,
                office,
                smtp: mail,
                tls: [mail_tls, page_tls],
            },
            store,
            stop,
            tasks: JoinSet::new(),
        };
        let gate = || {
            Gate::new(Limits {
                connections: config.limits.connections,
                per_network: config.limits.per_network,
            })
        };
        let (mail_gate, page_gate) = (gate(), gate());
        let tasks = &mut gateway.tasks;
        for (mode, listeners) in [
            (smtp::Mode::Offered, sockets.submission),
            (smtp::Mode::Already, sockets.submission_tls),
        ] {
            for listener in listeners {
                tasks.spawn(
                    door.clone()
                        .work(listener, mode, mail_gate.clone(), stopping.clone()),
                );
            }
        }
        for listener in sockets.portal {
            tasks.spawn(
                pages
                    .clone()
                    .work(listener, page_gate.clone(), stopping.clone()),
            );
        }
        let stopping_dispatch = stopping.clone();
        tasks.spawn(async move { outbound.work(stopping_dispatch).await });
        let stopping_delivery = stopping.clone();
        tasks.spawn(async move { delivery.work(stopping_delivery).await });
        tasks.spawn(sweep.work(stopping.clone()));
        tasks.spawn(socket.work(stopping));
        Ok(gateway)
    }

    /// The store, for whoever runs in the same process.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where submission with STARTTLS listens.
    #[must_use]
    pub fn submission(&self) -> &[SocketAddr] {
        &self.submission
    }

    /// Where submission over TLS listens.
    #[must_use]
    pub fn submission_tls(&self) -> &[SocketAddr] {
        &self.submission_tls
    }

    /// Where the portal listens.
    #[must_use]
    pub fn portal(&self) -> &[SocketAddr] {
        &self.portal
    }

    /// Takes certificates, texts and policy from a configuration read anew.
    /// Open sessions keep what they began with.
    ///
    /// # Errors
    /// What is wrong with the new certificate; then nothing has changed.
    pub fn reload(&self, config: &Config) -> anyhow::Result<()> {
        let (chain, key) = certificate::read(config)?;
        for tls in &self.reload.tls {
            tls.replace(&chain, &key)?;
        }
        self.reload.outbound.replace(pieces::outbound(config));
        self.reload.visit.replace(pieces::visit(config));
        self.reload.office.replace(pieces::office(config));
        self.reload.smtp.replace(pieces::smtp(config));
        Ok(())
    }

    /// Stops taking connections, finishes what is in hand, and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Sockets {
    async fn bind(config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            submission: listen(&config.submission.listen, "submission.listen").await?,
            submission_tls: listen(&config.submission.listen_tls, "submission.listen-tls").await?,
            portal: listen(&config.portal.listen, "portal.listen").await?,
        })
    }

    fn addresses(&self, listeners: &[TcpListener]) -> anyhow::Result<Vec<SocketAddr>> {
        Ok(listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<Result<_, _>>()?)
    }
}

async fn listen(addresses: &[SocketAddr], setting: &str) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.with_context(|| format!("{setting}: {address} cannot be listened on; is another program there, or a right missing?"))?);
    }
    Ok(listeners)
}
