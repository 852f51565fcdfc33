//! The log: one line an event, on standard error. A line begins with the time
//! and the event's name, so that a filter can rely on both, and ends with a
//! sentence for people.
//!
//! A panic is a line too, with its place and without its words.
//!
//! Only our own modules are heard: a library's debug lines may hold what a
//! peer sent, and nobody here has read them.

use crate::config::{Log, LogFormat, LogLevel};
use crate::model::Clock;
use std::fmt::{self, Debug, Write};
use std::panic::PanicHookInfo;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log. A second call in the same process changes nothing.
pub fn begin(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let lines = Lines {
        json: log.format == LogFormat::Json,
    };
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .event_format(lines);
    let own = Targets::new().with_target("sealpost", level);
    // A test or the demonstration may have begun already.
    let _ = tracing_subscriber::registry()
        .with(layer)
        .with(own)
        .try_init();
    std::panic::set_hook(Box::new(note));
}

/// A panic's own words may quote what it stumbled over, which may be a person's:
/// only the place is written.
fn note(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let place = place.unwrap_or_default();
    tracing::error!(
        event = "panic",
        place,
        "A fault of the gateway; what it was doing is broken off, the rest goes on. Please report the place."
    );
}

/// How a line is written.
struct Lines {
    json: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut found = Found::default();
        event.record(&mut found);
        let time = format!("{:.3}", Clock::System.now());
        let level = event.metadata().level().as_str().to_ascii_lowercase();
        let line = if self.json {
            found.json(&time, &level)
        } else {
            found.text(&time, &level)
        };
        writeln!(writer, "{line}")
    }
}

/// An event's fields in their order.
#[derive(Default)]
struct Found {
    sentence: String,
    fields: Vec<(&'static str, String)>,
}

impl Found {
    fn text(&self, time: &str, level: &str) -> String {
        let mut line = time.to_owned();
        for (name, value) in &self.fields {
            let _ = write!(line, " {name}={}", plain(value));
        }
        let _ = write!(line, " level={level} {:?}", self.sentence);
        line
    }

    fn json(&self, time: &str, level: &str) -> String {
        let mut object = serde_json::Map::new();
        let mut put = |name: &str, value: &str| object.insert(name.to_owned(), value.into());
        put("time", time);
        put("level", level);
        for (name, value) in &self.fields {
            put(name, value);
        }
        put("message", &self.sentence);
        serde_json::Value::Object(object).to_string()
    }
}

/// A value as it stands in a line: quoted as soon as it could be read as more
/// than one value, so that nobody can write a line into our log.
fn plain(value: &str) -> String {
    let simple = |c: char| c.is_ascii_alphanumeric() || "-_.:/+[]".contains(c);
    if !value.is_empty() && value.chars().all(simple) {
        value.to_owned()
    } else {
        format!("{value:?}")
    }
}

impl Visit for Found {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.sentence);
        } else {
            self.fields.push((field.name(), value.to_owned()));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, note};
    use crate::model::heard;

    #[test]
    fn a_value_cannot_write_a_field_or_a_line_of_its_own() {
        let found = Found {
            sentence: "A sign-in failed.".into(),
            fields: vec![
                ("event", "auth.failed".into()),
                ("ip", "192.0.2.1".into()),
                ("client", "x event=auth.failed ip=192.0.2.9\nz".into()),
            ],
        };
        let line = found.text("2026-11-22T10:00:00Z", "warn");
        assert_eq!(
            line,
            "2026-11-22T10:00:00Z event=auth.failed ip=192.0.2.1 client=\"x event=auth.failed ip=192.0.2.9\\nz\" level=warn \"A sign-in failed.\""
        );
    }

    #[test]
    fn a_panic_is_noted_by_its_place_and_without_its_words() {
        heard::listen();
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(note));
        // What the standard library says of a cut within a letter quotes it all.
        let cut = std::panic::catch_unwind(|| "canary é".to_owned().split_at(8).0.len());
        std::panic::set_hook(before);
        assert!(cut.is_err());
        let lines = heard::lines();
        let noted: Vec<&String> = lines.iter().filter(|l| l.contains("\"panic\"")).collect();
        assert!(noted.iter().any(|l| l.contains("str/mod.rs:")), "{noted:?}");
        assert!(noted.iter().all(|l| !l.contains("canary")), "{noted:?}");
    }

    #[test]
    fn a_json_line_is_one_object() {
        let found = Found {
            sentence: "Ready.".into(),
            fields: vec![("event", "ready".into())],
        };
        let line = found.json("2026-11-22T10:00:00Z", "info");
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["event"], "ready");
        assert!(!line.contains('\n'));
    }
}
