//! Our times beside PyTorch's, where both measured the same work.

use serde_json::{Value, json};

use crate::{
    plan::{
        full::{FULL, FULL_CUDNN, UNTILED_CUDNN},
        variants::LAYERS,
    },
    table::{Outcome, Row},
};

/// What is compared: the peer's name, our step, the number of its record, what that is divided by, and
/// what differs.
const PAIRS: [(&str, &str, &str, f64, &str); 4] = [
    ("denoise_step", FULL, "step_p50_s", 1.0, "30 layers, both prompts of guidance"),
    ("denoise_step", FULL_CUDNN, "step_p50_s", 1.0, "30 layers, both prompts of guidance"),
    ("wan_block", "variant default", "step_p50_s", LAYERS, "ours is a sixth of a step of 6 layers"),
    (
        "vae_decode",
        UNTILED_CUDNN,
        "vae_decode_time_s",
        1.0,
        "both a latent frame at a time, to bytes on the host",
    ),
];

/// The lines that the script of the peers wrote. One that was cut off counts as skipped.
pub fn read(text: &str) -> Vec<Value> {
    let line = |(index, line): (usize, &str)| {
        serde_json::from_str(line).unwrap_or_else(|error| {
            let name = format!("line {} of peers.json", index + 1);
            json!({"name": name, "skipped": format!("cannot be read: {error}")})
        })
    };
    text.lines().enumerate().map(line).collect()
}

/// A comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// What was measured.
    pub what: String,
    /// Our step.
    pub step: String,
    /// Our time in seconds, where it was measured.
    pub ours_s: Option<f64>,
    /// The peer's.
    pub theirs_s: f64,
    /// What differs.
    pub note: String,
}

impl Ratio {
    /// Ours over theirs: above 1 we are slower.
    pub fn ratio(&self) -> Option<f64> {
        self.ours_s.map(|ours_s| ours_s / self.theirs_s)
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        json!({
            "what": self.what,
            "step": self.step,
            "ours_s": self.ours_s,
            "theirs_s": self.theirs_s,
            "ratio": self.ratio(),
            "note": self.note,
        })
    }
}

/// Every time of the peers, with ours beside it where a step that passed has measured the same.
pub fn compare(rows: &[Row], peers: &[Value]) -> Vec<Ratio> {
    let mut ratios = Vec::new();
    for peer in peers {
        let (Some(what), Some(theirs_s)) = (peer["name"].as_str(), peer["seconds"].as_f64()) else {
            continue;
        };
        let alone = |note: &str| Ratio {
            what: what.to_owned(),
            step: String::new(),
            ours_s: None,
            theirs_s,
            note: note.to_owned(),
        };
        let pairs: Vec<Ratio> = PAIRS
            .iter()
            .filter(|pair| pair.0 == what)
            .map(|(_, step, key, divisor, note)| Ratio {
                step: (*step).to_owned(),
                ours_s: ours(rows, step, key).map(|seconds| seconds / divisor),
                ..alone(note)
            })
            .collect();
        if pairs.is_empty() {
            ratios.push(alone(peer["note"].as_str().unwrap_or_default()));
        }
        ratios.extend(pairs);
    }
    ratios
}

fn ours(rows: &[Row], step: &str, key: &str) -> Option<f64> {
    let row = rows.iter().find(|row| row.step == step && row.outcome == Outcome::Passed)?;
    row.numbers.get(key)?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan, table};

    /// What the script wrote on a CPU, with `--tiny`.
    const TINY: &str = include_str!("../peers/tiny-cpu.jsonl");

    #[test]
    fn every_pair_names_a_step_of_the_plan() {
        let steps = plan::steps();
        for (_, name, ..) in PAIRS {
            assert!(steps.iter().any(|step| step.name == name), "{name}");
        }
    }

    #[test]
    fn every_pair_finds_its_time_in_what_the_script_writes() {
        let peers = read(TINY);
        let rows: Vec<Row> = PAIRS
            .iter()
            .map(|(_, step, key, ..)| {
                let mut row = Row::new(step, 3, Outcome::Passed, "");
                row.numbers.insert((*key).to_owned(), json!(0.6));
                row
            })
            .collect();
        let ratios = compare(&rows, &peers);
        for (what, step, ..) in PAIRS {
            let found = ratios.iter().find(|ratio| ratio.what == what && ratio.step == step);
            assert!(
                found.and_then(Ratio::ratio).is_some_and(|times| times > 0.0),
                "{what}, {step}"
            );
        }
        // five more were measured or skipped, and each is in the table
        let text = table::markdown(&rows, &peers, &ratios);
        for peer in &peers {
            let name = peer["name"].as_str().expect("a name");
            assert!(text.contains(&format!("\n| {name} | ")), "{name}: {text}");
        }
        let reason = "not available on this device: cuDNN needs CUDA";
        assert!(text.contains(&format!("| attention_cudnn | – | – | – | – | skipped: {reason} |")));
        assert_eq!(peers.len(), 8);
    }

    #[test]
    fn a_line_that_was_cut_off_is_said_and_the_others_count() {
        let peers = read("{\"name\": \"linear\", \"seconds\": 0.5}\n{\"name\": \"wan_bl");
        assert_eq!(compare(&[], &peers)[0].theirs_s, 0.5);
        assert_eq!(peers[1]["name"], "line 2 of peers.json");
        assert!(peers[1]["skipped"].as_str().is_some_and(|why| why.starts_with("cannot be read")));
    }

    #[test]
    fn the_script_measures_the_shapes_of_our_benchmarks() {
        let script = include_str!("../peers/wan.py");
        let full = script.split("FULL = Sizes(").nth(1).and_then(|rest| rest.split(')').next());
        let full: String = full.expect("sizes").split_whitespace().collect();
        let config: Value =
            serde_json::from_str(include_str!("../benchmarks/wan-full-dummy.json")).expect("JSON");
        let (model, size) = (&config["model"]["architecture"], &config["generation_kwargs"]);
        let count = |value: &Value| value.as_u64().expect("a count");
        let dit = |key: &str| count(&model["transformer"][key]);
        let expected = format!(
            "frames={},rows={},columns={},heads={},head_dim={},ffn={},text=512,layers={},vae_width={}",
            (count(&size["num_frames"]) - 1) / 4 + 1,
            count(&size["height"]) / 8,
            count(&size["width"]) / 8,
            dit("num_attention_heads"),
            dit("attention_head_dim"),
            dit("ffn_dim"),
            dit("num_layers"),
            count(&model["vae"]["base_dim"]),
        );
        assert_eq!(full, expected);
    }

    #[test]
    fn a_ratio_is_ours_over_theirs_and_a_step_that_failed_has_none() {
        let mut row = Row::new("variant default", 3, Outcome::Passed, "");
        row.numbers.insert("step_p50_s".to_owned(), json!(0.6));
        let peers =
            [json!({"name": "wan_block", "seconds": 0.05}), json!({"name": "x", "skipped": "y"})];
        let ratios = compare(std::slice::from_ref(&row), &peers);
        assert_eq!(ratios.len(), 1);
        let ratio = ratios[0].ratio().expect("both measured");
        assert!((ratio - 2.0).abs() < 1e-9, "{ratio}");
        row.outcome = Outcome::Failed;
        assert_eq!(compare(&[row], &peers)[0].ratio(), None);
    }
}
