//! The shell: header, navigation, and the page that the URL names.

use leptos::prelude::*;

use crate::{
    components::{
        link::PageLink,
        message::{Failed, Loading},
    },
    load::Load,
    pages,
    query::{Page, Query},
    reading::Reading,
    state::{State, state},
    theme::{self, ThemeButton},
};

/// Replaces the layout that the HTML brought by the live one.
pub fn mount() {
    let place = document().get_element_by_id("app").expect("index.html has an element #app");
    place.set_text_content(None);
    let element = wasm_bindgen::JsCast::unchecked_into(place);
    leptos::mount::mount_to(element, App).forget();
}

#[component]
fn App() -> impl IntoView {
    theme::provide();
    let state = State::provide();
    let page = Memo::new(move |_| state.query.with(|query| query.page.clone()));
    Effect::new(move |_| document().set_title(&window_title(&state)));
    view! {
        <a class="skip" href="#content" on:click=skip_to_content>"Skip to content"</a>
        <Header/>
        <main class="page" id="content" tabindex="-1">
            {move || note(state, state.reading.get())}
            {move || match state.dataset.get() {
                Load::Loading => view! { <Loading what="the history"/> }.into_any(),
                Load::Failed(error) => {
                    view! { <Failed error retry=move || state.reload()/> }.into_any()
                }
                Load::Ready(dataset) => view! {
                    {move || pages::view(page.get(), dataset.clone())}
                }.into_any(),
            }}
        </main>
    }
}

/// How far the history is read, above what is shown of it.
fn note(state: State, reading: Reading) -> AnyView {
    match reading {
        Reading::Done => ().into_any(),
        Reading::UnderWay(words) => view! { <p class="quiet" role="status">{words}</p> }.into_any(),
        Reading::Stopped(error) => view! { <Failed error retry=move || state.go_on()/> }.into_any(),
        Reading::Bounded(words) => view! {
            <div class="note" role="status">
                <p>{words}</p>
                <button type="button" on:click=move |_| state.read_more()>"Read more"</button>
            </div>
        }
        .into_any(),
    }
}

/// Page and history, as tabs, bookmarks and screen readers name them.
fn window_title(state: &State) -> String {
    let page = state.query.with(|query| match &query.page {
        Page::Overview => "Overview",
        Page::Series(_) => "Series",
        Page::Regressions => "Regressions",
        Page::Compare => "Compare",
        Page::Run(..) => "Run",
        Page::Method => "Method",
        Page::Unknown(_) => "No such page",
    });
    state.dataset.with(|dataset| match dataset {
        Load::Ready(dataset) => format!("{page} · {}", dataset.config.title),
        _ => page.to_owned(),
    })
}

/// The hash is the page's state, so that a jump within the page cannot use it.
fn skip_to_content(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    if let Some(content) = document().get_element_by_id("content") {
        // a content that cannot take the focus is no reason to fail
        drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(content).focus());
    }
}

#[component]
fn Header() -> impl IntoView {
    let state = state();
    let title = move || match state.dataset.get() {
        Load::Ready(dataset) => dataset.config.title.clone(),
        _ => "Inference performance".to_owned(),
    };
    view! {
        <header class="bar">
            <PageLink to=Query::to(Page::Overview) class="brand">{title}</PageLink>
            <nav class="tabs" aria-label="Pages">
                <Tab page=Page::Overview>"Overview"</Tab>
                <Tab page=Page::Regressions>"Regressions"</Tab>
                <Tab page=Page::Compare>"Compare"</Tab>
                <Tab page=Page::Method>"Method"</Tab>
            </nav>
            <span class="push"></span>
            <SourceChoice/>
            <ThemeButton/>
        </header>
    }
}

#[component]
fn Tab(page: Page, children: Children) -> impl IntoView {
    let state = state();
    let this = page.clone();
    let current = move || state.query.with(|query| query.page == this).then_some("page");
    view! { <PageLink to=Query::to(page) current=Signal::derive(current)>{children()}</PageLink> }
}

/// The list of histories, where there is more than one.
#[component]
fn SourceChoice() -> impl IntoView {
    let state = state();
    let choose = move |event| {
        let chosen = event_target_value(&event);
        state.open(&Query::to(Page::Overview).with("source", chosen));
    };
    move || match state.dataset.get() {
        Load::Ready(dataset) if dataset.config.sources.len() > 1 => {
            let current = dataset.source.name.clone();
            let options = dataset.config.sources.iter().map(|source| {
                let name = source.name.clone();
                let (selected, value) = (name == current, name.clone());
                view! { <option value=value selected=selected>{name}</option> }
            });
            view! {
                <label class="inline">
                    <span class="hidden">"History"</span>
                    <select on:change=choose>{options.collect_view()}</select>
                </label>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
