//! Series that earlier versions began.
//!
//! In: a measurement and such a series. Out: whether the series has it or goes on with it, and the
//! record as it is written there.

use bench_records::{identity::Identity, metric::Metric, record::Record, series::Point, stats};

use super::super::{
    benches::ExtraRule,
    direction::word,
    found::{Found, state_the_same},
    known::KnownSeries,
    load::Lengths,
    repeats::summary,
    unit::{Published, Unit},
};

/// Whether a series of an earlier version is that of the measurement's suite, repository and parameters,
/// and of prompts and answers about as long, as far as both say.
pub fn continues(found: &Found, series: &KnownSeries, rules: &[ExtraRule]) -> bool {
    let workload = found.workload.as_ref();
    let suite = workload.and_then(|workload| workload.suite.as_deref());
    let said = found.extra.get("suite").and_then(|suite| suite.as_str()).or(suite);
    let same_suite = match (said, series.suite.as_deref()) {
        (Some(own), Some(theirs)) => own == theirs,
        _ => true,
    };
    let repository = series.labels().repository.as_deref();
    let projects = workload.and_then(|workload| workload.project.as_ref()).into_iter();
    let lineage = found.lineage.own.iter().chain(&found.lineage.repositories);
    let mut projects = projects.chain(lineage).peekable();
    let same_project = match repository {
        Some(theirs) if projects.peek().is_some() => {
            projects.any(|own| theirs.ends_with(&format!("/{own}")))
        }
        _ => true,
    };
    same_suite
        && same_project
        && agree_in_extra(found, series, rules)
        && Lengths::of(found).agree(series.lengths)
}

/// Whether the newest record of a series states the parameters of the measurement, where it states any.
pub fn agree_in_extra(found: &Found, series: &KnownSeries, rules: &[ExtraRule]) -> bool {
    series.extra_text().is_none_or(|theirs| state_the_same(theirs, found.extra_text(), rules))
}

/// Whether a series has the measurement: a value of this time and commit.
pub fn has(series: &KnownSeries, found: &Found) -> bool {
    point_of(series, found).is_some()
}

/// The record of a series that has the measurement: a value of this time and commit.
pub fn point_of<'s>(series: &'s KnownSeries, found: &Found) -> Option<&'s Point> {
    let at = (found.time.unwrap_or_default(), found.commit_sha.as_str());
    if found.published.is_empty() {
        let mut values = found.metrics.iter();
        return values.find_map(|(key, value)| series.point_with(at, key, (*value, *value)));
    }
    found.published.iter().find_map(|published| {
        let metrics = series.metrics().into_iter();
        metrics
            .filter_map(|metric| ends_in(published, metric).map(|ends| (metric, ends)))
            .find_map(|(metric, ends)| series.point_with(at, &metric.key, ends))
    })
}

/// The least and the largest of what was measured, in the unit of a metric.
fn ends_in(published: &Published, metric: &Metric) -> Option<(f64, f64)> {
    let target = Unit::parse(&metric.unit);
    let convert = |value: f64| published.unit.convert(value, &target);
    let value = convert(published.value)?;
    let samples: Vec<f64> =
        published.samples.iter().filter_map(|sample| convert(*sample)).collect();
    let ends = |pick: fn(f64, f64) -> f64| samples.iter().copied().fold(value, pick);
    Some((ends(f64::min), ends(f64::max)))
}

/// The record as a series of an earlier version has it: without identity, under its name, in its
/// units.
pub fn in_series(found: &Found, series: &KnownSeries) -> (Record, Vec<String>) {
    let model_id = series.labels().model_id.clone();
    let mut record = Record { model_id, identity: Identity::default(), ..found.record.clone() };
    let mut notices = Vec::new();
    for published in &found.published {
        let (canonical, _) = published.canonical();
        let metrics = series.metrics();
        let same = metrics
            .into_iter()
            .find(|metric| Unit::parse(&metric.unit).canonical == published.unit.canonical);
        let Some(metric) = same.filter(|metric| metric.key != canonical.key) else { continue };
        move_value(&mut record, published, &canonical, metric);
        if metric.better != canonical.better {
            notices.push(format!(
                "series {} keeps {}, of which {} is better, though {} seems right; \
                 change its line of metrics.ndjson where that is wrong",
                series.key(),
                metric.key,
                word(metric.better),
                word(canonical.better)
            ));
        }
    }
    (record, notices)
}

fn move_value(record: &mut Record, published: &Published, canonical: &Metric, metric: &Metric) {
    let unit = Unit::parse(&metric.unit);
    let Some(value) = record.metrics.remove(canonical.key.as_ref()) else { return };
    let convert = |value: f64| published.unit.convert(value, &unit);
    let samples: Vec<f64> =
        published.samples.iter().filter_map(|sample| convert(*sample)).collect();
    let converted = match samples[..] {
        [] => convert(published.value),
        _ => stats::median(&samples),
    };
    record.metrics.insert(metric.key.to_string(), converted.unwrap_or(value));
    if let Some(kept) = record.extra.get_mut("samples").and_then(|kept| kept.as_object_mut())
        && kept.shift_remove(canonical.key.as_ref()).is_some()
    {
        kept.insert(metric.key.to_string(), summary(&samples));
    }
}
