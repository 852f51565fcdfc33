//! What a mail client hears: one reply type for all of SMTP.

/// A value put into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A text; isolated from the sentence's own direction where that matters.
    Text(String),
    /// A number, written as the language writes numbers.
    Number(i64),
}

/// An SMTP reply (RFC 5321 §4.2) with its enhanced status code (RFC 3463) and
/// the sentence a receptionist reads in the mail client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The three-digit code.
    pub code: u16,
    /// The enhanced code: class, subject, detail. `None` where RFC 2034 forbids it.
    pub enhanced: Option<(u8, u16, u16)>,
    /// The name of the sentence in the catalogue.
    pub text: &'static str,
    /// What goes into it.
    pub args: Vec<(&'static str, Arg)>,
}

impl Reply {
    /// A reply whose sentence takes no values.
    #[must_use]
    pub const fn new(code: u16, enhanced: (u8, u16, u16), text: &'static str) -> Self {
        Self {
            code,
            enhanced: Some(enhanced),
            text,
            args: Vec::new(),
        }
    }

    /// The same reply with a text put into its sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, Arg::Text(value.into())));
        self
    }

    /// The same reply with a number put into its sentence.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: i64) -> Self {
        self.args.push((name, Arg::Number(value)));
        self
    }

    /// Whether it reports success (2xx or 3xx).
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.code < 400
    }
}
