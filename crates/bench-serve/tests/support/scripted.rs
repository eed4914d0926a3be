//! A model that does as prompts say: `fail 2` fails at its second step, `panic 2` panics there, `decode`
//! fails at the end, `refuse` as it begins. Pictures tell of prompt, seed and steps.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Result, bail};
use bench_engine::{
    Description, Image, MemoryGauge, Output, Pipeline, Refused, Request, State, Terms,
    gpu::{MemoryPool, PoolPeaks},
    stage_clock::StageClock,
};
use bench_records::config::Shape;
use bench_serve::Source;

/// What the model was asked, and whether it may go on.
#[derive(Clone, Default)]
pub struct Script(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Prompts of each step.
    steps: Mutex<Vec<Vec<String>>>,
    held: Mutex<bool>,
    released: Condvar,
    /// Whether two that share a step take four times as long as one.
    has_slow_batches: AtomicBool,
    /// Requests that may share a step before memory is out; 0 for any number.
    most: AtomicUsize,
    /// MB of each request; 0 where memory is not measured.
    each_mb: AtomicUsize,
    /// Requests of the largest step since the gauge was reset.
    largest: AtomicUsize,
}

/// Memory of a made-up device: 1,000 MB, and of each request what the script says.
struct Pool(Script);

impl MemoryPool for Pool {
    fn reset(&self) -> Result<(), String> {
        self.0.0.largest.store(0, Ordering::Relaxed);
        Ok(())
    }

    fn peaks(&self) -> PoolPeaks {
        let shared = &self.0.0;
        let of_requests =
            shared.largest.load(Ordering::Relaxed) * shared.each_mb.load(Ordering::Relaxed);
        PoolPeaks {
            used_mb: Ok(1000.0 + of_requests as f64),
            reserved_mb: Err("not told".to_owned()),
            release_threshold_bytes: Err("not told".to_owned()),
        }
    }
}

/// What the model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    Videos,
    Images,
}

impl Script {
    /// No step is taken until they are released.
    pub fn hold(&self) {
        *self.0.held.lock().unwrap() = true;
    }

    pub fn release(&self) {
        *self.0.held.lock().unwrap() = false;
        self.0.released.notify_all();
    }

    /// Two that share a step take four times as long as one: sharing only costs.
    pub fn slow_batches(&self) {
        self.0.has_slow_batches.store(true, Ordering::Relaxed);
    }

    /// A step of more requests fails.
    pub fn let_share(&self, most: usize) {
        self.0.most.store(most, Ordering::Relaxed);
    }

    /// The device tells its memory, of which each request of a step takes so much.
    pub fn take_memory(&self, each_mb: usize) {
        self.0.each_mb.store(each_mb, Ordering::Relaxed);
    }

    /// Prompts of each step so far.
    pub fn steps(&self) -> Vec<Vec<String>> {
        self.0.steps.lock().unwrap().clone()
    }

    /// How many steps had this prompt.
    pub fn steps_of(&self, prompt: &str) -> usize {
        self.steps().iter().filter(|step| step.iter().any(|said| said == prompt)).count()
    }

    /// A model of this name.
    pub fn source(&self, id: &str, makes: Makes) -> Source {
        let script = self.clone();
        Source {
            id: id.to_owned(),
            names: vec![format!("short-{id}")],
            seed: 7,
            negative_prompt: None,
            gpu_memory_gb: None,
            load: Box::new(move || Ok(Box::new(Scripted::of(script, makes)))),
        }
    }
}

struct Scripted {
    script: Script,
    makes: Makes,
    description: Description,
}

struct Running {
    request: Request,
    taken: u64,
}

impl Scripted {
    fn of(script: Script, makes: Makes) -> Self {
        let description =
            Description { device_name: "scripted".to_owned(), ..Description::default() };
        Self { script, makes, description }
    }
}

fn steps(request: &Request) -> u64 {
    request.shape.num_inference_steps.unwrap_or(4)
}

