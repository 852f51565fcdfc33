//! THREAD=REFERENCES (RFC 5256 §3): who answers whom, by Message-ID.

use super::Item;
use crate::wire::imap::answer::Node;
use std::collections::HashMap;

/// References of one message that are followed: a mailing list's are under a
/// hundred, and each may make a place of its own.
const MANY: usize = 200;

/// A message, or one that is only referred to.
#[derive(Default)]
struct Place<'a> {
    item: Option<&'a Item<'a>>,
    parent: Option<usize>,
    children: Vec<usize>,
}

/// The places, and who stands where by Message-ID.
#[derive(Default)]
struct Forest<'a> {
    places: Vec<Place<'a>>,
    by_id: HashMap<String, usize>,
}

/// The conversations among items that come in the order in which they were
/// sent.
pub(super) fn thread(items: &[Item<'_>]) -> (Vec<usize>, Vec<Node>) {
    let mut forest = Forest::default();
    for item in items {
        forest.add(item);
    }
    forest.join_by_subject();
    forest.into_nodes()
}

impl<'a> Forest<'a> {
    /// Steps 1: the message, those it refers to, and the links between them.
    fn add(&mut self, item: &'a Item<'a>) {
        let own = ids(item.words(|card| &card.words.message_id)).next();
        let at = match own.and_then(|id| self.by_id.get(id).copied()) {
            // A second message of the same id stands for itself.
            Some(at) if self.place(at).is_some_and(|p| p.item.is_none()) => at,
            Some(_) => self.new_place(None),
            None => self.new_place(own),
        };
        if let Some(place) = self.places.get_mut(at) {
            place.item = Some(item);
        }
        let references = item.words(|card| &card.words.references);
        let mut named: Vec<&str> = ids(references).collect();
        if named.is_empty() {
            named.extend(ids(item.words(|card| &card.words.in_reply_to)).next());
        }
        let skipped = named.len().saturating_sub(MANY);
        let mut parent = None;
        for id in named.into_iter().skip(skipped) {
            let next = match self.by_id.get(id) {
                Some(at) => *at,
                None => self.new_place(Some(id)),
            };
            if let Some(parent) = parent
                && self.place(next).is_some_and(|p| p.parent.is_none())
            {
                self.link(parent, next);
            }
            parent = Some(next);
        }
        // What the message itself says of its parent counts more than what
        // others said.
        self.unlink(at);
        if let Some(parent) = parent {
            self.link(parent, at);
        }
    }

    fn new_place(&mut self, id: Option<&str>) -> usize {
        let at = self.places.len();
        self.places.push(Place::default());
        if let Some(id) = id {
            self.by_id.insert(id.to_owned(), at);
        }
        at
    }

    fn place(&self, at: usize) -> Option<&Place<'a>> {
        self.places.get(at)
    }

    /// Makes `child` an answer to `parent`, unless that would be a circle.
    fn link(&mut self, parent: usize, child: usize) {
        let mut above = Some(parent);
        while let Some(at) = above {
            if at == child {
                return;
            }
            above = self.place(at).and_then(|place| place.parent);
        }
        if let Some(place) = self.places.get_mut(child) {
            place.parent = Some(parent);
        }
        if let Some(place) = self.places.get_mut(parent) {
            place.children.push(child);
        }
    }

    fn unlink(&mut self, child: usize) {
        let parent = self
            .places
            .get_mut(child)
            .and_then(|place| place.parent.take());
        if let Some(place) = parent.and_then(|at| self.places.get_mut(at)) {
            place.children.retain(|other| *other != child);
        }
    }

    /// Where the conversations begin: what has no parent, and those that stand
    /// below one that is not here.
    fn roots(&self) -> Vec<usize> {
        let begins = |at: &usize| self.place(*at).is_some_and(|place| place.parent.is_none());
        (0..self.places.len()).filter(begins).collect()
    }

    /// The first message of a conversation, itself or the first below it.
    fn first(&self, root: usize) -> Option<&'a Item<'a>> {
        let mut stack = vec![root];
        let mut first: Option<&'a Item<'a>> = None;
        while let Some(at) = stack.pop() {
            let Some(place) = self.place(at) else {
                continue;
            };
            match place.item {
                Some(item) => {
                    let earlier = first.is_none_or(|f| item.order() < f.order());
                    first = if earlier { Some(item) } else { first };
                }
                None => stack.extend(&place.children),
            }
        }
        first
    }

    /// Step 5: conversations of one subject become one.
    fn join_by_subject(&mut self) {
        let mut by_subject: HashMap<String, usize> = HashMap::new();
        let mut roots: Vec<(usize, &'a Item<'a>)> = self
            .roots()
            .into_iter()
            .filter_map(|root| Some((root, self.first(root)?)))
            .collect();
        // One that is no answer leads; among equals the earliest.
        roots.sort_by_key(|(_, item)| (item.subject().1, item.order()));
        for (root, item) in roots {
            let (subject, is_reply) = item.subject();
            if subject.is_empty() {
                continue;
            }
            match by_subject.get(subject) {
                Some(lead) if is_reply => self.link(*lead, root),
                Some(_) => {}
                None => {
                    by_subject.insert(subject.to_owned(), root);
                }
            }
        }
    }

    /// Without the places that hold nothing and need not hold others together
    /// (step 3), in the order in which messages were sent (steps 4 and 6).
    fn into_nodes(self) -> (Vec<usize>, Vec<Node>) {
        let mut nodes: Vec<Node> = self
            .places
            .iter()
            .map(|place| Node {
                number: place.item.map_or(0, |item| item.place),
                answers: Vec::new(),
            })
            .collect();
        for (at, node) in nodes.iter_mut().enumerate() {
            node.answers = self.kept(at);
        }
        let mut roots = Vec::new();
        for root in self.roots() {
            let is_here = self.place(root).is_some_and(|place| place.item.is_some());
            let kept = self.kept(root);
            match kept.len() {
                _ if is_here => roots.push(root),
                0 => {}
                1 => roots.extend(kept),
                // Siblings whose parent is missing stay together.
                _ => roots.push(root),
            }
        }
        roots.sort_by_key(|root| self.first(*root).map(Item::order));
        (roots, nodes)
    }

    /// The answers of a place, with the answers of missing ones in their stead.
    fn kept(&self, at: usize) -> Vec<usize> {
        let mut kept = Vec::new();
        let mut stack = self.place(at).map_or(Vec::new(), |p| p.children.clone());
        while let Some(child) = stack.pop() {
            let Some(place) = self.place(child) else {
                continue;
            };
            if place.item.is_some() {
                kept.push(child);
            } else {
                stack.extend(&place.children);
            }
        }
        kept.sort_by_key(|child| self.first(*child).map(Item::order));
        kept
    }
}

impl Item<'_> {
    /// Its place in time.
    fn order(&self) -> (i64, u32) {
        (self.sent(), self.place)
    }
}

/// The Message-IDs in a field, without their brackets.
fn ids(field: &str) -> impl Iterator<Item = &str> {
    let pieces = field.split('<').skip(1);
    pieces.filter_map(|piece| Some(piece.split_once('>')?.0.trim()))
}
