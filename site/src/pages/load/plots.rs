//! The charts of a load test: latency against throughput, and what was served against the load.

use bench_records::{
    metric::{self, MetricTable},
    sweep::{Arrival, Kept, Saturation},
};

use super::{
    chosen::Curve,
    model::{self, ACHIEVED, GOODPUT, TOKENS, saturation_in_words},
    slo::{Quantity, Slo},
    summary::unit,
    track::{Instance, Track},
};
use crate::{
    chart::{Axis, CurveKey, CurveLine, CurvePoint, Curves, Scale, Stroke},
    format,
    query::{Key, Page, Query},
};

/// How a percentile is drawn.
fn stroke(percentile: &str) -> Stroke {
    match percentile {
        "p50" => Stroke::Solid,
        "p95" => Stroke::Dashed,
        _ => Stroke::Dotted,
    }
}

/// What the charts show.
pub struct Shown<'s> {
    /// The curves.
    pub curves: &'s [Curve],
    /// The metrics of the history.
    pub table: &'s MetricTable,
    /// What latency is of.
    pub quantity: Quantity,
    /// The objectives.
    pub slos: &'s [Slo],
    /// Key of the metric across the first chart.
    pub across: &'static str,
    /// How latencies are spaced.
    pub scale: Scale,
    /// Address of a page.
    pub href: fn(Query) -> String,
}

/// A metric of a step against another.
struct Pair<'p> {
    across: &'p str,
    upwards: &'p str,
}

