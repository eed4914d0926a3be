//! One metric of all that both sides ran: pairs, their ratios, and how B stands.

use bench_records::{
    baseline::WINDOW,
    gate::{Outcome, policy::SeriesJudge},
    metric::{Better, Metric},
    order::sorted,
    stats::{self, MAD_TO_SIGMA},
};

use super::{
    candidates::{By, counts},
    model::{Group, Judges, Pair, Sides, Stand, Value},
};
use crate::{
    dataset::{Dataset, Row, is_of_main},
    judged::{Leaning, Mean},
    metrics::{NOISE_SIGMAS, noise},
};

pub(super) fn group(
    dataset: &Dataset,
    by: By,
    sides: [&str; 2],
    (matched, judges): (&[Sides<'_>], &[Judges<'_>]),
    key: &str,
) -> Group {
    let metric = dataset.table.get_or_unjudged(key);
    let mut group = Group {
        metric,
        pairs: Vec::new(),
        mean_ratio: None,
        mean_count: 0,
        mean_interval: None,
        alone: Default::default(),
    };
    for (rows, judges) in matched.iter().zip(judges) {
        let value = |side: usize| {
            let (row, judge) = (rows[side]?, judges[side].as_ref()?);
            value(dataset, by, (row, judge), sides[side], key)
        };
        match (rows, value(0), value(1)) {
            ([Some(row_a), Some(row_b)], Some(a), Some(b)) => {
                let noise = [row_a, row_b].into_iter().filter_map(|row| noise(&row.recent, key));
                let noise = noise.reduce(f64::max);
                group.pairs.push(pair(&group.metric, by, [row_a, row_b], (a, b), noise));
            }
            ([Some(row), Some(_)], Some(_), None) => group.alone[0].push(row.words()),
            ([Some(_), Some(row)], None, Some(_)) => group.alone[1].push(row.words()),
            _ => {}
        }
    }
    let mean = Mean::of(group.pairs.iter().filter_map(|pair| pair.ratio));
    group.mean_ratio = mean.map(|mean| mean.ratio);
    group.mean_count = mean.map_or(0, |mean| mean.count);
    group.mean_interval = mean.and_then(|mean| mean.interval);
    let metric = group.metric.clone();
    let badness = |pair: &Pair| match metric.better {
        Better::Higher => -pair.change.unwrap_or_default(),
        Better::Lower => pair.change.unwrap_or_default(),
        Better::Neither => pair.change.unwrap_or_default().abs(),
    };
    group.pairs = sorted(&group.pairs, |a, b| badness(b).total_cmp(&badness(a)));
    group
}

/// Of a commit the median of its records; of a device or variant that of the last records of main that
/// measured the metric, whatever the gate said of them.
fn value(
    dataset: &Dataset,
    by: By,
    (row, judge): (&Row, &SeriesJudge<'_>),
    side: &str,
    key: &str,
) -> Option<Value> {
    let column = row.recent.column(key)?;
    let points = row.recent.points.iter().enumerate().rev();
    let stand_for_it = points.filter(|(_, point)| match by {
        By::Commit => *point.commit == *side && counts(point, dataset.now),
        By::Device | By::Variant => is_of_main(point) && !point.time.is_future(dataset.now),
    });
    let measured =
        stand_for_it.filter_map(|(at, point)| Some((at, point.values.get(column).copied()??)));
    let most = if by == By::Commit { usize::MAX } else { WINDOW };
    let (places, values): (Vec<usize>, Vec<f64>) = measured.take(most).unzip();
    let is_beyond = |at: &&usize| {
        matches!(judge.finding(**at, key).outcome, Outcome::Regression | Outcome::Exceeded)
    };
    Some(Value {
        median: stats::median(&values)?,
        count: values.len(),
        beyond: places.iter().filter(is_beyond).count(),
        // a commit's records are as old as the commit
        is_stale: row.is_stale && by != By::Commit,
    })
}

fn pair(
    metric: &Metric,
    by: By,
    rows: [&Row; 2],
    (a, b): (Value, Value),
    noise: Option<f64>,
) -> Pair {
    let (from, to) = (a.median, b.median);
    let comparable = from > 0.0 && to >= 0.0;
    let [_, row] = rows;
    let (_, device, variant) = row.name();
    let place = match by {
        By::Commit => row.place(),
        By::Device => variant.to_owned(),
        By::Variant => device.to_owned(),
    };
    let benchmark = match rows.map(Row::benchmark) {
        [a, b] if a == b => a.to_owned(),
        [a, b] => format!("{a} → {b}"),
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
        benchmark,
        place,
        a,
        b,
        ratio: comparable.then(|| to / from),
        change: comparable.then(|| (to - from) / from),
        noise,
        stand,
    }
}

/// How B stands in the mean of a group: as its ratio says, where its interval or the pairs that tell bear it out.
#[must_use]
pub fn mean_stand(group: &Group) -> Option<Stand> {
    let ratio = group.mean_ratio?;
    let mean = Mean { ratio, count: group.mean_count, interval: group.mean_interval };
    let telling = group.pairs.iter().filter(|pair| pair.stand.tells());
    Some(match mean.leaning(&telling.map(|pair| pair.change).collect::<Vec<_>>()) {
        Leaning::Same => Stand::Same,
        Leaning::WithinNoise => Stand::WithinNoise,
        Leaning::Tells => stand(group.metric.better, ratio > 1.0),
        Leaning::Mixed => Stand::Mixed,
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
