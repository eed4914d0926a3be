//! How a run came out, metric by metric.

use bench_records::{gate::policy::judge_point, series::Series};

use crate::{
    components::{
        status::{outcome_badge, verdict_line},
        table::{Cell, headings, table},
    },
    dataset::Dataset,
    dom::{Content, text},
    format, judged,
};

pub(super) fn judgement(dataset: &Dataset, series: &Series, index: usize) -> Content {
    let batch = dataset.batch();
    let judgement = judge_point(series, index, &batch);
    let rungs = judged::ladder(series, index, &batch);
    let point = &series.points[index];
    let flags = judged::flag_words(point.flags);
    let enters = if point.time.is_future(dataset.now) {
        "its time is in the future, so that it enters no baseline".to_owned()
    } else if flags.is_empty() {
        "it counts in the baselines of later runs".to_owned()
    } else {
        format!("it enters no baseline: {}", flags.join(", "))
    };
    let words = format!(
        "Judged {} against the median of {} before it; {enters}.",
        judged::how_much(&judgement),
        format::counted(judgement.baseline_count, "record", "records"),
    );
    let written = point.verdict.filter(|written| *written != judgement.verdict).map(|written| {
        let written = written.as_str().replace('_', " ");
        let words = format!(
            "When it was recorded its verdict was {written}, by the limits and the history in force then."
        );
        text("p", "quiet small", words)
    });
    let line = |rung: judged::Rung| {
        vec![
            Cell::text(rung.label),
            Cell::number(rung.current),
            Cell::number(rung.baseline),
            Cell::number(rung.change),
            Cell::number(rung.limit),
            Cell::view("", vec![outcome_badge(rung.outcome)]),
            Cell::of("small", rung.why),
        ]
    };
    let columns = ["Metric", ">This run", ">Baseline", ">Change", ">Limit", "Outcome", "Why"];
    let rows = rungs.into_iter().map(line).collect();
    let mut parts = vec![
        text("h2", "", "Judgement"),
        verdict_line(judgement.verdict, &judged::reason(series, &judgement, &dataset.table)),
        text("p", "quiet small", words),
    ];
    parts.extend(written);
    parts.push(table("What it measured, held against its baseline", headings(&columns), rows));
    parts
}
