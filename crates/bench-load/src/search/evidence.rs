//! What one probe says of an objective: its requests in, sums of blocks for each clause out.

use super::{
    ClauseLine, Probe, ProbeLine, Verdict,
    interval::{Block, Ratio},
    percentile::nearest_rank,
    slo::{Clause, Latency, Slo, Statistic},
};
use crate::{
    observed::{Answer, Observation},
    steady::{Backlog, cut},
};

/// Blocks of consecutive requests that a probe is split into.
const BLOCKS: usize = 64;
/// The part of a probe that is warm-up in any case. A cut that looks at the data alone would tend to
/// begin after a burst that belongs to the load, and pass rates that fail.
const WARM_UP: f64 = 0.2;
/// A longer warm-up is believed where it was slower than the rest by this factor.
const SLOW_START: f64 = 2.0;
/// Headroom that counts as plenty.
const PLENTY: f64 = 100.0;
/// The same of failures.
const PLENTY_OF_SUCCESS: f64 = 8.0;

/// What a probe says of each clause.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    pub(super) clauses: Vec<ClauseEvidence>,
    pub(super) backlog: Backlog,
    /// Requests that were answered each second while others came.
    pub(super) answered_rps: f64,
    offered_rps: f64,
    requests: usize,
    warm_up: usize,
}

/// What a probe says of one clause: that the sum of all numerators by that of all denominators is at
/// most `bound`.
#[derive(Debug, Clone)]
pub(super) struct ClauseEvidence {
    metric: String,
    pub(super) ratio: Ratio,
    pub(super) bound: f64,
    pub(super) blocks: Vec<Block>,
    /// The value of the metric.
    value: f64,
    /// The limit by the value: above 1 it is kept.
    pub(super) headroom: f64,
}

impl Evidence {
    /// # Errors
    /// When answers lack what a clause is about.
    pub(super) fn of(slo: &Slo, observations: &[Observation]) -> Result<Self, String> {
        let mut sorted: Vec<&Observation> = observations.iter().collect();
        sorted.sort_by(|a, b| a.scheduled_s.total_cmp(&b.scheduled_s));
        let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else {
            return Err("a probe sent no request; raise the requests or seconds of a probe".into());
        };
        let (first_s, last_s) = (first.scheduled_s, last.scheduled_s);
        let window = counted(&sorted);
        let kept = &sorted[window.clone()];
        let from_s = kept.first().map_or(first_s, |one| one.scheduled_s);
        let clauses = slo.clauses().iter().map(|clause| ClauseEvidence::of(clause, kept));
        let answered = sorted
            .iter()
            .filter(|one| one.answer.is_some() && (from_s..last_s).contains(&one.ended_s));
        let span_s = (last_s - from_s).max(f64::MIN_POSITIVE);
        Ok(Self {
            clauses: clauses.collect::<Result<_, _>>()?,
            backlog: Backlog::of(&sorted, from_s, last_s),
            answered_rps: answered.count() as f64 / span_s,
            offered_rps: (sorted.len() - window.start) as f64 / span_s,
            requests: kept.len(),
            warm_up: window.start,
        })
    }

    /// How far the limit is: the least headroom of a clause, and where the backlog grows at most the share
    /// that was answered.
    pub(super) fn headroom(&self) -> f64 {
        let least = self.clauses.iter().map(|one| one.headroom).fold(PLENTY, f64::min);
        if self.backlog.grows() { least.min(self.answered_rps / self.offered_rps) } else { least }
    }

    /// Its line of a report.
    pub(super) fn line(&self, probe: &Probe) -> ProbeLine {
        let clause = |one: &ClauseEvidence| ClauseLine {
            metric: one.metric.clone(),
            value: Some(one.value).filter(|value| value.is_finite()),
            verdict: Verdict::of_clause(&[one]),
        };
        ProbeLine {
            rate_rps: probe.rate_rps,
            seed: probe.seed,
            verdict: Verdict::of(&[self]),
            requests: self.requests,
            warm_up: self.warm_up,
            answered_rps: self.answered_rps,
            clauses: self.clauses.iter().map(clause).collect(),
        }
    }
}

/// The requests that count: without the warm-up, and without the end, where the load falls.
fn counted(sorted: &[&Observation]) -> std::ops::Range<usize> {
    let fixed = (sorted.len() as f64 * WARM_UP) as usize;
    let Ok(window) = cut(sorted) else {
        // no cut is good, as when the server is overloaded: what is left is slower still
        return fixed..sorted.len();
    };
    let until = sorted.len() - window.dropped_end;
    let later = window.dropped_start.clamp(fixed, until);
    let start =
        if is_slow_start(&sorted[fixed..later], &sorted[later..until]) { later } else { fixed };
    start..until.max(start)
}

