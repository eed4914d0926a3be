//! Dark and light: as the system says, until the reader chooses.

use leptos::prelude::*;

use crate::dom::{El, button, effect};

const KEY: &str = "theme";

/// Which colours are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    fn chosen() -> Self {
        let stored = window().local_storage().ok().flatten().and_then(|s| s.get_item(KEY).ok()?);
        match stored.as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn apply(self) {
        let root = document().document_element().expect("a document has a root");
        // a theme that cannot be stored still holds for this visit
        drop(root.set_attribute("data-theme", self.as_str()));
        if let Some(storage) = window().local_storage().ok().flatten() {
            drop(storage.set_item(KEY, self.as_str()));
        }
    }
}

/// The theme in force; canvases draw again when it changes.
#[derive(Clone, Copy)]
pub struct ThemeSignal(pub RwSignal<Theme>);

/// Applies the chosen theme and provides it to all that is below.
pub fn provide() {
    let theme = RwSignal::new(Theme::chosen());
    effect(move || theme.get().apply());
    provide_context(ThemeSignal(theme));
}

/// The button that changes the theme.
pub fn theme_button() -> El {
    let ThemeSignal(theme) = use_context().expect("the shell provides the theme");
    button("plain", "Theme: ", move || theme.update(|theme| *theme = theme.next()))
        .attr("title", "Colours: system, light, dark")
        .live_text(move || theme.get().as_str().to_owned())
}
