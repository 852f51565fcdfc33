//! What the code under test logs on the test's own thread.
//!
//! One subscriber serves the whole process: with one for each test, tracing
//! may take a call site for unheard that two threads reach at once.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;
use tracing::field::Field;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

struct Ear;

impl<S: tracing::Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut line = String::new();
        event.record(&mut |field: &Field, value: &dyn Debug| {
            let _ = write!(line, "{field}={value:?} ");
        });
        LINES.with_borrow_mut(|lines| lines.push(line));
    }
}

/// From now on this thread's log is kept; what it held before is forgotten.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = tracing::subscriber::set_global_default(Registry::default().with(Ear));
    });
    LINES.with_borrow_mut(Vec::clear);
}

/// What was logged since, a line each: `field=value field=value `.
pub(crate) fn lines() -> Vec<String> {
    LINES.with_borrow(Clone::clone)
}
