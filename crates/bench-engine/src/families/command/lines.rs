//! Lines of a program's outputs, read on threads of their own into a queue of bounded length.
//!
//! A line has its time however busy the caller is. A program that prints faster than is read waits, as
//! it would before any pipe; a line without an end is cut.

use std::{
    io::{self, BufRead, BufReader, Read},
    sync::mpsc::SyncSender,
    thread,
    time::Instant,
};

/// Lines that wait for the caller.
pub(super) const LONGEST_QUEUE: usize = 1024;

/// What is kept of a line.
const LONGEST_LINE_BYTES: usize = 1 << 20;

/// A line of an output.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: Instant,
    pub(super) text: String,
    /// Whether it was longer than what is kept.
    pub(super) is_cut: bool,
}

/// What comes from an output.
#[derive(Debug)]
pub(super) enum Event {
    /// A line of standard output.
    Output(Line),
    /// A line of standard error.
    Error(Line),
    /// The end of either.
    End,
}

impl Event {
    /// When it came; the end of an output is always looked at.
    pub(super) fn at(&self) -> Option<Instant> {
        match self {
            Self::Output(line) | Self::Error(line) => Some(line.at),
            Self::End => None,
        }
    }
}

/// Reads lines on a thread of its own until the end.
pub(super) fn forward(
    from: impl Read + Send + 'static,
    to: SyncSender<Event>,
    event: impl Fn(Line) -> Event + Send + 'static,
) {
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        while let Ok(Some(line)) = read(&mut reader) {
            if to.send(event(line)).is_err() {
                return;
            }
        }
        // nobody waits for the end of a child that was dropped
        let _ = to.send(Event::End);
    });
}

/// The next line; `None` at the end.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut bytes = Vec::new();
    let mut is_cut = false;
    loop {
        let found = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            found => found?,
        };
        if found.is_empty() && bytes.is_empty() {
            return Ok(None);
        }
        let end = found.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(found.len(), |place| place + 1);
        let kept = used.min(LONGEST_LINE_BYTES.saturating_sub(bytes.len()));
        is_cut |= kept < used && kept < end.unwrap_or(used);
        bytes.extend_from_slice(&found[..kept]);
        let is_over = end.is_some() || found.is_empty();
        reader.consume(used);
        if is_over {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            return Ok(Some(Line { at: Instant::now(), text, is_cut }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(usize, bool)> {
        let mut reader = BufReader::with_capacity(1000, text);
        let mut found = Vec::new();
        while let Ok(Some(line)) = read(&mut reader) {
            found.push((line.text.len(), line.is_cut));
        }
        found
    }

    #[test]
    fn a_line_without_an_end_is_cut_and_the_next_one_is_whole() {
        let long = vec![b'x'; 3 * LONGEST_LINE_BYTES];
        let text = [b"a\n\n", long.as_slice(), b"\nbcd\nlast"].concat();
        let expected = [(1, false), (0, false), (LONGEST_LINE_BYTES, true), (3, false), (4, false)];
        assert_eq!(lines(&text), expected);
        let fits = [&long[..LONGEST_LINE_BYTES], b"\nb"].concat();
        assert_eq!(lines(&fits), [(LONGEST_LINE_BYTES, false), (1, false)]);
    }
}
