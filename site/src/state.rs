//! What the pages share: where the reader is, the history, and series that were opened before.

use std::{collections::HashMap, sync::Arc};

use bench_records::{series::Series, time::Micros};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use crate::{
    config::Source,
    dataset::Dataset,
    load::{self, Load},
    query::Query,
};

/// Handle to the shared state; cheap to copy.
#[derive(Clone, Copy)]
pub struct State {
    /// Page and state of the page, as in the URL.
    pub query: RwSignal<Query>,
    /// The history.
    pub dataset: RwSignal<Load<Arc<Dataset>>>,
    series: StoredValue<HashMap<String, Arc<Series>>>,
}

/// The state that [`State::provide`] made.
#[must_use]
pub fn state() -> State {
    use_context().expect("the shell provides the state before any page is made")
}

impl State {
    /// Makes the state for all that is below, follows the URL, and starts loading.
    pub fn provide() -> Self {
        let state = Self {
            query: RwSignal::new(Query::parse(&hash())),
            dataset: RwSignal::new(Load::Loading),
            series: StoredValue::new(HashMap::new()),
        };
        provide_context(state);
        let follow = Closure::<dyn Fn()>::new(move || {
            let now = Query::parse(&hash());
            if state.query.get_untracked() != now {
                state.query.set(now);
            }
        });
        let listener = follow.as_ref().unchecked_ref();
        for event in ["hashchange", "popstate"] {
            window()
                .add_event_listener_with_callback(event, listener)
                .expect("a window takes listeners");
        }
        follow.forget();
        state.reload_when_the_source_changes();
        state
    }

    /// Opens a page; the back button returns to this one.
    pub fn open(&self, query: &Query) {
        window().location().set_hash(&query.to_hash()).expect("a hash can always be set");
        self.query.set(query.clone());
    }

    /// Changes the state of the page without a step for the back button.
    pub fn refine(&self, query: Query) {
        let history = window().history().expect("a window has a history");
        let hash = query.to_hash();
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(&hash))
            .expect("the page's own address can be replaced");
        self.query.set(query);
    }

    /// Sets a parameter of the page.
    pub fn set_param(&self, key: &str, value: impl Into<String>) {
        self.refine(self.query.get_untracked().with(key, value));
    }

    /// A parameter of the page, as it changes.
    pub fn param(&self, key: &'static str) -> Memo<String> {
        let query = self.query;
        Memo::new(move |_| query.with(|query| query.get(key).unwrap_or_default().to_owned()))
    }

    /// The whole history of a series, fetched once.
    pub fn series(&self, source: Source, file: String) -> RwSignal<Load<Arc<Series>>> {
        let key = source.file(&file);
        let known = self.series.with_value(|series| series.get(&key).cloned());
        let signal = RwSignal::new(known.clone().map_or(Load::Loading, Load::Ready));
        if known.is_none() {
            self.fetch_series(signal, source, file);
        }
        signal
    }

    /// Fetches a series into a signal that [`State::series`] made, again where it failed.
    pub fn fetch_series(&self, into: RwSignal<Load<Arc<Series>>>, source: Source, file: String) {
        let cache = self.series;
        into.set(Load::Loading);
        spawn_local(async move {
            let loaded = load::series(&source, &file).await.map(Arc::new);
            if let Ok(series) = &loaded {
                let key = source.file(&file);
                cache.update_value(|cache| drop(cache.insert(key, series.clone())));
            }
            // the page may have been left
            drop(into.try_set(loaded.into()));
        });
    }

    /// Loads the history again.
    pub fn reload(&self) {
        let name = self.query.with_untracked(|query| query.get("source").map(str::to_owned));
        let dataset = self.dataset;
        dataset.set(Load::Loading);
        spawn_local(async move { dataset.set(fetch(name).await.map(Arc::new).into()) });
    }

    fn reload_when_the_source_changes(self) {
        let source = self.param("source");
        Effect::new(move |_| {
            source.track();
            self.reload();
        });
    }
}

async fn fetch(source: Option<String>) -> Result<Dataset, load::LoadError> {
    let config = load::config().await?;
    let named = config.sources.iter().find(|known| Some(&known.name) == source.as_ref());
    let source = named.unwrap_or(&config.sources[0]).clone();
    let reading = load::head(&source).await?;
    Ok(Dataset::new(config, source, reading, now()))
}

fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

fn now() -> Micros {
    Micros((js_sys::Date::now() * 1e3) as i64)
}
