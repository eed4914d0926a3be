//! Models that compute nothing, and hold each request against the server's limits.

use anyhow::{Result, bail, ensure};
use bench_engine::{
    Description, Image, Output, Pipeline, Refused, Request, State, Terms, stage_clock::StageClock,
};
use bench_records::config::Shape;
use bench_serve::{Modality, Source};

/// Height × width × frames of an order, at most.
pub const MOST_PIXELS: u64 = 4096;
/// Steps of an order, at most.
pub const MOST_STEPS: u64 = 1000;
/// Characters of a prompt, at most.
pub const MOST_PROMPT_CHARS: usize = 512;

/// One that makes videos, and one that makes pictures.
pub fn sources() -> Vec<Source> {
    [("clips", Modality::Videos), ("stills", Modality::Images)].map(source).into()
}

fn source((id, modality): (&str, Modality)) -> Source {
    Source {
        id: id.to_owned(),
        names: Vec::new(),
        seed: 7,
        negative_prompt: None,
        gpu_memory_gb: None,
        load: Box::new(move || {
            Ok(Box::new(Checking { modality, description: Description::default() }))
        }),
    }
}

struct Checking {
    modality: Modality,
    description: Description,
}

/// Fails where the server should have refused.
fn check(request: &Request) -> Result<()> {
    let Shape { width, height, num_frames, num_inference_steps, guidance_scale, .. } =
        request.shape;
    let sides = [width.unwrap_or(0), height.unwrap_or(0), num_frames.unwrap_or(1)];
    ensure!(sides.iter().all(|side| *side > 0), "{sides:?} has a side of 0");
    let pixels = sides.iter().try_fold(1_u64, |pixels, side| pixels.checked_mul(*side));
    ensure!(pixels.is_some_and(|pixels| pixels <= MOST_PIXELS), "{sides:?} is too large");
    let steps = num_inference_steps.unwrap_or(0);
    ensure!((1..=MOST_STEPS).contains(&steps), "{steps} steps");
    let finite = [guidance_scale, request.flow_shift].iter().flatten().all(|n| n.is_finite());
    ensure!(finite, "guidance or flow shift is not finite");
    let is_short = |text: &str| text.chars().count() <= MOST_PROMPT_CHARS;
    ensure!(!request.prompt.trim().is_empty(), "the prompt is empty");
    let texts = [Some(&request.prompt), request.negative_prompt.as_ref()];
    ensure!(texts.into_iter().flatten().all(|text| is_short(text)), "a prompt is too long");
    Ok(())
}

impl Pipeline for Checking {
    fn prepare(&mut self, request: &Request, _: &mut StageClock<'_>) -> Result<State> {
        check(request)?;
        Ok(State::with_steps(request.clone()))
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        states.iter_mut().for_each(|state| state.set_done(true));
        Ok(())
    }

    fn finish(&mut self, state: State, _: &mut StageClock<'_>) -> Result<Output> {
        let Shape { width, height, num_frames, fps, .. } = state.into_inner::<Request>()?.shape;
        let side = |side: Option<u64>| u32::try_from(side.unwrap_or(1));
        let (width, height) = (side(width)?, side(height)?);
        let image = || Image { width, height, rgb: vec![0; 3 * (width * height) as usize] };
        Ok(match self.modality {
            Modality::Images => Output::images(vec![image()]),
            Modality::Videos => {
                let frames = (0..num_frames.unwrap_or(1)).map(|_| image()).collect();
                Output::video(frames, side(fps)?)
            }
            Modality::Texts => bail!("no model here makes texts"),
        })
    }

    fn description(&self) -> &Description {
        &self.description
    }

    /// Sides are even, frames one more than a multiple of 4.
    fn terms(&self) -> Terms {
        let frames = (self.modality == Modality::Videos).then_some(5);
        let defaults = Shape {
            height: Some(8),
            width: Some(8),
            num_frames: frames,
            num_inference_steps: Some(4),
            guidance_scale: Some(5.0),
            fps: frames.map(|_| 8),
        };
        Terms::new(defaults, |request| {
            let refused = |parameter, problem: &str| {
                Err(Refused { parameter, problem: problem.to_owned() }.into())
            };
            let Shape { width, height, num_frames, .. } = request.shape;
            match (width, height, num_frames) {
                (Some(width), ..) if width % 2 != 0 => refused("width", "is odd"),
                (_, Some(height), _) if height % 2 != 0 => refused("height", "is odd"),
                (.., Some(frames)) if frames % 4 != 1 => refused("num_frames", "is not 4 n + 1"),
                _ => Ok(()),
            }
        })
    }
}
