//! Plays the main job to its end: the reception writes, the provider releases, the
//! patient reads and answers, the office's mail program is told, the provider
//! answers from the page. Each step is printed with its time, and each says what it
//! expected where it fails.

use crate::demo::browser::{Browser, Page};
use crate::demo::letters::Reading;
use crate::demo::office::{Desk, THANKS};
use crate::demo::reader::Reader;
use crate::demo::stage::{DOCTOR, PATIENT, RECEPTION, Stage};
use crate::demo::world::Letter;
use crate::model::{Clock, Secret};
use anyhow::{Context, bail, ensure};
use jiff::{SignedDuration, Timestamp};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Body, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use mail_parser::MessageParser;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;

/// What the doctor writes. It must be found in the portal and nowhere else.
const SECRET: &str = "Your results are in and everything looks good.";
/// What the patient answers.
const ANSWER: &str = "Thank you, doctor. I attached the form.";
/// The file that goes there.
const REPORT: &[u8] = b"%PDF-1.4\n% a report for the demonstration\n%%EOF\n";
/// The file that comes back.
const FORM: &[u8] = b"Name: Jane Doe\nI agree.\n";

/// How long a step may wait for a mail.
const PATIENCE: SignedDuration = SignedDuration::from_secs(20);

/// A step's name and when it began.
struct Steps {
    clock: Clock,
    began: Timestamp,
}

impl Steps {
    fn done(&mut self, what: &str) {
        let now = self.clock.now();
        let took = now.duration_since(self.began).as_millis();
        let _ = writeln!(io::stdout(), "ok   {took:>5} ms  {what}");
        self.began = now;
    }
}

/// Plays everything; says whether every step succeeded.
pub(super) async fn play(stage: &Stage, letters: &mut mpsc::Receiver<Letter>) -> bool {
    let clock = Clock::System;
    let mut steps = Steps {
        began: clock.now(),
        clock,
    };
    match acts(stage, letters, &mut steps).await {
        Ok(()) => true,
        Err(error) => {
            let _ = writeln!(io::stdout(), "FAILED          {error:#}");
            false
        }
    }
}

async fn acts(
    stage: &Stage,
    letters: &mut mpsc::Receiver<Letter>,
    steps: &mut Steps,
) -> anyhow::Result<()> {
    let mut desk = release(stage, letters, steps).await?;

    let notice = next(letters).await.context("the notice")?;
    let link = silent_notice(&notice)?;
    steps.done("a notice leaves; it says nothing of the message");

    let mut browser = browser(stage)?;
    let path = link
        .strip_prefix(&format!("https://{}", stage.authority))
        .context("the link leads elsewhere")?;
    let landing = browser.open(path).await?;
    expect(&landing, "j•••@patient.localhost")?;
    steps.done("the patient opens the link");

    let form = landing
        .hidden("form")
        .context("the landing page has no form")?;
    let asked = browser
        .send(&format!("{path}/code"), &[("form", &form)])
        .await?;
    let letter = next(letters).await.context("the code mail")?;
    let code = Reading::of(&letter).code;
    let code = code.context("the code mail has no code")?;
    steps.done("the patient asks for a code; it arrives");

    let form = asked.hidden("form").context("the code page has no form")?;
    let fields = [("form", form.as_str()), ("code", &code)];
    let opened = browser.send(&format!("{path}/enter"), &fields).await?;
    read(&mut browser, &opened, steps).await?;
    let message = opened.path.split('?').next().unwrap_or_default().to_owned();
    converse(stage, (&mut browser, &message), steps).await?;
    thanks(&mut desk, letters, (&mut browser, steps)).await?;

    sign_out(&mut browser, &message).await?;
    steps.done("the patient signs out; the pages are closed");
    Ok(())
}