fn is_slow_start(start: &[&Observation], rest: &[&Observation]) -> bool {
    let mean = |part: &[&Observation]| {
        let latencies: Vec<f64> =
            part.iter().filter_map(|one| Some(one.answer.as_ref()?.e2el_ms)).collect();
        bench_records::stats::mean(&latencies)
    };
    mean(start).zip(mean(rest)).is_some_and(|(start, rest)| start > SLOW_START * rest)
}

impl ClauseEvidence {
    pub(super) fn of(clause: &Clause, kept: &[&Observation]) -> Result<Self, String> {
        let size = kept.len().div_ceil(BLOCKS).max(1);
        let (bound, ratio) = match clause {
            Clause::Latency { statistic: Statistic::Mean, limit_ms, .. } => {
                (*limit_ms, Ratio::Mean)
            }
            Clause::Latency { statistic: Statistic::Percentile(percent), .. } => {
                (1.0 - percent / 100.0, Ratio::Share)
            }
            Clause::Success { least } => (1.0 - least, Ratio::Share),
        };
        let block = |block: &[&Observation]| {
            block.iter().fold([0.0; 2], |[top, bottom], one| {
                let [more, of] = part(clause, one);
                [top + more, bottom + of]
            })
        };
        let blocks: Vec<Block> = kept.chunks(size).map(block).collect();
        let value = value(clause, kept)?;
        let headroom = match clause {
            Clause::Latency { limit_ms, .. } => limit_ms / value,
            // few failures are counted too badly to say how far the limit is
            Clause::Success { least } => ((1.0 - least) / (1.0 - value)).min(PLENTY_OF_SUCCESS),
        };
        // nothing failed, or it took no time: plenty, not infinite
        let headroom = if headroom.is_nan() { PLENTY } else { headroom.clamp(0.0, PLENTY) };
        Ok(Self { metric: clause.metric(), ratio, bound, blocks, value, headroom })
    }
}

/// What one request adds to the sums of its block.
fn part(clause: &Clause, one: &Observation) -> Block {
    match (clause, &one.answer) {
        (Clause::Success { .. }, answer) => [f64::from(answer.is_none()), 1.0],
        (Clause::Latency { statistic: Statistic::Percentile(_), .. }, None) => [1.0, 1.0],
        (Clause::Latency { statistic: Statistic::Mean, .. }, None) => [0.0, 0.0],
        (Clause::Latency { latency, statistic, limit_ms }, Some(answer)) => {
            let values = values(*latency, answer);
            let top = match statistic {
                Statistic::Mean => values.iter().sum(),
                Statistic::Percentile(_) => {
                    values.iter().filter(|value| *value > limit_ms).count() as f64
                }
            };
            [top, values.len() as f64]
        }
    }
}

/// The latencies of an answer: none, one, or one for each gap.
fn values(latency: Latency, answer: &Answer) -> &[f64] {
    match latency {
        Latency::Ttft => answer.ttft_ms.as_slice(),
        Latency::Tpot => answer.tpot_ms.as_slice(),
        Latency::Itl => &answer.itl_ms,
        Latency::E2el => std::slice::from_ref(&answer.e2el_ms),
    }
}

/// The value of a clause's metric; infinite where failures reach its percentile, or nothing was answered.
fn value(clause: &Clause, kept: &[&Observation]) -> Result<f64, String> {
    let answers = || kept.iter().filter_map(|one| one.answer.as_ref());
    let Clause::Latency { latency, statistic, .. } = clause else {
        return Ok(answers().count() as f64 / kept.len() as f64);
    };
    let mut all: Vec<f64> = answers().flat_map(|one| values(*latency, one)).copied().collect();
    if all.is_empty() && answers().next().is_some() {
        return Err(format!(
            "answers have no {}, which {} is about; ask for streams of several tokens, or choose e2el",
            latency.as_str(),
            clause.metric()
        ));
    }
    Ok(match statistic {
        Statistic::Mean => bench_records::stats::mean(&all).unwrap_or(f64::INFINITY),
        Statistic::Percentile(percent) => {
            let failed = kept.len() - answers().count();
            all.extend(std::iter::repeat_n(f64::INFINITY, failed));
            nearest_rank(&mut all, *percent).unwrap_or(f64::INFINITY)
        }
    })
}
