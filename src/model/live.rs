//! Settings that a reload may replace while work goes on.

use std::sync::{Arc, PoisonError, RwLock};

/// A value that everybody reads and a reload replaces whole. Whoever holds a
/// copy keeps it to the end of the work in hand, so no message is judged by
/// half of the old and half of the new settings.
#[derive(Debug)]
pub struct Live<T>(Arc<RwLock<Arc<T>>>);

impl<T> Live<T> {
    /// Starts with `value`.
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    /// The value now.
    #[must_use]
    pub fn current(&self) -> Arc<T> {
        // The lock is held for one pointer copy; a panic cannot leave it torn.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Puts another value in its place.
    pub fn replace(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
