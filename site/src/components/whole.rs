//! Older records, which are read once a page is asked for them.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    dataset::{Dataset, Row},
    dom::{El, effect, el},
    state::{Histories, state},
};

/// Reads these series whole once `is_wanted` holds, and then shows the history with all of their records. Says how
/// far it is.
#[must_use]
pub fn whole_where(
    is_wanted: Memo<bool>,
    dataset: &Arc<Dataset>,
    rows: &[Arc<Row>],
    shown: RwSignal<Arc<Dataset>>,
) -> El {
    let is_whole = RwSignal::new(false);
    let (dataset, rows) = (dataset.clone(), rows.to_vec());
    el("div", "").live(move || {
        if !is_wanted.get() || is_whole.get() {
            return Vec::new();
        }
        let histories = state().histories(&dataset, rows.clone());
        let dataset = dataset.clone();
        effect(move || {
            if histories.with(Histories::is_done) {
                shown.set(Arc::new(histories.with(|all| dataset.with_whole(&all.series))));
                is_whole.set(true);
            }
        });
        let words = move || format!("Reading {}…", histories.with(Histories::progress));
        vec![el("p", "quiet").attr("role", "status").live_text(words)]
    })
}
