//! A static host on this machine, below a folder of its address, that can be told to fail.
//!
//! In: a bundle, files laid over it, faults. Out: an address, and the requests that came.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Result},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    files::{Files, lock},
    reply::{Fault, Reply, kind},
};

/// The folder below which tests have a bundle served: it has to work in any.
const FOLDER: &str = "/some/folder/";

/// A running host; it ends with this value.
pub struct Server {
    address: SocketAddr,
    folder: &'static str,
    shared: Arc<Shared>,
}

/// A request and what was sent for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Path below the served folder, without its query.
    pub path: String,
    /// Status of the reply.
    pub status: u16,
    /// Bytes of the reply's body, as they were sent.
    pub bytes: usize,
}

#[derive(Default)]
struct Shared {
    files: Files,
    faults: Mutex<HashMap<String, Fault>>,
    changed: Condvar,
    log: Mutex<Vec<Request>>,
    has_ended: AtomicBool,
}

impl Server {
    /// Serves the files of a folder, on any port, below a folder of the address.
    ///
    /// # Errors
    /// No port is free.
    pub fn start(root: PathBuf) -> Result<Self> {
        Self::at(root, 0, FOLDER)
    }

    /// Serves the files of `root` on a port of this machine, or on any for 0; below `folder`, which
    /// begins and ends with a slash.
    ///
    /// # Errors
    /// The port is taken.
    pub fn at(root: PathBuf, port: u16, folder: &'static str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { files: Files::below(root), ..Shared::default() });
        let serving = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.has_ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), shared) = (stream, serving.clone()) else { continue };
                // a browser that goes away in the middle of a reply is no failure
                std::thread::spawn(move || drop(shared.serve(&stream, folder)));
            }
        });
        Ok(Self { address, folder, shared })
    }

    /// Address of a path below the served folder.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.address, self.folder)
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Serves a file in place of the folder's.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.shared.files.put(path, bytes.into());
    }

    /// Bytes of a file as they are served, before packing.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.shared.files.get(path)
    }

    /// Lets a path fail.
    pub fn fail(&self, path: &str, fault: Fault) {
        lock(&self.shared.faults).insert(path.to_owned(), fault);
    }

    /// Takes all faults back; what was held is answered.
    pub fn mend(&self) {
        lock(&self.shared.faults).clear();
        self.shared.changed.notify_all();
    }

    /// The requests so far, in the order of their answers.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.log).clone()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        lock(&self.shared.log).clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.has_ended.store(true, Ordering::Relaxed);
        self.mend();
        // wakes the listener, which looks at the flag; one that is gone needs no waking
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    /// Answers the requests of one connection.
    fn serve(&self, stream: &TcpStream, folder: &str) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some((path, takes_gzip)) = read_request(&mut reader)? {
            let reply = self.reply(path.strip_prefix(folder), takes_gzip);
            let (status, bytes) = (reply.status, reply.body.len());
            let path = path.strip_prefix(folder).unwrap_or(&path).to_owned();
            lock(&self.log).push(Request { path, status, bytes });
            reply.send(&mut &*stream)?;
            if reply.cut > 0 {
                return stream.shutdown(std::net::Shutdown::Both);
            }
        }
        Ok(())
    }

    /// The answer to a request for a path below the served folder.
    fn reply(&self, path: Option<&str>, takes_gzip: bool) -> Reply {
        let Some(path) = path else { return Reply::error(404) };
        let path = if path.is_empty() { "index.html" } else { path };
        let fault = self.fault(path);
        match fault {
            Some(Fault::Status(status)) => {
                return Reply { is_shared: true, ..Reply::error(status) };
            }
            Some(Fault::Page) => {
                return Reply { status: 200, is_shared: true, ..Reply::error(404) };
            }
            _ => {}
        }
        let is_packed = takes_gzip && fault.is_none();
        let files = &self.files;
        match if is_packed { files.packed(path) } else { files.get(path) } {
            None => Reply { is_shared: true, ..Reply::error(404) },
            Some(body) => {
                let cut = if fault == Some(Fault::Truncated) { body.len() / 2 } else { 0 };
                Reply { status: 200, kind: kind(path), body, is_packed, is_shared: true, cut }
            }
        }
    }

    /// What goes wrong with a path now; waits while it is held.
    fn fault(&self, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        while faults.get(path) == Some(&Fault::Held) {
            faults = self.changed.wait(faults).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        faults.get(path).copied()
    }
}

/// Path of the next request, and whether it takes packed replies; `None` at the connection's end.
fn read_request(reader: &mut impl BufRead) -> Result<Option<(String, bool)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut takes_gzip = false;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        takes_gzip |= line.starts_with("accept-encoding:") && line.contains("gzip");
    }
    let target = first.split(' ').nth(1).unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    Ok(Some((path.to_owned(), takes_gzip)))
}
