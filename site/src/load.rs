//! Fetching: the only module that talks to the network.
//!
//! In: addresses of `config.json`, the head, series' files, records, listings. Out: their values, or a
//! [`LoadError`] that says in words what failed and what to do.

use std::cell::RefCell;

use bench_records::hub::{Entry, HubDataset, entries};
use bench_records::index::{self, HEAD_PATH, HeadReading, HeadSeries, IndexError};
use bench_records::series::Series;
use js_sys::{Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlLinkElement, ReferrerPolicy, RequestCredentials, RequestInit, Response};

use crate::config::{Config, Source};

/// Why something could not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// What failed.
    pub problem: String,
    /// What a reader can do.
    pub remedy: String,
}

impl LoadError {
    fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }
}

/// Something that is being fetched.
#[derive(Debug, Clone, PartialEq)]
pub enum Load<T> {
    /// Under way.
    Loading,
    /// There.
    Ready(T),
    /// Not to be had.
    Failed(LoadError),
}

impl<T> From<Result<T, LoadError>> for Load<T> {
    fn from(result: Result<T, LoadError>) -> Self {
        match result {
            Ok(value) => Self::Ready(value),
            Err(error) => Self::Failed(error),
        }
    }
}

/// The deployment's `config.json`; one that is not there means the bundled history.
pub async fn config() -> Result<Config, LoadError> {
    match text("config.json").await {
        Ok(text) => Config::parse(&text).map_err(|problem| {
            LoadError::new(
                format!("config.json cannot be read: {problem}"),
                "mend the file; its fields are title, sources, repository, lookback_days",
            )
        }),
        Err(Failure::Status(404)) => Ok(Config::default()),
        Err(failure) => Err(failure.explain("config.json")),
    }
}

/// The head of a history's index, with the lines that could not be read; `None` where a dataset of
/// the Hub has no index.
pub async fn head(source: &Source) -> Result<Option<HeadReading>, LoadError> {
    let url = source.file(HEAD_PATH);
    match text(&url).await {
        Ok(text) => HeadReading::of(&text).map(Some).map_err(|error| unreadable(&url, &error)),
        Err(Failure::Status(404)) if source.hub().is_some() => Ok(None),
        Err(failure) => Err(failure.explain(&url)),
    }
}

/// A page of a head: the lines of some of its series.
///
/// One that was written with another head may come from a cache and is read again past it; if that does not help, the
/// head was the old one, and the browser is made to forget it.
pub async fn page(
    source: &Source,
    number: usize,
    mark: &str,
) -> Result<Vec<HeadSeries>, LoadError> {
    let url = source.file(&index::page_path(number));
    let mut came = text(&url).await;
    let mut is_again = false;
    loop {
        let text = came.map_err(|failure| failure.explain(&url))?;
        match index::page_series(&text, number, mark) {
            Err(error @ IndexError::OtherState { .. }) if is_again => {
                // for the page that is opened next
                drop(ask(&source.file(HEAD_PATH), Cache::Passed));
                return Err(of_another_state(&error));
            }
            Err(IndexError::OtherState { .. }) => {
                is_again = true;
                came = answer(ask(&url, Cache::Passed)).await;
            }
            other => return other.map_err(|error| unreadable(&url, &error)),
        }
    }
}

/// What is said of a page that was written with another head.
pub fn of_another_state(error: &IndexError) -> LoadError {
    LoadError::new(error.to_string(), "reload this page")
}

/// A head with the lines of all its pages.
pub async fn with_pages(mut head: HeadReading, source: &Source) -> Result<HeadReading, LoadError> {
    if !head.later.is_empty() {
        for number in 1..=head.head.header.pages {
            let lines = page(source, number, head.head.header.page_mark(number)).await?;
            let listed = head.later.iter().filter(|(page, _)| *page == number);
            let listed: Vec<&str> = listed.map(|(_, entry)| entry.key.0.as_str()).collect();
            if !index::is_as_listed(&listed, &lines) {
                return Err(of_another_state(&IndexError::OtherState { page: number }));
            }
            head.head.series.extend(lines);
        }
        head.later.clear();
    }
    Ok(head)
}

/// A page of a dataset's listing, and the address of the page after it; `None` where the dataset
/// does not have the folder, or the commit.
pub async fn listing(
    hub: &HubDataset,
    url: &str,
) -> Result<Option<(Vec<Entry>, Option<String>)>, LoadError> {
    let response = match fetch(url).await {
        Ok(response) => response,
        Err(Failure::Status(404)) => return Ok(None),
        Err(failure) => return Err(failure.explain(url)),
    };
    let next = hub.next(&header(&response, "link"));
    let page = body(response).await.map_err(|failure| failure.explain(url))?;
    let listed = entries(&page).ok_or_else(|| Failure::Html.explain(url))?;
    Ok(Some((listed, next)))
}

