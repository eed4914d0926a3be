//! How everything is computed, in words; every number comes from the code that computes with it.
//!
//! In: a history. Out: [`Part`]s, headings with paragraphs, lists and a table.

use bench_records::{
    baseline::WINDOW,
    config::DEFAULTS,
    gate::{Limit, Outcome, Skip, policy::DEFAULT_MAX_REGRESSION, static_limits::STATIC_LIMITS},
    index::head::{DIGITS, LOOKBACK_DAYS, MAX_POINTS, MIN_POINTS},
    metric::{Better, CORE, Gating, METRICS, Metric, MetricTable},
    series::Flags,
    stats::{CONFIDENCE, samples_needed},
    status::STALE_AFTER,
    time::{DAY, FUTURE_TOLERANCE},
    verdict::Verdict,
};

use crate::{
    components::status::outcome_words,
    dataset::Dataset,
    format,
    pages::{
        compare::model::NOISE_SIGMAS,
        overview::model::{NOISE_NEEDS, NOISE_VALUES},
        series::model::{flag_words, limit_words},
    },
};

/// A heading with what stands below it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// The heading.
    pub title: &'static str,
    /// Paragraphs.
    pub text: Vec<String>,
    /// A list in an order that matters.
    pub steps: Vec<String>,
    /// A table.
    pub table: Option<Rows>,
}

/// A table of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// What it shows.
    pub caption: &'static str,
    /// Headings.
    pub columns: &'static [&'static str],
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

/// The whole page.
#[must_use]
pub fn parts(dataset: &Dataset) -> Vec<Part> {
    vec![
        sources(dataset),
        flow(),
        baseline(),
        change(),
        ladder(),
        verdicts(),
        outcomes(),
        metrics(&dataset.table),
        static_limits(),
        percentiles(),
        rounding(),
        comparing(),
    ]
}

fn percent(fraction: f64) -> String {
    format::percent(fraction).trim_start_matches('+').to_owned()
}

fn sources(dataset: &Dataset) -> Part {
    let rows = dataset.config.sources.iter().map(|source| {
        let is_open = source.name == dataset.source.name;
        let here = |text: String| if is_open { text } else { "not open".to_owned() };
        vec![
            source.name.clone(),
            source.url.clone(),
            here(format::counted(dataset.records, "record", "records")),
            here(format::counted(dataset.rows.len(), "series", "series")),
            here(format::count(dataset.set_aside)),
            here(match dataset.rows.is_empty() {
                true => "n/a".to_owned(),
                false => format!(
                    "{} UTC, {}",
                    format::minute(dataset.newest),
                    format::ago(dataset.newest, dataset.now)
                ),
            }),
        ]
    });
    let days = STALE_AFTER.0 / DAY.0;
    Part {
        title: "What is shown",
        text: vec![
            format!(
                "Medians, changes and verdicts are made in this browser, by the code that fails the gate in CI. The overview, the findings and comparisons begin with an index, whose values have {DIGITS} significant digits; how the newest record of a series came out stands in it, from values in full. The pages of a series and of a run judge values in full."
            ),
            format!(
                "The overview loads the points of the {LOOKBACK_DAYS} days before the newest of each series, at least {MIN_POINTS} and at most {MAX_POINTS}; a series' page loads all. Charts begin with the last {} days before the newest record.",
                dataset.config.lookback_days
            ),
            format!(
                "A series is stale when its newest record is more than {days} days older than the newest of the whole history. A record more than {} ahead of the clock is never the latest and enters no baseline.",
                minutes(FUTURE_TOLERANCE.0)
            ),
        ],
        table: Some(Rows {
            caption: "Histories of this dashboard",
            columns: &[
                "History",
                "Address",
                ">Records",
                ">Series",
                ">Files set aside",
                "Newest record",
            ],
            rows: rows.collect(),
        }),
        ..Part::default()
    }
}

fn minutes(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    if minutes % 60 == 0 {
        format::counted((minutes / 60) as usize, "hour", "hours")
    } else {
        format!("{minutes} minutes")
    }
}

fn flow() -> Part {
    Part {
        title: "From a run to a series",
        text: vec![
            "A run repeats a benchmark: warm-up trials, which count for nothing, then clean trials, synchronised only at their end, from which the latency comes, and as many instrumented trials, synchronised after each stage, from which the times of stages come. Every trial is kept; one is left out of the numbers only for a reason that is recorded with it and does not depend on its time.".to_owned(),
            "A record sums a run up. Records that can be compared form a series: those with the same workload, variant, benchmark version, recipe, hardware and software profile; where records carry no such identity, those with the same benchmark and device. A change of any of these opens a new series, so that it is no false alarm.".to_owned(),
            "Within a series records are in the order of their time, then their id. A metric that was not measured is n/a and never 0.".to_owned(),
        ],
        ..Part::default()
    }
}

