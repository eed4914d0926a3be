//! What a benchmark generates: `generation_kwargs` and the pipeline come in, a [`Workload`] goes out.

use serde_json::{Map, Value};

use super::{Pipeline, text::TextShape};

/// What each trial generates.
#[derive(Debug, Clone, PartialEq)]
pub enum Workload {
    /// A video.
    Video(Shape),
    /// Pictures.
    Image(ImageShape),
    /// Answers of a language model.
    Text(TextShape),
}

/// Size, length, steps and guidance of what is shown. `None` is the pipeline's own default.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shape {
    /// Pixels.
    pub height: Option<u64>,
    /// Pixels.
    pub width: Option<u64>,
    /// Frames of a video; `None` for images.
    pub num_frames: Option<u64>,
    /// Denoise steps.
    pub num_inference_steps: Option<u64>,
    /// Classifier-free guidance; 1 is none.
    pub guidance_scale: Option<f64>,
    /// Frames per second of the video.
    pub fps: Option<u64>,
}

/// Size, steps and guidance of a picture. `None` is the pipeline's own default.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ImageShape {
    /// Pixels.
    pub height: Option<u64>,
    /// Pixels.
    pub width: Option<u64>,
    /// Denoise steps.
    pub num_inference_steps: Option<u64>,
    /// Classifier-free guidance; 1 is none.
    pub guidance_scale: Option<f64>,
}

/// Arguments that only what is shown has.
const OF_PICTURES: [&str; 4] = ["height", "width", "num_inference_steps", "guidance_scale"];
/// Arguments that only a video has.
const OF_VIDEOS: [&str; 2] = ["num_frames", "fps"];

impl Workload {
    /// What a pipeline makes of these arguments. A program of the user's own, the fake one, and a model whose
    /// files are still to be fetched make what the arguments describe.
    #[must_use]
    pub fn of(pipeline: Option<Pipeline>, generation: &Map<String, Value>) -> Self {
        match pipeline {
            Some(Pipeline::Wan) => Self::Video(Shape::of(generation)),
            Some(Pipeline::StableDiffusion | Pipeline::Flux) => {
                Self::Image(ImageShape::of(generation))
            }
            Some(Pipeline::Llama) => Self::Text(TextShape::of(generation)),
            Some(Pipeline::Command | Pipeline::Fake) | None => Self::described(generation),
        }
    }

    fn described(generation: &Map<String, Value>) -> Self {
        let has = |keys: &[&str]| {
            keys.iter().any(|key| generation.get(*key).is_some_and(|value| !value.is_null()))
        };
        if has(&OF_VIDEOS) {
            return Self::Video(Shape::of(generation));
        }
        let text = TextShape::of(generation);
        match !has(&OF_PICTURES) && text != TextShape::default() {
            true => Self::Text(text),
            false => Self::Image(ImageShape::of(generation)),
        }
    }

    /// The shape that a trial asks for: a picture has no frames, and a text has neither size nor steps.
    #[must_use]
    pub fn shape(&self) -> Shape {
        match self {
            Self::Video(shape) => *shape,
            Self::Image(shape) => (*shape).into(),
            Self::Text(_) => Shape::default(),
        }
    }
}

impl Shape {
    fn of(generation: &Map<String, Value>) -> Self {
        let count = |key: &str| generation.get(key).and_then(Value::as_u64);
        let picture = ImageShape::of(generation);
        Self { num_frames: count("num_frames"), fps: count("fps"), ..picture.into() }
    }
}

impl ImageShape {
    fn of(generation: &Map<String, Value>) -> Self {
        let count = |key: &str| generation.get(key).and_then(Value::as_u64);
        Self {
            height: count("height"),
            width: count("width"),
            num_inference_steps: count("num_inference_steps"),
            guidance_scale: generation.get("guidance_scale").and_then(Value::as_f64),
        }
    }
}

impl From<ImageShape> for Shape {
    fn from(picture: ImageShape) -> Self {
        let ImageShape { height, width, num_inference_steps, guidance_scale } = picture;
        Self { height, width, num_inference_steps, guidance_scale, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(pipeline: Option<Pipeline>, generation: &Value) -> Workload {
        Workload::of(pipeline, generation.as_object().expect("an object"))
    }

    #[test]
    fn a_pipeline_of_this_program_says_what_is_made_whatever_the_arguments() {
        let generation = json!({"height": 64, "num_frames": 9, "output_tokens": 4});
        let Workload::Video(video) = of(Some(Pipeline::Wan), &generation) else {
            panic!("Wan makes videos")
        };
        assert_eq!((video.height, video.num_frames), (Some(64), Some(9)));
        for pipeline in [Pipeline::StableDiffusion, Pipeline::Flux] {
            let picture = ImageShape { height: Some(64), ..ImageShape::default() };
            assert_eq!(of(Some(pipeline), &generation), Workload::Image(picture));
        }
        let Workload::Text(text) = of(Some(Pipeline::Llama), &generation) else {
            panic!("Llama answers in text")
        };
        assert_eq!(text.output_tokens, Some(4));
    }

    #[test]
    fn of_a_program_the_arguments_say_it() {
        for pipeline in [Some(Pipeline::Command), Some(Pipeline::Fake), None] {
            let of = |generation: &Value| of(pipeline, generation);
            assert!(matches!(of(&json!({"num_frames": 9, "height": 8})), Workload::Video(_)));
            assert!(matches!(of(&json!({"fps": 8})), Workload::Video(_)));
            assert!(matches!(of(&json!({"height": 8})), Workload::Image(_)));
            assert!(matches!(of(&json!({})), Workload::Image(_)));
            assert!(matches!(of(&json!({"output_tokens": 4})), Workload::Text(_)));
            // what a program is asked for in both ways still has its size
            let both = of(&json!({"output_tokens": 4, "width": 8}));
            assert_eq!(both.shape().width, Some(8));
            let guided = of(&json!({"batch_size": 4, "guidance_scale": 3.5}));
            assert_eq!(guided.shape().guidance_scale, Some(3.5));
            assert!(matches!(of(&json!({"num_frames": null, "seed": 3})), Workload::Image(_)));
        }
    }

    #[test]
    fn a_picture_asks_for_no_frames_and_a_text_for_no_size() {
        let generation = json!({"height": 8, "num_frames": 9, "guidance_scale": 3.5, "fps": 8});
        let picture = of(Some(Pipeline::Flux), &generation).shape();
        let expected = Shape { height: Some(8), guidance_scale: Some(3.5), ..Shape::default() };
        assert_eq!(picture, expected);
        assert_eq!(of(Some(Pipeline::Llama), &generation).shape(), Shape::default());
    }
}