/// A series' whole history.
pub async fn series(source: &Source, path: &str) -> Result<Series, LoadError> {
    let url = source.file(path);
    let text = text(&url).await.map_err(|failure| failure.explain(&url))?;
    index::series_file::read(&text).map_err(|error| unreadable(&url, &error))
}

/// Any further file of a history, such as a record or the trials of a run; `None` where the
/// history does not have it.
pub async fn file(source: &Source, path: &str) -> Result<Option<String>, LoadError> {
    let url = source.file(path);
    match text(&url).await {
        Ok(text) => Ok(Some(text)),
        // many hosts answer with their own page where they have no such file
        Err(Failure::Status(404) | Failure::Html) => Ok(None),
        Err(failure) => Err(failure.explain(&url)),
    }
}

fn unreadable(url: &str, error: &index::IndexError) -> LoadError {
    LoadError::new(
        format!("{url} cannot be read: {error}"),
        "the file is damaged or of another version; publish the history again",
    )
}

enum Failure {
    Network,
    Status(u16),
    Html,
}

impl Failure {
    fn explain(&self, url: &str) -> LoadError {
        match self {
            Self::Network => LoadError::new(
                format!("{url} cannot be reached"),
                "check the connection, then try again",
            ),
            Self::Status(404) => LoadError::new(
                format!("{url} is not there"),
                "publish a history with `bench-runner publish`, or name another source in config.json",
            ),
            Self::Status(429) => LoadError::new(
                format!("the host of {url} limits how often it may be asked"),
                "wait a few minutes, then try again",
            ),
            Self::Status(status @ (401 | 403)) => LoadError::new(
                format!("{url} is not public (status {status})"),
                "make the dataset public, or publish a copy beside the page",
            ),
            Self::Status(status) => LoadError::new(
                format!("{url} answered with status {status}"),
                "try again later; if it stays, look at the host's status",
            ),
            Self::Html => LoadError::new(
                format!("{url} is a web page, not data"),
                "the host answers a missing file with a page: check the source's address in config.json",
            ),
        }
    }
}

async fn text(url: &str) -> Result<String, Failure> {
    body(fetch(url).await?).await
}

async fn answer(asked: Promise) -> Result<String, Failure> {
    body(response(asked).await?).await
}

/// Whether a copy that the browser kept will do.
#[derive(Clone, Copy, PartialEq)]
enum Cache {
    Usual,
    Passed,
}

/// Text of a response, which comes as bytes: a string of JavaScript's is copied letter by letter.
async fn body(response: Response) -> Result<String, Failure> {
    let buffer = response.array_buffer().map_err(|_| Failure::Network)?;
    let buffer = JsFuture::from(buffer).await.map_err(|_| Failure::Network)?;
    let text = String::from_utf8(Uint8Array::new(&buffer).to_vec())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

thread_local! {
    /// What was asked for before it was known to be needed, by its address.
    static EARLY: RefCell<Vec<(String, Promise)>> = const { RefCell::new(Vec::new()) };
}

/// Asks at once for what the document has begun to fetch; read one after the other, each would be
/// asked for once the one before it is there.
pub fn begin() {
    let links = document().query_selector_all("link[rel=preload][as=fetch]:not([href$='.wasm'])");
    let Ok(links) = links else { return };
    for at in 0..links.length() {
        let link: Option<HtmlLinkElement> = links.get(at).and_then(|link| link.dyn_into().ok());
        let url = link.and_then(|link| link.get_attribute("href"));
        let asked = url.map(|url| (url.clone(), ask(&url, Cache::Usual)));
        EARLY.with_borrow_mut(|early| early.extend(asked));
    }
}

/// A plain GET that a browser sends without asking the other host first.
fn ask(url: &str, cache: Cache) -> Promise {
    let request = RequestInit::new();
    if cache == Cache::Passed {
        // a plain object, of which a field can be set
        drop(Reflect::set(&request, &"cache".into(), &"reload".into()));
    }
    request.set_credentials(RequestCredentials::SameOrigin);
    request.set_referrer_policy(ReferrerPolicy::NoReferrer);
    window().fetch_with_str_and_init(url, &request)
}

/// A header of a response; empty where it has none of that name.
fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).ok().flatten().unwrap_or_default()
}

/// The response to a request that was made before, and else is made now.
async fn fetch(url: &str) -> Result<Response, Failure> {
    let asked = EARLY.with_borrow_mut(|early| {
        let at = early.iter().position(|(known, _)| known == url)?;
        Some(early.swap_remove(at).1)
    });
    response(asked.unwrap_or_else(|| ask(url, Cache::Usual))).await
}

async fn response(asked: Promise) -> Result<Response, Failure> {
    let response = JsFuture::from(asked).await.map_err(|_| Failure::Network)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(Failure::Status(response.status()));
    }
    if header(&response, "content-type").starts_with("text/html") {
        Err(Failure::Html)
    } else {
        Ok(response)
    }
}
