//! The metric of an entry.
//!
//! In: the name of a metric, and what the user says of directions. Out: a built-in metric, or one of
//! the dataset with a direction where its name is certain; people hear of it where it is not.

use bench_records::metric::{Better, Gating, Metric, built_in};

use super::{
    super::{
        direction::{BetterRule, Case, Directions, ToolSays},
        metric_name::{Named, guessed_metric, serving_metric, vllm_metric},
        unit::{Unit, turned},
    },
    entry::Measurement,
};

/// The metric of a measurement, and what its values are divided by.
pub fn named(measured: &Measurement, rules: &[BetterRule], directions: &mut Directions) -> Named {
    let name = measured.metric.as_str();
    let known = if measured.is_serving_suite { vllm_metric(name) } else { serving_metric(name) };
    known.unwrap_or_else(|| {
        let guessed = guessed_metric(name);
        let guessed = if measured.is_serving_suite { in_seconds(guessed) } else { guessed };
        directed(guessed, name, rules, directions)
    })
}

/// Times of serving suites are in seconds where their names do not say.
fn in_seconds(mut named: Named) -> Named {
    let Metric { key, unit, .. } = &mut named.metric;
    if unit.is_empty() && key.ends_with("_time") {
        *unit = "s".into();
    }
    named
}

/// What a name does not say, a rule or the unit may.
fn directed(
    mut named: Named,
    name: &str,
    rules: &[BetterRule],
    directions: &mut Directions,
) -> Named {
    let metric = &mut named.metric;
    if built_in(&metric.key).is_some() {
        return named;
    }
    let says = match metric.better {
        Better::Neither => ToolSays::Nothing,
        better => ToolSays::Chosen(better),
    };
    let (unit, printed) = (Unit::parse(&metric.unit), metric.unit.as_ref());
    let stated = Some(metric.better).filter(|better| *better != Better::Neither);
    let case = Case { name, unit: &unit, printed, tool: "", says, stated };
    let better = directions.settle(rules, &case);
    if better != metric.better {
        metric.key = turned(&metric.key, better).into();
        metric.better = better;
        metric.gating = Gating::Gated;
    }
    named
}