impl Pipeline for Scripted {
    fn prepare(&mut self, request: &Request, _: &mut StageClock<'_>) -> Result<State> {
        if request.prompt.contains("refuse") {
            bail!("the prompt cannot be encoded");
        }
        Ok(State::with_steps(Running { request: request.clone(), taken: 0 }))
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        let held = self.script.0.held.lock().unwrap();
        drop(self.script.0.released.wait_while(held, |held| *held).unwrap());
        let turns = if self.script.0.has_slow_batches.load(Ordering::Relaxed) {
            states.len().pow(2)
        } else {
            1
        };
        std::thread::sleep(Duration::from_millis(2) * turns as u32);
        let mut prompts = Vec::new();
        for state in states.iter_mut() {
            let running: &mut Running = state.get_mut()?;
            prompts.push(running.request.prompt.clone());
        }
        self.script.0.largest.fetch_max(prompts.len(), Ordering::Relaxed);
        self.script.0.steps.lock().unwrap().push(prompts.clone());
        let most = self.script.0.most.load(Ordering::Relaxed);
        if most > 0 && states.len() > most {
            bail!("out of memory");
        }
        for state in states.iter_mut() {
            let running: &mut Running = state.get_mut()?;
            let at = running.taken + 1;
            if running.request.prompt == format!("fail {at}") {
                bail!("out of memory");
            }
            assert!(running.request.prompt != format!("panic {at}"), "a panic as asked");
        }
        for state in states.iter_mut() {
            let running: &mut Running = state.get_mut()?;
            running.taken += 1;
            let is_done = running.taken >= steps(&running.request);
            state.set_done(is_done);
        }
        Ok(())
    }

    fn finish(&mut self, state: State, _: &mut StageClock<'_>) -> Result<Output> {
        let Running { request, taken } = state.into_inner()?;
        if request.prompt == "decode" {
            bail!("the denoised latents hold NaN");
        }
        let width = request.shape.width.unwrap_or(8) as u32;
        let height = request.shape.height.unwrap_or(8) as u32;
        let said = format!("{} {} {taken}|", request.prompt, request.seed);
        let frame = |number: u64| {
            let bytes = said.bytes().cycle().skip(number as usize);
            Image { width, height, rgb: bytes.take((3 * width * height) as usize).collect() }
        };
        Ok(match self.makes {
            Makes::Images => Output::images(vec![frame(0)]),
            Makes::Videos => {
                let frames = request.shape.num_frames.unwrap_or(5);
                let fps = request.shape.fps.unwrap_or(8) as u32;
                Output::video((0..frames).map(frame).collect(), fps)
            }
        })
    }

    fn memory_gauge(&self) -> Option<MemoryGauge> {
        let is_told = self.script.0.each_mb.load(Ordering::Relaxed) > 0;
        is_told.then(|| MemoryGauge::of_pool(Box::new(Pool(self.script.clone()))))
    }

    fn description(&self) -> &Description {
        &self.description
    }

    /// Sides are multiples of 8, frames one more than a multiple of 4.
    fn terms(&self) -> Terms {
        let frames = (self.makes == Makes::Videos).then_some(5);
        let defaults = Shape {
            height: Some(8),
            width: Some(8),
            num_frames: frames,
            num_inference_steps: Some(4),
            guidance_scale: Some(5.0),
            fps: frames.map(|_| 8),
        };
        Terms::new(defaults, |request| {
            let sides = [("height", request.shape.height), ("width", request.shape.width)];
            for (parameter, side) in sides {
                if side.is_some_and(|side| side % 8 != 0) {
                    let problem = format!("is {}, no multiple of 8", side.unwrap_or_default());
                    return Err(Refused { parameter, problem }.into());
                }
            }
            match request.shape.num_frames {
                Some(frames) if frames % 4 != 1 => {
                    let problem = format!("is {frames}, not one more than a multiple of 4");
                    Err(Refused { parameter: "num_frames", problem }.into())
                }
                _ => Ok(()),
            }
        })
    }
}
