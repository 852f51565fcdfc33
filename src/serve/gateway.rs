//! Wires the parts together, top to bottom, once. Whoever starts a gateway
//! (the daemon, the demonstration, a test) gets the same one.

use crate::access::login::Login;
use crate::access::office::Office;
use crate::access::password::Passwords;
use crate::admin;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::desk::{self, Desk};
use crate::imap;
use crate::inbound::{self, Inbound};
use crate::mailbox::Mailboxes;
use crate::model::{Clock, Live};
use crate::net::{Gate, Limits, Tls, tls};
use crate::office;
use crate::outbound::Outbound;
use crate::pki::Signer;
use crate::portal;
use crate::release;
use crate::serve::sockets::{self, Held, Listening, Sockets};
use crate::serve::{certificate, ground, pieces, relay};
use crate::smtp;
use crate::store::Store;
use crate::sweep::{self, Sweep};
use crate::visit::Visit;
use anyhow::Context;
use jiff::SignedDuration;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What is not finished is looked for this often; a reload is seen as late.
const CHECKED: SignedDuration = SignedDuration::from_mins(5);

/// A gateway at work. Dropped, it stops at once; [`Gateway::stop`] lets it
/// finish what it has in hand.
pub struct Gateway {
    store: Store,
    submission: Vec<SocketAddr>,
    submission_tls: Vec<SocketAddr>,
    imap: Vec<SocketAddr>,
    imap_tls: Vec<SocketAddr>,
    inbound: Vec<SocketAddr>,
    portal: Vec<SocketAddr>,
    office: Vec<SocketAddr>,
    held: Held,
    reload: Reload,
    desk: Desk,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// What a reload replaces; everything else needs a restart, as README.md says.
struct Reload {
    outbound: Live<crate::outbound::Settings>,
    visit: Live<crate::visit::Rules>,
    office: Live<crate::report::Office>,
    smtp: Live<smtp::Settings>,
    imap: Live<imap::Settings>,
    inbound: Live<inbound::Settings>,
    returns: Live<smtp::Settings>,
    desk: Live<desk::Settings>,
    sweep: Live<sweep::Settings>,
    holds: Live<release::Settings>,
    tls: [Tls; 2],
    /// With the same certificate; `None` with a key that cannot sign profiles, of
    /// which the check has warned.
    signer: Live<Option<Signer>>,
    /// What the list of what is not finished is made from.
    checked: Live<Config>,
}

/// The doors that stand on sockets of their own.
struct Doors {
    mail: smtp::Door,
    read: imap::Door,
    back: smtp::Returns,
    pages: portal::Door,
    office: Option<office::Door>,
}

/// The doors' sockets, handed over or bound.
struct Bound {
    submission: Vec<TcpListener>,
    submission_tls: Vec<TcpListener>,
    imap: Vec<TcpListener>,
    imap_tls: Vec<TcpListener>,
    inbound: Vec<TcpListener>,
    portal: Vec<TcpListener>,
    office: Vec<TcpListener>,
}

impl Gateway {
    /// Opens the store, binds the doors, starts the workers. When this
    /// returns, the gateway is ready.
    ///
    /// # Errors
    /// What could not be opened, and why.
    pub async fn start(config: &Config, clock: Clock) -> anyhow::Result<Self> {
        Self::start_on(Sockets::default(), config, clock).await
    }