impl Shown<'_> {
    /// Latency against what was achieved: a line a percentile and curve; faint, the last sweeps of main.
    #[must_use]
    pub fn latency(&self) -> Curves {
        let percentiles = model::percentiles(self.curves, self.quantity);
        let mut lines = Vec::new();
        if let (Some(curve), Some(tail)) = (self.curves.first(), percentiles.last()) {
            let key = self.quantity.key(tail);
            let pair = Pair { across: self.across, upwards: &key };
            let last = curve.last().map(|instance| CurveLine {
                is_faint: true,
                ..self.line((&*curve.track, instance), &pair, 0, stroke(tail))
            });
            lines.extend(last);
        }
        for (colour, curve) in self.curves.iter().enumerate() {
            for percentile in &percentiles {
                let key = self.quantity.key(percentile);
                let pair = Pair { across: self.across, upwards: &key };
                let of = (&*curve.track, &curve.instance);
                lines.push(self.line(of, &pair, colour, stroke(percentile)));
            }
        }
        let of_quantity = |slo: &&Slo| {
            let is_drawn = |percentile: &&str| self.quantity.key(percentile) == slo.metric.key;
            slo.quantity == self.quantity && percentiles.iter().any(is_drawn)
        };
        let limits = self.slos.iter().filter(of_quantity).map(|slo| (slo.limit, slo.words()));
        let across = model::label(self.table, self.across);
        Curves {
            title: format!("{} against throughput", self.quantity.label()),
            across: Axis { label: self.axis(self.across, &across), scale: Scale::Linear },
            upwards: Axis {
                label: self.axis(&self.quantity.key("p99"), self.quantity.label()),
                scale: self.scale,
            },
            has_ideal: false,
            band: None,
            limits: limits.collect(),
            key: self.key(&percentiles, lines.iter().any(|line| line.is_faint)),
            lines,
        }
    }

    /// What was served against the load: goodput where tests have it, otherwise requests a second.
    #[must_use]
    pub fn served(&self) -> Curves {
        let has_goodput = model::measures(self.curves, GOODPUT);
        let served = if has_goodput { GOODPUT } else { ACHIEVED };
        let arrival = self.curves.first().map_or(Arrival::Open, |curve| curve.track.arrival);
        let mut lines = Vec::new();
        for (colour, curve) in self.curves.iter().enumerate() {
            let of = (&*curve.track, &curve.instance);
            if has_goodput {
                lines.push(self.against_load(of, ACHIEVED, colour, Stroke::Dashed));
            }
            lines.push(self.against_load(of, served, colour, Stroke::Solid));
        }
        let (load, name) = match arrival {
            Arrival::Open => ("offered rate", "Offered"),
            Arrival::Closed => ("concurrency", "Concurrency"),
        };
        let label = model::label(self.table, served);
        let of_lines =
            |words: &str, stroke| CurveKey { colour: None, stroke, words: words.to_owned() };
        let mut key = self.curve_key();
        if has_goodput {
            key.push(of_lines("goodput", Stroke::Solid));
            key.push(of_lines("completed", Stroke::Dashed));
        }
        Curves {
            title: format!("{label} against {load}"),
            across: Axis { label: format!("{name} ({})", unit(arrival)), scale: Scale::Linear },
            upwards: Axis { label: self.axis(served, &label), scale: Scale::Linear },
            lines,
            limits: Vec::new(),
            has_ideal: arrival == Arrival::Open,
            band: self.knee(),
            key,
        }
    }

    /// Where the first curve saturates.
    fn knee(&self) -> Option<(f64, f64, String)> {
        let curve = self.curves.first()?;
        match curve.instance.saturation(&curve.track).1 {
            Kept::Between { low, high, .. } => Some((low, high, "knee".to_owned())),
            Kept::Unknown | Kept::NotAt(_) | Kept::AtLeast(_) => None,
        }
    }

    fn line(
        &self,
        (track, instance): (&Track, &Instance),
        pair: &Pair<'_>,
        colour: usize,
        stroke: Stroke,
    ) -> CurveLine {
        let (saturation, _) = instance.saturation(track);
        let point = |at: usize| {
            let x = instance.value(track, at, pair.across)?;
            let y = instance.value(track, at, pair.upwards)?;
            Some(self.point((track, instance), at, (x, y), pair.upwards, saturation[at]))
        };
        let points = (0..track.steps.len()).filter_map(point).collect();
        CurveLine { colour, stroke, is_faint: false, points }
    }

    fn against_load(
        &self,
        (track, instance): (&Track, &Instance),
        upwards: &str,
        colour: usize,
        stroke: Stroke,
    ) -> CurveLine {
        let (saturation, _) = instance.saturation(track);
        let point = |at: usize| {
            let (x, y) = (track.steps[at].load.value()?, instance.value(track, at, upwards)?);
            Some(self.point((track, instance), at, (x, y), upwards, saturation[at]))
        };
        let points = (0..track.steps.len()).filter_map(point).collect();
        CurveLine { colour, stroke, is_faint: false, points }
    }

    fn point(
        &self,
        (track, instance): (&Track, &Instance),
        at: usize,
        (x, y): (f64, f64),
        metric: &str,
        saturation: Saturation,
    ) -> CurvePoint {
        let step = &track.steps[at];
        let of = self.table.get_or_unjudged(metric);
        let said = saturation_in_words(saturation).map(|words| format!("\n{words}"));
        let words = format!(
            "{}\n{} {}\n{}{}",
            step.load.in_words(),
            of.label,
            format::quantity(&of, Some(y), None),
            instance.words(),
            said.unwrap_or_default(),
        );
        let to = Query::to(Page::Series(step.row.key().0.clone())).with(Key::Metric, metric);
        CurvePoint {
            x,
            y,
            is_hollow: saturation == Saturation::Saturated,
            is_joined: step.load.value().is_some(),
            words,
            href: (self.href)(to),
        }
    }

    fn axis(&self, key: &str, label: &str) -> String {
        metric::title(label, &self.table.get_or_unjudged(key).unit)
    }

    fn curve_key(&self) -> Vec<CurveKey> {
        let entry = |(colour, curve): (usize, &Curve)| CurveKey {
            colour: Some(colour),
            stroke: Stroke::Solid,
            words: curve.label.clone(),
        };
        self.curves.iter().enumerate().map(entry).collect()
    }

    fn key(&self, percentiles: &[&str], has_faint: bool) -> Vec<CurveKey> {
        let mut key = self.curve_key();
        key.extend(percentiles.iter().map(|percentile| CurveKey {
            colour: None,
            stroke: stroke(percentile),
            words: percentile.to_uppercase(),
        }));
        let tail = percentiles.last().filter(|_| has_faint);
        key.extend(tail.map(|tail| CurveKey {
            colour: None,
            stroke: stroke(tail),
            words: format!("faint: {} of the last sweeps of main", tail.to_uppercase()),
        }));
        key
    }
}

/// The metrics that may stand across, of those that are measured.
#[must_use]
pub fn across(curves: &[Curve], said: &str) -> &'static str {
    let wants_tokens = said == "tokens" || !model::measures(curves, ACHIEVED);
    if wants_tokens && model::measures(curves, TOKENS) { TOKENS } else { ACHIEVED }
}
