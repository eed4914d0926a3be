//! The pipeline `command`: any program, which tells about itself in lines of JSON.
//!
//! In: `model.command` and a request a trial. Out: what the program says of each trial, as
//! docs/running.md describes it.

mod argv;
mod child;
mod described;
mod hearing;
mod input;
mod json;
mod keys;
mod ledger;
mod lines;
mod made;
mod message;
mod process;
mod statement;
mod tail;
mod trial;
mod unread;
mod usage;

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use bench_records::config::{Command, CommandMode, RunPlan, Shape};

use super::{Family, Place};
use crate::{
    Description, DeviceRequest, LoadContext, MemorySource, Output, Pipeline, Request, State,
    progress::Progress, stage_clock::StageClock,
};
use argv::Placeholders;
use child::Child;
use hearing::Loading;
use ledger::Ledger;

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
        argv::check(command(plan)?, &plan.workload().shape())
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
            shape: plan.workload().shape(),
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
            if self.hear_loading(&line, child.name())? == Loading::Over {
                self.ledger.loaded();
                self.running = Some(child);
                return Ok(());
            }
        }
    }
}

impl Pipeline for Program {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        Ok(State::without_steps(self.ask(request, clock)?))
    }

    /// Its steps are its own.
    fn step(&mut self, _: &mut [&mut State]) -> Result<()> {
        bail!("{} takes its steps by itself", self.command.argv[0])
    }

    fn finish(&mut self, state: State, clock: &mut StageClock<'_>) -> Result<Output> {
        self.answer(state.into_inner()?, clock)
    }

    fn close(&mut self) -> Result<()> {
        self.end()
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn memory_source(&self) -> MemorySource {
        MemorySource::Pipeline
    }
}
