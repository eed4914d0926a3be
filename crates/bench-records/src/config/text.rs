//! What a benchmark asks of a language model: `generation_kwargs` come in, a [`TextShape`] goes out.

use serde_json::{Map, Value};

use super::problems::{Fault, shown};

/// Lengths, batch and sampling of a language model's requests. `None` is the pipeline's own default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextShape {
    /// What a trial is.
    pub workload: TextWorkload,
    /// Tokens of each prompt.
    pub input_tokens: Option<u64>,
    /// Tokens that each request generates.
    pub output_tokens: Option<u64>,
    /// Requests that are computed together, at most.
    pub batch_size: Option<u64>,
    /// Requests of one trial, for throughput.
    pub num_requests: Option<u64>,
    /// Whether an end token ends an answer; `None` where it is left to whether `output_tokens` is given.
    pub ignore_eos: Option<bool>,
    /// 0 is greedy.
    pub temperature: Option<f64>,
    /// Probability of the tokens that are sampled from.
    pub top_p: Option<f64>,
    /// Number of the tokens that are sampled from.
    pub top_k: Option<u64>,
    /// Least probability of those, as a fraction of the likeliest.
    pub min_p: Option<f64>,
    /// Texts that end an answer.
    pub stop: Vec<String>,
}

/// What one trial of a language model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextWorkload {
    /// One batch, from all its prompts to its last token.
    #[default]
    Latency,
    /// Many requests that are there at once, of which a batch is under way at a time.
    Throughput,
}

impl TextWorkload {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Latency, Self::Throughput];

    /// Its word in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Throughput => "throughput",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.name() == name)
    }
}

impl TextShape {
    pub(super) fn of(generation: &Map<String, Value>) -> Self {
        let count = |key: &str| generation.get(key).and_then(Value::as_u64);
        let number = |key: &str| generation.get(key).and_then(Value::as_f64);
        let stop = generation.get("stop").and_then(Value::as_array).into_iter().flatten();
        let workload = generation.get("workload").and_then(Value::as_str);
        Self {
            workload: workload.and_then(TextWorkload::named).unwrap_or_default(),
            input_tokens: count("input_tokens"),
            output_tokens: count("output_tokens"),
            batch_size: count("batch_size"),
            num_requests: count("num_requests"),
            ignore_eos: generation.get("ignore_eos").and_then(Value::as_bool),
            temperature: number("temperature"),
            top_p: number("top_p"),
            top_k: count("top_k"),
            min_p: number("min_p"),
            stop: stop.filter_map(|text| text.as_str().map(str::to_owned)).collect(),
        }
    }
}

/// The workload is a known one, probabilities are such, and texts that end an answer are not empty.
pub(super) fn check(generation: &Map<String, Value>) -> Result<(), Fault> {
    check_workload(generation)?;
    check_number(generation, "temperature", "0 or more", "write 0 for greedy", |t| t >= 0.0)?;
    let is_share = |p: f64| p > 0.0 && p <= 1.0;
    check_number(generation, "top_p", "above 0 and at most 1", "write for example 0.9", is_share)?;
    let is_fraction = |p: f64| (0.0..=1.0).contains(&p);
    check_number(generation, "min_p", "from 0 to 1", "write for example 0.05", is_fraction)?;
    check_stop(generation)
}

fn check_workload(generation: &Map<String, Value>) -> Result<(), Fault> {
    let Some(name) = generation.get("workload").and_then(Value::as_str) else { return Ok(()) };
    if TextWorkload::named(name).is_some() {
        return Ok(());
    }
    let problem = format!("generation_kwargs.workload is {}", shown(&name.into()));
    let remedy = "write \"latency\" or \"throughput\"";
    Err(Fault::of("generation_kwargs.workload", name, problem, remedy))
}

fn check_number(
    generation: &Map<String, Value>,
    key: &str,
    range: &str,
    remedy: &str,
    holds: impl Fn(f64) -> bool,
) -> Result<(), Fault> {
    let Some(value) = generation.get(key).filter(|value| !value.is_null()) else { return Ok(()) };
    if value.as_f64().is_some_and(holds) {
        return Ok(());
    }
    let field = format!("generation_kwargs.{key}");
    let problem = format!("{field} is {}, but must be {range}", shown(value));
    Err(Fault::of(&field, value.clone(), problem, remedy.to_owned()))
}

fn check_stop(generation: &Map<String, Value>) -> Result<(), Fault> {
    let texts = generation.get("stop").and_then(Value::as_array).into_iter().flatten();
    for (index, text) in texts.enumerate() {
        if text.as_str().is_none_or(str::is_empty) {
            let field = format!("generation_kwargs.stop[{index}]");
            let problem = format!("{field} is {}, but must be a text", shown(text));
            return Err(Fault::of(&field, text.clone(), problem, "write for example \"\\n\\n\""));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(generation: &Value) -> TextShape {
        TextShape::of(generation.as_object().expect("an object"))
    }

    #[test]
    fn lengths_and_sampling_come_from_the_generation_arguments() {
        let text = shape(&json!({
            "workload": "throughput", "input_tokens": 8, "output_tokens": 4, "batch_size": 2,
            "num_requests": 6, "temperature": 0.5, "stop": ["end"]
        }));
        assert_eq!(text.workload, TextWorkload::Throughput);
        assert_eq!((text.input_tokens, text.output_tokens), (Some(8), Some(4)));
        assert_eq!((text.batch_size, text.num_requests), (Some(2), Some(6)));
        assert_eq!((text.temperature, text.top_p), (Some(0.5), None));
        assert_eq!(text.stop, ["end"]);
        assert_eq!(shape(&json!({})), TextShape::default());
    }

    #[test]
    fn what_is_no_workload_probability_or_text_is_refused_with_its_field() {
        for (key, value) in [
            ("workload", json!("speed")),
            ("temperature", json!(-0.5)),
            ("top_p", json!(0)),
            ("min_p", json!(1.5)),
            ("stop", json!([""])),
        ] {
            let generation = json!({ key: value });
            let fault = check(generation.as_object().expect("an object")).expect_err(key);
            assert!(fault.to_string().starts_with(&format!("generation_kwargs.{key}")), "{fault}");
        }
    }
}
