//! One metric of all that both sides ran: pairs, their ratios, and how B stands.

use bench_records::{
    baseline::WINDOW,
    gate::policy::eligible_values,
    metric::{Better, Metric},
    order::sorted,
    series::Series,
    stats::{self, MAD_TO_SIGMA},
};

use super::{
    candidates::By,
    model::{Group, NOISE_SIGMAS, Pair, Sides, Stand, Value, points_at, words},
};
use crate::{
    dataset::{Dataset, Row},
    pages::overview::model::noise,
};

pub(super) fn group(
    dataset: &Dataset,
    by: By,
    sides: [&str; 2],
    matched: &[Sides<'_>],
    key: &str,
) -> Group {
    let metric = dataset.table.get_or_unjudged(key);
    let mut group = Group {
        metric,
        pairs: Vec::new(),
        mean_ratio: None,
        mean_count: 0,
        alone: Default::default(),
    };
    for rows in matched {
        let value =
            |side: usize| rows[side].and_then(|row| value(dataset, by, row, sides[side], key));
        match (rows, value(0), value(1)) {
            ([Some(row_a), Some(row_b)], Some(a), Some(b)) => {
                let noise = [row_a, row_b].into_iter().filter_map(|row| noise(&row.recent, key));
                group.pairs.push(pair(&group.metric, by, row_b, (a, b), noise.reduce(f64::max)));
            }
            ([Some(row), Some(_)], Some(_), None) => group.alone[0].push(words(row)),
            ([Some(_), Some(row)], None, Some(_)) => group.alone[1].push(words(row)),
            _ => {}
        }
    }
    let ratios: Vec<f64> =
        group.pairs.iter().filter_map(|pair| pair.ratio).filter(|ratio| *ratio > 0.0).collect();
    group.mean_ratio = stats::geometric_mean(&ratios);
    group.mean_count = ratios.len();
    let metric = group.metric.clone();
    let badness = |pair: &Pair| match metric.better {
        Better::Higher => -pair.change.unwrap_or_default(),
        Better::Lower => pair.change.unwrap_or_default(),
        Better::Neither => pair.change.unwrap_or_default().abs(),
    };
    group.pairs = sorted(&group.pairs, |a, b| badness(b).total_cmp(&badness(a)));
    group
}

/// Of a commit the median of its records; of a device or variant that of the last records that a
/// baseline could use.
fn value(dataset: &Dataset, by: By, row: &Row, side: &str, key: &str) -> Option<Value> {
    let series: &Series = &row.recent;
    let values: Vec<f64> = match by {
        By::Commit => {
            points_at(row, side, dataset).filter_map(|point| series.value(point, key)).collect()
        }
        By::Device | By::Variant => {
            let eligible = eligible_values(series, key, dataset.now);
            eligible.into_iter().rev().take(WINDOW).flatten().collect()
        }
    };
    // a commit's records are as old as the commit
    let is_stale = row.is_stale && by != By::Commit;
    Some(Value { median: stats::median(&values)?, count: values.len(), is_stale })
}

fn pair(metric: &Metric, by: By, row: &Row, (a, b): (Value, Value), noise: Option<f64>) -> Pair {
    let (from, to) = (a.median, b.median);
    let comparable = from > 0.0 && to >= 0.0;
    let (benchmark, device, variant) = row.name();
    let place = match by {
        By::Commit => {
            [device, variant].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" · ")
        }
        By::Device => variant.to_owned(),
        By::Variant => device.to_owned(),
    };
    let within =
        noise.is_some_and(|noise| (to - from).abs() <= NOISE_SIGMAS * MAD_TO_SIGMA * noise);
    let stand = match metric.better {
        _ if to == from => Stand::Same,
        _ if within => Stand::WithinNoise,
        better => stand(better, to > from),
    };
    Pair {
        key: row.key().0.clone(),
        benchmark: benchmark.to_owned(),
        place,
        a,
        b,
        ratio: comparable.then(|| to / from),
        change: comparable.then(|| (to - from) / from),
        noise,
        stand,
    }
}

/// How B stands in the mean of a group, as its ratio says it.
#[must_use]
pub fn mean_stand(group: &Group) -> Option<Stand> {
    let ratio = group.mean_ratio?;
    let is_noise = |pair: &Pair| !pair.stand.tells();
    Some(match group.metric.better {
        _ if (ratio - 1.0).abs() < 5e-5 => Stand::Same,
        _ if group.pairs.iter().all(is_noise) => Stand::WithinNoise,
        better => stand(better, ratio > 1.0),
    })
}

/// How B stands where it is more than A, or less.
fn stand(better: Better, is_more: bool) -> Stand {
    match (better, is_more) {
        (Better::Neither, _) => Stand::Differs,
        (Better::Lower, true) | (Better::Higher, false) => Stand::Worse,
        (Better::Lower, false) | (Better::Higher, true) => Stand::Better,
    }
}
