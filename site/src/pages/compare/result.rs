//! How two came out against each other, as it is drawn.

use super::{
    candidates::By,
    group::mean_stand,
    model::{Comparison, Difference, Stand},
    pairs::pairs,
    sheet::mean_words,
};
use crate::{
    components::{
        message::empty,
        table::{Cell, headings, table},
    },
    dom::{Content, El, el, text},
    format,
};

pub(super) fn result(by: By, comparison: &Comparison) -> Content {
    let [only_a, only_b] = comparison.alone.each_ref().map(Vec::len);
    let words = format!(
        "Both ran {}; only A {}, only B {}. {}",
        format::counted(comparison.shared, "series", "series"),
        format::count(only_a),
        format::count(only_b),
        values_are(by),
    );
    let mut shown = vec![text("p", "quiet small", words).attr("role", "status")];
    if comparison.groups.is_empty() {
        let remedy = "Choose two that ran the same benchmarks, or another metric.";
        shown.push(empty("There is no metric that both sides measured.", remedy));
    } else {
        shown.extend(means(comparison));
    }
    shown.extend(comparison.groups.iter().flat_map(|group| pairs(by, group)));
    shown.extend(alone("Only A ran", &comparison.alone[0]));
    shown.extend(alone("Only B ran", &comparison.alone[1]));
    shown.extend(unpaired(comparison));
    shown.extend(differences(by, comparison));
    shown
}

fn values_are(by: By) -> String {
    match by {
        By::Commit => "A value is the median of the commit's records of a series.".to_owned(),
        By::Device | By::Variant => format!(
            "A value is the median of the last {} main-branch records of the newest series that measured the metric, whether or not they passed the gate.",
            bench_records::baseline::WINDOW
        ),
    }
}

fn means(comparison: &Comparison) -> Content {
    let rows = comparison.groups.iter().map(|group| {
        let stand = mean_stand(group);
        let tally = |stand| group.pairs.iter().filter(|pair| pair.stand == stand).count();
        let change = group.mean_ratio.map(|ratio| ratio - 1.0);
        let count = |stand| Cell::number(format::count(tally(stand)));
        vec![
            Cell::text(group.metric.label.to_string()),
            Cell::number(mean_words(group)),
            change_cell(stand.unwrap_or(Stand::Same), change),
            Cell::text(stand.map_or("n/a", Stand::word)),
            count(Stand::Worse),
            count(Stand::Better),
            Cell::number(format::count(tally(Stand::WithinNoise) + tally(Stand::Same))),
        ]
    });
    let columns = [
        "Metric",
        ">Geometric mean of B / A",
        ">Change",
        "B is",
        ">Worse",
        ">Better",
        ">Within noise or the same",
    ];
    let caption = "The ratio of each metric, from five pairs on with its 95 % confidence interval, and how many pairs became worse or better";
    vec![
        text("h2", "", "Over all that both ran"),
        table(caption, headings(&columns), rows.collect()),
    ]
}

pub(super) fn change_cell(stand: Stand, change: Option<f64>) -> Cell {
    let class = match stand {
        Stand::Worse => "number worse",
        Stand::Better => "number better",
        _ => "number quiet",
    };
    let words = match (stand, change) {
        (_, None) => "n/a".to_owned(),
        (Stand::Same, Some(_)) => "none".to_owned(),
        (_, Some(change)) => format::percent(change),
    };
    Cell::of(class, words)
}

fn alone(heading: &str, names: &[String]) -> Option<El> {
    (!names.is_empty()).then(|| {
        let items = names.iter().map(|name| text("li", "", name));
        let summary = format!("{heading}: {}", format::counted(names.len(), "series", "series"));
        el("details", "").add(text("summary", "", summary)).add(el("ul", "").all(items))
    })
}

/// What could not be paired, and why.
fn unpaired(comparison: &Comparison) -> Option<El> {
    (!comparison.unpaired.is_empty()).then(|| {
        let words = format!(
            "Not paired: {}. Several benchmarks share this workload and their names differ between A and B, so it is unclear which belong together. Give each pair its own workload_id.",
            comparison.unpaired.join(", ")
        );
        text("p", "note warn", words)
    })
}

fn differences(by: By, comparison: &Comparison) -> Content {
    let shown = if comparison.differences.is_empty() {
        let words = match by {
            By::Commit => {
                "None: both commits are compared within a series, whose recipe, hardware and software profile are the same by definition."
            }
            _ => "Nothing that the records state differs, or they state no identity.",
        };
        text("p", "quiet", words)
    } else {
        let caption = "Fields of the identity whose values differ, and in how many of the series that both ran";
        fields(caption, &comparison.differences, comparison.shared)
    };
    vec![text("h2", "", "Differences of recipe, hardware and software"), shown]
}

/// Fields with the values of both sides, and in how many of `shared` series.
pub(super) fn fields(caption: &str, differences: &[Difference], shared: usize) -> El {
    let row = |difference: &Difference| {
        let [a, b] = difference.values.clone();
        vec![
            Cell::text(difference.field.clone()),
            Cell::of("mono", a),
            Cell::of("mono", b),
            Cell::number(format!("{} of {shared}", difference.count)),
        ]
    };
    let rows = differences.iter().map(row).collect();
    table(caption, headings(&["Field", "A", "B", ">Series"]), rows)
}
