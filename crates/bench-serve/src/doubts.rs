//! Rules that can never match, each in words.

use crate::{
    batching::{Batching, Mode, Resolution, Rule},
    model::{Kind, Model},
    order::Order,
    picture::Format,
};

/// What of the settings can have no effect on these models.
#[must_use]
pub fn doubts(batching: &Batching, models: &[Model]) -> Vec<String> {
    let mut doubts = Vec::new();
    if batching.mode == Mode::Disabled && !batching.rules.is_empty() {
        doubts.push("the batching rules have no effect while batching is disabled".to_owned());
    }
    if batching.mode == Mode::Dynamic && batching.max_size == 1 {
        doubts.push("a batch of at most 1 request shares nothing; raise the size".to_owned());
    }
    for (index, rule) in batching.rules.iter().enumerate() {
        let reasons: Option<Vec<String>> =
            models.iter().map(|model| why_never(rule, model)).collect();
        if let Some(mut reasons) = reasons {
            reasons.dedup();
            doubts.push(format!("batching rule {index} can never match: {}", reasons.join("; ")));
        }
    }
    doubts
}

/// Why no request of a model can match.
fn why_never(rule: &Rule, model: &Model) -> Option<String> {
    if let Some(reason) = rule.why_not_here(&model.surroundings) {
        return Some(format!("it {reason}"));
    }
    let size = rule.resolution?;
    let is_video = model.kind == Kind::Videos;
    let (width, height, frames) = match size {
        Resolution::Any { width, height } => (width, height, model.terms.defaults.num_frames),
        Resolution::Frames { frames: 2.., .. } if !is_video => {
            return Some(format!("{size} is a video, and {} makes pictures", model.id));
        }
        Resolution::Frames { height, width, frames } => (width, height, is_video.then_some(frames)),
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
        format: Format::default(),
    };
    let refused = model.terms.check(&order.request()).err()?;
    let reason = bench_engine::refused_parameter(&refused).map(|(_, problem)| problem);
    let reason = reason.unwrap_or_else(|| format!("{refused:#}"));
    Some(format!("{} makes no {size}: {reason}", model.id))
}
