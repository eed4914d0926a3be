//! The pipeline `command`: any program, which tells about itself in lines of JSON.
//!
//! In: `model.command` and a request a trial. Out: what the program says of each trial, as
//! docs/running.md describes it.

mod argv;
mod child;
mod described;
mod ledger;
mod made;
mod message;
mod statement;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use bench_records::config::{Command, CommandMode, RunPlan, Shape};
use serde_json::json;

use super::{Family, Place};
use crate::{
    Description, DeviceRequest, LoadContext, MemorySource, Output, Pipeline, Request, State,
};
use crate::{
    peak_memory::PeakMemory,
    progress::Progress,
    stage_clock::{Mode, StageClock},
};
use argv::Placeholders;
use child::{Child, Line};
use ledger::Ledger;
use made::Made;
use message::{Message, Said};

/// What a program says once it is loaded, and once a trial is over.
const READY: &str = r#"{"ready": true}"#;
const DONE: &str = r#"{"done": true}"#;

/// The family.
pub(super) struct Programs;

impl Family for Programs {
    fn place(&self) -> Place {
        Place::Elsewhere
    }

    fn check(&self, plan: &RunPlan) -> Result<()> {
        argv::check(command(plan)?, &plan.shape)
    }

    fn unsupported(&self, _: &RunPlan) -> Option<String> {
        None
    }

    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        Ok(Box::new(Program::load(plan, context)?))
    }
}

fn command(plan: &RunPlan) -> Result<&Command> {
    plan.model.command.as_ref().context("model.command is missing; add it with its argv")
}

/// A program that was asked for an output.
struct Asked {
    child: Child,
    began: Instant,
    shape: Shape,
}

/// A program, running for the whole run or started for each trial.
struct Program {
    command: Command,
    shape: Shape,
    device: DeviceRequest,
    output_dir: PathBuf,
    description: Description,
    watch: Arc<dyn Progress>,
    running: Option<Child>,
    ledger: Ledger,
    /// Whether it was said that its numbers cannot be so.
    is_doubted: bool,
}

