//! The server: two listeners, a thread a connection, and a log of what was asked.

use std::{
    collections::BTreeMap,
    io::{self, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    blob::Blob,
    faults::{Behaviour, Canned, Dice},
    http::{Request, Response},
    repo::{Change, Dataset, Tree},
    routes,
};

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// Method.
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    /// Status of the answer.
    pub status: u16,
    /// Whether the request carried a token.
    pub has_token: bool,
    /// Whether it went to the host of large files, which must not see a token.
    pub is_storage: bool,
}

/// What the threads share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Held by the commit that is under way.
    pub(crate) committing: Mutex<()>,
    pub(crate) address: SocketAddr,
    pub(crate) storage: SocketAddr,
    stops: AtomicBool,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) behaviour: Behaviour,
    pub(crate) dice: Dice,
    pub(crate) datasets: BTreeMap<String, Dataset>,
    /// Content of large files by SHA-256.
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    pub(crate) canned: BTreeMap<String, Canned>,
    pub(crate) canned_listing: Option<Canned>,
    pub(crate) also_listed: Vec<Value>,
    log: Vec<Logged>,
}

impl Shared {
    /// The state; a thread that panicked while it had it is no reason to stop.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running stand-in for the Hub; it stops when this is dropped.
#[derive(Debug)]
pub struct Hub {
    shared: Arc<Shared>,
}

impl Hub {
    /// Starts on free ports of this machine.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn start(behaviour: Behaviour, seed: u64) -> io::Result<Self> {
        Self::start_at(behaviour, seed, 0)
    }

    /// Starts on a port of this machine.
    ///
    /// # Errors
    /// Where the port is taken.
    pub fn start_at(behaviour: Behaviour, seed: u64, port: u16) -> io::Result<Self> {
        let api = TcpListener::bind(("127.0.0.1", port))?;
        let storage = TcpListener::bind(("127.0.0.1", 0))?;
        let state = State {
            behaviour,
            dice: Dice::new(seed),
            datasets: BTreeMap::new(),
            objects: BTreeMap::new(),
            canned: BTreeMap::new(),
            canned_listing: None,
            also_listed: Vec::new(),
            log: Vec::new(),
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            committing: Mutex::new(()),
            address: api.local_addr()?,
            storage: storage.local_addr()?,
            stops: AtomicBool::new(false),
        });
        for (listener, is_storage) in [(api, false), (storage, true)] {
            let shared = shared.clone();
            thread::spawn(move || accept(&listener, &shared, is_storage));
        }
        Ok(Self { shared })
    }

    /// Its address, for `HF_ENDPOINT`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// Changes how it behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.shared.state().behaviour);
    }

    /// Makes a dataset that has no files of its own yet.
    pub fn create(&self, dataset: &str) {
        let mut state = self.shared.state();
        state.datasets.entry(dataset.to_owned()).or_insert_with(Dataset::new);
    }

    /// Commits files, as somebody else would.
    pub fn put(&self, dataset: &str, files: &[(&str, &[u8])]) {
        let mut state = self.shared.state();
        let changes: Vec<_> = files
            .iter()
            .map(|(path, bytes)| ((*path).into(), Change::Put(Blob::new(path, bytes))))
            .collect();
        for (path, bytes) in files.iter().filter(|(path, _)| crate::blob::is_lfs(path)) {
            let oid = Blob::new(path, bytes).lfs.unwrap_or_default().to_string();
            state.objects.insert(oid, bytes.to_vec());
        }
        let dataset = state.datasets.entry(dataset.to_owned()).or_insert_with(Dataset::new);
        dataset.commit("files of a test", changes);
    }

    /// Commits that files are gone.
    pub fn delete(&self, dataset: &str, paths: &[&str]) {
        let mut state = self.shared.state();
        let changes = paths.iter().map(|path| ((*path).into(), Change::Delete)).collect();
        if let Some(dataset) = state.datasets.get_mut(dataset) {
            dataset.commit("files gone", changes);
        }
    }

    /// The files of a dataset's newest commit.
    #[must_use]
    pub fn files(&self, dataset: &str) -> BTreeMap<String, Vec<u8>> {
        let state = self.shared.state();
        let tree: Arc<Tree> =
            state.datasets.get(dataset).map(Dataset::head_tree).unwrap_or_default();
        tree.iter().map(|(path, blob)| (path.to_string(), blob.bytes.to_vec())).collect()
    }

    /// Id of a dataset's newest commit.
    #[must_use]
    pub fn head(&self, dataset: &str) -> Option<String> {
        let state = self.shared.state();
        Some(state.datasets.get(dataset)?.commits.last()?.oid.clone())
    }

    /// Returns once reads show the newest commit, however far they lag behind.
    pub fn wait_until_listed(&self, dataset: &str) {
        let is_listed = || {
            let state = self.shared.state();
            let lag = state.behaviour.head_lag;
            state
                .datasets
                .get(dataset)
                .is_none_or(|repo| repo.find("main", lag) == repo.find(repo.head(), lag))
        };
        while !is_listed() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Titles of a dataset's commits, oldest first.
    #[must_use]
    pub fn commits(&self, dataset: &str) -> Vec<String> {
        let state = self.shared.state();
        let commits = state.datasets.get(dataset).map(|dataset| &dataset.commits);
        commits.into_iter().flatten().map(|commit| commit.title.clone()).collect()
    }

    /// Answers a file's path with something else.
    pub fn answer(&self, path: &str, canned: Canned) {
        self.shared.state().canned.insert(path.to_owned(), canned);
    }

    /// Answers every listing with something else.
    pub fn answer_listings(&self, canned: Canned) {
        self.shared.state().canned_listing = Some(canned);
    }

    /// Adds entries, sound or not, to every listing.
    pub fn also_list(&self, entries: Vec<Value>) {
        self.shared.state().also_listed = entries;
    }

    /// What was asked since the last call.
    #[must_use]
    pub fn take_log(&self) -> Vec<Logged> {
        std::mem::take(&mut self.shared.state().log)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shared.stops.store(true, Ordering::SeqCst);
        for address in [self.shared.address, self.shared.storage] {
            // wakes the thread that waits for a connection
            drop(TcpStream::connect(address));
        }
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, is_storage: bool) {
    for stream in listener.incoming() {
        if shared.stops.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = shared.clone();
        // a client that goes away mid-request ends its own thread only
        thread::spawn(move || drop(serve(stream, &shared, is_storage)));
    }
}

fn serve(stream: TcpStream, shared: &Shared, is_storage: bool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let response = routes::answer(&request, shared, is_storage);
        shared.state().log.push(Logged {
            method: request.method.clone(),
            target: request.target.clone(),
            status: response.status,
            has_token: request.headers.contains_key("authorization"),
            is_storage,
        });
        if !response.write(&mut writer, &request)? || shared.stops.load(Ordering::SeqCst) {
            break;
        }
    }
    // whoever announced more bytes than it has must not leave the reader waiting
    writer.shutdown(std::net::Shutdown::Both)
}

/// An answer that any origin may read in a browser.
pub(crate) fn for_browsers(response: Response) -> Response {
    const READABLE: &str = "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag";
    response
        .with("Access-Control-Allow-Origin", "*".to_owned())
        .with("Access-Control-Expose-Headers", READABLE.to_owned())
        .with("Vary", "Origin".to_owned())
        .with("X-Request-Id", "Root=1-double".to_owned())
}
