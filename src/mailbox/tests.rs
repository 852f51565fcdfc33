//! Mailboxes against a real store.
