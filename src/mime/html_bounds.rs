//! Whether reading an HTML part as a browser does stays cheap.
//!
//! A browser's parser repairs what it reads: it looks through the open
//! elements for nearly every tag, opens emphasis anew in each paragraph, and
//! moves what stands wrongly in a table. Built for it, 250 KB of tags cost
//! many seconds, or gigabytes. Real mail costs a few steps for each octet.
//!
//! So the part is first rehearsed: the parser that the cleaner uses runs over
//! it in small pieces and builds nothing, while a [`Meter`] counts what it asks
//! for. The rehearsal ends as soon as the part has used up its steps, so it is
//! linear itself.

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{
    Attribute, ExpandedName, LocalName, ParseOpts, QualName, local_name, ns, parse_fragment,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

/// How deep elements may stand in one another. Browsers stop at 512; a long
/// exchange of quoted answers stays under 200.
const MAX_DEPTH: u64 = 400;
/// Steps that each octet brings. A table of short cells, the densest mail
/// there is, uses 13; a mail of a word processor 3.
const STEPS_PER_OCTET: u64 = 16;
/// Steps that even the shortest part has: its mistakes cost no more than a
/// few milliseconds.
const STEPS: u64 = 500_000;
/// What a node costs beside its look-ups. It stands for some 200 octets of
/// memory, so it is also what bounds that.
const NODE: u64 = 50;
/// What a text costs. There is no more than one for each other node.
const TEXT: u64 = 5;
/// What a mistake costs: the parser keeps a list of them, 48 octets for each.
const MISTAKE: u64 = 15;
/// What an attribute costs beside the octets of its value.
const ATTRIBUTE: u64 = 10;
/// What one comparison of two formatting elements costs for each attribute.
const COMPARISON: u64 = 4;
/// How many attributes are compared with a new one in the time of one step.
const NAMES_PER_STEP: u64 = 16;
/// How much is parsed between two looks at the meter, in octets: some dozens
/// of tags.
const PIECE: usize = 256;

/// Whether a cleaner can read this in steps that grow with its length alone.
#[must_use]
pub fn is_affordable(html: &str) -> bool {
    let length = u64::try_from(html.len()).unwrap_or(u64::MAX);
    let budget = length.saturating_mul(STEPS_PER_OCTET).saturating_add(STEPS);
    rehearse(html, budget).fits(budget)
}

/// Runs the parser until the end, or until the budget is used up.
fn rehearse(html: &str, budget: u64) -> Meter {
    // As ammonia does: as if the part stood in a div.
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = parse_fragment(
        Meter::default(),
        ParseOpts::default(),
        context,
        Vec::new(),
        false,
    );
    let mut pending = 0;
    let mut rest = html;
    while !rest.is_empty() && parser.tokenizer.sink.sink.fits(budget) {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(PIECE));
        rest = after;
        let before = parser.tokenizer.sink.sink.steps.get();
        parser.process(StrTendril::from(piece));
        let meter = &parser.tokenizer.sink.sink;
        // The attributes of a tag are compared with one another before anybody
        // hears of it. No step was made: the tag, or a comment, still goes on.
        let new = separators(piece);
        if meter.steps.get() != before {
            pending = 0;
        }
        meter.spend((pending + new) * new / NAMES_PER_STEP);
        pending += new;
    }
    parser.finish()
}

/// At least as many as the attributes in this piece of a tag.
fn separators(piece: &str) -> u64 {
    let separates = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'');
    u64::try_from(piece.bytes().filter(separates).count()).unwrap_or(u64::MAX)
}

/// Counts what the parser asks for. Each element it knows is a name and a
/// place; there is no tree.
#[derive(Debug, Default)]
struct Meter {
    steps: Cell<u64>,
    /// The deepest place so far, and the place of the last element.
    deepest: Cell<u64>,
    depth: Cell<u64>,
    /// The most attributes of a formatting element so far.
    formatting: Cell<u64>,
    /// All names so far. The parser keeps them in a table whose lists anybody
    /// can make long.
    names: RefCell<HashSet<LocalName>>,
}

#[derive(Debug)]
struct Element {
    name: QualName,
    depth: Cell<u64>,
    parent: RefCell<Option<Rc<Self>>>,
    children: Cell<u64>,
}

impl Meter {
    fn fits(&self, budget: u64) -> bool {
        self.steps.get() <= budget && self.deepest.get() <= MAX_DEPTH
    }

    fn spend(&self, steps: u64) {
        self.steps.set(self.steps.get().saturating_add(steps));
    }

    fn name(&self, name: &LocalName) {
        let mut names = self.names.borrow_mut();
        if !names.contains(name) {
            self.spend(u64::try_from(names.len()).unwrap_or(u64::MAX));
            names.insert(name.clone());
        }
    }

