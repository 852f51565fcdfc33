//! What a release binds: SHA-256 over the octets as stored, then each recipient
//! with its length before it, then the number of octets. No two messages, and no
//! two lists of recipients, have the same text to be hashed.

use crate::model::{Address, Head};
use crate::store::records::Message;
use crate::store::{Error, Store};
use aws_lc_rs::digest::{Context, SHA256};

/// Octets read at once: one sealed chunk.
const CHUNK: usize = 64 * 1024;

/// A binding being made.
pub struct Binding {
    sum: Context,
    length: u64,
}

impl std::fmt::Debug for Binding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Binding({} octets)", self.length)
    }
}

impl Default for Binding {
    fn default() -> Self {
        Self {
            sum: Context::new(&SHA256),
            length: 0,
        }
    }
}

impl Binding {
    /// Takes the next octets, just as they are stored.
    pub fn write(&mut self, octets: &[u8]) {
        self.sum.update(octets);
        self.length = self.length.saturating_add(octets.len() as u64);
    }

    /// The binding of these octets to these recipients, in the envelope's order.
    #[must_use]
    pub fn finish<'a>(mut self, recipients: impl Iterator<Item = &'a Address>) -> [u8; 32] {
        for recipient in recipients {
            let folded = recipient.folded();
            self.sum.update(&(folded.len() as u64).to_be_bytes());
            self.sum.update(folded.as_bytes());
        }
        // Where the message ends and the recipients begin.
        self.sum.update(&self.length.to_be_bytes());
        let mut octets = [0; 32];
        for (slot, octet) in octets.iter_mut().zip(self.sum.finish().as_ref()) {
            *slot = *octet;
        }
        octets
    }
}

/// The binding of a message as it is stored now, and its head; `None` once it is
/// destroyed.
pub(super) async fn stored(
    store: &Store,
    message: &Message,
) -> Result<Option<([u8; 32], Head)>, Error> {
    let Some(content) = store.open_content(message.content).await? else {
        return Ok(None);
    };
    let head = content.open_head(&message.head)?;
    let mut binding = Binding::default();
    while binding.length < content.length() {
        let octets = content.read(binding.length, CHUNK).await?;
        if octets.is_empty() {
            break;
        }
        binding.write(&octets);
    }
    Ok(Some((binding.finish(head.envelope.iter()), head)))
}

#[cfg(test)]
mod tests {
    use super::Binding;
    use crate::model::Address;

    fn binding(octets: &[u8], to: &[&str]) -> [u8; 32] {
        let mut binding = Binding::default();
        for piece in octets.chunks(3) {
            binding.write(piece);
        }
        let to: Vec<Address> = to.iter().map(|to| Address::parse(to).unwrap()).collect();
        binding.finish(to.iter())
    }

    #[test]
    fn an_octet_a_recipient_or_their_order_makes_another_binding() {
        let (jane, paul) = ("jane@example.com", "paul@example.com");
        let first = binding(b"A letter.", &[jane, paul]);
        assert_eq!(first, binding(b"A letter.", &["JANE@Example.com", paul]));
        for (octets, to) in [
            (&b"A letter!"[..], &[jane, paul][..]),
            (b"A letter.", &[paul, jane]),
            (b"A letter.", &[jane]),
            (b"A letter.", &[jane, paul, paul]),
            (b"A letter.jane@example.com", &[paul]),
            (b"", &[jane, paul]),
        ] {
            assert_ne!(first, binding(octets, to));
        }
    }
}
