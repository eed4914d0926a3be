//! A line the size of a word, for the cards of an overview; drawn only once it is in view.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

use crate::{
    dom::{El, effect, el},
    theme::ThemeSignal,
};

use super::{
    colours, draw,
    observe::{self, Sight},
    plot::{Mark, Values},
    reduce::{Path, Summary, reduce, stretches},
    scale::{Scale, Upwards},
    surface::{Point, Stroke, Surface},
};

/// What a sparkline shows, evenly spaced.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spark {
    /// Values, oldest first.
    pub values: Values,
    /// Rolling median at each of them, or empty.
    pub baseline: Values,
    /// What was found at the last one.
    pub mark: Option<Mark>,
    /// A sentence that says what it shows.
    pub label: String,
}

/// A sparkline; its size is that of its place.
#[must_use]
pub fn sparkline(spark: Spark) -> El {
    let place = el("canvas", "spark").attr("role", "img").attr("aria-label", &spark.label);
    let canvas: HtmlCanvasElement = place.node().clone().unchecked_into();
    let size = RwSignal::new(None);
    let (mut is_in_view, mut extent) = (false, None);
    let id = observe::observe(place.node(), move |sight| {
        match sight {
            Sight::InView(now) => is_in_view = now,
            Sight::Size(width, height, is_here) => {
                extent = Some((width, height));
                is_in_view |= is_here;
            }
        }
        // what was drawn stays on it while it is out of view
        if is_in_view && size.get_untracked() != extent {
            size.set(extent);
        }
    });
    on_cleanup(move || id.into_iter().for_each(observe::forget));
    let theme = use_context::<ThemeSignal>();
    effect(move || {
        colours::track(theme);
        if let Some(size) = size.get() {
            paint(&canvas, &spark, size).unwrap_or_default();
        }
    });
    place
}

/// Room for the mark at the last point.
const MARGIN: f64 = 7.0;

fn paint(canvas: &HtmlCanvasElement, spark: &Spark, (width, height): (f64, f64)) -> Option<()> {
    let surface = Surface::new(canvas, width, height, colours::ratio())?;
    let colours = colours::current()?;
    let range = range(spark)?;
    let upwards = Upwards::around(Scale::Linear, range, MARGIN / 2.0, (height - MARGIN).max(1.0));
    let last = spark.values.len().saturating_sub(1).max(1) as f64;
    let pixel = |index: usize| MARGIN / 2.0 + index as f64 / last * (width - 1.5 * MARGIN);
    let path = |values: &Values| {
        reduce(values, &Summary::default(), 0..values.len(), pixel, f64::NEG_INFINITY)
    };
    let stroke = |surface: &Surface, values: &Values, stroke: Stroke| {
        let point = |i: usize| Some((pixel(i), upwards.pixel(values[i]?)));
        lines(&path(values), point).for_each(|line| surface.path(line.into_iter(), stroke));
    };
    stroke(&surface, &spark.baseline, Stroke { colour: colours.quiet, width: 1.0, alpha: 0.6 });
    stroke(&surface, &spark.values, Stroke { colour: colours.line(0), width: 1.25, alpha: 1.0 });
    let newest = spark.values.iter().rposition(Option::is_some)?;
    let at = (pixel(newest), upwards.pixel(spark.values[newest]?));
    match spark.mark {
        Some(kind) => draw::mark(&surface, kind, at, &colours),
        None => surface.dot(at, 2.5, colours.line(0), 1.0),
    }
    Some(())
}

fn lines(path: &Path, point: impl Fn(usize) -> Option<Point>) -> impl Iterator<Item = Vec<Point>> {
    stretches(path)
        .map(move |stretch| stretch.iter().filter_map(|index| point((*index)?)).collect())
}

fn range(spark: &Spark) -> Option<(f64, f64)> {
    let mut values = spark.values.iter().chain(spark.baseline.iter()).flatten().copied();
    let first = values.next()?;
    Some(values.fold((first, first), |(lo, hi), value| (lo.min(value), hi.max(value))))
}
