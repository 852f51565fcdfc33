//! `[log]`: what is written about running.

use crate::config::draft::Section;
use crate::config::value::words;

words! {
    /// How a log line looks.
    LogFormat {
        /// A sentence and its fields.
        Text = "text",
        /// One JSON object.
        Json = "json",
    }
}

words! {
    /// From which weight on a line is written.
    LogLevel {
        /// What needs a person.
        Error = "error",
        /// What may soon need one.
        Warn = "warn",
        /// What happened.
        Info = "info",
        /// How it happened.
        Debug = "debug",
        /// Every step.
        Trace = "trace",
    }
}

/// What is written about running: to standard error, never about a person.
#[derive(Clone, Debug)]
pub struct Log {
    /// How a line looks. Default text: people read it first.
    pub format: LogFormat,
    /// From which weight on. Default info.
    pub level: LogLevel,
}

impl Log {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            format: s.or("format", LogFormat::Text),
            level: s.or("level", LogLevel::Info),
        }
    }
}
