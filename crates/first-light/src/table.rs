//! The table of what became of each step, as Markdown and as JSON.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::{duration::in_words, ratios::Ratio, records::KEPT};

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Otherwise, or killed at its limit.
    Failed,
    /// Something that it needs is not here.
    Skipped,
}

impl Outcome {
    const ALL: [Self; 3] = [Self::Passed, Self::Failed, Self::Skipped];

    /// The word of the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The step's name.
    pub step: String,
    /// Its part of the plan.
    pub part: u8,
    /// What became of it.
    pub outcome: Outcome,
    /// The reason, or a note.
    pub words: String,
    /// How long it ran.
    pub seconds: f64,
    /// Its limit.
    pub limit_s: u64,
    /// Numbers of its record.
    pub numbers: Map<String, Value>,
}

impl Row {
    /// One that has not run.
    pub fn new(step: &str, part: u8, outcome: Outcome, words: &str) -> Self {
        let (step, words) = (step.to_owned(), words.to_owned());
        Self { step, part, outcome, words, seconds: 0.0, limit_s: 0, numbers: Map::new() }
    }

    fn json(&self) -> Value {
        json!({
            "step": self.step,
            "part": self.part,
            "outcome": self.outcome.word(),
            "words": self.words,
            "seconds": self.seconds,
            "limit_s": self.limit_s,
            "numbers": self.numbers,
        })
    }

    fn of_json(value: &Value) -> Option<Self> {
        let word = value["outcome"].as_str()?;
        Some(Self {
            step: value["step"].as_str()?.to_owned(),
            part: u8::try_from(value["part"].as_u64()?).ok()?,
            outcome: Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)?,
            words: value["words"].as_str()?.to_owned(),
            seconds: value["seconds"].as_f64()?,
            limit_s: value["limit_s"].as_u64()?,
            numbers: value["numbers"].as_object()?.clone(),
        })
    }
}

/// The counts, in words.
pub fn counts(rows: &[Row]) -> String {
    let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
    let words = Outcome::ALL.map(|outcome| format!("{} {}", count(outcome), outcome.word()));
    words.join(", ")
}

/// As JSON.
pub fn json(rows: &[Row], peers: &[Value], ratios: &[Ratio]) -> Value {
    json!({
        "steps": rows.iter().map(Row::json).collect::<Vec<_>>(),
        "peers": peers,
        "ratios": ratios.iter().map(Ratio::json).collect::<Vec<_>>(),
    })
}

/// Rows and peers of what [`json()`] made.
pub fn of_json(value: &Value) -> (Vec<Row>, Vec<Value>) {
    let list = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    (list("steps").iter().filter_map(Row::of_json).collect(), list("peers"))
}

/// As Markdown.
pub fn markdown(rows: &[Row], peers: &[Value], ratios: &[Ratio]) -> String {
    let mut text = format!("# First light\n\n{}\n\n", counts(rows));
    text += "| part | step | outcome | took | limit | note |\n|---|---|---|---|---|---|\n";
    for row in rows {
        let took = match row.outcome {
            Outcome::Skipped => "–".to_owned(),
            _ => in_words(Duration::from_secs_f64(row.seconds)),
        };
        let (step, outcome) = (cell(&row.step), row.outcome.word());
        text += &format!(
            "| {} | {step} | {outcome} | {took} | {} s | {} |\n",
            row.part,
            row.limit_s,
            cell(&row.words)
        );
    }
    text + &measured(rows) + &beside_peers(peers, ratios)
}

fn measured(rows: &[Row]) -> String {
    let mut text = format!("\n## Measured\n\n| step | {} |\n|---|", KEPT.join(" | "));
    text += &format!("{}\n", "---|".repeat(KEPT.len()));
    let with_numbers: Vec<&Row> = rows.iter().filter(|row| !row.numbers.is_empty()).collect();
    for row in &with_numbers {
        let value = |key: &&str| {
            row.numbers.get(*key).and_then(Value::as_f64).map_or("–".to_owned(), number)
        };
        let values: Vec<String> = KEPT.iter().map(value).collect();
        text += &format!("| {} | {} |\n", cell(&row.step), values.join(" | "));
    }
    if with_numbers.is_empty() { "\nNothing was measured.\n".to_owned() } else { text }
}

fn beside_peers(peers: &[Value], ratios: &[Ratio]) -> String {
    let mut text = String::from("\n## Beside PyTorch\n\n");
    if peers.is_empty() {
        return text + "Not measured: see the step `peers`.\n";
    }
    text += "| what | theirs s | ours s | ours / theirs | our step | note |\n|---|---|---|---|---|---|\n";
    for ratio in ratios {
        let ours = ratio.ours_s.map_or("–".to_owned(), number);
        let times = ratio.ratio().map_or("–".to_owned(), |times| format!("{times:.2}"));
        let (theirs, what) = (number(ratio.theirs_s), cell(&ratio.what));
        let (step, note) = (cell(&ratio.step), cell(&ratio.note));
        text += &format!("| {what} | {theirs} | {ours} | {times} | {step} | {note} |\n");
    }
    for peer in peers {
        if let (Some(name), Some(reason)) = (peer["name"].as_str(), peer["skipped"].as_str()) {
            text += &format!("| {} | – | – | – | – | skipped: {} |\n", cell(name), cell(reason));
        }
    }
    text
}

fn number(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        // a kernel takes less than a millisecond
        ..0.01 => format!("{value:.6}"),
        _ => format!("{value:.4}"),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let mut passed = Row::new("doctor", 1, Outcome::Passed, "");
        (passed.seconds, passed.limit_s) = (1.26, 10);
        passed.numbers.insert("dit_time_s".to_owned(), json!(1.5));
        vec![passed, Row::new("peers", 3, Outcome::Skipped, "no a|b\nhere")]
    }

    #[test]
    fn the_table_says_what_passed_and_why_the_rest_did_not() {
        let text = markdown(&rows(), &[], &[]);
        assert!(text.contains("1 passed, 0 failed, 1 skipped"), "{text}");
        assert!(text.contains("| 1 | doctor | passed | 1.3 s | 10 s |  |"), "{text}");
        assert!(text.contains("| 3 | peers | skipped | – | 0 s | no a\\|b here |"), "{text}");
        assert!(text.contains("| doctor | – | – | 1.5000 | – | – | – |"), "{text}");
        assert!(text.contains("Not measured: see the step `peers`."), "{text}");
    }

    #[test]
    fn peers_stand_beside_ours_and_one_that_was_skipped_has_its_reason() {
        let peers = [json!({"name": "conv3d", "skipped": "out of memory"})];
        let ratio = Ratio {
            what: "wan_block".to_owned(),
            step: "variant default".to_owned(),
            ours_s: Some(0.1),
            theirs_s: 0.05,
            note: String::new(),
        };
        let text = markdown(&rows(), &peers, &[ratio]);
        assert!(
            text.contains("| wan_block | 0.0500 | 0.1000 | 2.00 | variant default |  |"),
            "{text}"
        );
        assert!(text.contains("skipped: out of memory"), "{text}");
    }

    #[test]
    fn numbers_keep_three_digits_at_least() {
        let shown = [0.000_86, 0.05, 12.5, 30_123.4].map(number);
        assert_eq!(shown, ["0.000860", "0.0500", "12.5000", "30123"]);
    }

    #[test]
    fn a_table_is_read_again_as_it_was_written() {
        let value = json(&rows(), &[json!({"name": "x"})], &[]);
        assert_eq!(of_json(&value), (rows(), vec![json!({"name": "x"})]));
    }
}
