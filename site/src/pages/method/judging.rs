//! How a record is judged, in words: the baseline, the change, the limit, and how it comes out.

use bench_records::{
    baseline::WINDOW,
    config::{STATIC_LIMITS, StaticLimit},
    gate::{Outcome, Skip, policy::DEFAULT_MAX_REGRESSION},
    metric::{Metric, MetricTable},
    series::Flags,
    verdict::Verdict,
};

use super::model::{Part, Rows, percent};
use crate::{components::status::outcome_words, format, judged::flag_words};

pub(super) fn baseline() -> Part {
    let reasons = flag_words(Flags(u16::MAX));
    Part {
        title: "The baseline",
        text: vec![
            format!(
                "A record is held against the median of the last {WINDOW} eligible records of its series that ran before it. Values that were not measured are left out of the median but keep their place in the window; a measured 0 counts. With an even number of values the median is the mean of the middle two."
            ),
            format!(
                "A record enters no baseline when it is one of these: {}; or its time is in the future. Nothing else keeps it out: a slow run that passed its gates counts.",
                reasons.join("; ")
            ),
        ],
        ..Part::default()
    }
}

pub(super) fn change() -> Part {
    let [latency, throughput] =
        ["latency", "throughput"].map(|key| MetricTable::default().get_or_unjudged(key));
    let worse = |metric: &Metric, current, base| {
        let change = metric
            .worsening(current, base)
            .map_or("n/a".to_owned(), |change| percent(change.fraction));
        format!(
            "{} from {} to {} is {change} worse",
            metric.label,
            format::quantity(metric, Some(base), None),
            format::quantity(metric, Some(current), None)
        )
    };
    Part {
        title: "The change, and the limit in force",
        text: vec![
            format!("The change is (current − baseline) / baseline in the bad direction: {}; {}. Against a negative baseline the change is a fraction of its size. Against zero there is no fraction: the same value passes, and any other is beyond every percentage, so that the absolute floor alone decides.", worse(&latency, 27.0, 25.0), worse(&throughput, 1.5, 2.0)),
            format!("This dashboard judges every metric that its benchmark does not limit by itself by one limit, the default of the gate: worse by more than {} is a regression, better by more than {} an improvement, and a change of exactly the limit passes. Limits of a benchmark's own configuration hold for its whole series, as its newest record has them. The gate in CI may have been given other limits by its command line; a run's page says where the verdict that was recorded then differs.", percent(DEFAULT_MAX_REGRESSION), percent(DEFAULT_MAX_REGRESSION)),
            "Where a configuration sets limits of its own, a change must exceed both the percentage and the absolute floor; what the configuration leaves out has the values of the table of metrics below.".to_owned(),
        ],
        ..Part::default()
    }
}

pub(super) fn levels() -> Part {
    Part {
        title: "Levels: what changed, and what is noise",
        text: vec![
            "A gate asks whether one record is bad. The level of a series is the median of its records of the main branch since it last changed, and the label of a card says how the series stands by its levels, whatever the gate says of its newest record.".to_owned(),
            "Confirmed: the level changed to the worse, and no later record takes that back. Suspected: a change to the worse is likely, or the newest record is beyond its limit and beyond three times the scatter of single runs, or fewer than 20 runs say how much that is. Within noise: it is beyond its limit, and within that scatter. Drifting: it becomes worse slowly. Not running and ended: no run for more than 7 or 30 days before the newest of the history.".to_owned(),
        ],
        ..Part::default()
    }
}

