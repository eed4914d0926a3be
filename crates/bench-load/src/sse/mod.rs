//! Event streams, as servers send them while they generate.
//!
//! In: bytes, cut anywhere. Out: events, each as soon as the empty line after it is there. Follows the
//! WHATWG's HTML standard, section 9.2 (server-sent events): lines end with LF, CRLF or CR, a leading byte
//! order mark and comments are skipped, one space after a colon is not part of the value, several `data`
//! lines are one value of several lines, broken UTF-8 becomes `�`, and an event without its empty line at
//! the end of the stream is discarded.

#[cfg(test)]
mod tests;

/// An event with data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its type; empty where the server names none, which means a message.
    pub name: String,
    /// Its data lines, joined by line feeds.
    pub data: String,
}

/// Reads one stream.
#[derive(Debug, Default)]
pub struct Reader {
    /// The start of a line whose end has not come yet.
    line: Vec<u8>,
    /// A CR ended the last line, so that an LF next belongs to it.
    is_after_cr: bool,
    has_begun: bool,
    name: String,
    /// Data with a line feed after each line.
    data: String,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Reader {
    /// Reads what has come, and passes on the events that it completes.
    pub fn read(&mut self, mut bytes: &[u8], pass_on: &mut impl FnMut(Event)) {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.is_after_cr) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let Some(end) = end else {
                self.line.extend_from_slice(bytes);
                return;
            };
            self.is_after_cr = bytes[end] == b'\r';
            if self.line.is_empty() {
                self.end_line(&bytes[..end], pass_on);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(&bytes[..end]);
                self.end_line(&line, pass_on);
                line.clear();
                self.line = line;
            }
            bytes = &bytes[end + 1..];
        }
    }

    /// Whether an event has begun that no empty line has ended.
    #[must_use]
    pub fn is_within_event(&self) -> bool {
        !self.line.is_empty() || !self.data.is_empty()
    }

    fn end_line(&mut self, line: &[u8], pass_on: &mut impl FnMut(Event)) {
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let unmarked = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first);
        let line = unmarked.unwrap_or(line);
        if line.is_empty() {
            self.end_event(pass_on);
            return;
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                self.data.push_str(&String::from_utf8_lossy(value));
                self.data.push('\n');
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            // a comment, what steers a reconnection, or unknown
            _ => {}
        }
    }

    fn end_event(&mut self, pass_on: &mut impl FnMut(Event)) {
        let name = std::mem::take(&mut self.name);
        let mut data = std::mem::take(&mut self.data);
        if data.pop().is_some() {
            pass_on(Event { name, data });
        }
    }
}
