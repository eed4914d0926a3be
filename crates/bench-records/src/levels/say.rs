//! Changes of level in words: the same sentence in a terminal, in a comment and on a page.

use super::{Certainty, Levels, Shift, Way};
use crate::{
    change::NoiseKind,
    decimal::{decimal, signed},
    metric::{Better, Metric},
    naming::short_commit,
    scale::Scale,
};

/// Such as `slower since 9678ab94d1 (3 runs): 28.8 → 31.3 s, +8.7 % [8.1, 9.3]`.
#[must_use]
pub fn shift_in_words(shift: &Shift, metric: &Metric) -> String {
    let doubt = match shift.certainty {
        Certainty::Confirmed => "",
        Certainty::Suspected => "perhaps ",
    };
    let way = way_in_words(shift, metric);
    let since = match shift.commit_since.is_empty() {
        true => shift.since.to_minute(),
        false => short_commit(&shift.commit_since).to_owned(),
    };
    let runs = if shift.records == 1 { "run" } else { "runs" };
    let levels = levels_in_words(shift, metric);
    let further = match (shift.is_flip, shift.is_faded, shift.is_within_a_commit()) {
        (true, ..) => "; it switches between two levels",
        (_, true, _) => "; the levels have met again since",
        (.., true) => "; both levels are of one commit, so that something else changed",
        _ => "",
    };
    let accepted = if shift.is_acknowledged { "; acknowledged" } else { "" };
    format!("{doubt}{way} since {since} ({} {runs}): {levels}{further}{accepted}", shift.records)
}

/// Such as `28.8 → 31.3 s, +8.7 % [8.1, 9.3]`.
#[must_use]
pub fn levels_in_words(shift: &Shift, metric: &Metric) -> String {
    let scale = Scale::of(metric, Some(shift.before.abs().max(shift.after.abs())));
    let after = scale.quantity(Some(shift.after));
    let levels = format!("{} → {after}", scale.format(Some(shift.before)));
    let Some(change) = shift.change else { return levels };
    let interval = match (shift.low, shift.high) {
        (Some(low), Some(high)) => {
            format!(" [{}, {}]", decimal(low * 100.0, 1), decimal(high * 100.0, 1))
        }
        _ => String::new(),
    };
    format!("{levels}, {} %{interval}", signed(change * 100.0, 1))
}

/// `6bd4709..9678ab9`: between which commits it changed; `None` where records name none.
#[must_use]
pub fn range_in_words(shift: &Shift) -> Option<String> {
    let known = !shift.commit_before.is_empty() && !shift.commit_since.is_empty();
    let range =
        || format!("{}..{}", short_commit(&shift.commit_before), short_commit(&shift.commit_since));
    known.then(range)
}

/// Such as `one run of this series shows 1.2 %`; `None` where too few records say how much it scatters.
#[must_use]
pub fn one_run_in_words(levels: &Levels) -> Option<String> {
    let least = levels.one_run()? * 100.0;
    let decimals = if least < 10.0 { 1 } else { 0 };
    Some(format!("one run of this series shows {} %", decimal(least, decimals)))
}

/// Such as `31.3 s [31.2, 31.4]`: the level that holds now, with its interval where there is one.
#[must_use]
pub fn level_in_words(levels: &Levels, metric: &Metric) -> Option<String> {
    let level = levels.segments().last()?.level;
    let scale = Scale::of(metric, Some(level));
    let interval = levels
        .level_interval()
        .map(|(low, high)| format!(" [{}, {}]", scale.format(Some(low)), scale.format(Some(high))));
    Some(scale.quantity(Some(level)) + &interval.unwrap_or_default())
}

/// Such as `quiet (±0.4 %)`: how the series scatters. `None` where too few records say so.
#[must_use]
pub fn noise_in_words(levels: &Levels) -> Option<String> {
    let noise = levels.detection().noise?;
    let kind = match noise.kind {
        NoiseKind::Unknown => return None,
        NoiseKind::Exact => return Some("exact".to_owned()),
        NoiseKind::Bimodal => "two modes",
        NoiseKind::Quiet => "quiet",
        NoiseKind::Normal => "normal",
        NoiseKind::Noisy => "noisy",
    };
    let percent = noise.scale * 100.0;
    let decimals = if percent < 0.95 { 2 } else { 1 };
    Some(format!("{kind} (±{} %)", decimal(percent, decimals)))
}

/// Such as `2 % after 27 runs, 5 % after 5 runs`: the changes that would be confirmed; empty where none
/// would, or the noise is unknown. Of changes that take as long as a smaller one, nothing is said.
#[must_use]
pub fn power_in_words(levels: &Levels) -> String {
    let mut fewest = usize::MAX;
    let mut words = Vec::new();
    for power in &levels.detection().power {
        let Some(runs) = power.runs.filter(|runs| *runs < fewest) else { continue };
        fewest = runs;
        words.push(format!("{} % after {runs} runs", power.change * 100.0));
    }
    words.join(", ")
}

/// How a single run lies to its level: such as `+7.9 % from its level, 28.8 s; one run of this series
/// shows 9.1 %, so that this may be noise`. A run that is part of the levels is held against the others.
/// `None` where too few records say how much the series scatters.
#[must_use]
pub fn run_in_words(levels: &Levels, value: f64, is_part: bool, metric: &Metric) -> Option<String> {
    let level = levels.level(is_part)?;
    let scale = Scale::of(metric, Some(level));
    let from = match level == 0.0 {
        true => format!("its level is {}", scale.quantity(Some(level))),
        false => {
            let change = (value - level) / level.abs() * 100.0;
            format!("{} % from its level, {}", signed(change, 1), scale.quantity(Some(level)))
        }
    };
    let meaning = match levels.is_within_noise(value, is_part)? {
        true => "so that this may be noise",
        false => "so that this is more than its noise",
    };
    Some(format!("{from}; {}, {meaning}", one_run_in_words(levels)?))
}

fn way_in_words(shift: &Shift, metric: &Metric) -> &'static str {
    let is_more = shift.after > shift.before;
    match (shift.way, is_speed(metric)) {
        (Way::Worse, true) => "slower",
        (Way::Better, true) => "faster",
        (Way::Worse, false) => "worse",
        (Way::Better, false) => "better",
        (Way::Neither, _) if is_more => "higher",
        (Way::Neither, _) => "lower",
    }
}

/// Times that are better lower and rates that are better higher.
fn is_speed(metric: &Metric) -> bool {
    match metric.better {
        Better::Lower => matches!(&*metric.unit, "s" | "ms" | "us" | "µs" | "ns"),
        Better::Higher => metric.unit.ends_with("/s"),
        Better::Neither => false,
    }
}
