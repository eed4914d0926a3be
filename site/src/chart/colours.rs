//! Colours of the charts, from the style sheet, and what makes them or their sharpness change.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::*;
use plotters::style::RGBColor;
use wasm_bindgen::prelude::*;

use crate::theme::ThemeSignal;

/// Colours of a theme, each the `--chart-…` property of its name, written
/// `light-dark(#rrggbb, #rrggbb)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Colours {
    /// Text.
    pub ink: RGBColor,
    /// Labels of the axes, and the baseline.
    pub quiet: RGBColor,
    /// Lines of the grid.
    pub grid: RGBColor,
    /// Behind everything.
    pub surface: RGBColor,
    /// Limits, and what is beyond them.
    pub bad: RGBColor,
    /// Improvements.
    pub good: RGBColor,
    /// The lines, in the order of the palette.
    pub lines: [RGBColor; 8],
}

impl Colours {
    /// Colour of a line.
    #[must_use]
    pub fn line(&self, index: usize) -> RGBColor {
        self.lines[index % self.lines.len()]
    }

    fn read(is_dark: bool) -> Option<Self> {
        let style = window().get_computed_style(&document().body()?.into()).ok()??;
        let colour = |name: &str| {
            let value = style.get_property_value(&format!("--chart-{name}")).unwrap_or_default();
            parse(value.trim(), is_dark).unwrap_or(RGBColor(128, 128, 128))
        };
        Some(Self {
            ink: colour("ink"),
            quiet: colour("quiet"),
            grid: colour("grid"),
            surface: colour("surface"),
            bad: colour("bad"),
            good: colour("good"),
            lines: std::array::from_fn(|index| colour(&index.to_string())),
        })
    }
}

/// A property holds both colours as they are written: a browser picks one where it is used.
fn parse(text: &str, is_dark: bool) -> Option<RGBColor> {
    let (light, dark) = text.strip_prefix("light-dark(")?.strip_suffix(')')?.split_once(',')?;
    let digits = if is_dark { dark } else { light }.trim().strip_prefix('#')?;
    let bits = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6)?;
    let [_, red, green, blue] = bits.to_be_bytes();
    Some(RGBColor(red, green, blue))
}

const DARK: &str = "(prefers-color-scheme: dark)";

/// Whether the theme is dark: as the reader chose, or else as the system says.
fn is_dark(theme: Option<&str>) -> bool {
    match theme {
        Some("light") => false,
        Some("dark") => true,
        _ => window().match_media(DARK).ok().flatten().is_some_and(|list| list.matches()),
    }
}

thread_local! {
    static CHANGES: ArcRwSignal<u32> = watched();
    static CURRENT: RefCell<Option<(Key, Rc<Colours>)>> = const { RefCell::new(None) };
    static RATIO: Cell<f64> = const { Cell::new(0.0) };
}

type Key = (Option<String>, u32);

/// The colours in force, read from the style sheet once a change.
#[must_use]
pub fn current() -> Option<Rc<Colours>> {
    let theme = document().document_element()?.get_attribute("data-theme");
    let key = (theme, CHANGES.with(GetUntracked::get_untracked));
    CURRENT.with_borrow_mut(|current| match current {
        Some((known, colours)) if *known == key => Some(colours.clone()),
        _ => {
            let colours = Rc::new(Colours::read(is_dark(key.0.as_deref()))?);
            *current = Some((key, colours.clone()));
            Some(colours)
        }
    })
}

/// Device pixels a CSS pixel.
#[must_use]
pub fn ratio() -> f64 {
    window().device_pixel_ratio().clamp(0.5, 4.0)
}

/// Makes a reactive function run again when colours or the device's ratio change.
pub fn track(theme: Option<ThemeSignal>) {
    CHANGES.with(Track::track);
    if let Some(ThemeSignal(theme)) = theme {
        theme.track();
    }
}

fn watched() -> ArcRwSignal<u32> {
    let changes = ArcRwSignal::new(0);
    let bump = changes.clone();
    on_media(DARK, move || bump.update(|n| *n += 1));
    watch_ratio(changes.clone());
    changes
}

/// A query for one ratio changes once, so each change asks for the next.
fn watch_ratio(changes: ArcRwSignal<u32>) {
    let now = window().device_pixel_ratio();
    on_media(&format!("(resolution: {now}dppx)"), move || {
        let next = window().device_pixel_ratio();
        if RATIO.replace(next) != next {
            changes.update(|n| *n += 1);
            watch_ratio(changes.clone());
        }
    });
}

fn on_media(query: &str, changed: impl Fn() + 'static) {
    let Ok(Some(list)) = window().match_media(query) else { return };
    let closure = Closure::<dyn Fn()>::new(changed);
    // a browser that does not tell keeps the colours that were read first
    drop(list.add_event_listener_with_callback("change", closure.as_ref().unchecked_ref()));
    closure.forget();
    // the list must live as long as its listener
    std::mem::forget(list);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_theme_has_its_colour_of_a_pair() {
        let pair = "light-dark(#0072b2, #4db2ec)";
        assert_eq!(parse(pair, false), Some(RGBColor(0x00, 0x72, 0xb2)));
        assert_eq!(parse(pair, true), Some(RGBColor(0x4d, 0xb2, 0xec)));
        assert_eq!(parse("light-dark(red, #fff)", true), None);
    }
}
