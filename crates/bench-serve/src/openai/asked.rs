//! What a request asks for, with nothing left open: fields and a model go in, an order comes out.

use axum::http::StatusCode;
use bench_engine::refused_parameter;

use super::{
    fields::{Fields, wrong},
    format,
};
use crate::{
    app::Ready,
    model::{Modality, Model},
    order::Order,
    picture::Format,
    replies::{ApiError, Result},
    settings::Limits,
};

/// How many frames are tried for a duration until the model has a length; the next is not far.
const NEXT_LENGTHS: u64 = 64;
/// Frames a second beyond which nothing plays.
const MOST_FPS: u64 = 1000;

/// What a request asks for.
pub struct Asked {
    /// With nothing left open.
    pub order: Order,
    /// The place of its model.
    pub model: usize,
    /// Its length as the client wrote it.
    pub seconds: Option<String>,
}

/// The model that a request names; where it names none, the only one of its modality.
pub fn model(fields: &mut Fields, ready: &Ready, modality: Modality) -> Result<usize> {
    let Some(name) = fields.text("model")? else {
        let mut of_modality =
            (0..ready.models.len()).filter(|i| ready.models[*i].modality == modality);
        return match (of_modality.next(), of_modality.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(no_such_model(modality)),
            _ => {
                Err(ApiError::param("model", "model is missing; there are several, see /v1/models"))
            }
        };
    };
    let index = ready.models.iter().position(|model| model.id == name);
    let index = index.ok_or_else(|| unknown_model(&name))?;
    match ready.models[index].modality {
        found if found == modality => Ok(index),
        Modality::Images => {
            let message = format!("model {name} makes pictures; use /v1/images/generations");
            Err(ApiError::param("model", message))
        }
        Modality::Videos => {
            Err(ApiError::param("model", format!("model {name} makes videos; use /v1/videos")))
        }
        Modality::Texts => {
            let message = format!("model {name} answers in text; use /v1/chat/completions");
            Err(ApiError::param("model", message))
        }
    }
}

fn no_such_model(modality: Modality) -> ApiError {
    let what = match modality {
        Modality::Images => "makes pictures",
        Modality::Videos => "makes videos",
        Modality::Texts => "answers in text",
    };
    ApiError::param("model", format!("no model of this server {what}; see /v1/models"))
}

/// No model has this name.
pub fn unknown_model(name: &str) -> ApiError {
    let name: String = name.chars().take(100).collect();
    let message = format!("there is no model {name:?}; see /v1/models");
    ApiError::with_code(StatusCode::NOT_FOUND, "model_not_found", message).about("model")
}

/// What a request asks of a model; takes the fields that both kinds have.
pub fn asked(
    fields: &mut Fields,
    ready: &Ready,
    modality: Modality,
    (limits, default): (&Limits, Format),
) -> Result<Asked> {
    let index = model(fields, ready, modality)?;
    let model = &ready.models[index];
    let prompt = prompt(fields, limits)?;
    let negative = text(fields, "negative_prompt", limits)?;
    // an empty one asks for nothing
    refuse_ignored(negative.as_ref().filter(|text| !text.is_empty()), "negative_prompt", model)?;
    let guidance = fields.number("guidance_scale")?;
    refuse_ignored(guidance.as_ref(), "guidance_scale", model)?;
    let size = size(fields, model)?;
    let frames = Frames::take(fields, model)?;
    let format = format::take(fields, modality, default)?;
    let order = Order {
        model: model.id.clone(),
        prompt,
        negative_prompt: negative.or_else(|| model.negative_prompt.clone()),
        seed: fields.count("seed")?.unwrap_or(model.seed),
        width: size.width,
        height: size.height,
        num_frames: frames.count,
        fps: frames.fps,
        num_inference_steps: fields
            .positive("num_inference_steps")?
            .or(model.terms.defaults.num_inference_steps),
        guidance_scale: guidance.or(model.terms.defaults.guidance_scale),
        flow_shift: fields.number("flow_shift")?,
        format,
    };
    let order = frames.fitting(order, model);
    within(&order, limits, model, (&size, &frames))?;
    fits(&order, model, &size, &frames)?;
    if let Some(problem) = format.refuses(order.width, order.height) {
        return Err(ApiError::param("output_format", problem));
    }
    Ok(Asked { order, model: index, seconds: frames.seconds })
}

/// Refuses what a client sent though it changes nothing with this model; configurations may say it.
fn refuse_ignored<T>(sent: Option<&T>, name: &'static str, model: &Model) -> Result<()> {
    match sent {
        Some(_) if model.terms.ignored.contains(&name) => {
            let message = format!("{name} changes nothing with {}; remove it", model.id);
            Err(ApiError::param(name, message))
        }
        _ => Ok(()),
    }
}

fn prompt(fields: &mut Fields, limits: &Limits) -> Result<String> {
    match text(fields, "prompt", limits)? {
        Some(prompt) if !prompt.trim().is_empty() => Ok(prompt),
        _ => Err(ApiError::param("prompt", "prompt is missing or empty; say what to show")),
    }
}