fn baseline() -> Part {
    let reasons = flag_words(Flags(u8::MAX));
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

fn change() -> Part {
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
            format!("The change is (current − baseline) / baseline in the bad direction: {}; {}. Against a baseline that is zero or negative there is no change, and the metric is not judged.", worse(&latency, 27.0, 25.0), worse(&throughput, 1.5, 2.0)),
            format!("This dashboard judges every metric that its benchmark does not limit by itself by one limit, the default of the gate: worse by more than {} is a regression, better by more than {} an improvement, and a change of exactly the limit passes. Limits of a benchmark's own configuration hold for its whole series, as its newest record has them. The gate in CI may have been given other limits by its command line; a run's page says where the verdict that was recorded then differs.", percent(DEFAULT_MAX_REGRESSION), percent(DEFAULT_MAX_REGRESSION)),
            "Where a configuration sets limits of its own, a change must exceed both the percentage and the absolute floor; what the configuration leaves out has the values of the table of metrics below.".to_owned(),
        ],
        ..Part::default()
    }
}

fn ladder() -> Part {
    let words = |skip: Skip| skip.reason();
    Part {
        title: "Why was this not flagged?",
        text: vec!["A run goes down these steps, metric by metric, and the first that holds is the answer. The series' page shows the numbers of each step for any of its runs.".to_owned()],
        steps: vec![
            format!("This run did not measure the metric and neither did its baseline: “{}”. Where the baseline has it and the metric is gated, it is missing, and that fails.", words(Skip::NotMeasured)),
            format!("There is no eligible record before it: “{}”. The verdict is {}, which passes.", words(Skip::NoBaseline), Verdict::Calibration),
            format!("The records before it did not measure the metric: “{}”.", words(Skip::NotInBaseline)),
            format!("The metric has no better direction: “{}”.", words(Skip::NoDirection)),
            format!("The median is not positive: “{}”.", words(Skip::BaselineNotPositive)),
            format!("The change is not above the limit of {}: within limit. A slow drift can stay here, for the baseline drifts along: the chart of the series shows it.", percent(DEFAULT_MAX_REGRESSION)),
            "The change is above the limit and the metric is reported, not gated: beyond, not gated. It is listed and coloured, and fails nothing.".to_owned(),
            "The run belongs to another series since its recipe, hardware or software profile changed: look for the benchmark's other series in the overview.".to_owned(),
        ],
        ..Part::default()
    }
}

