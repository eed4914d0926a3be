//! How charts are shown, tied to the URL.
//!
//! In: `days`, `scale`, `x`, `rel`, `from`, `to` of the page. Out: a [`ChartGroup`] that follows
//! them and writes a zoom back.

use bench_records::{
    series::Series,
    time::{DAY, Micros},
};
use leptos::prelude::*;

use crate::{
    chart::{ChartGroup, Scale, Spacing, Window},
    dataset::Dataset,
    query::Query,
    state::state,
};

/// A group for the charts of `series`.
pub fn provide_group(dataset: &Dataset, series: &Series) -> ChartGroup {
    let state = state();
    let group = ChartGroup::default();
    let default_days = dataset.config.lookback_days;
    let newest = series.latest(dataset.now).map_or(Micros::default(), |point| point.time);
    let first = series.points.first().map_or(newest, |point| point.time);
    Effect::new(move |_| {
        let query = state.query.get();
        group.scale.set(if query.get("scale") == Some("log") { Scale::Log } else { Scale::Linear });
        group.spacing.set(if query.get("x") == Some("even") {
            Spacing::Even
        } else {
            Spacing::Date
        });
        group.relative.set(query.get("rel") == Some("1"));
        let extent = extent(&query, default_days, first, newest);
        if group.extent.get_untracked() != extent {
            group.extent.set(extent);
        }
        let window = window(&query);
        if group.window.get_untracked() != window {
            group.window.set(window);
        }
    });
    Effect::new(move |_| {
        let window = group.window.get();
        let query = state.query.get_untracked();
        if self::window(&query) != window {
            state.refine(with_window(query, window));
        }
    });
    group
}

/// The lookback of a page: `None` for all of the series.
fn extent(query: &Query, default_days: u32, first: Micros, newest: Micros) -> Option<Window> {
    let days = match query.get("days") {
        Some("all") => return None,
        Some(days) => days.parse().unwrap_or(default_days),
        None => default_days,
    };
    let start = newest.0.saturating_sub(i64::from(days) * DAY.0);
    (start > first.0).then_some((start, newest.0))
}

/// A zoom stands in the URL in seconds since 1970.
fn window(query: &Query) -> Option<Window> {
    let seconds = |key: &str| query.get(key)?.parse::<i64>().ok()?.checked_mul(1_000_000);
    let (start, end) = (seconds("from")?, seconds("to")?);
    (start < end).then_some((start, end))
}

fn with_window(query: Query, window: Option<Window>) -> Query {
    let text =
        |time: Option<i64>| time.map_or_else(String::new, |time| (time / 1_000_000).to_string());
    query
        .with("from", text(window.map(|window| window.0)))
        .with("to", text(window.map(|window| window.1)))
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
