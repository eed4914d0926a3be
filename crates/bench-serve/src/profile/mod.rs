//! How many requests of a shape are worth sharing a step, as measured while they are served.
//!
//! In: how long steps took and how much memory was in use, by shape and size, and batches that failed as a whole.
//! Out: the largest batch that is let together, which has room and gains. From one request on, the size is doubled as
//! long as each request's part of a step becomes shorter by a stated fraction; a size that was not measured enough
//! is tried.

mod peaks;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use self::peaks::Peaks;
use crate::{
    batching::{DeviceMemory, Profiling},
    reason::Reason,
    signature::Signature,
};

/// By which fraction a request's part of a step must be shorter than at half the size.
const LEAST_GAIN: f64 = 0.05;
/// Steps of a size that say how long it takes.
const ENOUGH: usize = 5;
/// Steps of a size that are kept.
const KEPT: usize = 15;
/// After so long a shape is measured once more: the device may have been at other work.
const AGE: Duration = Duration::from_secs(600);
/// Shapes that are kept; clients choose them.
const MOST_SHAPES: usize = 64;

/// The largest batch that is let together, and what keeps it from being larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// Requests.
    pub size: usize,
    /// Why not more.
    pub reason: Reason,
}

/// What was measured of all shapes, the one used last at the end.
#[derive(Debug, Default)]
pub struct Profile {
    shapes: Vec<Shape>,
    /// `None` where memory limits nothing.
    memory: Option<DeviceMemory>,
}

#[derive(Debug)]
struct Shape {
    signature: Signature,
    since: Instant,
    /// Seconds of the last steps, by size.
    steps: Vec<(usize, VecDeque<f64>)>,
    /// Memory that was in use.
    peaks: Peaks,
    /// A batch of this size failed, and each of its members succeeded alone.
    failed_at: Option<usize>,
}

/// What is known of a shape, for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The shape.
    pub signature: Signature,
    /// The largest batch that is let together.
    pub most: usize,
    /// How many times as fast requests are as alone, by size.
    pub gains: Vec<(usize, f64)>,
    /// Memory at its peak in MB of 1024², by size.
    pub peaks_mb: Vec<(usize, f64)>,
}

impl Profile {
    /// Memory of the device limits batches from here on.
    pub fn limit(&mut self, memory: DeviceMemory) {
        self.memory = Some(memory);
    }

    /// While `size` requests were under way, so much memory was in use at the peak; says whether that size is new.
    pub fn used(&mut self, signature: Signature, size: usize, peak_mb: f64, now: Instant) -> bool {
        self.shape(signature, now).peaks.note(size, peak_mb)
    }

    /// A step of `size` requests took so long.
    pub fn stepped(&mut self, signature: Signature, size: usize, took: Duration, now: Instant) {
        let shape = self.shape(signature, now);
        if now.saturating_duration_since(shape.since) > AGE {
            shape.steps.clear();
            shape.since = now;
        }
        let index = shape.steps.iter().position(|(known, _)| *known == size).unwrap_or_else(|| {
            shape.steps.push((size, VecDeque::new()));
            shape.steps.len() - 1
        });
        let steps = &mut shape.steps[index].1;
        if steps.len() >= KEPT {
            steps.pop_front();
        }
        steps.push_back(took.as_secs_f64());
    }

    /// A batch of this size failed, and each of its members succeeded alone.
    pub fn failed(&mut self, signature: Signature, size: usize, now: Instant) {
        let shape = self.shape(signature, now);
        shape.failed_at = Some(shape.failed_at.map_or(size, |known| known.min(size)));
    }

    /// The largest batch of a shape below `max` that is let together; `None` where nothing speaks against `max`.
    #[must_use]
    pub fn most(&self, signature: Signature, max: usize, profiling: Profiling) -> Option<Most> {
        let shape = self.shapes.iter().find(|shape| shape.signature == signature);
        let failed_at = shape.and_then(|shape| shape.failed_at);
        let by_failure =
            failed_at.map(|size| Most { size: (size - 1).max(1), reason: Reason::BatchFailed });
        let by_gain = (profiling == Profiling::On).then(|| {
            let size = shape.map_or(1, |shape| shape.worth(max));
            Most { size, reason: Reason::NoGain }
        });
        let by_memory = self.memory.filter(|_| !signature.is_of_text()).map(|memory| {
            let size = shape.map_or(1, |shape| shape.peaks.most(memory));
            Most { size, reason: Reason::Memory }
        });
        let least =
            by_failure.into_iter().chain(by_memory).chain(by_gain).min_by_key(|most| most.size);
        least.filter(|most| most.size < max)
    }

