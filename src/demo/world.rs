//! The outside world of the demonstration: a mail server on loopback that
//! takes everything and shows it. It trusts whoever connects and keeps nothing;
//! it is no part of the gateway.

use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Longest mail taken, in octets: ten times the largest notice.
const MAX_MAIL: usize = 1_000_000;

/// Mails that wait to be looked at before the world stops reading.
const WAITING: usize = 64;

/// A mail that has left the gateway.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    /// Its envelope recipient.
    pub(super) to: String,
    /// Its octets.
    pub(super) octets: Vec<u8>,
}

/// Opens the world on a free loopback port.
pub(super) async fn open() -> std::io::Result<(SocketAddr, mpsc::Receiver<Letter>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (sender, letters) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, sender.clone()));
        }
    });
    Ok((address, letters))
}

/// One connection; whatever goes wrong ends it, as it would with any server.
async fn converse(stream: TcpStream, letters: mpsc::Sender<Letter>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 world.localhost ready\r\n").await?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-world.localhost\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "HELO" | "MAIL" | "RSET" | "NOOP" => b"250 ok\r\n",
            "RCPT" => {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                b"250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let octets = read_mail(&mut stream).await?;
                // Nobody is looking any more: the demonstration is over.
                let _ = letters
                    .send(Letter {
                        to: to.clone(),
                        octets,
                    })
                    .await;
                b"250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => b"502 not here\r\n",
        };
        stream.write_all(answer).await?;
    }
}

async fn read_mail(stream: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut mail = Vec::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await? == 0 || mail.len() > MAX_MAIL {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(mail);
        }
        // RFC 5321 §4.5.2: one leading dot was added on the way.
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
