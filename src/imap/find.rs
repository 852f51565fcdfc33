//! SEARCH, SORT, THREAD.

use crate::imap::inside::{Ended, Inside, Trouble};
use crate::mailbox::{SearchError, Snapshot};
use crate::wire::imap::answer::Found;
use crate::wire::imap::command::{Criterion, Returns, Search, Threading};
use crate::wire::imap::{Answer, Code, Session, answer};
use std::sync::Arc;

impl From<SearchError> for Trouble {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Large => Self::Said(
                Answer::no("The search would read too much. Search in fewer messages.")
                    .with(Code::Limit),
            ),
            SearchError::Store(error) => error.into(),
        }
    }
}

impl Inside {
    pub(super) async fn search(&mut self, session: &mut Session, search: Search) -> Ended {
        let saves = search.returns.is_some_and(|returns| returns.save);
        if saves {
            // RFC 5182 §2.1: after a search that fails there is nothing saved.
            self.selected()?.saved.clear();
        }
        if let Some(refused) = &search.refused {
            return Err(refused.clone().into());
        }
        let (shown, places) = self.find(&search).await?;
        let counts = counted(search.returns, &places);
        let has_modseq = search.key.has_modseq();
        let modseq = has_modseq.then(|| highest(&shown, &counts)).flatten();
        if saves {
            let uids = numbers(&shown, &counts, true);
            self.selected()?.saved = uids;
        }
        let numbers = numbers(&shown, &places, search.uid);
        let found = Found {
            numbers: &numbers,
            uid: search.uid,
            modseq,
        };
        match search.returns {
            None => answer::search(session.out(), &found),
            Some(returns) => {
                let tag = session.tag().to_owned();
                answer::esearch(session.out(), &tag, returns, &found);
            }
        }
        Ok(None)
    }

    pub(super) async fn sort(
        &mut self,
        session: &mut Session,
        by: &[Criterion],
        search: Search,
    ) -> Ended {
        let (shown, places) = self.find(&search).await?;
        let sorted = self.mailboxes.sort(&shown, places, by).await?;
        answer::sort(session.out(), &numbers(&shown, &sorted, search.uid));
        Ok(None)
    }

    pub(super) async fn thread(
        &mut self,
        session: &mut Session,
        algorithm: Threading,
        search: Search,
    ) -> Ended {
        let (shown, places) = self.find(&search).await?;
        let (roots, mut nodes) = self.mailboxes.thread(&shown, places, algorithm).await?;
        if search.uid {
            for node in &mut nodes {
                node.number = shown.at(node.number).map_or(0, |row| row.uid);
            }
        }
        answer::thread(session.out(), &roots, &nodes);
        Ok(None)
    }

    async fn find(&mut self, search: &Search) -> Result<(Arc<Snapshot>, Vec<u32>), Trouble> {
        let mailboxes = self.mailboxes.clone();
        let selected = self.selected()?;
        let shown = Arc::clone(&selected.shown);
        let places = mailboxes
            .search(&shown, &search.key, &selected.saved)
            .await?;
        Ok((shown, places))
    }
}

/// Places as numbers, or as UIDs.
fn numbers(shown: &Snapshot, places: &[u32], uid: bool) -> Vec<u32> {
    if !uid {
        return places.to_vec();
    }
    let rows = places.iter().filter_map(|place| shown.at(*place));
    rows.map(|row| row.uid).collect()
}

fn highest(shown: &Snapshot, places: &[u32]) -> Option<u64> {
    let rows = places.iter().filter_map(|place| shown.at(*place));
    rows.map(|row| row.modseq).max()
}

/// What is saved, and what the mod-sequence is of: where only the first or the
/// last is asked for, that alone (RFC 5182 §2.1, RFC 4731 §3.2).
fn counted(returns: Option<Returns>, places: &[u32]) -> Vec<u32> {
    let ends = returns.filter(|r| (r.min || r.max) && !r.all && !r.count);
    let Some(ends) = ends else {
        return places.to_vec();
    };
    let first = places.first().filter(|_| ends.min);
    let last = places.last().filter(|_| ends.max);
    let mut counted: Vec<u32> = first.into_iter().chain(last).copied().collect();
    counted.dedup();
    counted
}