impl Program {
    fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let command = command(plan)?.clone();
        std::fs::create_dir_all(&context.output_dir).with_context(|| {
            format!("cannot create the output folder {}", context.output_dir.display())
        })?;
        let mut program = Self {
            description: described::guess(plan, &command),
            shape: plan.shape,
            device: context.device,
            output_dir: context.output_dir.clone(),
            watch: context.watch.clone(),
            running: None,
            ledger: Ledger::default(),
            is_doubted: false,
            command,
        };
        if program.command.mode == CommandMode::Once {
            let child = program.start(None)?;
            program.wait_until_ready(child)?;
        }
        Ok(program)
    }

    fn request_line(&self, request: &Request, clock: &StageClock<'_>) -> String {
        let shape = &request.shape;
        json!({
            "trial": request.trial,
            "phase": clock.phase().as_str(),
            "synchronize": clock.mode() == Mode::Instrumented,
            "prompt": request.prompt,
            "negative_prompt": request.negative_prompt,
            "prompt_index": request.prompt_index,
            "seed": request.seed,
            "height": shape.height,
            "width": shape.width,
            "num_frames": shape.num_frames,
            "num_inference_steps": shape.num_inference_steps,
            "guidance_scale": shape.guidance_scale,
            "fps": shape.fps,
            "device": self.device.to_string(),
            "output_dir": self.output_dir,
        })
        .to_string()
    }

    fn start(&self, trial: Option<(&Request, &str)>) -> Result<Child> {
        let placeholders = Placeholders {
            shape: trial.map_or(&self.shape, |(request, _)| &request.shape),
            output_dir: &self.output_dir,
            device: self.device,
            trial,
        };
        let argv: Vec<String> =
            self.command.argv.iter().map(|text| placeholders.fill(text)).collect();
        Child::start(&argv, &self.command.env)
    }

    fn wait_until_ready(&mut self, mut child: Child) -> Result<()> {
        let timeout = self.command.timeout();
        let deadline = Instant::now() + timeout;
        loop {
            let unsaid = || {
                let seconds = timeout.as_secs_f64();
                format!("it did not say {READY} within {seconds} s, as docs/running.md asks for")
            };
            let line = child.next_line(deadline, &*self.watch).map_err(|error| {
                // an interruption ends it as well
                if Instant::now() >= deadline { error.context(unsaid()) } else { error }
            });
            let line =
                line?.with_context(|| format!("{} before it said {READY}", child.ended()))?;
            let message = self.read(&line, child.name())?;
            if let Some(error) = message.error {
                bail!("{} says: {error}", child.name());
            }
            if message.ready == Some(true) {
                self.ledger.loaded();
                self.running = Some(child);
                return Ok(());
            }
        }
    }

    /// What a line says; what is no message is handed on to whoever watches.
    fn read(&mut self, line: &Line, name: &str) -> Result<Message> {
        let message = match Message::parse(&line.text)? {
            Said::Message(message) => *message,
            Said::Words => {
                self.watch.say(&line.text);
                Message::default()
            }
            Said::Foreign(numbers) => {
                self.watch.say(&line.text);
                let warning = format!(
                    "{name} prints {} in lines that are no messages, which are not kept; print \
                     numbers to be kept alone, or under \"metrics\"",
                    numbers.join(", ")
                );
                self.ledger.warn(&*self.watch, warning);
                Message::default()
            }
        };
        described::correct(&mut self.description, &message);
        self.ledger
            .hear(&message, name, &*self.watch)
            .with_context(|| format!("{name} said {}", line.text))?;
        self.description.own_metrics.clone_from(&self.ledger.metrics);
        Ok(message)
    }

    /// A line that comes after `done`: what it says belongs to no trial.
    fn hear_late(&mut self, text: &str, name: &str) {
        match Message::parse(text) {
            Ok(Said::Message(message)) => {
                described::correct(&mut self.description, &message);
                if message.is_of_a_trial() {
                    let warning = format!(
                        "{name} said {text} after {DONE}, which is not kept; print that last"
                    );
                    self.ledger.warn(&*self.watch, warning);
                }
            }
            _ => self.watch.say(text),
        }
    }

    /// Says once what cannot be so in what a program says of its trials.
    fn doubt(&mut self, made: &Made, observed_s: f64, name: &str) {
        if let Some(doubt) = made.doubt(observed_s).filter(|_| !self.is_doubted) {
            self.is_doubted = true;
            self.watch.say(&format!("warning: {name} says that {doubt}"));
        }
    }

    /// Everything that the program says until it is done with the trial.
    fn follow(
        &mut self,
        child: &mut Child,
        began: Instant,
        shape: &Shape,
        clock: &mut StageClock<'_>,
    ) -> Result<Output> {
        let deadline = began + self.command.timeout();
        let peak = PeakMemory::of_process(child.id());
        let mut made = Made::default();
        let mut observed_mb: Option<f64> = None;
        let mut stated_mb: Option<f64> = None;
        loop {
            let line = child
                .next_line(deadline, &*self.watch)?
                .with_context(|| {
                    let ended = child.ended();
                    format!("{ended} before it said {DONE}; print that at the end of each trial, see docs/running.md")
                })?;
            // gone with the process, so it is looked at while that still lives
            observed_mb = peak.read_mb().ok().or(observed_mb);
            let message = self.read(&line, child.name())?;
            if let Some(error) = &message.error {
                bail!("{} says: {error}", child.name());
            }
            message.tell(clock).with_context(|| format!("{} said {}", child.name(), line.text))?;
            if let Some(peak_mb) = message.peak_memory_mb {
                stated_mb = Some(stated_mb.map_or(peak_mb, |known| known.max(peak_mb)));
            }
            made.add(&message)?;
            if message.done == Some(true) {
                let observed_s = (line.at - began).as_secs_f64();
                if made.latency_s.is_none() {
                    clock.record_latency(observed_s)?;
                }
                self.doubt(&made, observed_s, child.name());
                break;
            }
        }
        if let Some(peak_mb) = stated_mb.or(observed_mb) {
            clock.record_memory_mb(peak_mb)?;
        }
        self.ledger.trial_ended(clock, &*self.watch)?;
        made.output(shape)
    }
}

impl Pipeline for Program {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        let phase = clock.phase().as_str();
        let line = self.request_line(request, clock);
        let (mut child, began) = match self.running.take() {
            Some(mut child) => {
                if self.ledger.has_heard_a_trial {
                    for line in child.lines_so_far(&*self.watch) {
                        self.hear_late(&line, child.name());
                    }
                }
                // where the system does not know how, the peak since its start is what there is
                let _ = PeakMemory::of_process(child.id()).reset();
                (child, Instant::now())
            }
            None if self.command.mode == CommandMode::Once => {
                bail!("{} has ended after an earlier trial", self.command.argv[0])
            }
            None => {
                let began = Instant::now();
                (self.start(Some((request, phase)))?, began)
            }
        };
        child.write_line(&line)?;
        Ok(State::without_steps(Asked { child, began, shape: request.shape }))
    }

    /// Its steps are its own.
    fn step(&mut self, _: &mut [&mut State]) -> Result<()> {
        bail!("{} takes its steps by itself", self.command.argv[0])
    }

    fn finish(&mut self, state: State, clock: &mut StageClock<'_>) -> Result<Output> {
        let Asked { mut child, began, shape } = state.into_inner()?;
        let output = self.follow(&mut child, began, &shape, clock)?;
        match self.command.mode {
            CommandMode::Once => self.running = Some(child),
            CommandMode::PerTrial => {
                let (name, watch) = (child.name().to_owned(), self.watch.clone());
                let deadline = began + self.command.timeout();
                child.finish(deadline, &*watch, |line| self.hear_late(line, &name))?;
            }
        }
        Ok(output)
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn memory_source(&self) -> MemorySource {
        MemorySource::Pipeline
    }
}