    /// What is known of each shape; `limits` says how many may share a step of one, and whether it is measured.
    #[must_use]
    pub fn known(&self, limits: impl Fn(&Signature) -> (usize, Profiling)) -> Vec<Known> {
        let known = |shape: &Shape| {
            let (max, profiling) = limits(&shape.signature);
            let most = self.most(shape.signature, max, profiling).map_or(max, |most| most.size);
            Known {
                signature: shape.signature,
                most,
                gains: shape.gains(),
                peaks_mb: shape.peaks.highest().collect(),
            }
        };
        self.shapes.iter().map(known).collect()
    }

    fn shape(&mut self, signature: Signature, now: Instant) -> &mut Shape {
        let shape = match self.shapes.iter().position(|shape| shape.signature == signature) {
            Some(index) => self.shapes.remove(index),
            None => Shape {
                signature,
                since: now,
                steps: Vec::new(),
                peaks: Peaks::default(),
                failed_at: None,
            },
        };
        if self.shapes.len() >= MOST_SHAPES {
            self.shapes.remove(0);
        }
        self.shapes.push(shape);
        self.shapes.last_mut().expect("one was added")
    }
}

impl Shape {
    /// The size up to which doubling makes requests faster, or the next that is to be tried.
    fn worth(&self, max: usize) -> usize {
        let Some(mut least) = self.part_s(1) else { return 1 };
        let mut best = 1;
        while best < max {
            let next = (2 * best).min(max);
            match self.part_s(next) {
                None => return next,
                Some(part) if part <= least * (1.0 - LEAST_GAIN) => (best, least) = (next, part),
                Some(_) => break,
            }
        }
        best
    }

    /// A request's part of a step of this size, in seconds: the median; `None` before it is known.
    fn part_s(&self, size: usize) -> Option<f64> {
        let (_, steps) = self.steps.iter().find(|(known, _)| *known == size)?;
        let mut sorted: Vec<f64> = steps.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        (sorted.len() >= ENOUGH).then(|| sorted[sorted.len() / 2] / size as f64)
    }

    fn gains(&self) -> Vec<(usize, f64)> {
        let Some(alone) = self.part_s(1) else { return Vec::new() };
        let mut sizes: Vec<usize> = self.steps.iter().map(|(size, _)| *size).collect();
        sizes.sort_unstable();
        let gain =
            |size: usize| Some((size, alone / self.part_s(size).filter(|part| *part > 0.0)?));
        sizes.into_iter().filter_map(gain).collect()
    }
}

impl Known {
    /// As metrics label it: its model, and `WIDTHxHEIGHT`, `WIDTHxHEIGHTxFRAMES` or `text`.
    #[must_use]
    pub fn labels(&self, models: &[String]) -> (String, String) {
        let Signature { width, height, num_frames, model } = &self.signature;
        let model = models.get(*model).cloned().unwrap_or_default();
        if self.signature.is_of_text() {
            return (model, "text".to_owned());
        }
        let frames = num_frames.map(|frames| format!("x{frames}")).unwrap_or_default();
        (model, format!("{width}x{height}{frames}"))
    }

    /// As the log says it.
    #[must_use]
    pub fn in_words(&self, models: &[String]) -> String {
        let (model, shape) = self.labels(models);
        let gains = of_sizes(
            "; speed of a request by batch size, 1 being alone: ",
            self.gains.iter().map(|(size, gain)| format!("{size}: {gain:.2}")),
        );
        let peaks = of_sizes(
            "; memory by batch size in MB: ",
            self.peaks_mb.iter().map(|(size, mb)| format!("{size}: {mb:.0}")),
        );
        format!("{model} {shape}: batches of at most {}{gains}{peaks}", self.most)
    }
}

/// Figures by size, after what they are; nothing where there are none.
fn of_sizes(what: &str, figures: impl Iterator<Item = String>) -> String {
    let figures: Vec<String> = figures.collect();
    if figures.is_empty() { String::new() } else { format!("{what}{}", figures.join(", ")) }
}

#[cfg(test)]
mod tests;