    /// A new formatting element is compared with those that are open.
    fn compare(&self, name: &LocalName, attributes: u64) {
        if is_formatting(name) {
            let most = self.formatting.get().max(attributes);
            self.formatting.set(most);
            self.spend(COMPARISON * self.depth.get() * (1 + most));
        }
    }

    /// Puts a child among the children of an element.
    fn place(&self, parent: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        parent.children.set(parent.children.get() + 1);
        match child {
            NodeOrText::AppendText(_) => self.spend(TEXT),
            NodeOrText::AppendNode(child) => {
                let depth = parent.depth.get() + 1;
                child.depth.set(depth);
                child.parent.replace(Some(Rc::clone(parent)));
                self.depth.set(depth);
                self.deepest.set(self.deepest.get().max(depth));
            }
        }
    }

    /// The parent, found with a look through all its children.
    fn parent(&self, child: &Rc<Element>) -> Option<Rc<Element>> {
        let parent = child.parent.borrow().clone()?;
        self.spend(parent.children.get());
        Some(parent)
    }
}

/// The elements that the parser opens anew where they were not closed.
fn is_formatting(name: &LocalName) -> bool {
    const NAMES: [&str; 14] = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    NAMES.contains(&name.as_ref())
}

impl TreeSink for Meter {
    type Handle = Rc<Element>;
    type Output = Self;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _: Cow<'static, str>) {
        self.spend(MISTAKE);
    }

    fn get_document(&self) -> Rc<Element> {
        element(QualName::new(None, ns!(), local_name!("")))
    }

    fn elem_name<'a>(&'a self, target: &'a Rc<Element>) -> ExpandedName<'a> {
        self.spend(1);
        target.name.expanded()
    }

    fn same_node(&self, x: &Rc<Element>, y: &Rc<Element>) -> bool {
        self.spend(1);
        Rc::ptr_eq(x, y)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        _: ElementFlags,
    ) -> Rc<Element> {
        self.spend(NODE);
        self.name(&name.local);
        for attribute in &attributes {
            self.name(&attribute.name.local);
            let value = u64::try_from(attribute.value.len()).unwrap_or(u64::MAX);
            self.spend(ATTRIBUTE + value);
        }
        let count = u64::try_from(attributes.len()).unwrap_or(u64::MAX);
        self.compare(&name.local, count);
        element(name)
    }

    fn create_comment(&self, _: StrTendril) -> Rc<Element> {
        self.spend(NODE);
        element(QualName::new(None, ns!(), local_name!("")))
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Rc<Element> {
        self.create_comment(StrTendril::new())
    }

    fn append(&self, parent: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        self.place(parent, child);
    }

    fn append_before_sibling(&self, sibling: &Rc<Element>, child: NodeOrText<Rc<Element>>) {
        if let NodeOrText::AppendNode(child) = &child {
            self.remove_from_parent(child);
        }
        if let Some(parent) = self.parent(sibling) {
            self.place(&parent, child);
        }
    }

    fn append_based_on_parent_node(
        &self,
        sibling: &Rc<Element>,
        parent: &Rc<Element>,
        child: NodeOrText<Rc<Element>>,
    ) {
        if sibling.parent.borrow().is_some() {
            self.append_before_sibling(sibling, child);
        } else {
            self.place(parent, child);
        }
    }

    fn remove_from_parent(&self, target: &Rc<Element>) {
        self.parent(target);
        target.parent.replace(None);
    }

    fn reparent_children(&self, from: &Rc<Element>, to: &Rc<Element>) {
        // The children still name their old parent, whose count stays: they
        // are at most counted twice.
        let moved = from.children.get();
        self.spend(moved);
        to.children.set(to.children.get() + moved);
    }

    fn get_template_contents(&self, target: &Rc<Element>) -> Rc<Element> {
        Rc::clone(target)
    }

    fn add_attrs_if_missing(&self, _: &Rc<Element>, attributes: Vec<Attribute>) {
        // All that the target has already are looked at.
        for attribute in &attributes {
            self.name(&attribute.name.local);
        }
        let known = u64::try_from(self.names.borrow().len()).unwrap_or(u64::MAX);
        self.spend(ATTRIBUTE * known);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn set_quirks_mode(&self, _: QuirksMode) {}
}

fn element(name: QualName) -> Rc<Element> {
    Rc::new(Element {
        name,
        depth: Cell::new(0),
        parent: RefCell::default(),
        children: Cell::new(0),
    })
}

#[cfg(test)]
mod tests {
    use super::is_affordable;
    use crate::mime::clean::clean;

    const SIZE: usize = 256 * 1024;

    fn many(piece: &str) -> String {
        piece.repeat(SIZE / piece.len())
    }

    fn counted(size: usize, piece: impl Fn(usize) -> String) -> String {
        let length = piece(0).len();
        (0..size / length).map(piece).collect()
    }

    /// Each of these cost seconds of a core or gigabytes before it was bounded,
    /// or would at four times the size.
    fn ruinous() -> Vec<(&'static str, String)> {
        let half = SIZE / 2;
        let emphases = counted(half, |n| format!("<b i={n}>"));
        let some: String = (0..200).map(|n| format!("<b i={n} a c d e f>")).collect();
        let title = format!("<p><b title='{}'>", "x".repeat(half));
        vec![
            ("nested", many("<div>")),
            ("mistakes", many("\0")),
            ("nested lists", many("<ul><li>")),
            ("nested tables", many("<table><tr><td>")),
            ("nested links", many("<a><div>")),
            ("nested drawings", many("<svg><g>")),
            ("nested templates", many("<template>")),
            ("forms", many("<form><div>")),
            ("emphasis around paragraphs", many("<b><p>")),
            ("emphasis closed late", many("<b><div>") + &many("</b>")),
            ("many kinds of emphasis", many("<a><b><i><u><s><div>")),
            ("emphasis, all different", emphases.clone()),
            ("emphasis anew in each paragraph", emphases + &many("<p>x")),
            ("comparing emphasis", some.clone() + &many("</b><b z>")),
            ("some emphasis anew", some + &many("</p><p>x")),
            ("a long title anew", title + &many("</p><p>x")),
            ("ends without a start", many("<span>") + &many("</i>")),
            ("ends under a roof", "<span>".repeat(300) + &many("</i>")),
            ("out of a table", format!("<table>{}", many("<br>"))),
            (
                "text out of a table",
                many("<br>") + "<table>" + &many("x&amp;"),
            ),
            ("tables in emphasis", many("<b><table>")),
            (
                "attributes",
                format!("<p {}>", counted(SIZE, |n| format!("a{n} "))),
            ),
            ("names", counted(SIZE, |n| format!("<x{n}>y</x{n}>"))),
            ("roots", counted(SIZE, |n| format!("<html a{n}>"))),
        ]
    }

    /// Odd, and cheap all the same.
    fn odd() -> Vec<String> {
        [
            "</br>",
            "<nobr>",
            "<table>",
            "<select><option>",
            "&amp;",
            "<!---->",
            "<frameset>",
        ]
        .map(many)
        .into()
    }

    #[test]
    fn html_that_costs_more_than_its_length_is_refused() {
        for (name, html) in ruinous() {
            assert!(!is_affordable(&html), "{name}");
        }
    }

    #[test]
    fn what_is_refused_is_shown_as_its_words_and_the_rest_stays_small() {
        for (name, html) in ruinous() {
            let done = clean(&format!("Take <i>two</i> a day.{html}"), &[]).html;
            assert!(done.starts_with("<p>Take two a day."), "{name}");
            assert!(done.len() < 2 * html.len(), "{name}");
        }
        for html in odd() {
            assert!(is_affordable(&html), "{html:.20}");
            assert!(clean(&html, &[]).html.len() < 10 * html.len(), "{html:.20}");
        }
    }

    #[test]
    fn the_parser_that_rehearses_is_the_one_that_cleans() {
        let lock = include_str!("../../Cargo.lock");
        assert_eq!(lock.matches("name = \"html5ever\"").count(), 1);
    }

    #[test]
    fn mail_as_programs_write_it_is_affordable() {
        let frames = "<table width=100% cellpadding=0><tbody><tr><td align=center>".repeat(30);
        let office =
            "<w:LsdException Locked=\"false\" Priority=\"39\" Name=\"toc 9\"/>\n".repeat(376);
        let mails = [
            ("lab table", many("<tr><td>1</td><td>2</td></tr>")),
            ("cells never closed", many("<tr><td>1<td>2")),
            (
                "word processor",
                many(
                    "<p class=MsoNormal><span style='font-size:11.0pt;font-family:\"Calibri\",sans-serif'>All is <b>well</b>, José<o:p></o:p></span></p>\r\n",
                ),
            ),
            ("short paragraphs", many("<p>a <b>b</b> c</p>\n")),
            (
                "quoted 150 times",
                "<div><blockquote>text ".repeat(150) + &"</blockquote></div>".repeat(150),
            ),
            (
                "newsletter",
                frames
                    + &many(
                        "<table width=600><tr><td style='padding:0 0 0 10px;color:#333333'><a href='https://example.com/track/abc'><font color=red>text</font></a></td></tr></table>",
                    ),
            ),
            ("crossed emphasis", many("<b><p>text</b></p><i>x</i>\n")),
            (
                "items never closed",
                many("<li>one <a href='https://x.example'>link</a>"),
            ),
            (
                "picture inside",
                format!(
                    "<img src='data:image/png;base64,{}'>",
                    many(
                        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAA/ADUlEQVR42mNk+M9QDwADhgGA"
                    )
                ),
            ),
            (
                "office settings",
                format!("<!--[if gte mso 9]><xml>{office}</xml><![endif]--><p>x"),
            ),
        ];
        for (name, html) in mails {
            assert!(is_affordable(&html), "{name}");
        }
    }
}