/// Staff write, and a provider releases.
async fn release(
    stage: &Stage,
    letters: &mut mpsc::Receiver<Letter>,
    steps: &mut Steps,
) -> anyhow::Result<Desk> {
    let said = submit(stage, (RECEPTION, &stage.reception)).await;
    let said = said.context("the reception submits a message")?;
    ensure!(
        said.contains("Held for release by Dr. Maria Ruiz"),
        "it was told {said:?}"
    );
    ensure!(letters.is_empty(), "something left before the release");
    steps.done("the reception submits a message with a file in the doctor's name; it waits");

    let desk = Desk::sign_in(stage, connector(stage)?).await;
    let mut desk = desk.context("the doctor signs in to the office page")?;
    steps.done("the doctor signs in to the office page, with a code from an app");
    desk.release().await.context("the release")?;
    steps.done("the doctor reads it there and releases it");
    Ok(desk)
}

/// The office waits, the patient answers, the office reads.
async fn converse(
    stage: &Stage,
    (browser, message): (&mut Browser, &str),
    steps: &mut Steps,
) -> anyhow::Result<()> {
    let mut office = Reader::open(stage, &connector(stage)?).await?;
    office.wait().await?;
    steps.done("the office's mail program waits for news, over IMAP");
    answer(browser, message, steps).await?;
    let read = arrived(&mut office).await;
    read.context("the answer in the office")?;
    steps.done("the answer is announced to it at once, and read, file included");
    Ok(())
}

/// The office answers from its page, and the patient reads it.
async fn thanks(
    desk: &mut Desk,
    letters: &mut mpsc::Receiver<Letter>,
    (browser, steps): (&mut Browser, &mut Steps),
) -> anyhow::Result<()> {
    desk.answer().await.context("the office's answer")?;
    let notice = next(letters).await.context("the notice of the answer")?;
    silent_notice(&notice)?;
    steps.done("the doctor answers from the page; a notice leaves");
    let inbox = browser.open("/inbox").await?;
    let message = inbox.link(|target| target.starts_with("/message/"));
    let message = message.context("the patient's inbox is empty")?;
    expect(&browser.open(&message).await?, THANKS)?;
    steps.done("the patient reads it in the same visit");
    Ok(())
}

/// The link of a notice that goes to the patient and says nothing else.
fn silent_notice(notice: &Letter) -> anyhow::Result<String> {
    let reading = Reading::of(notice);
    ensure!(notice.to == PATIENT, "the notice went to somebody else");
    for word in [SECRET, THANKS, "results", "report.pdf", "Jane"] {
        ensure!(!reading.text.contains(word), "the notice says {word:?}");
    }
    reading.link.context("the notice has no link")
}

async fn sign_out(browser: &mut Browser, message: &str) -> anyhow::Result<()> {
    let page = browser.open("/inbox").await?;
    let form = page.hidden("form").context("there is no way to sign out")?;
    browser.send("/sign-out", &[("form", &form)]).await?;
    let after = browser.open(message).await?;
    ensure!(
        !after.text().contains(SECRET),
        "the message can be read after signing out"
    );
    Ok(())
}

async fn read(browser: &mut Browser, opened: &Page, steps: &mut Steps) -> anyhow::Result<()> {
    expect(opened, SECRET)?;
    steps.done("the code opens the message");
    let file = opened.link(|target| target.contains("/file/"));
    let file = file.context("the message shows no file")?;
    let page = browser.open(&file).await?;
    ensure!(
        page.body.as_ref() == REPORT,
        "the file is not what was sent"
    );
    steps.done("the patient downloads the file, octet for octet");
    Ok(())
}

