//! Tells the clinic's own program that something is there: ids and a time,
//! signed, and neither content nor person. What they stand for that program asks
//! of the folder, or of IMAP.
//!
//! Security: the program's answer is looked at for its number alone. A redirect
//! is not followed, since it would lead what is signed to wherever it says.

use crate::chart::Chart;
use crate::model::Secret;
use crate::queue::{self, Leased};
use crate::store::Tx;
use crate::store::records::{Job, Work};
use aws_lc_rs::hmac;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// How long one try may take, from the look-up of the name to the answer: a
/// program that only writes the event down needs a second.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);
/// Most octets of an answer's head that are held.
const MAX_HEAD: usize = 16 * 1024;

/// Who is told.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The machine, by name or address; with `tls`, its certificate must be made
    /// out to it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Path and query, from the slash on.
    pub path: String,
    /// What `Host` says (RFC 9112 §3.2).
    pub authority: String,
    /// Whom to trust there; `None`: plain HTTP, to a loopback address only.
    pub tls: Option<Arc<ClientConfig>>,
    /// The key of the signature.
    pub secret: Secret,
}

/// Why an event was not taken: the number of the answer, 0 if there was none, and
/// why in words.
#[derive(Debug)]
struct Refusal(u16, String);

impl Chart {
    /// Tells the news of a job, and ends the job or puts it back.
    pub(super) async fn announce(
        &self,
        webhook: &Webhook,
        job: &Leased,
    ) -> Result<(), crate::store::Error> {
        let Some(body) = body(job.job()) else {
            return self.set_aside(job).await;
        };
        let (id, clock) = (job.job().id, self.store.clock());
        let tried = tokio::select! {
            tried = webhook.post(body, clock.now()) => tried,
            () = clock.sleep(PATIENCE) => Err(Refusal(0, "no answer in time".to_owned())),
        };
        let Refusal(code, why) = match tried {
            Ok(()) => {
                let mut tx = Tx::new();
                queue::done(&mut tx, job);
                self.commit(tx).await?;
                tracing::info!(event = "webhook.taken", job = %id, "The clinic's program took an event.");
                return Ok(());
            }
            Err(refusal) => refusal,
        };
        match self.defer(job, code, &why).await? {
            Some(_) => {
                tracing::warn!(event = "webhook.deferred", job = %id, code, reason = %why, "The clinic's program did not take an event; it is tried again.")
            }
            None => {
                tracing::error!(event = "webhook.given-up", job = %id, code, reason = %why, "The clinic's program did not take an event for a day; it is given up. Check chart.webhook.")
            }
        }
        Ok(())
    }
}

/// The event as JSON. Its id is the same at every try, so that whoever is told
/// twice can tell.
fn body(job: &Job) -> Option<Vec<u8>> {
    let Work::Announce(news) = job.work else {
        return None;
    };
    let event = serde_json::json!({
        "id": job.id.to_string(),
        "event": news.kind.word(),
        "time": job.created.to_string(),
        "message": news.message.to_string(),
        "contact": news.contact.map(|id| id.to_string()),
        "part": news.part,
    });
    Some(event.to_string().into_bytes())
}

/// `t=…,v1=…`: the time of this try in seconds, and the HMAC of time and body.
/// With the time under it, an old event cannot be played again as a new one.
fn signature(secret: &Secret, at: Timestamp, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mut mac = hmac::Context::with_key(&key);
    let at = at.as_second().to_string();
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={at},v1={}", HEXLOWER.encode(mac.sign().as_ref()))
}

impl Webhook {
    async fn post(&self, body: Vec<u8>, at: Timestamp) -> Result<(), Refusal> {
        let signed = signature(&self.secret, at, &body);
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.path)
            .header(HOST, &self.authority)
            .header(USER_AGENT, HeaderValue::from_static("sealpost"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("sealpost-signature", signed)
            .body(Full::new(Bytes::from(body)));
        let request = request.map_err(|error| lost("the event cannot be written", &error))?;
        let tcp = self.connect().await?;
        let status = match &self.tls {
            None => exchange(tcp, request).await?,
            Some(tls) => {
                let name = ServerName::try_from(self.host.clone());
                let name = name.map_err(|error| lost("its name is none", &error))?;
                let secured = TlsConnector::from(Arc::clone(tls)).connect(name, tcp).await;
                let stream = secured.map_err(|error| lost("TLS failed", &error))?;
                exchange(stream, request).await?
            }
        };
        judge(status)
    }

    async fn connect(&self) -> Result<TcpStream, Refusal> {
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let found = found.map_err(|error| lost("its name cannot be found", &error))?;
        let mut refusal = Refusal(0, "its name has no address".to_owned());
        for address in found {
            if self.tls.is_none() && !address.ip().is_loopback() {
                refusal = Refusal(0, "plain HTTP goes to a loopback address only".to_owned());
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(tcp) => return Ok(tcp),
                Err(error) => refusal = lost("it cannot be reached", &error),
            }
        }
        Err(refusal)
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, Refusal>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |error: hyper::Error| lost("the conversation broke off", &error);
    let opened = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut sender, connection) = opened.map_err(broken)?;
    // Dropped with this set, the connection ends; what else it says is not read.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await.map_err(broken)?;
    Ok(answer.status())
}

fn judge(status: StatusCode) -> Result<(), Refusal> {
    let number = status.as_u16();
    if status.is_success() {
        return Ok(());
    }
    let why = match status.is_redirection() {
        true => "it answers with a redirect, which is not followed; write the address it leads to"
            .to_owned(),
        false => format!("it answers {number}"),
    };
    Err(Refusal(number, why))
}

fn lost(what: &str, error: &dyn std::error::Error) -> Refusal {
    Refusal(0, format!("{what}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{judge, signature};
    use crate::model::Secret;
    use hyper::StatusCode;
    use jiff::Timestamp;

    #[test]
    fn the_signature_is_what_openssl_computes() {
        let at = Timestamp::from_second(1_795_370_400).unwrap();
        let signed = signature(&Secret::new("a key of the clinic"), at, b"{\"id\":1}");
        let openssl = std::process::Command::new("sh")
            .args(["-c", "printf '1795370400.{\"id\":1}' | openssl dgst -sha256 -hmac 'a key of the clinic' -hex"])
            .output()
            .unwrap();
        let said = String::from_utf8(openssl.stdout).unwrap();
        let digest = said.trim().rsplit(' ').next().unwrap();
        assert_eq!(signed, format!("t=1795370400,v1={digest}"));
    }

    #[test]
    fn only_a_success_is_one() {
        for number in [200, 202, 204] {
            assert!(judge(StatusCode::from_u16(number).unwrap()).is_ok());
        }
        for number in [301, 307, 400, 404, 410, 500, 503] {
            let refusal = judge(StatusCode::from_u16(number).unwrap()).unwrap_err();
            assert_eq!(refusal.0, number);
        }
    }
}