    /// The same on sockets that systemd holds; a door without one binds its own.
    ///
    /// # Errors
    /// What could not be opened, and why.
    pub async fn start_on(
        mut sockets: Sockets,
        config: &Config,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let store = ground::open(config, clock)?;
        // What a gateway that was killed had in hand is due at once.
        crate::queue::reclaim(&store).await?;
        let held = sockets.held();
        let bound = Bound::bind(&mut sockets, config).await?;
        let reload = Reload::new(config)?;
        let passwords = Passwords::new();
        let login = Login::new(store.clone(), passwords.clone());
        let keys = (login, passwords);
        let desk = Desk::new(store.clone(), keys.clone(), reload.desk.clone());
        let (stop, stopping) = watch::channel(false);
        let mut gateway = Self {
            submission: addresses(&bound.submission)?,
            submission_tls: addresses(&bound.submission_tls)?,
            imap: addresses(&bound.imap)?,
            imap_tls: addresses(&bound.imap_tls)?,
            inbound: addresses(&bound.inbound)?,
            portal: addresses(&bound.portal)?,
            office: addresses(&bound.office)?,
            held,
            reload,
            desk,
            store,
            stop,
            tasks: JoinSet::new(),
        };
        gateway.work(config, bound, keys, &stopping).await?;
        Ok(gateway)
    }

    /// Makes the parts, each over those before it, and sets them to work.
    async fn work(
        &mut self,
        config: &Config,
        bound: Bound,
        (login, passwords): (Login, Passwords),
        stopping: &watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let (store, live) = (&self.store, &self.reload);
        let [mail_tls, page_tls] = live.tls.clone();

        let outbound = Outbound::new(store.clone(), live.outbound.clone());
        let towards = relay::settings(config)?;
        let delivery = Delivery::new(store, towards, &live.office, &outbound.receiving())?;
        let sweep = Sweep::new(store.clone(), live.sweep.clone());

        // Strangers at the portal compute on their own count: they stand in no line
        // before somebody of the office.
        let visit = Visit::new(store.clone(), Passwords::new(), live.visit.clone());
        let entrance = Office::new(store.clone(), passwords);

        let in_flight = config.limits.in_flight_bytes.octets();
        let mail = live.smtp.clone();
        let mailboxes = Mailboxes::new(store.clone(), live.holds.clone());
        let read = live.imap.clone();
        let read = imap::Door::new(mailboxes.clone(), login.clone(), mail_tls.clone(), read);
        let inbound = Inbound::new(store.clone(), live.inbound.clone());
        let back = smtp::Returns::new(inbound, mail_tls.clone(), live.returns.clone());
        let mail = smtp::Door::new(outbound.clone(), login, mail_tls, mail, in_flight);
        let servers = pieces::servers(config, &self.listening());
        let gaps = Live::new(Vec::new());
        let office = pieces::office_pages(config, gaps.clone(), servers.clone())?;
        let parts = (entrance, self.desk.clone());
        let office = office.map(|pages| office::Door::new(parts, pages, page_tls.clone()));
        let pages = pieces::portal(config, servers, live.signer.clone())?;
        let pages = portal::Door::new(visit, pages, page_tls);
        let path = &config.admin.socket;
        let admin = admin::Door::open(path, self.desk.clone()).await;
        let admin = admin.with_context(|| format!("the admin socket {}", path.display()))?;

        let stop = || stopping.clone();
        if office.is_some() {
            let look = (live.checked.clone(), self.held.clone());
            self.tasks
                .spawn(unfinished(look, gaps, store.clock().clone(), stop()));
        }
        let doors = Doors {
            mail,
            read,
            back,
            pages,
            office,
        };
        self.open(doors, bound, config, stopping);
        let (outbound_stop, delivery_stop, mailboxes_stop) = (stop(), stop(), stop());
        self.tasks
            .spawn(async move { outbound.work(outbound_stop).await });
        self.tasks
            .spawn(async move { delivery.work(delivery_stop).await });
        self.tasks
            .spawn(async move { mailboxes.work(mailboxes_stop).await });
        self.tasks.spawn(sweep.work(stop()));
        self.tasks.spawn(admin.work(stop()));
        Ok(())
    }

