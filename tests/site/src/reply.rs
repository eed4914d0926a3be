//! Replies of a static host, sound and broken.

use std::io::{Result, Write};

/// How a path goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this status.
    Status(u16),
    /// It is answered with a web page and status 200, as hosts do that send an error page.
    Page,
    /// It is answered once the fault is taken back.
    Held,
    /// The connection ends in the middle of it.
    Truncated,
}

/// An answer to a request.
pub struct Reply {
    /// Status of it.
    pub status: u16,
    /// Content type.
    pub kind: &'static str,
    /// The body, packed or not.
    pub body: Vec<u8>,
    /// Whether `body` is packed with gzip.
    pub is_packed: bool,
    /// Whether pages of other hosts may read it.
    pub is_shared: bool,
    /// How many bytes of the body are left out although they are announced.
    pub cut: usize,
}

impl Reply {
    /// An error page.
    #[must_use]
    pub fn error(status: u16) -> Self {
        let body = format!("<!doctype html><title>{status}</title>").into_bytes();
        let kind = "text/html";
        Self { status, kind, body, is_packed: false, is_shared: false, cut: 0 }
    }

    /// Sends it.
    ///
    /// # Errors
    /// What the connection says.
    pub fn send(&self, to: &mut impl Write) -> Result<()> {
        let Self { status, kind, body, .. } = self;
        let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(*status));
        head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
        head += "Cache-Control: no-cache\r\n";
        if self.is_packed {
            head += "Content-Encoding: gzip\r\n";
        }
        if self.is_shared {
            head += "Access-Control-Allow-Origin: *\r\n";
        }
        to.write_all(head.as_bytes())?;
        to.write_all(b"\r\n")?;
        to.write_all(&body[..body.len() - self.cut.min(body.len())])
    }
}

/// Content type of a file, as static hosts guess it.
#[must_use]
pub fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("mp4") => "video/mp4",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        404 => "Not Found",
        429 => "Too Many Requests",
        _ => "Other",
    }
}
