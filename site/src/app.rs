//! The shell: header, navigation, and the page that the URL names.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    components::{
        choice::list,
        link::page_link,
        message::{failed, loading, problems},
    },
    dom::{Content, El, button, effect, el, text},
    handover,
    load::{self, Load},
    metrics,
    query::{Key, Page, Query},
    state::{Program, Reading, State, state},
    theme::{self, theme_button},
};

/// Replaces what the HTML, or another program, shows by the live page.
pub fn mount(program: Program) {
    console_error_panic_hook::set_once();
    load::begin();
    handover::take_over();
    let place = document().get_element_by_id("app").expect("index.html has an element #app");
    let place: web_sys::HtmlElement = place.unchecked_into();
    let within = place.clone();
    // the shell makes its elements itself: what Leptos shows of it is nothing
    let mounted = leptos::mount::mount_to(place, move || {
        theme::provide();
        within.replace_children_with_node(&shell(State::provide(program)));
    });
    handover::until_taken_over(mounted);
}

fn shell(state: State) -> js_sys::Array {
    let title = Memo::new(move |_| window_title(&state));
    effect(move || title.with(|title| document().set_title(title)));
    let skip = text("a", "skip", "Skip to content").attr("href", "#content");
    let main = el("main", "page").attr("id", "content").attr("tabindex", "-1");
    let page = Memo::new(move |_| state.query.with(|query| query.page.clone()));
    let parts = [
        skip.on("click", |event| skip_to_content(&event)),
        header(),
        main.live(move || note(state, state.reading.get())).live(move || {
            let page = page.get();
            let named = |part| vec![text("h1", "", name(&page)), part];
            match state.dataset.get() {
                Load::Loading => named(loading("the history")),
                Load::Failed(error) => named(failed(&error, move || state.reload())),
                Load::Ready(dataset) => {
                    let shown = (state.program.view)(page, &dataset);
                    problems(&dataset.problems).into_iter().chain(shown).collect()
                }
            }
        }),
    ];
    parts.iter().map(El::node).collect()
}

/// How far the history is read, above what is shown of it.
fn note(state: State, reading: Reading) -> Content {
    match reading {
        Reading::Done => Vec::new(),
        Reading::UnderWay(words) => vec![text("p", "quiet", words).attr("role", "status")],
        Reading::Stopped(error) => vec![failed(&error, move || state.go_on())],
        Reading::Bounded(words) => {
            let more = button("", "Read more", move || state.read_more());
            let note = el("div", "note").attr("role", "status");
            vec![note.add(text("p", "", words)).add(more)]
        }
    }
}

/// What a page is called while it has no name of its own.
fn name(page: &Page) -> &'static str {
    match page {
        Page::Overview => "Overview",
        Page::Series(_) => "Series",
        Page::Regressions => "Regressions",
        Page::Compare => "Compare",
        Page::Run(..) => "Run",
        Page::PullRequest(_) => "Pull request",
        Page::Llm => "Language models",
        Page::LoadTest(_) => "Load test",
        Page::Method => "Method",
        Page::Unknown(_) => "No such page",
    }
}

/// Page and history, as tabs, bookmarks and screen readers name them.
fn window_title(state: &State) -> String {
    let page = state.query.with(|query| name(&query.page));
    state.dataset.with(|dataset| match dataset {
        Load::Ready(dataset) => format!("{page} · {}", dataset.config.title),
        _ => page.to_owned(),
    })
}

/// The hash is the page's state, so that a jump within the page cannot use it.
fn skip_to_content(event: &web_sys::Event) {
    event.prevent_default();
    if let Some(content) = document().get_element_by_id("content") {
        // a content that cannot take the focus is no reason to fail
        drop(content.unchecked_into::<web_sys::HtmlElement>().focus());
    }
}

fn header() -> El {
    let state = state();
    let title = move || {
        state.dataset.with(|dataset| match dataset {
            Load::Ready(dataset) => dataset.config.title.clone(),
            _ => "Inference performance".to_owned(),
        })
    };
    let tabs = [
        (Page::Overview, "Overview"),
        (Page::Regressions, "Regressions"),
        (Page::Compare, "Compare"),
        (Page::Method, "Method"),
    ];
    el("header", "bar")
        .add(lasting_link(Page::Overview, "brand", "").live_text(title))
        .add(
            el("nav", "tabs")
                .attr("aria-label", "Pages")
                .all(tabs.map(|(page, words)| tab(page, words)))
                .live(language_models),
        )
        .add(el("span", "push"))
        .live(source_choice)
        .add(theme_button())
}

/// A tab where the history has something to show on its page.
fn language_models() -> Content {
    let is_there = state().dataset.with(|dataset| match dataset {
        Load::Ready(dataset) => metrics::has_language_models(dataset),
        _ => false,
    });
    is_there.then(|| tab(Page::Llm, "LLM")).into_iter().collect()
}

fn tab(page: Page, words: &str) -> El {
    let state = state();
    let this = page.clone();
    let is_current = move || state.query.with(|query| query.page == this);
    lasting_link(page, "", words)
        .live_attr("aria-current", move || is_current().then(|| "page".to_owned()))
}

/// A link that stays when the history changes.
fn lasting_link(page: Page, class: &str, words: &str) -> El {
    let source = state().param(Key::Source);
    let to = Query::to(page);
    page_link(to.clone(), class, words)
        .live_attr("href", move || Some(to.clone().with(Key::Source, source.get()).to_hash()))
}

/// The list of histories, where there is more than one.
fn source_choice() -> Content {
    let state = state();
    let Load::Ready(dataset) = state.dataset.get() else { return Vec::new() };
    let sources = &dataset.config.sources;
    if sources.len() < 2 {
        return Vec::new();
    }
    let current = dataset.source.name.clone();
    let options = sources.iter().map(|source| (source.name.clone(), source.name.clone()));
    let choose = move |chosen| state.open(&Query::to(Page::Overview).with(Key::Source, chosen));
    vec![list("inline", "hidden", "History", options, move || current.clone(), choose)]
}
