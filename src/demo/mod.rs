//! The demonstration: a gateway and an outside world on loopback, in a folder
//! that goes away. A newcomer writes with any mail client and plays the patient
//! in a browser; with `--once` all are played here, step by step: reception, provider
//! and patient.

mod browser;
mod letters;
mod office;
mod play;
mod reader;
mod stage;
mod world;

use crate::demo::letters::Reading;
use crate::demo::stage::{DOCTOR, MANAGER, PATIENT, RECEPTION, Stage};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// Runs the demonstration; `once` plays everybody too. Returns whether
/// every step succeeded.
///
/// # Errors
/// If the stage could not be set or struck.
pub async fn run(once: bool) -> anyhow::Result<bool> {
    let (world, mut letters) = world::open().await?;
    let stage = Stage::set(world).await?;
    let good = if once {
        play::play(&stage, &mut letters).await
    } else {
        show(&stage, &mut letters).await?;
        true
    };
    stage.strike().await?;
    Ok(good)
}

/// Tells how to take part, then shows each mail that leaves until Ctrl-C.
async fn show(stage: &Stage, letters: &mut mpsc::Receiver<world::Letter>) -> anyhow::Result<()> {
    say(&welcome(stage))?;
    play::submit(stage, (DOCTOR, &stage.password)).await?;
    loop {
        tokio::select! {
            letter = letters.recv() => match letter {
                Some(letter) => say(&shown(&letter))?,
                None => return Ok(()),
            },
            stopped = tokio::signal::ctrl_c() => {
                stopped?;
                return say("\nThe demonstration ends; its folder is removed.");
            }
        }
    }
}

fn welcome(stage: &Stage) -> String {
    let starttls = stage
        .gateway
        .submission()
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    let imap = stage.gateway.imap_tls().first();
    let imap = imap.map(ToString::to_string).unwrap_or_default();
    let tls = stage
        .gateway
        .submission_tls()
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!(
        "Sealpost is running, for you to try. Nothing leaves this machine.

  Write a message with any mail client:
    SMTP       {tls} (TLS) or {starttls} (STARTTLS)
    user       {DOCTOR}
    password   {password}
    to         anybody, such as {PATIENT}
    Your client will ask about the certificate: it is our own. Accept it.

  Read the answers with the same mail client:
    IMAP       {imap} (TLS), the same user and password

  Write as the reception, in the doctor's name: it waits for the doctor's release.
    user       {RECEPTION}
    password   {reception}
    from       {DOCTOR}

  Release it, or do the rest of the office's work, in a browser:
    office     https://{office}, the same users and passwords
    You will need an app that shows codes, on a phone or in a password manager.

  Look after accounts and read the audit trail, at the same address:
    user       {MANAGER}
    password   {manager}

  Read it as the patient:
    portal     https://{authority}
    Each mail that leaves appears below: open the link, ask for a code, and
    the code appears here too. Your browser will ask about the certificate.

A first message to {PATIENT} is on its way. Ctrl-C ends everything.
",
        password = stage.password.expose(),
        reception = stage.reception.expose(),
        manager = stage.manager.expose(),
        office = stage.office,
        authority = stage.authority,
    )
}

fn shown(letter: &world::Letter) -> String {
    let reading = Reading::of(letter);
    let mut text = format!("── to {} ── {}\n", letter.to, reading.subject);
    if let Some(link) = &reading.link {
        text += &format!("   link: {link}\n");
    }
    if let Some(code) = &reading.code {
        text += &format!("   code: {code}\n");
    }
    text
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{text}")?)
}
