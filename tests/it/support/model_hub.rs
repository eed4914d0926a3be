//! A Hub on loopback that serves a folder as one repository, and writes down what it was asked.
//!
//! It answers as the real one: small files by a redirect to a relative path, large ones by a redirect
//! to another host, errors with X-Error-Code.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::json;
use sha2::{Digest, Sha256};

pub const REPOSITORY: &str = "maker/tiny-wan";
/// What the branch `main` is at first, and what a test may move it to.
pub const FIRST: &str = "1111111111111111111111111111111111111111";
pub const SECOND: &str = "2222222222222222222222222222222222222222";

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Terms are to be accepted first.
    Gated,
    /// As the real one answers who sends no token and asks for a private repository.
    Denied,
    /// Every address shows a page to log in.
    Page,
    /// The other host ends the connection after so many bytes, and then answers no more.
    CutAt(usize),
    /// The other host sends other bytes than announced.
    Damaged,
    /// An ETag that would be a path elsewhere.
    EvilEtag,
    /// The other host ignores ranges.
    NoRanges,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub range: Option<String>,
    pub authorization: Option<String>,
    /// Whether it went to the host of large files.
    pub elsewhere: bool,
}

struct State {
    folder: PathBuf,
    main: &'static str,
    fault: Fault,
    cuts: usize,
    asked: Vec<Asked>,
    /// Origins of the Hub and of the other host.
    origins: [String; 2],
}

/// The Hub; it ends with the test's process.
pub struct ModelHub {
    state: Arc<Mutex<State>>,
}

impl ModelHub {
    pub fn of(folder: &str) -> Self {
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let origins = [0, 1].map(|i: usize| {
            format!("http://127.0.0.1:{}", listeners[i].local_addr().unwrap().port())
        });
        let state = State {
            folder: PathBuf::from(folder),
            main: FIRST,
            fault: Fault::None,
            cuts: 0,
            asked: Vec::new(),
            origins,
        };
        let state = Arc::new(Mutex::new(state));
        for (listener, elsewhere) in listeners.into_iter().zip([false, true]) {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let state = Arc::clone(&state);
                    thread::spawn(move || serve(stream, &state, elsewhere));
                }
            });
        }
        Self { state }
    }

    pub fn endpoint(&self) -> String {
        self.state.lock().unwrap().origins[0].clone()
    }

    pub fn set(&self, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        (state.fault, state.cuts) = (fault, 0);
    }

    pub fn move_main(&self, commit: &'static str) {
        self.state.lock().unwrap().main = commit;
    }

    /// What was asked since the last call.
    pub fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, elsewhere: bool) {
    let Some(asked) = read(&stream, elsewhere) else { return };
    let answer = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked.clone());
        state.answer(&asked)
    };
    // who broke off does not read the rest
    let _ = answer.write(&mut stream, asked.method == "HEAD");
}

fn read(stream: &TcpStream, elsewhere: bool) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let header = |name: &str| headers.get(name).cloned();
    let (range, authorization) = (header("range"), header("authorization"));
    Some(Asked { method, path, range, authorization, elsewhere })
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Only so many bytes of the body are sent.
    cut: Option<usize>,
}

impl Answer {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn write(&self, stream: &mut TcpStream, is_head: bool) -> std::io::Result<()> {
        let length = self.body.len();
        let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", self.status);
        head.push_str(&format!("Content-Length: {length}\r\n"));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        let sent = if is_head { 0 } else { self.cut.unwrap_or(length).min(length) };
        stream.write_all(&self.body[..sent])
    }
}

impl State {
    fn answer(&mut self, asked: &Asked) -> Answer {
        match self.fault {
            Fault::Page => {
                return Answer::new(200, "<html>log in</html>").with("Content-Type", "text/html");
            }
            Fault::Gated => return Answer::new(403, "").with("X-Error-Code", "GatedRepo"),
            Fault::Denied => return Answer::new(401, "").with("X-Error-Code", "RepoNotFound"),
            _ => {}
        }
        if asked.elsewhere {
            return self.large(asked);
        }
        let cached = format!("/api/resolve-cache/models/{REPOSITORY}/");
        if let Some(revision) =
            asked.path.strip_prefix(&format!("/api/models/{REPOSITORY}/revision/"))
        {
            return self.listing(revision);
        }
        if let Some(rest) = asked.path.strip_prefix(&cached) {
            return self.small(rest);
        }
        match asked.path.strip_prefix(&format!("/{REPOSITORY}/resolve/")) {
            Some(rest) => self.resolve(rest),
            None => Answer::new(404, "").with("X-Error-Code", "RepoNotFound"),
        }
    }

