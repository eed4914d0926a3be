//! In which fields of their identity two sides differ.

use std::collections::BTreeMap;

use bench_records::order::distinct;

use super::model::{Difference, Sides};

pub(super) fn differences(matched: &[Sides<'_>]) -> Vec<Difference> {
    let mut found: BTreeMap<(String, [String; 2]), usize> = BTreeMap::new();
    for rows in matched {
        let [Some(a), Some(b)] = rows else { continue };
        let (a, b) = (&a.recent.labels, &b.recent.labels);
        let gpu = ("gpu_type".to_owned(), [&a.gpu_type, &b.gpu_type].map(|gpu| said(gpu.as_ref())));
        let fields = distinct(a.identity.keys().chain(b.identity.keys()).map(String::as_str));
        let identity = fields.into_iter().map(|field| {
            let values = [a, b].map(|labels| said(labels.identity.get(&field)));
            (field, values)
        });
        for (field, values) in identity.chain([gpu]).filter(|(_, [a, b])| a != b) {
            *found.entry((field, values)).or_default() += 1;
        }
    }
    found.into_iter().map(|((field, values), count)| Difference { field, values, count }).collect()
}

fn said(value: Option<&String>) -> String {
    value.map_or("n/a", String::as_str).to_owned()
}
