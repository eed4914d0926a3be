//! What the name of a metric says about it.
//!
//! In: a name such as `prefill_time_s`, `kv_cache_mb`, `accepted_tokens_per_s`. Out: its unit, and which
//! way is better where the name leaves no doubt.

use crate::metric::{Better, Gating, Metric};

/// Units by the last word of a name, as they are printed, and their usual direction.
const UNITS: [(&[&str], &str, Better); 16] = [
    (&["ns"], "ns", Better::Lower),
    (&["us"], "us", Better::Lower),
    (&["ms"], "ms", Better::Lower),
    (&["s", "sec", "secs", "seconds"], "s", Better::Lower),
    (&["bytes"], "bytes", Better::Lower),
    (&["kb"], "KB", Better::Lower),
    (&["mb"], "MB", Better::Lower),
    (&["gb"], "GB", Better::Lower),
    (&["kib"], "KiB", Better::Lower),
    (&["mib"], "MiB", Better::Lower),
    (&["gib"], "GiB", Better::Lower),
    (&["j", "joules"], "J", Better::Lower),
    (&["usd"], "USD", Better::Lower),
    (&["fps"], "frames/s", Better::Higher),
    (&["qps", "rps"], "requests/s", Better::Higher),
    (&["pct", "percent", "%"], "%", Better::Neither),
];

/// Units of time by which a rate is counted.
const PER_TIME: [(&[&str], &str); 3] =
    [(&["s", "sec", "second"], "s"), (&["ms"], "ms"), (&["min", "minute"], "min")];

/// Words of quantities of which more is better.
const HIGHER: [&str; 3] = ["throughput", "speedup", "goodput"];

/// Words of quantities of which less is better.
const LOWER: [&str; 5] =
    ["latency", "instruction_count", "mem_usage", "memory_usage", "peak_memory"];

/// Words that are written in capitals.
const CAPITALS: [&str; 8] = ["ttft", "tpot", "itl", "gpu", "cpu", "vae", "kv", "id"];

/// The metric that a key describes: gated where its direction is certain and it is no tail, else
/// reported.
#[must_use]
pub fn described_by(key: &str) -> Metric {
    let unit = unit_of(key);
    let better = direction_of(key);
    let is_gated = better != Better::Neither && !is_tail(key);
    Metric {
        key: key.to_owned().into(),
        label: label_of(key).into(),
        decimals: decimals_of(&unit),
        unit: unit.into(),
        better,
        gating: if is_gated { Gating::Gated } else { Gating::Reported },
    }
}

/// The unit that a name ends with; empty where it names none.
#[must_use]
pub fn unit_of(name: &str) -> String {
    let name = name.to_lowercase();
    if is_time_of_stage(&name) {
        return "s".to_owned();
    }
    if name.contains("instruction_count") {
        return "instructions".to_owned();
    }
    let Some((counted, per)) = rate(&name) else {
        return known(last_word(&name)).map_or_else(String::new, |(unit, _)| unit.to_owned());
    };
    let counted = last_word(counted);
    let counted = known(counted).map_or(counted, |(unit, _)| unit);
    format!("{counted}/{}", per_time(per).unwrap_or(per))
}

/// Which way is better; neither where the name leaves it open, or says two things at once.
#[must_use]
pub fn direction_of(name: &str) -> Better {
    let name = name.to_lowercase();
    if is_time_of_stage(&name) {
        return Better::Lower;
    }
    let by_unit = match rate(&name) {
        Some((_, per)) if per_time(per).is_some() => Better::Higher,
        Some((counted, _)) => known(last_word(counted)).map_or(Better::Neither, |(_, way)| way),
        None => known(last_word(&name)).map_or(Better::Neither, |(_, way)| way),
    };
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let by_word = if has(&HIGHER) {
        Better::Higher
    } else if has(&LOWER) || words(&name).any(|word| word == "time") {
        Better::Lower
    } else {
        Better::Neither
    };
    match (by_unit, by_word) {
        (Better::Neither, way) | (way, Better::Neither) => way,
        (one, other) if one == other => one,
        // tokens counted for each second of a latency are a rate
        (Better::Higher, _) => Better::Higher,
        _ => Better::Neither,
    }
}

/// A name as a key of a record: itself where it is one word of letters, digits and `_`, else
/// [`key_from`] it.
#[must_use]
pub fn key_of(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_key = (1..=80).contains(&name.len()) && name.chars().all(is_plain);
    if is_key { name.to_owned() } else { key_from(name) }
}

/// `text` as a key: lower case, `/` as `per`, `%` as `pct`, everything else that is no letter or
/// digit as `_`; `value` where nothing is left.
#[must_use]
pub fn key_from(text: &str) -> String {
    let words = text.replace('/', " per ").replace('%', " pct ").replace(['µ', 'μ'], "u");
    let parts = words.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let key = parts.map(str::to_lowercase).collect::<Vec<_>>().join("_");
    if key.is_empty() { "value".to_owned() } else { key.chars().take(80).collect() }
}

/// Whether it is a spread, a far percentile or the peak of a rate, which are too noisy to gate on.
#[must_use]
pub fn is_tail(name: &str) -> bool {
    let name = name.to_lowercase();
    let percentile =
        |part: &str| part.strip_prefix('p').is_some_and(|n| n != "50" && n.parse::<f64>().is_ok());
    name.ends_with("_peak")
        || name.split('_').any(|part| part == "std" || part == "stddev" || percentile(part))
}

/// Digits after the point for values in a unit.
#[must_use]
pub fn decimals_of(unit: &str) -> u8 {
    match unit {
        "bytes" | "B" | "allocations" | "instructions" => 0,
        "ns" => 2,
        _ => 3,
    }
}

