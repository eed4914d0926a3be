//! Elements of the page, made one by one, with parts that follow signals.
//!
//! In: names, texts, handlers, functions that read signals. Out: an [`El`]. Leptos' signals drive
//! them, and its macros make none: code of their own for the type of each view was a third of what
//! a browser had to download before it showed anything.

mod frames;
mod words;

use std::{cell::RefCell, rc::Rc};

use bench_records::decimal::fixed;
use leptos::prelude::{RenderEffect, StoredValue, document};
use wasm_bindgen::{JsCast, prelude::Closure};
use web_sys::{Element, Event, HtmlElement};

pub use frames::{after_next_frame, before_next_frame};
pub use words::Words;

/// An element; a clone is the same element.
#[derive(Debug, Clone)]
pub struct El(Element);

/// What is shown at a place: any number of elements.
pub type Content = Vec<El>;

/// An element of the name `tag`, with a class unless it is empty.
#[must_use]
pub fn el(tag: &str, class: &str) -> El {
    let element = document().create_element(tag).expect("names of elements are written here");
    if !class.is_empty() {
        element.set_class_name(class);
    }
    El(element)
}

/// An element of a picture.
#[must_use]
pub fn svg(tag: &str, class: &str) -> El {
    const SVG: &str = "http://www.w3.org/2000/svg";
    let element = document().create_element_ns(Some(SVG), tag);
    El(element.expect("names of elements are written here")).attr("class", class)
}

/// An element that holds text.
#[must_use]
pub fn text(tag: &str, class: &str, text: impl AsRef<str>) -> El {
    el(tag, class).text(text)
}

/// A button; its handler runs on click and on the keys that press a button.
#[must_use]
pub fn button(class: &str, label: impl AsRef<str>, press: impl Fn() + 'static) -> El {
    text("button", class, label).attr("type", "button").on("click", move |_| press())
}

/// Runs now and again after each change of a signal that it reads, until what it belongs to is
/// shown no more.
pub fn effect(run: impl Fn() + 'static) {
    keep(Box::new(run));
}

fn keep(run: Box<dyn Fn()>) {
    let effect = RenderEffect::new(move |_| run());
    // in the owner's care, so that both end together
    StoredValue::new_local(effect);
}

impl El {
    /// With an attribute.
    #[must_use]
    pub fn attr(self, name: &str, value: &str) -> Self {
        set(&self.0, name, Some(value));
        self
    }

    /// With an attribute that follows signals and is absent where there is no value.
    #[must_use]
    pub fn live_attr(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        let element = self.0.clone();
        effect(move || set(&element, name, value().as_deref()));
        self
    }

    /// With a property of its style.
    #[must_use]
    pub fn style(self, property: &str, value: &str) -> Self {
        self.put_style(property, value);
        self
    }

    /// With text after what it holds.
    #[must_use]
    pub fn text(self, text: impl AsRef<str>) -> Self {
        append(&self.0, &document().create_text_node(text.as_ref()));
        self
    }

    /// With a name, which breaks between its words, behind `/ , = _ -`, before it breaks within one; a unit such as
    /// `requests/s` stays whole.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        name.split_inclusive(['/', ',', '=', '_', '-']).enumerate().fold(
            self,
            |this, (at, part)| {
                // no letter alone, such as the unit of a rate
                let is_word = part.as_bytes().get(1) > Some(&b' ');
                let this = if at > 0 && is_word { this.add(el("wbr", "")) } else { this };
                this.text(part)
            },
        )
    }

    /// With text that follows signals.
    #[must_use]
    pub fn live_text(self, text: impl Fn() -> String + 'static) -> Self {
        let words = Words::at_end_of(&self);
        effect(move || words.say(&text()));
        self
    }

    /// With another element in it.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "nothing is summed")]
    pub fn add(self, child: Self) -> Self {
        append(&self.0, &child.0);
        self
    }

    /// With any number of elements in it.
    #[must_use]
    pub fn all(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().for_each(|child| append(&self.0, &child.0));
        self
    }

    /// With elements that follow signals.
    #[must_use]
    pub fn live(self, content: impl Fn() -> Content + 'static) -> Self {
        let end = document().create_comment("");
        append(&self.0, &end);
        let shown = RefCell::new(Content::new());
        effect(move || {
            let now = content();
            shown.replace(now.clone()).iter().for_each(|old| old.0.remove());
            let Some(parent) = end.parent_node() else { return };
            for new in now {
                parent.insert_before(&new.0, Some(&end)).expect("its end marks the place");
            }
        });
        self
    }

    /// With a handler of an event.
    #[must_use]
    pub fn on(self, event: &str, handle: impl Fn(Event) + 'static) -> Self {
        listen(&self.0, event, Box::new(handle));
        self
    }

    /// Sets an attribute of it.
    pub fn put(&self, name: &str, value: &str) {
        set(&self.0, name, Some(value));
    }

    /// Sets an attribute of it, or takes it away.
    pub fn put_if(&self, holds: bool, name: &str, value: &str) {
        set(&self.0, name, holds.then_some(value));
    }

    /// Sets a property of its style.
    pub fn put_style(&self, property: &str, value: &str) {
        let element: &HtmlElement = self.0.unchecked_ref();
        // a value that a browser does not know is not applied
        drop(element.style().set_property(property, value));
    }

    /// Puts it where these fractions of the element are that it is placed in.
    pub fn place(&self, across: f64, down: f64) {
        let element: &HtmlElement = self.0.unchecked_ref();
        for (side, part) in [("left", across), ("top", down)] {
            // a browser that refuses leaves it at the corner
            drop(element.style().set_property(side, &format!("{}%", fixed(part * 100.0, 1))));
        }
    }

    /// Puts an element at its end.
    pub fn append(&self, child: &Self) {
        append(&self.0, &child.0);
    }

    /// Takes it out of the page.
    pub fn remove(&self) {
        self.0.remove();
    }

    /// The element itself, for what has no name here.
    #[must_use]
    pub fn node(&self) -> &Element {
        &self.0
    }
}

fn append(parent: &Element, child: &web_sys::Node) {
    parent.append_child(child).expect("an element that is made here takes children");
}

fn set(element: &Element, name: &str, value: Option<&str>) {
    match value {
        // what a reader has typed since is in the property, not in the attribute
        Some(value) if name == "value" => {
            let property = &"value".into();
            drop(js_sys::Reflect::set(element, property, &value.into()));
        }
        Some(value) => element.set_attribute(name, value).expect("a name of an attribute"),
        None => drop(element.remove_attribute(name)),
    }
}

fn listen(element: &Element, event: &str, handle: Box<dyn Fn(Event)>) {
    // the browser frees it along with the element
    let handle = Closure::wrap(handle).into_js_value();
    element
        .add_event_listener_with_callback(event, handle.unchecked_ref())
        .expect("an element takes listeners");
}

/// Text in a field that raised `event`.
#[must_use]
pub fn value_of(event: &Event) -> String {
    let Some(target) = event.target() else { return String::new() };
    let value = js_sys::Reflect::get(&target, &"value".into());
    value.ok().and_then(|value| value.as_string()).unwrap_or_default()
}

/// A handler that several places share.
pub type Shared<T> = Rc<dyn Fn(T)>;
