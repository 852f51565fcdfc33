//! The demonstration: a gateway and an outside world on loopback, in a folder
//! that goes away. A newcomer writes with any mail client and plays the patient
//! in a browser; with `--once` both are played here, step by step.

mod browser;
mod letters;
mod play;
mod reader;
mod stage;
mod world;

use crate::demo::letters::Reading;
use crate::demo::stage::{DOCTOR, PATIENT, Stage};
use std::io::{self, Write};
use tokio::sync::mpsc;

/// Runs the demonstration; `once` plays patient and office too. Returns whether
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
    play::submit(stage).await?;
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

  Read it as the patient:
    portal     https://{authority}
    Each mail that leaves appears below: open the link, ask for a code, and
    the code appears here too. Your browser will ask about the certificate.

A first message to {PATIENT} is on its way. Ctrl-C ends everything.
",
        password = stage.password.expose(),
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
