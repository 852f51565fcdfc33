//! The office's mail program in the demonstration: signs in over IMAP, waits in
//! IDLE, and reads what comes. It knows of IMAP what these few lines need.

use crate::demo::stage::{DOCTOR, Stage};
use anyhow::{Context, bail, ensure};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// A connection that has signed in and selected INBOX.
pub(super) struct Reader {
    stream: BufReader<TlsStream<TcpStream>>,
}

impl Reader {
    /// Signs in and selects INBOX.
    pub(super) async fn open(stage: &Stage, tls: &TlsConnector) -> anyhow::Result<Self> {
        let address = stage.gateway.imap_tls().first();
        let address = address.context("IMAP does not listen")?;
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost")?;
        let mut reader = Self {
            stream: BufReader::new(tls.connect(name, stream).await?),
        };
        ensure!(
            reader.line().await?.starts_with("* OK"),
            "IMAP does not greet"
        );
        let password = stage.password.expose();
        let sign_in = format!("LOGIN {DOCTOR} \"{password}\"");
        reader.command(&sign_in).await?;
        reader.command("SELECT INBOX").await?;
        Ok(reader)
    }

    /// Begins to wait for news.
    pub(super) async fn wait(&mut self) -> anyhow::Result<()> {
        self.send("i IDLE\r\n").await?;
        ensure!(self.line().await?.starts_with('+'), "IDLE was refused");
        Ok(())
    }

    /// Waits until a message is announced, and reads it.
    pub(super) async fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        loop {
            let line = self.line().await?;
            if line.starts_with("* ") && line.ends_with(" EXISTS") {
                break;
            }
        }
        self.send("DONE\r\n").await?;
        while !self.line().await?.starts_with("i OK") {}
        self.send("f FETCH * BODY.PEEK[]\r\n").await?;
        let mut message = Vec::new();
        loop {
            let line = self.line().await?;
            if line.starts_with("f ") {
                ensure!(line.starts_with("f OK"), "FETCH was refused: {line}");
                return Ok(message);
            }
            let length = line.rsplit_once('{').and_then(|(_, n)| n.strip_suffix('}'));
            if let Some(length) = length {
                message = vec![0; length.parse()?];
                self.stream.read_exact(&mut message).await?;
            }
        }
    }

    async fn command(&mut self, command: &str) -> anyhow::Result<()> {
        self.send(&format!("a {command}\r\n")).await?;
        loop {
            let line = self.line().await?;
            if line.starts_with("a OK") {
                return Ok(());
            }
            if line.starts_with("a ") {
                let verb = command.split(' ').next().unwrap_or_default();
                bail!("{verb} was refused: {line}");
            }
        }
    }

    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        Ok(self.stream.flush().await?)
    }

    async fn line(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        ensure!(read > 0, "IMAP closed the connection");
        Ok(line.trim_end().to_owned())
    }
}
