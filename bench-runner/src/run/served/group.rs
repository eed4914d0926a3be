//! Requests for one model in one shape.

use std::{collections::BTreeMap, time::Instant};

use bench_engine::OutputKind;
use bench_records::raw::{Phase, Trial};
use bench_serve::{Answered, Ended, Order, Receipt, TextWanted, Wanted};

/// What requests must have in common for their times to be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    outputs: u64,
    sizes: Sizes,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Sizes {
    Picture {
        width: u64,
        height: u64,
        num_frames: Option<u64>,
        num_inference_steps: Option<u64>,
        fps: Option<u64>,
    },
    /// Tokens of prompt and answer, at most: powers of two, as requests differ.
    Text { input: u64, output: u64 },
}

/// Requests for one model in one shape.
pub(super) struct Group<'r> {
    /// The model's name.
    pub(super) model: &'r str,
    /// What they asked for.
    pub(super) shape: Shape,
    receipts: Vec<&'r Receipt>,
}

impl Shape {
    fn of(receipt: &Receipt) -> Self {
        let sizes = match &receipt.wanted {
            Wanted::Picture(order) => {
                let Order { width, height, num_frames, num_inference_steps, fps, .. } = *order;
                Sizes::Picture { width, height, num_frames, num_inference_steps, fps }
            }
            Wanted::Text(TextWanted { prompt_tokens, max_tokens, .. }) => Sizes::Text {
                input: prompt_tokens.next_power_of_two(),
                output: max_tokens.next_power_of_two(),
            },
        };
        Self { outputs: receipt.outputs, sizes }
    }

    /// Such as `serve-832x480x81-50steps-16fps`, or `serve-128in-64out`.
    pub(super) fn in_words(&self) -> String {
        let outputs = (self.outputs > 1).then(|| format!("-{}outputs", self.outputs));
        let outputs = outputs.unwrap_or_default();
        match &self.sizes {
            Sizes::Picture { width, height, num_frames, num_inference_steps, fps } => {
                let frames = num_frames.map(|frames| format!("x{frames}")).unwrap_or_default();
                let steps = num_inference_steps.map(|steps| format!("-{steps}steps"));
                let steps = steps.unwrap_or_default();
                let fps = fps.map(|fps| format!("-{fps}fps")).unwrap_or_default();
                format!("serve-{width}x{height}{frames}{steps}{fps}{outputs}")
            }
            Sizes::Text { input, output } => format!("serve-{input}in-{output}out{outputs}"),
        }
    }

    /// Whether its requests are answered in text.
    pub(super) fn is_of_text(&self) -> bool {
        matches!(self.sizes, Sizes::Text { .. })
    }

