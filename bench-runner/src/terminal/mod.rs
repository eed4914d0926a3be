//! The terminal: the one place through which this program prints.
//!
//! In: text with names, paths and reasons that anyone may have written. Out: the same text on standard
//! output or standard error, without a character that steers a terminal. `println!` and its relatives
//! below replace those of the standard library in the whole crate and print **one** line, whatever is in
//! their arguments. What has several lines of its own is a [`block`]; its builder cleans each name with
//! [`plain()`] or puts it into a [`Table`].

mod notices;
mod plain;
mod table;

use std::{
    fmt::{Arguments, Display},
    io::{self, ErrorKind, Write},
    panic,
    sync::atomic::{AtomicBool, Ordering},
};

pub use notices::hear_libraries;
pub use plain::{cut, cut_apart, cut_middle, plain, plain_json, plain_lines};
pub use table::Table;

use crate::exit::Exit;

/// Where text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output: what was asked for.
    Out,
    /// Standard error: errors, warnings, progress.
    Err,
}

/// Whether something that was asked for could not be printed.
static IS_CUT: AtomicBool = AtomicBool::new(false);

/// Prints one line; line ends within it become spaces.
pub fn line(stream: Stream, text: Arguments<'_>) {
    write(stream, &(plain(&text.to_string()) + "\n"));
}

/// Prints a part of a line.
pub fn part(stream: Stream, text: Arguments<'_>) {
    write(stream, &plain(&text.to_string()));
}

/// Prints text of several lines, with a line end where it has none; nothing of empty text.
pub fn block(stream: Stream, text: impl Display) {
    let mut text = plain_lines(&text.to_string());
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    write(stream, &text);
}

/// Prints a text of this program itself as it is, such as a script for a shell.
pub fn own(text: &str) {
    write(Stream::Out, text);
}

/// Prints JSON: what would steer a terminal is escaped, so that a reader gets it as it was.
pub fn json(text: &str) {
    write(Stream::Out, &(plain_json(text) + "\n"));
}

/// Prints what clap says of the command line without its colours, and leaves.
pub fn leave_with(error: &clap::Error) -> ! {
    block(if error.use_stderr() { Stream::Err } else { Stream::Out }, error.render());
    std::process::exit(error.exit_code());
}

/// Lets the message of a panic steer no terminal either: it may repeat a name.
pub fn guard_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let text = info.to_string();
        if plain_lines(&text) == text { usual(info) } else { block(Stream::Err, text) }
    }));
}

/// How to leave as far as printing goes: unable, where standard output could not be written.
#[must_use]
pub fn exit() -> Exit {
    if IS_CUT.load(Ordering::Relaxed) { Exit::Unable } else { Exit::Passed }
}

fn write(stream: Stream, text: &str) {
    let written = match stream {
        Stream::Err => return drop(io::stderr().lock().write_all(text.as_bytes())),
        Stream::Out => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes()).and_then(|()| out.flush())
        }
    };
    // a reader that has seen enough is no fault
    let failed = written.err().filter(|error| error.kind() != ErrorKind::BrokenPipe);
    if let Some(error) = failed
        && !IS_CUT.swap(true, Ordering::Relaxed)
    {
        line(Stream::Err, format_args!("error: cannot write to standard output: {error}"));
    }
}

macro_rules! println {
    () => {
        println!("")
    };
    ($($text:tt)*) => {
        $crate::terminal::line($crate::terminal::Stream::Out, format_args!($($text)*))
    };
}

macro_rules! eprintln {
    ($($text:tt)*) => {
        $crate::terminal::line($crate::terminal::Stream::Err, format_args!($($text)*))
    };
}

macro_rules! print {
    ($($text:tt)*) => {
        $crate::terminal::part($crate::terminal::Stream::Out, format_args!($($text)*))
    };
}