fn text(fields: &mut Fields, name: &str, limits: &Limits) -> Result<Option<String>> {
    let text = fields.text(name)?;
    let length = text.as_ref().map_or(0, |text| text.chars().count());
    if length > limits.max_prompt_chars {
        let most = limits.max_prompt_chars;
        let message = format!("{name} has {length} characters, but {most} are taken; shorten it");
        return Err(ApiError::param(name, message));
    }
    Ok(text)
}

struct Size {
    width: u64,
    height: u64,
    /// The field that says so.
    name: Option<&'static str>,
}

/// `size` wins over width and height.
fn size(fields: &mut Fields, model: &Model) -> Result<Size> {
    let size = fields.size("size")?;
    let (width, height) = (fields.positive("width")?, fields.positive("height")?);
    let defaults = model.terms.defaults;
    match size {
        Some((width, height)) => Ok(Size { width, height, name: Some("size") }),
        None => Ok(Size {
            width: width.or(defaults.width).unwrap_or_default(),
            height: height.or(defaults.height).unwrap_or_default(),
            name: width.map(|_| "width").or(height.map(|_| "height")),
        }),
    }
}

/// The length of a video.
struct Frames {
    count: Option<u64>,
    fps: Option<u64>,
    seconds: Option<String>,
    /// Whether the client counted them.
    are_counted: bool,
}

impl Frames {
    fn take(fields: &mut Fields, model: &Model) -> Result<Self> {
        if model.modality != Modality::Videos {
            return Ok(Self { count: None, fps: None, seconds: None, are_counted: false });
        }
        let fps = fields.positive("fps")?.or(model.terms.defaults.fps);
        if let Some(fps) = fps.filter(|fps| *fps > MOST_FPS) {
            let message = format!("fps is {fps}, but {MOST_FPS} are played at most; ask for fewer");
            return Err(ApiError::param("fps", message));
        }
        let count = fields.positive("num_frames")?;
        let Some(said) = fields.take("seconds") else {
            let are_counted = count.is_some();
            let count = count.or(model.terms.defaults.num_frames);
            return Ok(Self { count, fps, seconds: None, are_counted });
        };
        if count.is_some() {
            let message = "seconds and num_frames both say how long the video is; send one of them";
            return Err(ApiError::param("seconds", message));
        }
        let text = said.as_str().map_or_else(|| said.to_string(), |text| text.trim().to_owned());
        let seconds = text.parse().ok().filter(|s: &f64| s.is_finite() && *s > 0.0 && *s < 1e6);
        let seconds = seconds.filter(|_| said.is_string() || said.is_number());
        let seconds: f64 = seconds.ok_or_else(|| wrong("seconds", &said, "seconds, above 0"))?;
        let count = (seconds * fps.unwrap_or(1) as f64).ceil().max(1.0) as u64;
        Ok(Self { count: Some(count), fps, seconds: Some(text), are_counted: false })
    }

    /// The field that says how long the video is.
    fn name(&self) -> Option<&'static str> {
        let seconds = self.seconds.as_ref().map(|_| "seconds");
        seconds.or(self.are_counted.then_some("num_frames"))
    }

    /// A duration is rounded up to the next length that the model has.
    fn fitting(&self, order: Order, model: &Model) -> Order {
        let (Some(count), Some(_)) = (self.count, &self.seconds) else { return order };
        let lengths = (count..count.saturating_add(NEXT_LENGTHS))
            .map(|count| Order { num_frames: Some(count), ..order.clone() });
        let mut fitting = lengths.filter(|order| model.terms.check(&order.request()).is_ok());
        fitting.next().unwrap_or(order)
    }
}

fn within(
    order: &Order,
    limits: &Limits,
    model: &Model,
    (size, frames): (&Size, &Frames),
) -> Result<()> {
    let steps = order.num_inference_steps.unwrap_or_default();
    if steps > limits.max_steps {
        let most = limits.max_steps;
        let message =
            format!("num_inference_steps is {steps}, but {most} are taken; ask for fewer");
        return Err(ApiError::param("num_inference_steps", message));
    }
    let pixels = order.signature(0).cost();
    let most = limits.max_output_pixels.unwrap_or_else(|| model.most_pixels());
    if pixels <= most {
        return Ok(());
    }
    let fits_as_a_picture = order.width.saturating_mul(order.height) <= most;
    let param = frames.name().filter(|_| fits_as_a_picture).or(size.name).unwrap_or("size");
    let count = order.num_frames.unwrap_or(1);
    let message = format!(
        "{} with {count} frames is {pixels} pixels, but {most} are made at most; ask for less",
        order.size()
    );
    Err(ApiError::param(param, message))
}

/// The model takes it; what does not fit is named as the client named it.
fn fits(order: &Order, model: &Model, size: &Size, frames: &Frames) -> Result<()> {
    let Err(error) = model.terms.check(&order.request()) else { return Ok(()) };
    let Some((parameter, problem)) = refused_parameter(&error) else {
        return Err(ApiError::malformed(format!("{error:#}")));
    };
    let named = match parameter.as_str() {
        "width" | "height" if size.name == Some("size") => "size",
        "num_frames" if frames.seconds.is_some() => "seconds",
        other => other,
    };
    Err(ApiError::param(named, problem))
}
