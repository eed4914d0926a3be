//! Rules that can never match, each in words.

use crate::{
    batching::{Batching, Mode, Resolution, Rule},
    model::{Modality, Model},
    order::Order,
    picture::Format,
    settings::Limits,
};

/// What of the settings can have no effect on these models.
#[must_use]
pub fn doubts(batching: &Batching, limits: &Limits, models: &[Model]) -> Vec<String> {
    let of_files = |model: &Model| {
        let doubts = model.terms.doubts.clone().into_iter();
        doubts.map(|doubt| format!("{}: {doubt}", model.id)).collect::<Vec<_>>()
    };
    let mut doubts: Vec<String> = models.iter().flat_map(of_files).collect();
    let texts = models.iter().filter(|model| model.modality == Modality::Texts).count();
    if batching.mode == Mode::Dynamic && texts == models.len() {
        let doubt = "the mode of batching has no effect: all models answer in text, and their sequences \
                     share steps anyway";
        doubts.push(doubt.to_owned());
    }
    let defaults = Limits::default();
    let own = (limits.max_num_seqs, limits.kv_cache_bytes);
    if texts == 0 && own != (defaults.max_num_seqs, defaults.kv_cache_bytes) {
        let doubt =
            "limits of sequences and of the KV cache have no effect: no model answers in text";
        doubts.push(doubt.to_owned());
    }
    // sequences share steps in any mode
    if batching.mode == Mode::Disabled && !batching.rules.is_empty() && texts == 0 {
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
    if model.modality == Modality::Texts {
        return Some(format!("{} answers in text, which has no {size}", model.id));
    }
    let is_video = model.modality == Modality::Videos;
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
