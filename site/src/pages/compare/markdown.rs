//! A comparison as a short table to paste: six columns, rounded, what differs first.

use super::model::{Comparison, Group, Pair, Value};
use crate::{components::export::Sheet, dataset::words_of, format};

/// Pairs that are listed at most.
const PAIRS: usize = 40;

/// The text; `address` is where the page is, `sides` what A and B are.
#[must_use]
pub fn markdown(comparison: &Comparison, sides: (&str, &str), address: &str) -> String {
    let columns = ["Benchmark", "Metric", "A", "B", "Change", "B is"].map(str::to_owned);
    let all = comparison.groups.iter();
    let all = all.flat_map(|group| group.pairs.iter().map(move |pair| (group, pair)));
    let (telling, even): (Vec<_>, Vec<_>) = all.partition(|(_, pair)| pair.stand.tells());
    let left = telling.len().saturating_sub(PAIRS);
    let rows = telling.iter().take(PAIRS).map(|(group, pair)| row(group, pair)).collect();
    let table = Sheet { columns: columns.to_vec(), rows }.to_markdown();
    let further = match (left, even.len()) {
        (0, 0) => String::new(),
        (0, even) => format!("{} within noise or the same.\n", format::count(even)),
        (left, even) => {
            format!("{left} more differ; {} within noise or the same.\n", format::count(even))
        }
    };
    format!("A is {}, B is {}.\n\n{table}\n{further}{address}\n", sides.0, sides.1)
}

fn row(group: &Group, pair: &Pair) -> Vec<String> {
    let value = |value: &Value| {
        let quantity = format::quantity(&group.metric, Some(value.median), pair.noise);
        if value.count > 1 { format!("{quantity} (n = {})", value.count) } else { quantity }
    };
    vec![
        words_of(&[&pair.benchmark, &pair.place]),
        group.metric.label.to_string(),
        value(&pair.a),
        value(&pair.b),
        pair.change.map_or_else(|| "n/a".to_owned(), format::percent),
        pair.stand.word().to_owned(),
    ]
}