    /// As a configuration says it.
    pub(super) fn kwargs(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let several = Some(self.outputs).filter(|outputs| *outputs > 1);
        let fields = match self.sizes {
            Sizes::Picture { width, height, num_frames, num_inference_steps, fps } => vec![
                ("width", Some(width)),
                ("height", Some(height)),
                ("num_frames", num_frames),
                ("num_inference_steps", num_inference_steps),
                ("fps", fps),
                ("num_images_per_prompt", several),
            ],
            Sizes::Text { input, output } => vec![
                ("max_input_tokens", Some(input)),
                ("max_output_tokens", Some(output)),
                ("prompts_per_request", several),
            ],
        };
        fields.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl<'r> Group<'r> {
    /// All groups, by model and shape.
    pub(super) fn all(receipts: &'r [Receipt]) -> Vec<Self> {
        let mut groups: BTreeMap<(&str, Shape), Vec<&Receipt>> = BTreeMap::new();
        for receipt in receipts {
            let key = (receipt.wanted.model(), Shape::of(receipt));
            groups.entry(key).or_default().push(receipt);
        }
        let groups = groups.into_iter();
        groups.map(|((model, shape), receipts)| Self { model, shape, receipts }).collect()
    }

    /// Requests that ended so.
    pub(super) fn count(&self, ended: Ended) -> usize {
        self.ended(ended).count()
    }

    pub(super) fn ended(&self, ended: Ended) -> impl Iterator<Item = &'r Receipt> {
        self.receipts.iter().copied().filter(move |receipt| receipt.ended == ended)
    }

    /// From the first that came to the last file, in seconds.
    pub(super) fn span_s(&self) -> Option<f64> {
        let first = self.receipts.iter().map(|receipt| receipt.arrived).min()?;
        let done = self.ended(Ended::Completed).map(|receipt| receipt.arrived + receipt.latency);
        Some(done.max()?.duration_since(first).as_secs_f64())
    }

    /// Frames, pictures or answers of a request.
    pub(super) fn made(&self) -> Option<(OutputKind, usize)> {
        let outputs = self.shape.outputs;
        let (sizes, count) = match self.shape.sizes {
            Sizes::Picture { num_frames: Some(frames), fps, .. } => {
                (OutputKind::Video { fps: u32::try_from(fps?).ok()? }, frames)
            }
            Sizes::Picture { num_frames: None, .. } => (OutputKind::Images, outputs),
            Sizes::Text { .. } => (OutputKind::Texts, outputs),
        };
        Some((sizes, usize::try_from(count).ok()?))
    }

    /// Answers in text that are whole.
    pub(super) fn answers(&self) -> impl Iterator<Item = &'r Answered> {
        self.ended(Ended::Completed).filter_map(|r| r.made.as_ref()).flat_map(|made| &made.answers)
    }

    /// Such as `8 completed, 1 failed`.
    pub(super) fn in_words(&self) -> String {
        let mut counts: BTreeMap<Ended, usize> = BTreeMap::new();
        for receipt in &self.receipts {
            *counts.entry(receipt.ended).or_default() += 1;
        }
        let words = counts.iter().map(|(ended, count)| format!("{count} {}", ended.label()));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Why there is no output, where the model is at fault.
    pub(super) fn failure(&self) -> Option<String> {
        let first = self.ended(Ended::Failed).next()?;
        let problem = first.problem.as_deref().unwrap_or("without a reason");
        Some(format!("{}; the first failed: {problem}", self.in_words()))
    }

    /// Each request as a trial; those without output count for nothing, and say why.
    pub(super) fn trials(&self, began: Instant) -> Vec<Trial> {
        self.receipts.iter().map(|receipt| trial(receipt, began)).collect()
    }
}

fn trial(receipt: &Receipt, began: Instant) -> Trial {
    let arrived_s = receipt.arrived.saturating_duration_since(began).as_secs_f64();
    let mut metrics = BTreeMap::from([("arrived_s".to_owned(), arrived_s)]);
    if let Some(made) = &receipt.made {
        metrics.insert("output_bytes".to_owned(), made.bytes as f64);
        metrics.insert("largest_batch".to_owned(), made.largest_batch as f64);
        let sum = |of: fn(&Answered) -> u64| made.answers.iter().map(of).sum::<u64>() as f64;
        if !made.answers.is_empty() {
            metrics.insert("prompt_tokens".to_owned(), sum(|answer| answer.prompt_tokens));
            metrics.insert("output_tokens".to_owned(), sum(|answer| answer.output_tokens));
        }
    }
    let discard_reason = (receipt.ended != Ended::Completed).then(|| {
        let ended = receipt.ended.label();
        receipt.problem.as_ref().map_or(ended.to_owned(), |problem| format!("{ended}: {problem}"))
    });
    Trial {
        phase: Phase::Clean,
        latency_s: receipt.latency.as_secs_f64(),
        cpu_s: None,
        stages: receipt.made.as_ref().map(|made| made.stages.clone()).unwrap_or_default(),
        stages_cpu_s: BTreeMap::new(),
        step_times_s: Vec::new(),
        peak_memory_mb: None,
        metrics,
        gpu: None,
        prompt_index: 0,
        discard_reason,
    }
}
