//! A trial of a program, from its request to `done`, and the program's end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bench_records::config::{CommandMode, Shape};
use serde_json::json;

use super::{
    DONE, Program,
    child::{Child, GRACE},
    hearing::said_twice,
    made::Made,
    process::Ending,
};
use crate::{
    Output, Request,
    peak_memory::PeakMemory,
    stage_clock::{Mode, StageClock},
};

/// A program that was asked for an output.
pub(super) struct Asked {
    child: Child,
    began: Instant,
    shape: Shape,
}

/// What was heard and seen of a trial.
struct Heard {
    made: Made,
    /// Peak memory as the program states it.
    stated_mb: Option<f64>,
    /// Peak memory as it was seen while the program lived.
    seen_mb: Option<f64>,
}

impl Program {
    /// Asks for an output: the program that runs, or one that is started for it.
    pub(super) fn ask(&mut self, request: &Request, clock: &StageClock<'_>) -> Result<Asked> {
        let line = self.request_line(request, clock);
        let (mut child, began) = self.child_for(request, clock)?;
        child.write_line(&line)?;
        Ok(Asked { child, began, shape: request.shape })
    }

    /// What the program that was asked made.
    pub(super) fn answer(&mut self, asked: Asked, clock: &mut StageClock<'_>) -> Result<Output> {
        let Asked { mut child, began, shape } = asked;
        let heard = self.follow(&mut child, began, clock)?;
        let ended_mb = match self.command.mode {
            CommandMode::Once => {
                self.running = Some(child);
                None
            }
            CommandMode::PerTrial => match self.finish(child, began, self.command.timeout())? {
                Ending::ByItself { peak_mb } => peak_mb,
                Ending::Killed(error) => return Err(error),
            },
        };
        if let Some(peak_mb) = heard.stated_mb.or(ended_mb).or(heard.seen_mb) {
            clock.record_memory_mb(peak_mb)?;
        }
        self.ledger.trial_ended(clock, &*self.watch)?;
        heard.made.output(&shape)
    }

    /// Ends a program that runs all trials.
    ///
    /// # Errors
    /// Where it ends badly, or still says something of a trial that is over.
    pub(super) fn end(&mut self) -> Result<()> {
        let Some(child) = self.running.take() else { return Ok(()) };
        let patience = GRACE.min(self.command.timeout());
        let name = child.name().to_owned();
        if let Ending::Killed(_) = self.finish(child, Instant::now(), patience)? {
            let warning = format!(
                "{name} did not end within {} s of the end of its input and was killed; end it \
                 there, or its last words are not heard",
                patience.as_secs_f64()
            );
            self.ledger.warn(&*self.watch, warning);
        }
        Ok(())
    }

    fn finish(&mut self, child: Child, began: Instant, patience: Duration) -> Result<Ending> {
        let (name, watch) = (child.name().to_owned(), self.watch.clone());
        child.finish(began + patience, &*watch, |line| self.hear_late(line, &name))
    }

    /// The program for a trial, and when that begins.
    fn child_for(&mut self, request: &Request, clock: &StageClock<'_>) -> Result<(Child, Instant)> {
        match self.running.take() {
            Some(mut child) => {
                if self.ledger.has_heard_a_trial {
                    for line in child.lines_before_a_request(&*self.watch) {
                        self.hear_late(&line, child.name())?;
                    }
                }
                // where the system does not know how, the peak since its start is what there is
                let _ = PeakMemory::of_process(child.id()).reset();
                Ok((child, Instant::now()))
            }
            None if self.command.mode == CommandMode::Once => {
                bail!("{} has ended after an earlier trial", self.command.argv[0])
            }
            None => {
                let began = Instant::now();
                Ok((self.start(Some((request, clock.phase().as_str())))?, began))
            }
        }
    }

    /// Everything that the program says until it is done with the trial.
    fn follow(
        &mut self,
        child: &mut Child,
        began: Instant,
        clock: &mut StageClock<'_>,
    ) -> Result<Heard> {
        let deadline = began + self.command.timeout();
        let peak = PeakMemory::of_process(child.id());
        let mut heard = Heard { made: Made::default(), stated_mb: None, seen_mb: None };
        loop {
            let line = child
                .next_line(deadline, &*self.watch)?
                .with_context(|| {
                    let ended = child.ended();
                    format!("{ended} before it said {DONE}; print that at the end of each trial, see docs/running.md")
                })?;
            // read before the request went out, so that it belongs to the trial before
            if line.at < began && self.ledger.has_heard_a_trial {
                self.hear_late(&line, child.name())?;
                continue;
            }
            // gone with the process, so it is looked at while that still lives
            heard.seen_mb = peak.read_mb().ok().or(heard.seen_mb);
            let message = self.read(&line, child.name())?;
            message.tell(clock).with_context(|| format!("{} said {}", child.name(), line.text))?;
            heard.stated_mb = larger(heard.stated_mb, message.peak_memory_mb);
            for key in heard.made.add(&message)? {
                let warning =
                    format!("{key} is said more than once in a trial; the last one counts");
                self.ledger.warn(&*self.watch, warning);
            }
            if message.done == Some(true) {
                if line.at < began {
                    bail!("{}", said_twice(child.name()));
                }
                let observed_s = (line.at - began).as_secs_f64();
                if heard.made.latency_s.is_none() {
                    clock.record_latency(observed_s)?;
                }
                self.doubt(&heard.made, observed_s, child.name());
                return Ok(heard);
            }
        }
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
}

fn larger(known: Option<f64>, said: Option<f64>) -> Option<f64> {
    said.map(|said| known.map_or(said, |known| known.max(said))).or(known)
}
