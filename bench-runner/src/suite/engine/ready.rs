//! Whether a server answers.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Name or address of its machine.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Address {
    /// Whether anything listens there.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.connect().is_some()
    }

    /// Whether a GET of this path is answered with status 200.
    #[must_use]
    pub fn answers(&self, path: &str) -> bool {
        self.status(path) == Some(200)
    }

    fn status(&self, path: &str) -> Option<u16> {
        let mut stream = self.connect()?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}:{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            self.host, self.port
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut head = [0; 64];
        let mut length = 0;
        while length < 12 {
            match stream.read(&mut head[length..]).ok()? {
                0 => return None,
                read => length += read,
            }
        }
        // `HTTP/1.1 200`
        let text = std::str::from_utf8(&head[..12]).ok()?;
        text.strip_prefix("HTTP/1.")?.get(2..)?.trim().parse().ok()
    }

    fn connect(&self) -> Option<TcpStream> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let addresses = (host, self.port).to_socket_addrs().ok()?;
        let stream = addresses
            .into_iter()
            .find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok())?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        Some(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A server that answers once, in pieces.
    fn answering(status_line: &'static str) -> Address {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 512];
            let _ = stream.read(&mut request);
            for byte in status_line.as_bytes() {
                let _ = stream.write_all(&[*byte]);
            }
        });
        Address { host: "127.0.0.1".to_owned(), port }
    }

    #[test]
    fn only_status_200_is_ready() {
        for (status_line, expected) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.0 200 OK\r\n\r\n", true),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n", false),
            ("SSH-2.0-OpenSSH_9\r\n", false),
            ("", false),
        ] {
            assert_eq!(answering(status_line).answers("/v1/models"), expected, "{status_line:?}");
        }
    }

    #[test]
    fn nobody_listens_on_a_port_that_was_given_back() {
        let port = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|l| l.local_addr())
            .expect("a port")
            .port();
        assert!(!Address { host: "127.0.0.1".to_owned(), port }.is_taken());
    }
}