/// A heading: the words of the name without its unit.
fn label_of(key: &str) -> String {
    let lower = key.to_lowercase();
    let end = match rate(&lower).filter(|_| !is_time_of_stage(&lower)) {
        Some((counted, per)) if per_time(per).is_some() => counted.len(),
        Some(_) => key.len(),
        None => match known(last_word(&lower)) {
            Some(_) => lower.rfind(['_', ' ', '(']).unwrap_or(key.len()),
            None => key.len(),
        },
    };
    let named = key.get(..end).filter(|name| !name.is_empty()).unwrap_or(key);
    let mut label = String::new();
    for (index, word) in named.split('_').filter(|word| !word.is_empty()).enumerate() {
        if index > 0 {
            label.push(' ');
        }
        match word {
            word if CAPITALS.contains(&word) => label.push_str(&word.to_uppercase()),
            word if index == 0 => label.push_str(&capitalized(word)),
            word => label.push_str(word),
        }
    }
    if label.is_empty() { key.to_owned() } else { label }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether it is the key of a stage's metric, which is in seconds whatever the stage is called: of the
/// stage `Prefill Phase/2`, `prefill_phase_per_2_time_s`.
fn is_time_of_stage(name: &str) -> bool {
    name.ends_with("_time_s")
}

/// What is counted, and for each of what, where a name says a rate: `tokens_per_s` does, and
/// `time_per_output_token_ms` and `energy_per_image_j` are amounts that end with their own unit.
fn rate(name: &str) -> Option<(&str, &str)> {
    let (counted, per) = name.rsplit_once("_per_")?;
    let last = last_word(counted);
    let is_counted = last.ends_with('s') || known(last).is_some();
    let has_own_unit = last_word(per) != per && known(last_word(per)).is_some();
    (is_counted || !has_own_unit).then_some((counted, per))
}

fn known(word: &str) -> Option<(&'static str, Better)> {
    let found = UNITS.iter().find(|(words, ..)| words.contains(&word));
    found.map(|(_, unit, way)| (*unit, *way))
}

/// The time of a rate, of which `_peak` is the highest.
fn per_time(word: &str) -> Option<&'static str> {
    let word = word.strip_suffix("_peak").unwrap_or(word);
    PER_TIME.iter().find(|(words, _)| words.contains(&word)).map(|(_, unit)| *unit)
}

fn last_word(name: &str) -> &str {
    name.trim_end_matches(')').rsplit(['(', '_', ' ']).next().unwrap_or_default()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_gives_unit_and_direction() {
        for (key, label, unit, better) in [
            ("prefill_time_s", "Prefill time", "s", Better::Lower),
            ("ttft_ms", "TTFT", "ms", Better::Lower),
            ("kv_cache_mb", "KV cache", "MB", Better::Lower),
            ("tokens_per_s", "Tokens", "tokens/s", Better::Higher),
            ("accepted_tokens_per_s", "Accepted tokens", "tokens/s", Better::Higher),
            ("ms_per_token", "Ms per token", "ms/token", Better::Lower),
            ("energy_j", "Energy", "J", Better::Lower),
            ("copied_mb_per_s", "Copied mb", "MB/s", Better::Higher),
            ("decode_fps", "Decode", "frames/s", Better::Higher),
            ("prefill_phase_per_2_time_s", "Prefill phase per 2 time", "s", Better::Lower),
            ("tokens_per_batch_time_s", "Tokens per batch time", "s", Better::Lower),
            ("throughput_probe_time_s", "Throughput probe time", "s", Better::Lower),
            ("instruction_count_time_s", "Instruction count time", "s", Better::Lower),
            ("time_per_output_token_ms", "Time per output token", "ms", Better::Lower),
            ("energy_per_image_j", "Energy per image", "J", Better::Lower),
            ("latency_per_request_ms", "Latency per request", "ms", Better::Lower),
        ] {
            let metric = described_by(key);
            assert_eq!((&*metric.label, &*metric.unit), (label, unit), "{key}");
            assert_eq!((metric.better, metric.gating), (better, Gating::Gated), "{key}");
        }
    }

    #[test]
    fn a_name_that_leaves_the_direction_open_is_reported_and_never_gated() {
        for (key, unit) in [
            ("acceptance_rate", ""),
            ("cache_hit_pct", "%"),
            ("batch_size", ""),
            ("tokens_per_step", "tokens/step"),
            ("throughput_s", "s"),
        ] {
            let metric = described_by(key);
            assert_eq!((&*metric.unit, metric.better), (unit, Better::Neither), "{key}");
            assert_eq!(metric.gating, Gating::Reported, "{key}");
        }
    }

    #[test]
    fn tails_and_spreads_have_a_direction_and_are_not_gated() {
        for key in ["decode_p99_ms", "decode_std_ms"] {
            let metric = described_by(key);
            assert_eq!((metric.better, metric.gating), (Better::Lower, Gating::Reported), "{key}");
        }
        assert_eq!(described_by("decode_p50_ms").gating, Gating::Gated);
    }

    #[test]
    fn any_text_has_a_label() {
        for key in ["", "_", "s", "é_s", "%", "__ms"] {
            let metric = described_by(key);
            assert!(key.is_empty() || !metric.label.is_empty(), "{key}");
        }
    }

    #[test]
    fn the_peak_of_a_rate_is_in_the_rates_unit_and_is_reported() {
        let peak = described_by("output_tokens_per_s_peak");
        assert_eq!((&*peak.unit, peak.better), ("tokens/s", Better::Higher));
        assert_eq!(peak.gating, Gating::Reported);
    }
}
