//! The asking side: a verb to the running gateway.

use crate::admin::{Answer, Verb};
use std::io::ErrorKind;
use std::path::Path;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Longest answer taken, in octets: a thousand messages with a hundred
/// recipients each stay below it.
const MAX_ANSWER: u64 = 64 << 20;

/// What became of a question.
#[derive(Debug)]
pub enum Asked {
    /// The gateway answered.
    Answered(Answer),
    /// No gateway listens there.
    Nobody,
}

/// Asks the gateway behind `socket`.
///
/// # Errors
/// If it can be reached but does not answer: it ended, it refused this user, or
/// it speaks another version.
pub async fn ask(socket: &Path, verb: &Verb) -> std::io::Result<Asked> {
    let mut stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(Asked::Nobody);
        }
        Err(e) => return Err(e),
    };
    let mut line = serde_json::to_vec(verb)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer).await?;
    if answer.is_empty() {
        return Err(ErrorKind::ConnectionReset.into());
    }
    Ok(Asked::Answered(serde_json::from_slice(&answer)?))
}