fn verdicts() -> Part {
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

fn outcomes() -> Part {
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

fn metrics(table: &MetricTable) -> Part {
    let own = table.own().iter().map(|metric| row_of(metric, "this history"));
    let built_in = METRICS.iter().map(|metric| {
        let is_core = CORE.iter().any(|(key, _)| *key == metric.key);
        row_of(metric, if is_core { "built in, core" } else { "built in" })
    });
    Part {
        title: "Metrics",
        text: vec!["Tails, spreads and utilisation are reported and not gated: a few records say too little about a 99th percentile for a limit of a few percent to mean anything.".to_owned()],
        table: Some(Rows {
            caption: "Every metric with its direction and limits",
            columns: &["Metric", "Key", "Unit", "Better", "The gate", ">Limit here", ">Where a configuration sets limits", "Known from"],
            rows: own.chain(built_in).collect(),
        }),
        ..Part::default()
    }
}

fn row_of(metric: &Metric, origin: &str) -> Vec<String> {
    let is_judged = metric.better != Better::Neither;
    let fraction = |fraction, gating| limit_words(metric, Limit::fraction(fraction, gating));
    let here =
        if is_judged { fraction(DEFAULT_MAX_REGRESSION, metric.gating) } else { "none".to_owned() };
    let default = DEFAULTS.iter().find(|(key, _)| *key == metric.key);
    vec![
        metric.label.to_string(),
        metric.key.to_string(),
        if metric.unit.is_empty() { "none".to_owned() } else { metric.unit.to_string() },
        match metric.better {
            Better::Lower => "lower",
            Better::Higher => "higher",
            Better::Neither => "neither",
        }
        .to_owned(),
        match metric.gating {
            Gating::Gated => "gated",
            Gating::Reported => "reported",
        }
        .to_owned(),
        here.clone(),
        default.map_or(here, |(_, limits)| limit_words(metric, (*limits).into())),
        origin.to_owned(),
    ]
}

fn static_limits() -> Part {
    let row = |(key, _, name): (&str, &str, &str)| {
        let metric = MetricTable::default().get_or_unjudged(key);
        vec![metric.label.to_string(), name.to_owned(), metric.unit.to_string()]
    };
    Part {
        title: "Static limits",
        text: vec!["Besides, a benchmark's configuration can set fixed limits for a GPU. They are judged when the benchmark runs: a value equal to its limit passes, a metric that was not measured is skipped. The index does not keep them; a run that failed one is marked, and enters no baseline.".to_owned()],
        table: Some(Rows {
            caption: "Metrics that can have a static limit",
            columns: &["Metric", "Name in the configuration", "Unit"],
            rows: STATIC_LIMITS.into_iter().map(row).collect(),
        }),
        ..Part::default()
    }
}

fn percentiles() -> Part {
    let row = |percent: f64| {
        let needed = samples_needed(percent).map_or("n/a".to_owned(), format::count);
        vec![format!("P{percent:.0}"), needed]
    };
    Part {
        title: "Percentiles",
        text: vec![format!(
            "A percentile is by nearest rank over all samples that count, so that it is always one of them. Its interval runs between two of the samples and holds the percentile of the population with at least {} probability, whatever the distribution. With too few samples there is no such interval, and the page says how many it needs.",
            percent(CONFIDENCE)
        )],
        table: Some(Rows {
            caption: "Samples below which a percentile has no interval",
            columns: &["Percentile", ">Samples needed"],
            rows: [50.0, 90.0, 95.0, 99.0].into_iter().map(row).collect(),
        }),
        ..Part::default()
    }
}

fn rounding() -> Part {
    Part {
        title: "Digits and lines",
        text: vec![
            format!("The noise of a metric is the median absolute deviation of the last {NOISE_VALUES} values of its series; below {NOISE_NEEDS} values it is not known. A number is printed with the digits that this noise supports, between three and six; with four where it is not known. Judging uses the numbers as they are stored."),
            "Where a chart has more points than pixels, each column of pixels keeps its first, lowest, highest and last point, so that no spike is lost. The line of a card is drawn from the newest points alone and has an axis of its own: it says how one series went, and cannot be held against another's.".to_owned(),
            "Times are in UTC.".to_owned(),
        ],
        ..Part::default()
    }
}

fn comparing() -> Part {
    Part {
        title: "Comparing two",
        text: vec![
            format!("Commits are compared within each series, by the median of a commit's records among the newest points. Devices and variants are compared benchmark by benchmark, by the median of the last {WINDOW} eligible records of the newest series."),
            "The geometric mean is over the ratios B / A of what both measured: twice as much and half as much cancel. A pair whose value is zero or negative has no ratio and is not in it; how many are is said beside it.".to_owned(),
            format!("A difference is within noise when it is at most {NOISE_SIGMAS} standard deviations, as the median absolute deviation of the noisier side says them."),
        ],
        ..Part::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::dataset_of;

    fn text() -> String {
        format!("{:?}", parts(&dataset_of(&[("latency", &[1.0, 2.0])])))
    }

    #[test]
    fn the_numbers_are_those_that_the_gate_computes_with() {
        // as text is printed for programmers, a narrow space is an escape
        let text = text().replace("\\u{202f}", "\u{202f}");
        for number in [
            "median of the last 5 ",
            "more than 5.0\u{202f}%",
            "more than 7 days",
            "more than 1 hour ahead",
            "8.0\u{202f}% worse",
        ] {
            assert!(text.contains(number), "{number} in {text}");
        }
    }

    #[test]
    fn every_verdict_and_every_metric_has_a_row() {
        let parts = parts(&dataset_of(&[("latency", &[1.0])]));
        let rows = |title: &str| {
            let part = parts.iter().find(|part| part.title == title).expect("such a part");
            part.table.clone().expect("a table").rows
        };
        assert_eq!(rows("Verdicts of a record").len(), Verdict::ALL.len());
        assert_eq!(rows("Metrics").len(), METRICS.len());
        let needed: Vec<String> =
            rows("Percentiles").into_iter().map(|row| row[1].clone()).collect();
        assert_eq!(needed, ["6", "29", "59", "299"]);
    }

    #[test]
    fn rows_have_a_cell_for_each_heading() {
        for part in parts(&dataset_of(&[("latency", &[1.0])])) {
            let table = part.table.iter();
            table.for_each(|table| {
                assert!(
                    table.rows.iter().all(|row| row.len() == table.columns.len()),
                    "{}",
                    part.title
                );
            });
        }
    }
}
