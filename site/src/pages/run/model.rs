//! Which point of a series a run is, and the command that repeats it.
//!
//! In: a series, the name of a point in the URL, the run's header. Out: positions, words.

use bench_records::{naming::is_commit, series::Series, time::Micros};
use serde_json::{Map, Value};

/// Position of the point that goes by `name`: its id, or its time in ISO 8601; of several at one
/// time the last.
#[must_use]
pub fn find(series: &Series, name: &str) -> Option<usize> {
    let by_id = || series.points.iter().rposition(|point| !name.is_empty() && *point.id == *name);
    let by_time = || {
        let time = Micros::parse(name)?;
        series.points.iter().rposition(|point| point.time == time)
    };
    by_id().or_else(by_time)
}

/// The lines that repeat a run, as far as its header says how it was made; empty where it does not.
#[must_use]
pub fn command(header: &Map<String, Value>, commit: &str) -> Vec<String> {
    let text = |key: &str| header.get(key).and_then(Value::as_str).unwrap_or_default();
    let benchmark = text("benchmark_id");
    if benchmark.is_empty() || text("pipeline").is_empty() {
        return Vec::new();
    }
    let checkout = is_commit(commit).then(|| format!("git checkout {commit}"));
    let run = format!("bench-runner run --only={}", quoted(benchmark));
    checkout.into_iter().chain([run]).collect()
}

/// What the lines of [`command`] do not repeat, in words.
#[must_use]
pub fn caveats(header: &Map<String, Value>, commit: &str) -> Vec<String> {
    let environment = |key: &str| header.get("environment").and_then(|known| known.get(key));
    let mut words = Vec::new();
    if commit.is_empty() {
        words.push("The record names no commit: check out what you mean to measure.".to_owned());
    }
    if environment("is_dirty").and_then(Value::as_bool) == Some(true) {
        words.push(
            "The checkout had uncommitted changes, which its commit does not hold.".to_owned(),
        );
    }
    if let Some(device) = header.get("device").and_then(Value::as_str) {
        words.push(format!("It ran on {device}; on another device a new series begins."));
    }
    let measured = header.get("recipe").and_then(|recipe| recipe.get("model"));
    if let Some(command) = measured.and_then(|model| model.get("command")) {
        words.push(format!("What it measured is the program {command}."));
    }
    words
}

/// As one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Which rule ended the run, in words; the rule's own name where it is none of ours.
#[must_use]
pub fn stopping_words(rule: &str) -> String {
    match rule {
        "count" => "all trials that its configuration asks for were made",
        "stable" => "the median of its clean trials was stable",
        "time_limit" => "its time was up",
        "interrupted" => "it was interrupted by hand",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dataset::point_name, testing::series_of};
    use serde_json::json;

    fn header(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("tests pass objects")
    }

    #[test]
    fn a_point_is_found_by_the_name_that_links_give_it() {
        let mut series = series_of("latency", &[1.0, 2.0, 3.0]);
        series.points[1].id = "01JX".into();
        for index in 0..3 {
            assert_eq!(find(&series, &point_name(&series.points[index])), Some(index));
        }
        assert_eq!(find(&series, &series.points[1].time.to_iso()), Some(1));
        assert_eq!(find(&series, "01JY"), None);
        assert_eq!(find(&series, ""), None);
    }

    #[test]
    fn the_command_says_only_what_the_header_says() {
        assert!(command(&header(json!({"benchmark_id": "wan"})), "").is_empty());
        let known = header(json!({"benchmark_id": "wan", "pipeline": "wan"}));
        assert_eq!(command(&known, ""), ["bench-runner run --only=wan"]);
        let commit = "4d3f0a1b2c";
        assert_eq!(command(&known, commit)[0], "git checkout 4d3f0a1b2c");
        assert_eq!(command(&known, "main; rm -rf").len(), 1);
    }

    #[test]
    fn a_hostile_name_stays_one_word_of_the_shell() {
        let known = header(json!({"benchmark_id": "a'; rm -rf /", "pipeline": "wan"}));
        assert_eq!(command(&known, ""), [r"bench-runner run --only='a'\''; rm -rf /'"]);
    }

    #[test]
    fn what_the_commit_does_not_hold_is_said() {
        let dirty = header(json!({"environment": {"is_dirty": true}, "device": "L40S"}));
        let words = caveats(&dirty, "4d3f0a1b2c").join(" ");
        assert!(words.contains("uncommitted") && words.contains("L40S"), "{words}");
        assert!(caveats(&Map::new(), "")[0].contains("names no commit"));
    }
}
