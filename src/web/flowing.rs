//! A stream whose peer must read what it asked for.
//!
//! Whoever asks for pages and does not read them, or reads an octet a minute,
//! would hold a connection for nothing, and without having signed in.

use crate::model::{Clock, Pace};
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest time in which nothing can be written. A phone that changes its
/// network is back sooner.
const MAX_STALL: SignedDuration = SignedDuration::from_secs(60);
/// How long we wait for the peer in all: a minute, and a second for each KiB
/// that went out. The poorest line that a page can be used on is ten times
/// faster, and only the time in which the peer takes nothing counts.
const SLOWEST: Pace = Pace {
    start: MAX_STALL,
    rate: 1_024,
};

/// A stream that fails when its peer does not read.
pub(super) struct Flowing<S> {
    inner: S,
    clock: Clock,
    /// Octets that went out.
    written: u64,
    /// How long we waited for that.
    waited: SignedDuration,
    stall: Option<Stall>,
}

/// We wait for the peer.
struct Stall {
    since: Timestamp,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<S> Flowing<S> {
    /// Watches over what is written to `inner`.
    pub(super) fn new(inner: S, clock: Clock) -> Self {
        Self {
            inner,
            clock,
            written: 0,
            waited: SignedDuration::ZERO,
            stall: None,
        }
    }

    /// What a write comes to that came to this.
    fn weigh(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                ready!(self.stalled().as_mut().poll(cx));
                Poll::Ready(Err(ErrorKind::TimedOut.into()))
            }
            Poll::Ready(written) => {
                if let Some(stall) = self.stall.take() {
                    let waited = self.clock.now().duration_since(stall.since);
                    self.waited = self.waited.saturating_add(waited);
                }
                let octets = *written.as_ref().unwrap_or(&0);
                self.written = self.written.saturating_add(octets as u64);
                Poll::Ready(written)
            }
        }
    }

    /// The end of the stall, which begins now unless it has begun.
    fn stalled(&mut self) -> &mut Pin<Box<dyn Future<Output = ()> + Send>> {
        let stall = self.stall.get_or_insert_with(|| {
            let left = SLOWEST
                .time_for(self.written)
                .saturating_sub(self.waited)
                .min(MAX_STALL);
            let clock = self.clock.clone();
            Stall {
                since: self.clock.now(),
                end: Box::pin(async move { clock.sleep(left).await }),
            }
        });
        &mut stall.end
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Flowing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Flowing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, octets);
        self.weigh(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, octets);
        self.weigh(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// A socket holds nothing back, so there is nothing to wait for here.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S> fmt::Debug for Flowing<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flowing(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Flowing;
    use crate::model::{Clock, ManualClock};
    use futures_util::FutureExt;
    use jiff::{SignedDuration, Timestamp};
    use std::io::ErrorKind;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    /// A pipe that takes a kilobyte, full already, and its other end.
    async fn full() -> (Flowing<DuplexStream>, DuplexStream, ManualClock) {
        let (here, there) = tokio::io::duplex(1_000);
        let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
        let mut flowing = Flowing::new(here, Clock::Manual(hand.clone()));
        flowing.write_all(&[0; 1_000]).await.unwrap();
        (flowing, there, hand)
    }

    /// What comes of another write at this moment; `None` while it waits.
    fn write(flowing: &mut Flowing<DuplexStream>) -> Option<Result<usize, ErrorKind>> {
        let written = flowing.write(&[0; 1_000]).now_or_never()?;
        Some(written.map_err(|error| error.kind()))
    }

    #[tokio::test]
    async fn who_reads_nothing_for_a_minute_has_gone() {
        let (mut flowing, mut there, hand) = full().await;
        assert_eq!(write(&mut flowing), None);
        hand.advance(SignedDuration::from_secs(59));
        assert_eq!(write(&mut flowing), None);
        there.read_exact(&mut [0; 500]).await.unwrap();
        assert_eq!(write(&mut flowing), Some(Ok(500)));
        assert_eq!(write(&mut flowing), None);
        hand.advance(SignedDuration::from_secs(60));
        assert_eq!(write(&mut flowing), Some(Err(ErrorKind::TimedOut)));
    }

    #[tokio::test]
    async fn who_reads_an_octet_at_a_time_has_a_minute_in_all() {
        let (mut flowing, mut there, hand) = full().await;
        for _ in 0..2 {
            assert_eq!(write(&mut flowing), None);
            hand.advance(SignedDuration::from_secs(30));
            there.read_u8().await.unwrap();
            assert_eq!(write(&mut flowing), Some(Ok(1)));
        }
        assert_eq!(write(&mut flowing), Some(Err(ErrorKind::TimedOut)));
    }

    #[tokio::test]
    async fn a_slow_line_has_the_time_it_needs() {
        let (mut flowing, mut there, hand) = full().await;
        for _ in 0..3_600 {
            assert_eq!(write(&mut flowing), None);
            hand.advance(SignedDuration::from_millis(900));
            there.read_exact(&mut [0; 1_000]).await.unwrap();
            assert_eq!(write(&mut flowing), Some(Ok(1_000)));
            // tokio lets a task that never yields wait for nothing.
            tokio::task::yield_now().await;
        }
    }
}
