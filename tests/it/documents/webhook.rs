//! A chat's webhook on this machine: takes what is sent to it, and keeps it.

use std::{
    io::{BufRead, BufReader, Read, Result, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
};

/// A listener; what was sent to it is here, in order.
pub struct Webhook {
    address: SocketAddr,
    bodies: Receiver<String>,
}

impl Webhook {
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (kept, bodies) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stream.and_then(|stream| take(stream, &kept)).is_err() {
                    return;
                }
            }
        });
        Self { address, bodies }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Bodies of the requests since the last call.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.try_iter().collect()
    }
}

/// The body is kept before the answer goes, so that who waited for it finds it.
fn take(stream: TcpStream, kept: &Sender<String>) -> Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(stated) = line.strip_prefix("content-length:") {
            length = stated.trim().parse().unwrap_or(0);
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let _ = kept.send(String::from_utf8_lossy(&body).into_owned());
    reader
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
}