    /// Opens the doors. Each counts its own connections.
    fn open(&mut self, doors: Doors, bound: Bound, config: &Config, stop: &watch::Receiver<bool>) {
        let Doors {
            mail,
            read,
            back,
            pages,
            office,
        } = doors;
        let [mail_gate, read_gate, back_gate, page_gate, office_gate] =
            [(); 5].map(|()| gate(config));
        for (mode, listeners) in [
            (smtp::Mode::Offered, bound.submission),
            (smtp::Mode::Already, bound.submission_tls),
        ] {
            for listener in listeners {
                let door = mail.clone();
                self.tasks
                    .spawn(door.work(listener, mode, mail_gate.clone(), stop.clone()));
            }
        }
        for (mode, listeners) in [
            (imap::Mode::Offered, bound.imap),
            (imap::Mode::Already, bound.imap_tls),
        ] {
            for listener in listeners {
                let door = read.clone();
                self.tasks
                    .spawn(door.work(listener, mode, read_gate.clone(), stop.clone()));
            }
        }
        for listener in bound.inbound {
            let door = back.clone();
            self.tasks
                .spawn(door.work(listener, back_gate.clone(), stop.clone()));
        }
        for listener in bound.portal {
            let door = pages.clone();
            self.tasks
                .spawn(door.work(listener, page_gate.clone(), stop.clone()));
        }
        for (listener, door) in bound.office.into_iter().zip(std::iter::repeat(office)) {
            let work = door.map(|d| d.work(listener, office_gate.clone(), stop.clone()));
            work.map(|work| self.tasks.spawn(work));
        }
    }

