//! The clock, as hyper asks for it.

use crate::model::Clock;
use hyper::rt::{Sleep, Timer};
use jiff::SignedDuration;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// A timer for hyper that waits by our clock. hyper names a moment as an
/// [`Instant`] right after it asked for the present one, so only the span
/// between the two counts.
#[derive(Debug)]
pub(super) struct ByClock(pub(super) Clock);

struct Waiting(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Timer for ByClock {
    fn sleep(&self, span: Duration) -> Pin<Box<dyn Sleep>> {
        let clock = self.0.clone();
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        let wait = async move { clock.sleep(span).await };
        Box::pin(Waiting(Box::pin(wait)))
    }

    fn sleep_until(&self, due: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(due.saturating_duration_since(self.now()))
    }
}

impl Sleep for Waiting {}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
