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
        let heads = self.heads();
        let mut by_subject: HashMap<String, usize> = HashMap::new();
        for (head, item) in &heads {
            let (subject, is_reply) = item.subject();
            if subject.is_empty() {
                continue;
            }
            let taken = by_subject.get(subject).copied();
            let better = taken.is_none_or(|lead| {
                !self.is_dummy(lead) && (self.is_dummy(*head) || self.is_reply(lead) && !is_reply)
            });
            if better {
                by_subject.insert(subject.to_owned(), *head);
            }
        }
        for (head, item) in heads {
            let (subject, is_reply) = item.subject();
            let Some(lead) = by_subject.get(subject).copied().filter(|l| *l != head) else {
                continue;
            };
            if self.is_dummy(lead) && self.is_dummy(head) {
                for child in self.place(head).map_or(Vec::new(), |p| p.children.clone()) {
                    self.unlink(child);
                    self.link(lead, child);
                }
            } else if self.is_dummy(lead) || is_reply && !self.is_reply(lead) {
                self.link(lead, head);
            } else {
                // Neither answers the other: they stand side by side.
                let above = self.new_place(None);
                self.link(above, lead);
                self.link(above, head);
                by_subject.insert(subject.to_owned(), above);
            }
        }
    }

    /// What stands at the head of each conversation, the earliest first, and its
    /// first message: as step 3 leaves them, so a missing one only where it holds
    /// several together.
    fn heads(&mut self) -> Vec<(usize, &'a Item<'a>)> {
        let mut heads = Vec::new();
        for root in self.roots() {
            let kept = self.kept(root);
            let mut head = root;
            if self.is_dummy(root)
                && let [only] = kept.as_slice()
            {
                self.unlink(*only);
                head = *only;
            }
            heads.extend(self.first(head).map(|item| (head, item)));
        }
        heads.sort_by_key(|(_, item)| item.order());
        heads
    }

    fn is_dummy(&self, at: usize) -> bool {
        self.place(at).is_some_and(|place| place.item.is_none())
    }

    fn is_reply(&self, at: usize) -> bool {
        let item = self.place(at).and_then(|place| place.item);
        item.is_some_and(|item| item.subject().1)
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