    /// The store, for whoever runs in the same process.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The desk, for whoever runs in the same process.
    #[must_use]
    pub fn desk(&self) -> &Desk {
        &self.desk
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

    /// Where IMAP with STARTTLS listens.
    #[must_use]
    pub fn imap(&self) -> &[SocketAddr] {
        &self.imap
    }

    /// Where IMAP over TLS listens.
    #[must_use]
    pub fn imap_tls(&self) -> &[SocketAddr] {
        &self.imap_tls
    }

    /// Where other servers bring mail back.
    #[must_use]
    pub fn inbound(&self) -> &[SocketAddr] {
        &self.inbound
    }

    /// Where the portal listens.
    #[must_use]
    pub fn portal(&self) -> &[SocketAddr] {
        &self.portal
    }

    /// Where the office page listens.
    #[must_use]
    pub fn office(&self) -> &[SocketAddr] {
        &self.office
    }

    /// Where each door listens, and who holds its sockets.
    #[must_use]
    pub fn listening(&self) -> [Listening; 7] {
        let at = |door, addresses: &[SocketAddr]| Listening {
            door,
            addresses: addresses.to_vec(),
            held: !self.held.of(door).is_empty(),
        };
        [
            at(sockets::Door::Submission, &self.submission),
            at(sockets::Door::Submissions, &self.submission_tls),
            at(sockets::Door::Imap, &self.imap),
            at(sockets::Door::Imaps, &self.imap_tls),
            at(sockets::Door::Inbound, &self.inbound),
            at(sockets::Door::Portal, &self.portal),
            at(sockets::Door::Office, &self.office),
        ]
    }

    /// Takes certificates, texts and policy from a configuration read anew.
    /// Open sessions keep what they began with.
    ///
    /// # Errors
    /// What is wrong with the new certificate; then nothing has changed.
    pub fn reload(&self, config: &Config) -> anyhow::Result<()> {
        self.reload.replace(config)
    }

    /// Stops taking connections, finishes what is in hand, and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

impl Reload {
    fn new(config: &Config) -> anyhow::Result<Self> {
        let (chain, key) = certificate::read(config)?;
        Ok(Self {
            outbound: Live::new(pieces::outbound(config)),
            visit: Live::new(pieces::visit(config)),
            office: Live::new(pieces::office(config)),
            smtp: Live::new(pieces::smtp(config)),
            imap: Live::new(pieces::imap(config)),
            inbound: Live::new(pieces::inbound(config)),
            returns: Live::new(pieces::returns(config)),
            desk: Live::new(pieces::desk(config)),
            sweep: Live::new(pieces::sweep(config)),
            holds: Live::new(pieces::holds(config)),
            tls: [
                Tls::new(&chain, &key, &[])?,
                Tls::new(&chain, &key, tls::HTTP)?,
            ],
            signer: Live::new(Signer::new(&chain, &key).ok()),
            checked: Live::new(config.clone()),
        })
    }

    /// All or nothing: only a certificate can be refused, and it comes first.
    fn replace(&self, config: &Config) -> anyhow::Result<()> {
        let (chain, key) = certificate::read(config)?;
        for tls in &self.tls {
            tls.replace(&chain, &key)?;
        }
        self.signer.replace(Signer::new(&chain, &key).ok());
        self.outbound.replace(pieces::outbound(config));
        self.visit.replace(pieces::visit(config));
        self.office.replace(pieces::office(config));
        self.smtp.replace(pieces::smtp(config));
        self.imap.replace(pieces::imap(config));
        self.inbound.replace(pieces::inbound(config));
        self.returns.replace(pieces::returns(config));
        self.desk.replace(pieces::desk(config));
        self.sweep.replace(pieces::sweep(config));
        self.holds.replace(pieces::holds(config));
        self.checked.replace(config.clone());
        Ok(())
    }
}

impl Bound {
    async fn bind(sockets: &mut Sockets, config: &Config) -> anyhow::Result<Self> {
        let (mail, imap, portal) = (&config.submission, &config.imap, &config.portal);
        let inbound = &config.inbound.listen;
        Ok(Self {
            submission: listen(sockets, sockets::Door::Submission, &mail.listen).await?,
            submission_tls: listen(sockets, sockets::Door::Submissions, &mail.listen_tls).await?,
            imap: listen(sockets, sockets::Door::Imap, &imap.listen).await?,
            imap_tls: listen(sockets, sockets::Door::Imaps, &imap.listen_tls).await?,
            inbound: listen(sockets, sockets::Door::Inbound, inbound).await?,
            portal: listen(sockets, sockets::Door::Portal, &portal.listen).await?,
            office: listen(sockets, sockets::Door::Office, config.office.doors()).await?,
        })
    }
}

/// Keeps the list of what is not finished in the set-up, looked at now and then:
/// a certificate grows old, a disk full. Files and DNS are asked off the async
/// threads.
async fn unfinished(
    (config, held): (Live<Config>, Held),
    gaps: Live<Vec<office::Gap>>,
    clock: Clock,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let (config, held, time) = (config.current(), held.clone(), clock.clone());
        let look = tokio::task::spawn_blocking(move || pieces::gaps(&config, &held, &time));
        if let Ok(found) = look.await {
            gaps.replace(found);
        }
        tokio::select! {
            () = clock.sleep(CHECKED) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

fn addresses(listeners: &[TcpListener]) -> anyhow::Result<Vec<SocketAddr>> {
    let found: Result<_, _> = listeners.iter().map(TcpListener::local_addr).collect();
    Ok(found?)
}

fn gate(config: &Config) -> Gate {
    Gate::new(Limits {
        connections: config.limits.connections,
        per_network: config.limits.per_network,
    })
}

async fn listen(
    sockets: &mut Sockets,
    door: sockets::Door,
    addresses: &[SocketAddr],
) -> anyhow::Result<Vec<TcpListener>> {
    let setting = door.setting();
    let mut listeners = sockets.of(door)?;
    if !listeners.is_empty() {
        return Ok(listeners);
    }
    for address in addresses {
        let listener = TcpListener::bind(address).await;
        listeners.push(listener.map_err(|error| {
            anyhow::anyhow!(
                "{setting}: {address} cannot be listened on ({error}); {}",
                remedy(&error)
            )
        })?);
    }
    Ok(listeners)
}

/// What to do where a socket cannot be bound.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::AddrInUse => "another program listens there: `ss -ltnp` shows which",
        ErrorKind::PermissionDenied => {
            "ports below 1024 take a socket that systemd holds (systemd/sealpost-*.socket), the right CAP_NET_BIND_SERVICE, or root"
        }
        _ => "`ip address` shows the addresses of this machine",
    }
}
