//! The legend of a chart with several lines.

use std::sync::Arc;

use leptos::prelude::*;

use super::plot::Plot;

/// Names and colours of the lines; buttons that show and hide them, where the page lets them.
#[component]
pub fn Legend(
    plot: Signal<Arc<Plot>>,
    #[prop(into)] on_toggle: Option<Callback<usize>>,
) -> impl IntoView {
    let entry = move |(at, (label, colour, hidden)): (usize, (String, usize, bool))| {
        let swatch = format!("var(--chart-{})", colour % 8);
        view! {
            <li>
                <button type="button" class="plain" aria-pressed=(!hidden).to_string()
                    disabled=on_toggle.is_none()
                    on:click=move |_| { if let Some(toggle) = on_toggle { toggle.run(at); } }>
                    <span class="chart-swatch" class:dashed=(colour >= 8) style:background=swatch></span>
                    {label}
                </button>
            </li>
        }
    };
    let lines = Memo::new(move |_| {
        plot.with(|plot| {
            let line = |line: &super::plot::Line| (line.label.clone(), line.colour, line.hidden);
            plot.lines.iter().map(line).collect::<Vec<_>>()
        })
    });
    move || {
        let lines = lines.get();
        (lines.len() > 1).then(|| {
            let entries = lines.into_iter().enumerate().map(entry);
            view! { <ul class="chart-legend">{entries.collect_view()}</ul> }
        })
    }
}
