//! The pipeline `fake`: fixed timings without a model, for trying out and testing the rest.
//!
//! In: `model.architecture`, all of it optional:
//!
//! ```json
//! {"text_encoder_s": 0.002, "step_s": 0.001, "vae_decode_s": 0.002, "load_s": 0.0,
//!  "wait": "sleep", "spread": 0.0, "peak_memory_mb": 100.0, "device_name": "…", "fails": "error"}
//! ```
//!
//! With `"wait": "none"` the times are stated and not waited for, so that runs are exact and over
//! at once.

mod timings;

use std::{thread, time::Duration};

use anyhow::{Result, bail};
use bench_records::config::{RunPlan, Shape};

use self::timings::{Fails, Timings, Wait, timings};
use super::{Family, Place};
use crate::{
    Description, Image, LoadContext, MemorySource, Output, Pipeline, Refused, Request, Startup,
    State, Terms, machine,
    slowdown::Slowdown,
    stage_clock::{DENOISE, StageClock, TEXT_ENCODER, VAE_DECODE},
};

const DEFAULT_FRAMES: u64 = 1;
const DEFAULT_STEPS: u64 = 4;
const DEFAULT_FPS: u64 = 24;
const SIDE: u32 = 8;

/// The family.
pub(super) struct Fakes;

impl Family for Fakes {
    fn place(&self) -> Place {
        Place::Elsewhere
    }

    fn check(&self, plan: &RunPlan) -> Result<()> {
        timings(plan).map(|_| ())
    }

    fn unsupported(&self, _: &RunPlan) -> Option<String> {
        None
    }

    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        Ok(Box::new(Fake::load(plan, context)?))
    }
}

/// A request between its stages.
struct Running {
    request: Request,
    left: u64,
}

/// Spends the time that it was told to.
struct Fake {
    timings: Timings,
    slowdown: Slowdown,
    steps: u64,
    frames: Option<u64>,
    fps: u64,
    description: Description,
}

impl Fake {
    fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let timings = timings(plan)?;
        if timings.fails == Some(Fails::Load) {
            bail!("the fake pipeline fails to load, as model.architecture.fails says");
        }
        let startup = match timings.wait {
            Wait::Sleep => {
                thread::sleep(Duration::from_secs_f64(timings.load_s));
                Startup::Watched
            }
            Wait::None => Startup::Stated(timings.load_s),
        };
        let shape = plan.workload().shape();
        let device_name = timings.device_name.clone().or_else(machine::cpu_model);
        Ok(Self {
            slowdown: context.slowdown.clone(),
            steps: shape.num_inference_steps.unwrap_or(DEFAULT_STEPS),
            frames: shape.num_frames,
            fps: shape.fps.unwrap_or(DEFAULT_FPS),
            description: Description {
                device_name: device_name.unwrap_or_else(|| "unknown CPU".to_owned()),
                engine: "fake 1.0".to_owned(),
                dtype: Some("none".to_owned()),
                attention_backend: plan.requested_backend().map(str::to_owned),
                startup,
                ..Description::default()
            },
            timings,
        })
    }

    fn seconds(&self, stage: &str, seconds: f64, request: &Request) -> f64 {
        // what is slept, the clock makes longer
        let is_stated = self.timings.wait == Wait::None;
        let factor = self.slowdown.factor(stage).filter(|_| is_stated).unwrap_or(1.0);
        let turn = (request.trial % 3) as f64 - 1.0;
        seconds * factor * (1.0 + turn * self.timings.spread)
    }

    fn sleep(&self, stage: &str, seconds: f64, request: &Request) {
        thread::sleep(Duration::from_secs_f64(self.seconds(stage, seconds, request)));
    }

    /// Steps of a request.
    fn steps(&self, request: &Request) -> u64 {
        request.shape.num_inference_steps.unwrap_or(self.steps)
    }

    fn state_times(&self, request: &Request, clock: &mut StageClock<'_>) -> Result<()> {
        let text = self.seconds(TEXT_ENCODER, self.timings.text_encoder_s, request);
        let step = self.seconds(DENOISE, self.timings.step_s, request);
        let vae = self.seconds(VAE_DECODE, self.timings.vae_decode_s, request);
        let steps = self.steps(request);
        let denoise = step * steps as f64;
        clock.record_stage(TEXT_ENCODER, text)?;
        (0..steps).try_for_each(|_| clock.record_step(step))?;
        clock.record_stage(DENOISE, denoise)?;
        clock.record_stage(VAE_DECODE, vae)?;
        clock.record_latency(text + denoise + vae)
    }
}

