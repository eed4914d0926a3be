//! A page of the bundle with a history, and what a test asks of it.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bench_records::index::HEAD_PATH;
use serde_json::{Value, json};
use site_tests::{
    history::History,
    server::Server,
    session::{Programs, Session, Window},
};

/// Long enough for a busy machine; no test waits so long unless it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the tests' history lies beside the page.
pub const DATA: &str = "data/test/";

/// Path of that history's head.
pub fn head() -> String {
    format!("{DATA}{HEAD_PATH}")
}

/// A browser window on a served bundle.
pub struct Page {
    pub server: Server,
    pub session: Session,
}

/// A host that shows the history and nothing else.
pub fn serve(history: &History) -> Server {
    let server = Server::start(variable("SITE_DIST")).expect("a free port");
    let config = json!({
        "title": "Test history",
        "sources": [{ "name": "test", "url": DATA, "repository": "https://example.com/repository" }],
    });
    configure(&server, &config);
    put_history(&server, DATA, history);
    server
}

/// Puts a configuration, and the page that is made for it.
pub fn configure(server: &Server, config: &Value) {
    let urls = config["sources"].as_array().map(Vec::as_slice).unwrap_or_default();
    let urls: Vec<&str> = urls.iter().filter_map(|source| source["url"].as_str()).collect();
    let html = String::from_utf8(server.get("index.html").expect("a page")).expect("UTF-8");
    server.put("index.html", bench_records::page::with_sources(&html, &urls));
    server.put("config.json", config.to_string());
}

/// Puts the files of a history below a folder.
pub fn put_history(server: &Server, folder: &str, history: &History) {
    for (path, text) in history.files() {
        server.put(&format!("{folder}{path}"), text);
    }
}

/// The page of a hash, in a new window.
pub fn open(history: &History, hash: &str) -> Page {
    Page::of(serve(history), hash, Window::default())
}

impl Page {
    pub fn of(server: Server, hash: &str, window: Window) -> Self {
        let programs = Programs::of_chromium(variable("BROWSER_BINARY"), variable("CHROMEDRIVER"));
        Self::by(&programs, server, hash, window)
    }

    pub fn by(programs: &Programs, server: Server, hash: &str, window: Window) -> Self {
        let session = Session::start(programs, window).expect("a browser");
        session.open(&server.url(hash)).expect("opened");
        Self { server, session }
    }

    /// Opens another hash, by the address bar.
    pub fn go(&self, hash: &str) {
        self.session.open(&self.server.url(hash)).expect("opened");
    }

    /// Opens a hash in a document of its own: nothing of the one before is shown any more.
    pub fn go_anew(&self, hash: &str) {
        static OPENED: AtomicUsize = AtomicUsize::new(0);
        self.go(&format!("?{}{hash}", OPENED.fetch_add(1, Ordering::Relaxed)));
    }

    /// Waits until the program shows this text; the document has some of its own before.
    pub fn says(&self, text: &str) {
        self.wait("document.querySelector('main')?.getAttribute('aria-busy') === null");
        self.wait_for(text);
    }

    /// Waits until an expression of the page holds.
    pub fn wait(&self, expression: &str) -> Value {
        self.session.wait(expression, PATIENCE).unwrap_or_else(|error| {
            let console = self.session.console().unwrap_or_default();
            panic!("{error}\nthe page shows:\n{}\nits console: {console:?}", self.text())
        })
    }

    /// Waits until the page shows this text.
    pub fn wait_for(&self, text: &str) {
        let text = json!(text.to_lowercase());
        self.wait(&format!("document.body.innerText.toLowerCase().includes({text})"));
    }

    /// The text that is shown.
    pub fn text(&self) -> String {
        let text = self.session.run("return document.body.innerText", &[]).expect("a page");
        text.as_str().unwrap_or_default().to_owned()
    }

    /// What a script returns, with arguments.
    pub fn run(&self, body: &str) -> Value {
        self.session.run(body, &[]).expect("the script runs")
    }

    /// Clicks what an XPath finds.
    pub fn click(&self, xpath: &str) {
        self.session.click(xpath).unwrap_or_else(|error| panic!("{error}\n{}", self.text()));
    }

    /// Waits until the levels of all charts are found and drawn: a metric a frame.
    pub fn has_levels(&self) {
        self.wait_for("now at ");
        self.run(
            "return new Promise(done => {
                 let left = 60;
                 const next = () => left-- > 0 ? requestAnimationFrame(next) : done(true);
                 next();
             });",
        );
    }

    /// The hash of the address.
    pub fn hash(&self) -> String {
        self.run("return location.hash").as_str().unwrap_or_default().to_owned()
    }

    /// Presses keys.
    pub fn press(&self, keys: &[&str]) {
        self.session.press(keys).expect("keys are pressed");
    }

    /// Addresses on other hosts that the page has asked for since this was asked last.
    pub fn foreign_requests(&self) -> Vec<String> {
        let own = self.server.origin();
        let mut asked = self.session.requested().expect("a log of requests");
        asked.retain(|url| url.starts_with("http") && !url.starts_with(&own));
        asked
    }

    /// Errors on the console, less those about requests that a test lets fail.
    pub fn console_errors(&self) -> Vec<String> {
        let entries = self.session.console().expect("a console");
        let errors = entries.into_iter().filter(|(level, _)| level == "SEVERE");
        errors
            .map(|(_, text)| text)
            .filter(|text| !text.contains("Failed to load resource"))
            .collect()
    }
}

pub fn variable(name: &str) -> PathBuf {
    let value = std::env::var_os(name).unwrap_or_else(|| {
        panic!("{name} is not set; `cargo xtask test -p site-tests` sets what these tests need")
    });
    PathBuf::from(value)
}
