//! `[office]`: how the office hears of an answer.

use crate::config::draft::Section;
use crate::model::Address;

/// How the office hears of an answer.
#[derive(Clone, Debug)]
pub struct Office {
    /// An address that is told, without content, that an answer has come; at
    /// most every 15 minutes. Default none: nothing leaves.
    pub notify: Option<Address>,
}

impl Office {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            notify: s.or("notify", None),
        }
    }
}
