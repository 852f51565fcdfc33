//! The octets of an answer: composed, indexed, digested and sealed in one pass.

use crate::mime::index::Indexer;
use crate::mime::is_readable;
use crate::mime::write::{self, ReplyMail, Writing};
use crate::model::Part;
use crate::store::{ContentWriter, Finished, Store};
use crate::visit::{Error, Refusal};
use aws_lc_rs::digest;

/// An answer as it is written and sealed.
pub(super) struct Body {
    writing: Writing,
    content: ContentWriter,
    indexer: Indexer,
    digest: digest::Context,
    /// Whether its text holds anything to read.
    pub(super) has_text: bool,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body(…)")
    }
}

/// A whole answer, sealed, not yet part of the store.
pub(super) struct Done {
    pub(super) content: Finished,
    pub(super) parts: Vec<Part>,
    pub(super) digest: [u8; 32],
}

impl Body {
    /// The header and the text.
    pub(super) async fn begin(store: &Store, mail: &ReplyMail<'_>) -> Result<Self, Refusal> {
        let (writing, octets) = write::reply(mail);
        let end = octets.windows(4).position(|w| w == b"\r\n\r\n");
        let (header, rest) = octets.split_at(end.map_or(octets.len(), |at| at + 4));
        let mut body = Self {
            writing,
            content: store.write_content(),
            indexer: Indexer::new(header),
            digest: digest::Context::new(&digest::SHA256),
            has_text: is_readable(mail.text),
        };
        body.digest.update(header);
        body.content.write(header).await?;
        body.write(rest).await?;
        Ok(body)
    }

    /// The header of a file; its base64 follows.
    pub(super) async fn file(&mut self, name: &str, media_type: &str) -> Result<(), Refusal> {
        let header = self.writing.file(name, media_type);
        self.write(&header).await
    }

    pub(super) async fn write(&mut self, octets: &[u8]) -> Result<(), Refusal> {
        self.digest.update(octets);
        self.indexer.write(octets).map_err(|_| COMPLEX)?;
        self.content.write(octets).await?;
        Ok(())
    }

    pub(super) async fn finish(self) -> Result<Done, Refusal> {
        let Self {
            writing,
            mut content,
            mut indexer,
            digest: mut hash,
            ..
        } = self;
        let end = writing.end();
        hash.update(&end);
        indexer.write(&end).map_err(|_| COMPLEX)?;
        content.write(&end).await?;
        let index = indexer.finish().map_err(|_| COMPLEX)?;
        let mut digest = [0; 32];
        digest.copy_from_slice(hash.finish().as_ref());
        Ok(Done {
            content: content.finish().await?,
            parts: index.parts,
            digest,
        })
    }
}

/// Cannot happen: we wrote the parts ourselves, and few of them.
const COMPLEX: Error = Error::Message("an answer has too many parts");