async fn answer(browser: &mut Browser, message: &str, steps: &mut Steps) -> anyhow::Result<()> {
    let page = browser.open(&format!("{message}/reply")).await?;
    let form = page.hidden("form").context("the answer page has no form")?;
    let fields = [("form", form.as_str()), ("text", ANSWER)];
    let sent = browser
        .send_file(
            &format!("{message}/reply"),
            &fields,
            ("file", "form.txt", FORM),
        )
        .await?;
    ensure!(
        sent.status.is_success(),
        "the answer was refused ({})",
        sent.status
    );
    let list = browser.open("/sent").await?;
    ensure!(
        list.status.is_success() && list.text().contains("/sent/"),
        "the answer is not under Sent"
    );
    steps.done("the patient answers with a file");
    Ok(())
}

/// The office's mail program is told of the answer, and reads it.
async fn arrived(office: &mut Reader) -> anyhow::Result<()> {
    let clock = Clock::System;
    let mail = tokio::select! {
        mail = office.next() => mail?,
        () = clock.sleep(PATIENCE) => bail!("nothing was announced in {} seconds", PATIENCE.as_secs()),
    };
    let mail = MessageParser::default().parse(&mail);
    let mail = mail.context("what came is no mail")?;
    let text = mail.body_text(0).unwrap_or_default();
    ensure!(text.contains(ANSWER), "the answer's text is missing");
    let file = mail.attachment(0).context("the answer's file is missing")?;
    ensure!(file.contents() == FORM, "the file is not what was sent");
    Ok(())
}

/// Hands in the sample message as a mail client of this account would, always in the
/// doctor's name; what the gateway says to it.
pub(super) async fn submit(
    stage: &Stage,
    (user, password): (&str, &Secret),
) -> anyhow::Result<String> {
    let port = stage
        .gateway
        .submission_tls()
        .first()
        .context("submission does not listen")?
        .port();
    let trust = Certificate::from_pem(&stage.certificate)?;
    let tls = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(trust)
        .build_rustls()?;
    let client = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
        .port(port)
        .tls(Tls::Wrapper(tls))
        .credentials(Credentials::new(
            user.to_owned(),
            password.expose().to_owned(),
        ))
        .build();
    let octets = Body::new_with_encoding(REPORT.to_vec(), ContentTransferEncoding::Base64);
    let octets = octets.map_err(|_| anyhow::anyhow!("base64 takes everything"))?;
    let report = Attachment::new("report.pdf".to_owned())
        .body(octets, ContentType::parse("application/pdf")?);
    let mail = lettre::Message::builder()
        .from(format!("Dr. Maria Ruiz <{DOCTOR}>").parse()?)
        .to(format!("Jane Doe <{PATIENT}>").parse()?)
        .subject("Your test results")
        .multipart(
            MultiPart::mixed()
                .singlepart(SinglePart::plain(format!(
                    "Dear Jane,\r\n\r\n{SECRET}\r\n\r\nDr. Ruiz\r\n"
                )))
                .singlepart(report),
        )?;
    let said = client.send(mail).await?;
    Ok(said.message().collect::<Vec<_>>().join(" "))
}

/// TLS that trusts the stage's own certificate, and no other.
fn connector(stage: &Stage) -> anyhow::Result<TlsConnector> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&stage.certificate)?)?;
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn browser(stage: &Stage) -> anyhow::Result<Browser> {
    let server = *stage
        .gateway
        .portal()
        .first()
        .context("the portal does not listen")?;
    Ok(Browser::new(
        connector(stage)?,
        server,
        stage.authority.clone(),
    ))
}

async fn next(letters: &mut mpsc::Receiver<Letter>) -> anyhow::Result<Letter> {
    let clock = Clock::System;
    tokio::select! {
        letter = letters.recv() => letter.context("the outside world is gone"),
        () = clock.sleep(PATIENCE) => bail!("no mail left the gateway in {} seconds", PATIENCE.as_secs()),
    }
}

fn expect(page: &Page, words: &str) -> anyhow::Result<()> {
    ensure!(
        page.status.is_success(),
        "{} answers {}",
        page.path,
        page.status
    );
    ensure!(
        page.text().contains(words),
        "{} does not say {words:?}",
        page.path
    );
    Ok(())
}
