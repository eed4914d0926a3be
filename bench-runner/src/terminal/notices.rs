//! What the libraries of this workspace say through the crate `log`: lines on standard error.

use log::{Level, Log, Metadata, Record};

use super::{Stream, line};

static NOTICES: Notices = Notices;

struct Notices;

/// Lets the libraries be heard.
pub fn hear_libraries() {
    // it fails where a logger is set already, which nobody else does
    if log::set_logger(&NOTICES).is_ok() {
        log::set_max_level(log::LevelFilter::Info);
    }
}

impl Log for Notices {
    /// Other crates log for their own developers.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("bench_") && metadata.level() <= Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        match record.level() {
            Level::Error => line(Stream::Err, format_args!("error: {}", record.args())),
            Level::Warn => line(Stream::Err, format_args!("warning: {}", record.args())),
            _ => line(Stream::Err, *record.args()),
        }
    }

    fn flush(&self) {}
}
