//! The octets of a message in the session: DATA, BDAT chunks, refused chunks.

use crate::model::Reply;
use crate::wire::smtp::content::{Content, Piece};
use crate::wire::smtp::replies;
use crate::wire::smtp::session::{Chunk, Event, Question, Session, Skip, State, Step};
use bytes::{Buf, BytesMut};

/// Most octets of a refused chunk that a stranger may make us throw away; it
/// lets a client that guessed wrong read why.
const SKIP_STRANGER: u64 = 64 * 1024;

impl Session {
    pub(super) fn data(&mut self, mut content: Content, input: &mut BytesMut) -> Option<Step> {
        match content.dotted(input) {
            Piece::More => {
                self.state = State::Data(content);
                Some(Step::Read)
            }
            Piece::Octets(octets) => {
                let event = content.take(octets);
                if content.overran() {
                    self.hang_up(&replies::too_large(self.options.max_size));
                    return None;
                }
                self.state = State::Data(content);
                event.map(Step::Ask)
            }
            Piece::End => self.finish(&content),
        }
    }

    pub(super) fn chunk(
        &mut self,
        mut content: Content,
        chunk: Chunk,
        input: &mut BytesMut,
    ) -> Option<Step> {
        if chunk.left == 0 {
            return self.chunk_end(content, chunk);
        }
        let Some(octets) = content.counted(input, chunk.left) else {
            self.state = State::Chunk(content, chunk);
            return Some(Step::Read);
        };
        let left = chunk.left - octets.len() as u64;
        let event = content.take(octets);
        self.state = State::Chunk(content, Chunk { left, ..chunk });
        event.map(Step::Ask)
    }

    fn chunk_end(&mut self, mut content: Content, chunk: Chunk) -> Option<Step> {
        if content.refused().is_some() {
            return self.finish(&content);
        }
        if !chunk.last {
            self.state = State::Chunks(content);
            self.say(&replies::CHUNK_OK);
            return None;
        }
        // A client may end its last chunk without a line end; what we keep is lines.
        if let Some(event) = content.complete() {
            self.state = State::Chunk(content, chunk);
            return Some(Step::Ask(event));
        }
        self.finish(&content)
    }

    fn finish(&mut self, content: &Content) -> Option<Step> {
        if let Some(reply) = content.refused() {
            self.state = State::Ready;
            self.say(reply);
            self.international = false;
            return None;
        }
        self.state = State::Asked(Question::Finish);
        Some(Step::Ask(Event::Finish))
    }

    pub(super) fn skip(&mut self, mut skip: Skip, input: &mut BytesMut) -> Option<Step> {
        let length = usize::try_from(skip.left)
            .unwrap_or(usize::MAX)
            .min(input.len());
        input.advance(length);
        skip.left -= length as u64;
        if skip.left == 0 {
            return self.fail(*skip.back, &skip.reply);
        }
        self.state = State::Skip(skip);
        Some(Step::Read)
    }

    /// Throws a refused chunk away, then says why; RFC 3030 §2: the octets are
    /// on their way in any case. Hangs up where there are too many.
    pub(super) fn skip_chunk(&mut self, left: u64, reply: Reply, back: State) {
        let most = if self.may_send() {
            self.options.max_size.max(SKIP_STRANGER)
        } else {
            SKIP_STRANGER
        };
        if left > most {
            return self.hang_up(&reply);
        }
        self.state = State::Skip(Skip {
            left,
            reply,
            back: Box::new(back),
        });
    }
}
