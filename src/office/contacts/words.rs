//! What the directory says is wrong, in the reader's language. The sentences stand
//! beside the field, so they need not name it.

use crate::desk::contacts::{Effect, Field, Problem, Problems, Reason, SheetError};
use crate::office::page::Page;
use crate::office::sheet::Sheet;

/// What a field is called.
pub(super) fn label(page: &Page<'_>, field: Field) -> String {
    page.t(match field {
        Field::First => "office-field-first",
        Field::Last => "office-field-last",
        Field::Name => "office-field-name",
        Field::Born => "office-field-born",
        Field::Status => "office-field-status",
        Field::Language => "office-field-language",
        Field::Phone => "office-field-phone",
        Field::Email => "office-field-email",
        Field::Postal => "office-field-postal",
        Field::Provider => "office-field-provider",
        Field::Guarantor => "office-field-guarantor",
        Field::Portal => "office-field-portal",
        Field::Confidential => "office-field-confidential",
    })
}

/// What several fields are called: "Last name, Phone".
pub(super) fn labels(page: &Page<'_>, fields: &[Field]) -> String {
    let each = fields.iter().map(|field| label(page, *field));
    each.collect::<Vec<String>>().join(", ")
}

/// The name of a field in the form.
pub(super) const fn name(field: Field) -> &'static str {
    match field {
        Field::First => "first",
        Field::Last => "last",
        Field::Name => "name",
        Field::Born => "born",
        Field::Status => "status",
        Field::Language => "language",
        Field::Phone => "phone1",
        Field::Email => "email1",
        Field::Postal => "postal",
        Field::Provider => "provider",
        Field::Guarantor => "guarantor",
        Field::Portal => "portal",
        Field::Confidential => "confidential",
    }
}

/// Marks the fields that a record must have filled in. A name is asked for where
/// one begins to write it.
pub(super) fn mark(page: &Page<'_>, sheet: &mut Sheet, required: &[Field]) {
    for field in required {
        let said = match field {
            Field::Born | Field::Provider => "office-needed-patients",
            _ => "office-needed",
        };
        let name = match field {
            Field::Name => name(Field::First),
            other => name(*other),
        };
        if let Some(input) = sheet.inputs.iter_mut().find(|input| input.name == name) {
            input.needed = Some(page.t(said));
        }
    }
}

/// What is wrong, and what to do.
pub(super) fn said(page: &Page<'_>, problem: &Problem) -> String {
    match problem {
        Problem::Long(_, most) => page.count("office-wrong-long", *most),
        Problem::Character(_) => page.t("office-wrong-character"),
        Problem::Born => page.t("office-wrong-born"),
        Problem::Age => page.t("office-wrong-age"),
        Problem::Word(_, words) => page.one("office-wrong-word", "words", words),
        Problem::Many(_, most) => page.count("office-wrong-many", *most),
        Problem::Email => page.t("office-wrong-email"),
        Problem::Domain => page.t("office-wrong-domain"),
        Problem::Twice(_) => page.t("office-wrong-twice"),
        Problem::Provider => page.t("office-wrong-provider"),
        Problem::Theirs => page.t("office-wrong-theirs"),
        Problem::Guarantor => page.t("office-wrong-guarantor"),
        Problem::Head => page.t("office-wrong-head"),
        Problem::Missing(Field::Name) => page.t("office-wrong-nameless"),
        Problem::Missing(_) => page.t("office-wrong-missing"),
        Problem::PortalNeeds(_) => page.t("office-wrong-portal"),
    }
}

/// Puts each problem beside its field. A name that is missing is asked for where
/// one begins to write it.
pub(super) fn blame(page: &Page<'_>, sheet: &mut Sheet, problems: &Problems) {
    for problem in &problems.0 {
        let field = match problem {
            Problem::Missing(Field::Name) => Field::First,
            other => other.field(),
        };
        sheet.blame(name(field), said(page, problem));
    }
}

/// Why a line of a file is refused: one sentence for each reason.
pub(super) fn reasons(page: &Page<'_>, reason: &Reason) -> Vec<String> {
    match reason {
        Reason::Fields => vec![page.t("office-line-fields")],
        Reason::Id => vec![page.t("office-line-id")],
        Reason::Again(line) => vec![page.one("office-line-again", "line", line)],
        Reason::Several => vec![page.t("office-line-several")],
        Reason::Crowded => vec![page.t("office-line-crowded")],
        Reason::Problems(problems) => {
            let each = problems.0.iter();
            each.map(|p| format!("{}: {}", label(page, p.field()), said(page, p)))
                .collect()
        }
    }
}

/// What a line does to who can read messages.
pub(super) fn effect(page: &Page<'_>, effect: Effect) -> String {
    page.t(match effect {
        Effect::Addresses => "office-effect-addresses",
        Effect::Granted => "office-effect-granted",
        Effect::Revoked => "office-effect-revoked",
    })
}

/// Why a file cannot be read.
pub(super) fn unread(page: &Page<'_>, error: &SheetError) -> String {
    match error {
        SheetError::Large => page.t("office-sheet-large"),
        SheetError::Long => page.t("office-sheet-long"),
        SheetError::Encoding(line) => page.one("office-sheet-encoding", "line", line),
        SheetError::Wide => page.t("office-sheet-wide"),
        SheetError::Header => page.t("office-sheet-header"),
        SheetError::Columns(strays) => {
            let named = strays.iter().map(|stray| match stray.called.is_empty() {
                true => stray.at.to_string(),
                false => format!("“{}”", stray.called),
            });
            let named: Vec<String> = named.collect();
            page.one("office-sheet-column", "columns", named.join(", "))
        }
        SheetError::Twice(name) => page.one("office-sheet-twice", "column", name),
        SheetError::Line(line) => page.one("office-sheet-line", "line", line),
    }
}