impl Pipeline for Fake {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        match self.timings.fails {
            Some(Fails::Error) => {
                bail!("the fake pipeline fails, as model.architecture.fails says")
            }
            Some(Fails::Panic) => panic!("the fake pipeline panics, as it was told to"),
            Some(Fails::Nan) => clock.record_latency(f64::NAN)?,
            Some(Fails::Load) | None => {}
        }
        let running = Running { request: request.clone(), left: self.steps(request) };
        if self.timings.wait == Wait::None || running.left == 0 {
            return Ok(State::without_steps(running));
        }
        clock.stage(TEXT_ENCODER, |_| {
            self.sleep(TEXT_ENCODER, self.timings.text_encoder_s, request);
            Ok(())
        })?;
        Ok(State::with_steps(running))
    }

    /// Takes as long for several as for one.
    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        for (index, state) in states.iter_mut().enumerate() {
            let running: &mut Running = state.get_mut()?;
            if index == 0 {
                self.sleep(DENOISE, self.timings.step_s, &running.request);
            }
            running.left = running.left.saturating_sub(1);
            let is_done = running.left == 0;
            state.set_done(is_done);
        }
        Ok(())
    }

    fn finish(&mut self, state: State, clock: &mut StageClock<'_>) -> Result<Output> {
        let Running { request, .. } = state.into_inner()?;
        match self.timings.wait {
            Wait::Sleep => clock.stage(VAE_DECODE, |_| {
                self.sleep(VAE_DECODE, self.timings.vae_decode_s, &request);
                Ok(())
            })?,
            Wait::None => self.state_times(&request, clock)?,
        }
        if let Some(peak_mb) = self.timings.peak_memory_mb {
            clock.record_memory_mb(peak_mb)?;
        }
        let frames = request.shape.num_frames.or(self.frames);
        let images = (0..frames.unwrap_or(DEFAULT_FRAMES)).map(|index| picture(index as u8));
        Ok(match frames {
            Some(_) => Output::video(
                images.collect(),
                u32::try_from(request.shape.fps.unwrap_or(self.fps))?,
            ),
            None => Output::images(images.collect()),
        })
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn terms(&self) -> Terms {
        let side = Some(u64::from(SIDE));
        let defaults = Shape {
            height: side,
            width: side,
            num_frames: self.frames,
            num_inference_steps: Some(self.steps),
            guidance_scale: None,
            fps: self.frames.map(|_| self.fps),
        };
        Terms::new(defaults, move |request| {
            let sides = [("height", request.shape.height), ("width", request.shape.width)];
            match sides.into_iter().find(|(_, asked)| asked.is_some() && *asked != side) {
                Some((parameter, asked)) => {
                    let asked = asked.unwrap_or_default();
                    let problem = format!("is {asked}, but the fake pipeline makes {SIDE}x{SIDE}");
                    Err(Refused { parameter, problem }.into())
                }
                None => Ok(()),
            }
        })
    }

    fn memory_source(&self) -> MemorySource {
        match self.timings.peak_memory_mb {
            Some(_) => MemorySource::Pipeline,
            None => MemorySource::Process,
        }
    }
}

fn picture(shade: u8) -> Image {
    let rgb = vec![shade; 3 * (SIDE * SIDE) as usize];
    Image { width: SIDE, height: SIDE, rgb }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stage_clock::Mode;

    pub(crate) fn plan(timings: &Value) -> RunPlan {
        let config = json!({
            "benchmark_id": "fake",
            "model": {
                "model_path": "none", "model_short_name": "none", "pipeline": "fake",
                "architecture": timings
            },
            "generation_kwargs": {"num_frames": 5, "num_inference_steps": 3},
            "run_config": {"required_gpus": 0, "num_warmup_runs": 0, "num_measurement_runs": 1},
            "thresholds": {"default": {"max_generation_time_s": 9.0, "max_peak_memory_mb": 9000.0}}
        });
        let (config, _) = bench_records::config::parse("fake.json", &config.to_string())
            .expect("a sound configuration");
        config.resolve()
    }

    #[test]
    fn a_wrong_timing_is_a_fault_of_the_configuration() {
        for timings in [
            json!({"step_s": -1.0}),
            json!({"steps_s": 1.0}),
            json!({"spread": 1.0}),
            json!({"wait": "spin"}),
        ] {
            assert!(Fakes.check(&plan(&timings)).is_err(), "{timings}");
        }
        assert!(Fakes.check(&plan(&json!({}))).is_ok());
    }

    #[test]
    fn stated_times_are_exact_and_clean_trials_have_no_stages() {
        let timings = json!({"text_encoder_s": 0.25, "step_s": 0.5, "vae_decode_s": 1.0,
                             "wait": "none"});
        let fake = Fake::load(&plan(&timings), &LoadContext::default()).expect("sound timings");
        let request = Request { trial: 1, ..Request::default() };
        for (mode, stages, steps) in [(Mode::Clean, 0, 0), (Mode::Instrumented, 3, 3)] {
            let wait = || Ok(());
            let mut clock = StageClock::new(mode, &wait, &|_| {});
            fake.state_times(&request, &mut clock).expect("sound times");
            let reading = clock.read();
            assert_eq!(reading.latency_s, Some(2.75));
            assert_eq!((reading.stages.len(), reading.step_times_s.len()), (stages, steps));
        }
    }
}
