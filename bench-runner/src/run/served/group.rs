//! Requests for one model in one shape.

use std::{collections::BTreeMap, time::Instant};

use bench_engine::OutputKind;
use bench_records::raw::{Phase, Trial};
use bench_serve::{Ended, Receipt};

/// What requests must have in common for their times to be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape {
    width: u64,
    height: u64,
    num_frames: Option<u64>,
    num_inference_steps: Option<u64>,
    outputs: u64,
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
        let order = &receipt.order;
        Self {
            width: order.width,
            height: order.height,
            num_frames: order.num_frames,
            num_inference_steps: order.num_inference_steps,
            outputs: receipt.outputs,
        }
    }

    /// Such as `serve-832x480x81-50steps`.
    pub(super) fn in_words(&self) -> String {
        let Self { width, height, .. } = self;
        let frames = self.num_frames.map(|frames| format!("x{frames}")).unwrap_or_default();
        let steps = self.num_inference_steps.map(|steps| format!("-{steps}steps"));
        let outputs = (self.outputs > 1).then(|| format!("-{}outputs", self.outputs));
        let further: String = steps.into_iter().chain(outputs).collect();
        format!("serve-{width}x{height}{frames}{further}")
    }

    /// As a configuration says it.
    pub(super) fn kwargs(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let fields = [
            ("width", Some(self.width)),
            ("height", Some(self.height)),
            ("num_frames", self.num_frames),
            ("num_inference_steps", self.num_inference_steps),
            ("num_images_per_prompt", Some(self.outputs).filter(|outputs| *outputs > 1)),
        ];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

impl<'r> Group<'r> {
    /// All groups, by model and shape.
    pub(super) fn all(receipts: &'r [Receipt]) -> Vec<Self> {
        let mut groups: BTreeMap<(&str, Shape), Vec<&Receipt>> = BTreeMap::new();
        for receipt in receipts {
            let key = (receipt.order.model.as_str(), Shape::of(receipt));
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

    /// Frames or pictures of a request.
    pub(super) fn made(&self) -> Option<(OutputKind, usize)> {
        let Shape { num_frames, outputs, .. } = self.shape;
        let fps = self.receipts.first().and_then(|receipt| receipt.order.fps);
        let (kind, count) = match num_frames {
            Some(frames) => (OutputKind::Video { fps: u32::try_from(fps?).ok()? }, frames),
            None => (OutputKind::Images, outputs),
        };
        Some((kind, usize::try_from(count).ok()?))
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
