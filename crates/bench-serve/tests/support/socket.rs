//! A server on a port of its own, and clients that write to its sockets.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::Duration,
};

use bench_serve::{Event, Opening, Settings, Shutdown, serve, shutdown};
use serde_json::Value;
use tempfile::TempDir;

use super::scripted::{Makes, Script};

/// Longest wait for a reply; a request that takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a port of its own.
pub struct Running {
    pub address: SocketAddr,
    pub script: Script,
    shutdown: Shutdown,
    thread: thread::JoinHandle<anyhow::Result<()>>,
    _folder: TempDir,
}

impl Running {
    pub fn of(settings: Settings) -> Self {
        let (script, folder) = (Script::default(), TempDir::new().unwrap());
        let settings = Settings { jobs: folder.path().join("jobs"), ..settings };
        let (shutdown, wish) = shutdown();
        let source = script.source("clips", Makes::Videos);
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let address = ([127, 0, 0, 1], 0).into();
            let opening = Opening { sources: vec![source], settings, address, wish };
            serve(opening, &|event| {
                if let Event::Listening(address) = event {
                    tell.send(*address).unwrap();
                }
            })
        });
        let address = told.recv_timeout(PATIENCE).unwrap();
        let running = Self { address, script, shutdown, thread, _folder: folder };
        while running.get("/ready").status != 200 {
            thread::sleep(Duration::from_millis(5));
        }
        running
    }

    pub fn send(&self, method: &str, path: &str, document: &Value) -> Reply {
        Client(self.address).send(method, path, Some(document))
    }

    pub fn get(&self, path: &str) -> Reply {
        Client(self.address).send("GET", path, None)
    }

    pub fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path).body).unwrap()
    }

    /// Waits until nothing is on its way.
    pub fn settle(&self) {
        let idle = ["vllm:omni_num_requests_running 0\n", "vllm:omni_num_requests_waiting 0\n"];
        for _ in 0..1000 {
            let text = self.text("/metrics");
            if idle.iter().all(|line| text.contains(line)) {
                // what has ended is counted, and written, a moment later
                thread::sleep(Duration::from_millis(300));
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not come to rest: {}", self.text("/metrics"));
    }

    pub fn end(self) {
        self.shutdown.request();
        let began = std::time::Instant::now();
        self.thread.join().unwrap().unwrap();
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Client(pub SocketAddr);

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Reply {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    pub fn send(self, method: &str, path: &str, document: Option<&Value>) -> Reply {
        let mut stream = self.connect();
        stream.write_all(&request(method, path, document)).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("a reply in time");
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole reply");
        let head = String::from_utf8_lossy(&bytes[..end]);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, body: bytes[end + 4..].to_vec() }
    }

    pub fn connect(self) -> TcpStream {
        let stream = TcpStream::connect(self.0).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

pub fn request(method: &str, path: &str, document: Option<&Value>) -> Vec<u8> {
    let body = document.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
