//! The legend of a chart with several lines.

use super::plot::{Joining, Line, Plot};
use crate::{
    components::choice::toggle,
    dom::{Content, El, Shared, el, text},
};

/// Names and colours of the lines: buttons that show and hide them.
pub fn legend(plot: &Plot, on_toggle: &Shared<usize>) -> Content {
    let entry = |(at, line): (usize, &Line)| -> El {
        let (hidden, on_toggle) = (line.hidden, on_toggle.clone());
        let class = if line.colour >= 8 { "chart-swatch dashed" } else { "chart-swatch" };
        let swatch =
            el("span", class).style("background", &format!("var(--chart-{})", line.colour % 8));
        let press = move || on_toggle(at);
        let button = toggle("plain", "", move || !hidden, press).add(swatch).text(&line.label);
        el("li", "").add(button)
    };
    let lines = plot.lines.iter().enumerate();
    let joined: Vec<(usize, &Line)> =
        lines.filter(|(_, line)| line.joining == Joining::Joined).collect();
    match joined.len() {
        0 | 1 => Vec::new(),
        _ => vec![text("ul", "chart-legend", "").all(joined.into_iter().map(entry))],
    }
}
