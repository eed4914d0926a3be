//! Rules that can never match, each in words.

use super::{Batching, Mode, Resolution, Rule};
use crate::{model::Model, order::Order};

impl Batching {
    /// What of the settings can have no effect on these models.
    #[must_use]
    pub fn doubts(&self, models: &[Model]) -> Vec<String> {
        let mut doubts = Vec::new();
        if self.mode == Mode::Disabled && !self.rules.is_empty() {
            doubts.push("the batching rules have no effect while batching is disabled".to_owned());
        }
        if self.mode == Mode::Dynamic && self.max_size == 1 {
            doubts.push("a batch of at most 1 request shares nothing; raise the size".to_owned());
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let reasons: Option<Vec<String>> =
                models.iter().map(|model| rule.why_never(model)).collect();
            if let Some(reasons) = reasons {
                let mut reasons = reasons;
                reasons.dedup();
                doubts.push(format!("batching rule {index} can never match: {}", reasons.join("; ")));
            }
        }
        doubts
    }
}

impl Rule {
    /// Why no request of a model can match.
    fn why_never(&self, model: &Model) -> Option<String> {
        if let Some(reason) = self.why_not_here(&model.surroundings) {
            return Some(format!("it {reason}"));
        }
        let size = self.resolution?;
        let (width, height, frames) = match size {
            Resolution::Any { width, height } => (width, height, model.terms.defaults.num_frames),
            Resolution::Frames { height, width, frames } => {
                let is_video = model.terms.defaults.num_frames.is_some();
                if !is_video && frames != 1 {
                    return Some(format!("{size} is a video, and {} makes pictures", model.id));
                }
                (width, height, is_video.then_some(frames))
            }
        };
        let order = Order {
            model: model.id.clone(),
            prompt: String::new(),
            negative_prompt: None,
            seed: 0,
            width,
            height,
            num_frames: frames,
            fps: None,
            num_inference_steps: None,
            guidance_scale: None,
            flow_shift: None,
        };
        let refused = model.terms.check(&order.request()).err()?;
        let reason = bench_engine::refused_parameter(&refused).map(|(_, problem)| problem);
        let reason = reason.unwrap_or_else(|| format!("{refused:#}"));
        Some(format!("{} makes no {size}: {reason}", model.id))
    }
}