    fn commit(&self, revision: &str) -> Option<&'static str> {
        match revision {
            "main" => Some(self.main),
            "v1.0" | FIRST => Some(FIRST),
            SECOND => Some(SECOND),
            _ => None,
        }
    }

    fn listing(&self, revision: &str) -> Answer {
        let Some(sha) = self.commit(revision) else {
            return Answer::new(404, "").with("X-Error-Code", "RevisionNotFound");
        };
        let mut names = vec!["../../outside.txt".to_owned(), "README.md".to_owned()];
        collect(&self.folder, &self.folder, &mut names);
        let siblings: Vec<_> = names.iter().map(|name| json!({"rfilename": name})).collect();
        let body = json!({"id": REPOSITORY, "sha": sha, "siblings": siblings}).to_string();
        Answer::new(200, body).with("Content-Type", "application/json")
    }

    /// `<revision>/<file>`: where the file is.
    fn resolve(&self, rest: &str) -> Answer {
        let (revision, file) = rest.split_once('/').unwrap();
        let Some(commit) = self.commit(revision) else {
            return Answer::new(404, "").with("X-Error-Code", "RevisionNotFound");
        };
        let Ok(bytes) = fs::read(self.folder.join(file)) else {
            return Answer::new(404, "").with("X-Error-Code", "EntryNotFound");
        };
        let is_large = file.ends_with(".safetensors") || file.ends_with(".pth");
        let location = match is_large {
            true => format!("{}/{file}?Signature=private", self.origins[1]),
            false => format!("/api/resolve-cache/models/{REPOSITORY}/{commit}/{file}"),
        };
        Answer::new(if is_large { 302 } else { 307 }, "")
            .with("Location", location)
            .with("X-Repo-Commit", commit)
            .with("X-Linked-Size", bytes.len().to_string())
            .with("X-Linked-ETag", self.etag(&bytes, is_large))
    }

    fn small(&self, rest: &str) -> Answer {
        let (commit, file) = rest.split_once('/').unwrap();
        let bytes = fs::read(self.folder.join(file)).unwrap();
        let etag = self.etag(&bytes, false);
        Answer::new(200, bytes).with("X-Repo-Commit", commit).with("ETag", etag)
    }

    /// Those of large files are the SHA-256; those of others stand for Git's.
    fn etag(&self, bytes: &[u8], is_large: bool) -> String {
        if self.fault == Fault::EvilEtag {
            return "\"../../../outside\"".to_owned();
        }
        let digest: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        format!("\"{}\"", if is_large { &digest } else { &digest[..40] })
    }

    fn large(&mut self, asked: &Asked) -> Answer {
        let file = asked.path.split('?').next().unwrap().trim_start_matches('/');
        let mut bytes = fs::read(self.folder.join(file)).unwrap();
        let start = asked.range.as_deref().and_then(|range| {
            range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok()
        });
        match self.fault {
            Fault::Damaged => *bytes.last_mut().unwrap() ^= 1,
            Fault::NoRanges => return Answer::new(200, bytes),
            Fault::CutAt(_) if self.cuts > 0 => return Answer::new(503, ""),
            Fault::CutAt(count) => {
                self.cuts += 1;
                return Answer { cut: Some(count), ..Answer::new(200, bytes) };
            }
            _ => {}
        }
        match start {
            None => Answer::new(200, bytes),
            Some(start) if start >= bytes.len() => Answer::new(416, ""),
            Some(start) => {
                let range = format!("bytes {start}-{}/{}", bytes.len() - 1, bytes.len());
                Answer::new(206, &bytes[start..]).with("Content-Range", range)
            }
        }
    }
}

fn collect(root: &Path, folder: &Path, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, names);
        } else {
            names.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}