pub(super) fn ladder() -> Part {
    let words = |skip: Skip| skip.reason();
    Part {
        title: "Why was this not flagged?",
        text: vec!["A run goes down these steps, metric by metric, and the first that holds is the answer. The series' page shows the numbers of each step for any of its runs.".to_owned()],
        steps: vec![
            format!("This run did not measure the metric and neither did its baseline: “{}”. Where the baseline has it and the metric is gated, it is missing, and that fails.", words(Skip::NotMeasured)),
            format!("There is no eligible record before it: “{}”. The verdict is {}, which passes.", words(Skip::NoBaseline), Verdict::Calibration),
            format!("The records before it did not measure the metric: “{}”.", words(Skip::NotInBaseline)),
            format!("The metric has no better direction: “{}”.", words(Skip::NoDirection)),
            format!("The median is not positive: “{}” under the policies of FastVideo, which judge by a ratio; the gate of this project judges it as above.", words(Skip::BaselineNotPositive)),
            format!("The change is for the better, and requests of the run failed: “{}”.", words(Skip::RequestsFailed)),
            format!("The change is not above the limit of {}: within limit. A slow drift can stay here, for the baseline drifts along: the chart of the series shows it.", percent(DEFAULT_MAX_REGRESSION)),
            "The change is above the limit and the metric is reported, not gated: beyond, not gated. It is listed and coloured, and fails nothing.".to_owned(),
            "The run belongs to another series since its recipe, hardware or software profile changed: look for the benchmark's other series in the overview.".to_owned(),
        ],
        ..Part::default()
    }
}

pub(super) fn verdicts() -> Part {
    let meaning = |verdict| match verdict {
        Verdict::Pass => "judged against a baseline, and nothing gated is beyond its limit",
        Verdict::Improved => "as pass, and a gated metric is better by more than its limit",
        Verdict::Regression => {
            "a gated metric is worse than its baseline by more than its limit, or above a static limit"
        }
        Verdict::Calibration => "no earlier record to compare with; this one begins the baseline",
        Verdict::MissingMetric => "the baseline has a gated metric that this run lost",
        Verdict::RecipeMismatch => "the workload is known with another recipe only",
        Verdict::InfraError => "nothing was measured, or nothing that could be judged",
    };
    let row = |verdict: Verdict| {
        let gate = if verdict.passes() { "passes" } else { "fails" };
        vec![verdict.as_str().replace('_', " "), gate.to_owned(), meaning(verdict).to_owned()]
    };
    Part {
        title: "Verdicts of a record",
        table: Some(Rows {
            caption: "Every verdict, the worst first",
            columns: &["Verdict", "The gate", "Meaning"],
            rows: Verdict::ALL.into_iter().map(row).collect(),
        }),
        ..Part::default()
    }
}

pub(super) fn outcomes() -> Part {
    let all = [
        (Outcome::Regression, "worse by more than the limit, and gated: fails"),
        (Outcome::Missing, "gated, in the baseline, and not in this run: fails"),
        (Outcome::Exceeded, "worse by more than the limit, and only reported: passes"),
        (
            Outcome::Skipped(Skip::NoBaseline),
            "there was nothing to hold it against, or it has no better direction; the reason stands beside it",
        ),
        (Outcome::Improved, "better by more than the limit"),
        (Outcome::Pass, "neither worse nor better by more than the limit"),
    ];
    let row = |(outcome, meaning): (Outcome, &str)| {
        let (_, shape, word) = outcome_words(outcome);
        vec![format!("{shape} {word}"), meaning.to_owned()]
    };
    Part {
        title: "Outcomes of a metric",
        table: Some(Rows {
            caption: "How one metric of one record comes out",
            columns: &["Outcome", "Meaning"],
            rows: all.into_iter().map(row).collect(),
        }),
        ..Part::default()
    }
}

pub(super) fn static_limits() -> Part {
    let row = |limit: &StaticLimit| {
        let metric = MetricTable::default().get_or_unjudged(limit.metric);
        vec![metric.label.to_string(), limit.name.to_owned(), metric.unit.to_string()]
    };
    Part {
        title: "Static limits",
        text: vec!["Besides, a benchmark's configuration can set fixed limits for a GPU. They are judged when the benchmark runs: a value equal to its limit passes, a metric that was not measured is skipped. The index does not keep them; a run that failed one is marked, and enters no baseline.".to_owned()],
        table: Some(Rows {
            caption: "Metrics that can have a static limit",
            columns: &["Metric", "Name in the configuration", "Unit"],
            rows: STATIC_LIMITS.iter().map(row).collect(),
        }),
        ..Part::default()
    }
}
