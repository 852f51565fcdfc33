//! The provider at the office page in the demonstration: signs in for the first
//! time, releases what staff wrote, and answers the patient.

use crate::access::factor;
use crate::demo::browser::{Browser, Page};
use crate::demo::stage::{DOCTOR, Stage};
use crate::model::{Clock, Secret, Seed};
use anyhow::{Context, ensure};
use data_encoding::BASE32_NOPAD;
use tokio_rustls::TlsConnector;

/// What the office answers.
pub(super) const THANKS: &str = "Thank you, Jane. The form is complete.";

/// A browser that has signed in, and the app with its codes.
pub(super) struct Desk {
    browser: Browser,
    app: App,
    password: Secret,
}

/// What shows the codes. Each is good once, so it knows which it has shown.
struct App {
    seed: Seed,
    shown: u64,
}

impl App {
    /// Takes over what the page shows for typing.
    fn of(page: &Page) -> anyhow::Result<Self> {
        let text = page.text();
        let shown = text.split_once("class=\"seed\">");
        let shown = shown.and_then(|(_, rest)| rest.split('<').next());
        let shown = shown.context("the page shows nothing to type into an app")?;
        let octets = BASE32_NOPAD.decode(shown.replace(' ', "").as_bytes())?;
        let octets = octets.try_into();
        let octets = octets.map_err(|_| anyhow::anyhow!("what it shows has another length"))?;
        Ok(Self {
            seed: Seed::from_octets(octets),
            shown: 0,
        })
    }

    /// The next code. One that is due within half a minute is taken already.
    fn code(&mut self) -> Secret {
        let now = factor::step(Clock::System.now());
        self.shown = now.max(self.shown.saturating_add(1));
        factor::code(&self.seed, self.shown)
    }
}

impl Desk {
    /// Signs the doctor in, and sets up the app.
    pub(super) async fn sign_in(stage: &Stage, tls: TlsConnector) -> anyhow::Result<Self> {
        let server = stage.gateway.office().first();
        let server = *server.context("the office page does not listen")?;
        let mut browser = Browser::new(tls, server, stage.office.clone());
        let door = browser.open("/").await?;
        let form = door.hidden("form").context("nobody can sign in")?;
        let password = stage.password.clone();
        let fields = [
            ("form", form.as_str()),
            ("address", DOCTOR),
            ("password", password.expose()),
        ];
        let set_up = browser.send("/sign-in", &fields).await?;
        let mut app = App::of(&set_up)?;
        let form = set_up
            .hidden("form")
            .context("there is no form for a code")?;
        let code = app.code();
        let fields = [("form", form.as_str()), ("code", code.expose())];
        let codes = browser.send("/factor", &fields).await?;
        ensure!(codes.status.is_success(), "the code was refused");
        Ok(Self {
            browser,
            app,
            password,
        })
    }

    /// Releases the one message that waits.
    pub(super) async fn release(&mut self) -> anyhow::Result<()> {
        let today = self.browser.open("/today").await?;
        let path = today.link(|target| target.ends_with("/release"));
        let path = path.context("nothing waits for release")?;
        let page = self.browser.open(&path).await?;
        let form = page.hidden("form").context("nobody can release")?;
        let binding = page.hidden("binding").context("the message is not bound")?;
        let code = self.app.code();
        let fields = [
            ("form", form.as_str()),
            ("binding", &binding),
            ("password", self.password.expose()),
            ("code", code.expose()),
        ];
        let after = self.browser.send(&path, &fields).await?;
        ensure!(
            after.path.starts_with("/today"),
            "the release was refused on {}",
            after.path
        );
        Ok(())
    }

    /// Answers the patient's answer, which is the newest thing on the page.
    pub(super) async fn answer(&mut self) -> anyhow::Result<()> {
        let today = self.browser.open("/today").await?;
        let path = today.link(|target| target.starts_with("/message/"));
        let path = format!("{}/answer", path.context("no answer is shown")?);
        let page = self.browser.open(&path).await?;
        let form = page.hidden("form").context("nobody can answer")?;
        let subject = page.hidden("subject").context("no subject is proposed")?;
        let to = page
            .chosen("to")
            .context("nobody is proposed to answer to")?;
        let fields = [
            ("form", form.as_str()),
            ("from", DOCTOR),
            ("to", &to),
            ("subject", &subject),
            ("text", THANKS),
        ];
        let note = ("file", "next-visit.txt", b"Tuesday, 9:30\n".as_slice());
        let after = self.browser.send_file(&path, &fields, note).await?;
        ensure!(
            after.status.is_success() && !after.path.ends_with("/answer"),
            "the answer was refused ({})",
            after.status
        );
        Ok(())
    }
}
