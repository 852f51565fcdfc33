//! How much a session may ask of us, and how we slow it down.

use jiff::SignedDuration;

/// Errors that cost nothing: a program that tries this and that first.
const FREE_ERRORS: u32 = 3;
/// Longest wait for one error, so that a slowed session still ends.
const LONGEST_PAUSE: i64 = 10;
/// NOOP, RSET, VRFY and the like between two messages that cost nothing. A
/// client that keeps its connection open sends one NOOP a minute or so.
const FREE_NOISE: u32 = 50;
/// Commands before signing in: a dialogue with two failed attempts takes twelve.
const COMMANDS_UNKNOWN: u32 = 50;
/// Commands from one accepted message to the next: several times what the
/// largest envelope takes.
const COMMANDS: u32 = 1_000;
/// Messages in one session: enough for any run of mail, and a session that
/// never ended would outlive the account it signed in with.
const MESSAGES: u32 = 10_000;

/// What follows from a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// The answer waits.
    Slow(SignedDuration),
    /// We hang up.
    Enough,
}

/// Counts of one session.
#[derive(Debug)]
pub(super) struct Pace {
    max_errors: u32,
    errors: u32,
    noise: u32,
    commands: u32,
    messages: u32,
}

impl Pace {
    pub(super) const fn new(max_errors: u32) -> Self {
        Self {
            max_errors,
            errors: 0,
            noise: 0,
            commands: 0,
            messages: 0,
        }
    }

    /// An error was made.
    pub(super) fn error(&mut self) -> Verdict {
        self.errors = self.errors.saturating_add(1);
        if self.errors > self.max_errors {
            return Verdict::Enough;
        }
        match self.errors.saturating_sub(FREE_ERRORS) {
            0 => Verdict::Fine,
            over => Verdict::Slow(SignedDuration::from_secs(
                i64::from(over).min(LONGEST_PAUSE),
            )),
        }
    }

    /// A command that does nothing; too many of them are errors.
    pub(super) fn noise(&mut self) -> Verdict {
        self.noise = self.noise.saturating_add(1);
        if self.noise > FREE_NOISE {
            return self.error();
        }
        Verdict::Fine
    }

    /// Any command; `false` when there were too many.
    pub(super) fn command(&mut self, signed_in: bool) -> bool {
        self.commands = self.commands.saturating_add(1);
        self.commands
            <= if signed_in {
                COMMANDS
            } else {
                COMMANDS_UNKNOWN
            }
    }

    /// A message was accepted, or a client signed in: that is what sessions are for.
    pub(super) fn progress(&mut self, message: bool) -> bool {
        self.noise = 0;
        self.commands = 0;
        self.messages = self.messages.saturating_add(u32::from(message));
        self.messages < MESSAGES
    }
}
