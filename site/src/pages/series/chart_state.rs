//! How charts are shown, tied to the URL.
//!
//! In: `days`, `scale`, `x`, `rel`, `from`, `to` of the page. Out: a [`ChartGroup`] that follows
//! them and writes a zoom back.

use std::cell::Cell;

use bench_records::{
    series::Series,
    time::{DAY, Micros},
};
use leptos::prelude::*;

use crate::{
    chart::{ChartGroup, Scale, Spacing, View, Window},
    dataset::Dataset,
    dom::effect,
    idle::WhenIdle,
    query::{Key, Page, Query},
    state::state,
};

/// A group for the charts of `series`.
pub fn provide_group(dataset: &Dataset, series: &Series) -> ChartGroup {
    let state = state();
    let days = dataset.config.lookback_days;
    let newest = series.latest(dataset.now).map_or(Micros::default(), |point| point.time);
    let first = series.points.first().map_or(newest, |point| point.time);
    let asked = move |query: &Query| View {
        window: window(query),
        extent: extent(query, days, first, newest),
        spacing: if query.get(Key::Spacing) == Some("even") {
            Spacing::Even
        } else {
            Spacing::Date
        },
        scale: if query.get(Key::Scale) == Some("log") { Scale::Log } else { Scale::Linear },
        relative: query.get(Key::Relative) == Some("1"),
    };
    let group = ChartGroup::new(state.query.with_untracked(asked));
    let known = Cell::new(group.view.get_untracked().window);
    effect(move || {
        let asked = state.query.with(asked);
        // a zoom that the URL does not have yet outlasts a change of something else
        let shown = group.view.get_untracked().window;
        let is_new = known.replace(asked.window) != asked.window && written(shown) != asked.window;
        let window = if is_new { asked.window } else { shown };
        group.change(View { window, ..asked });
    });
    write_when_it_rests(group);
    group
}

fn write_when_it_rests(group: ChartGroup) {
    let (state, rest) = (state(), WhenIdle::idle());
    effect(move || {
        let shown = group.view.with(|view| view.window);
        rest.give_up();
        let query = state.query.get_untracked();
        if window(&query) != written(shown) {
            rest.ask(move || state.refine(with_window(state.query.get_untracked(), shown)));
        }
    });
}

/// The lookback of a page: `None` for all of the series.
fn extent(query: &Query, default_days: u32, first: Micros, newest: Micros) -> Option<Window> {
    let days = match query.get(Key::Days) {
        Some("all") => return None,
        Some(days) => days.parse().unwrap_or(default_days),
        None => default_days,
    };
    let start = newest.0.saturating_sub(i64::from(days) * DAY.0);
    (start > first.0).then_some((start, newest.0))
}

/// A zoom stands in the URL in seconds since 1970.
fn window(query: &Query) -> Option<Window> {
    let seconds = |key: Key| query.get(key)?.parse::<i64>().ok()?.checked_mul(1_000_000);
    let (start, end) = (seconds(Key::From)?, seconds(Key::To)?);
    (start < end).then_some((start, end))
}

/// A zoom as it is read again from the URL.
fn written(shown: Option<Window>) -> Option<Window> {
    window(&with_window(Query::to(Page::Overview), shown))
}

fn with_window(query: Query, window: Option<Window>) -> Query {
    let text =
        |time: Option<i64>| time.map_or_else(String::new, |time| (time / 1_000_000).to_string());
    query
        .with(Key::From, text(window.map(|window| window.0)))
        .with(Key::To, text(window.map(|window| window.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Micros = Micros(0);
    const NEWEST: Micros = Micros(100 * DAY.0);

    #[test]
    fn the_lookback_ends_at_the_newest_record() {
        let thirty = extent(&Query::parse("#/"), 30, FIRST, NEWEST);
        assert_eq!(thirty, Some((70 * DAY.0, NEWEST.0)));
        assert_eq!(extent(&Query::parse("#/?days=all"), 30, FIRST, NEWEST), None);
        assert_eq!(extent(&Query::parse("#/?days=365"), 30, FIRST, NEWEST), None);
    }

    #[test]
    fn a_zoom_survives_its_way_through_the_url() {
        let zoom = Some((5_000_000, 9_000_000));
        let query = with_window(Query::parse("#/series/x"), zoom);
        assert_eq!(query.to_hash(), "#/series/x?from=5&to=9");
        assert_eq!(window(&query), zoom);
        assert_eq!(window(&Query::parse("#/?from=9&to=5")), None);
        assert_eq!(with_window(query, None).to_hash(), "#/series/x");
    }
}
