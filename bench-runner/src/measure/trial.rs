//! One trial: a request in, its samples and what it made out.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Result, ensure};
use bench_engine::{
    MemorySource, Output, Pipeline, Request,
    gpu::{self, Monitor},
    peak_memory::PeakMemory,
    processor,
    slowdown::Slowdown,
    stage_clock::StageClock,
};
use bench_records::raw::{Phase, Trial};

use crate::{measure::watch::Watch, variables};

/// What the trials of one run share.
pub struct Bench<'a> {
    /// What is measured.
    pub pipeline: &'a mut dyn Pipeline,
    /// Waits for the device.
    pub synchronize: &'a dyn Fn() -> Result<()>,
    /// Whether this process does the work, so that its processor time is the trial's.
    pub works_here: bool,
    /// Peak memory of this process, where that is what counts and it can be told.
    pub memory: Option<PeakMemory>,
    /// The GPU, where the pipeline runs on one.
    pub gpu: Option<Monitor>,
    /// Who watches.
    pub watch: &'a Watch,
    /// Stages that are made longer on purpose.
    pub slowdown: Slowdown,
}

/// A trial, and what the caller's watch says of it.
pub struct Measured {
    /// Its samples.
    pub trial: Trial,
    /// What was made.
    pub output: Output,
    /// Seconds on the caller's watch; differs from the latency where the pipeline states that.
    pub watched_s: f64,
}

impl<'a> Bench<'a> {
    /// Ready for trials; a memory that cannot be told comes with the reason.
    pub fn new(
        pipeline: &'a mut dyn Pipeline,
        synchronize: &'a dyn Fn() -> Result<()>,
        watch: &'a Watch,
    ) -> (Self, Option<String>) {
        let source = pipeline.memory_source();
        let (memory, reason) = match source {
            MemorySource::Pipeline => (None, None),
            MemorySource::Process => {
                let peak = PeakMemory::of_this_process();
                match peak.reset().and_then(|()| peak.read_mb()) {
                    Ok(_) => (Some(peak), None),
                    Err(error) => (None, Some(format!("{error:#}"))),
                }
            }
        };
        let works_here = source == MemorySource::Process;
        let gpu = pipeline.gpu_monitor();
        // what it says was checked before anything ran
        let slowdown = variables::slowdown().unwrap_or_default();
        (Self { pipeline, synchronize, works_here, memory, gpu, watch, slowdown }, reason)
    }

    /// Runs one trial: from the prompt to pixels on the host, and the device at rest.
    ///
    /// # Errors
    /// Those of the pipeline, and an output that is none.
    pub fn run(&mut self, phase: Phase, request: &Request) -> Result<Measured> {
        let on_stage = |name: &str| self.watch.stage(name);
        if let Some(memory) = &self.memory {
            memory.reset()?;
        }
        if let Some(gpu) = &mut self.gpu {
            gpu.begin();
        }
        let mut clock = StageClock::in_phase(phase, self.synchronize, &on_stage, &self.slowdown);
        let cpu_began = if self.works_here { processor::spent_s() } else { None };
        let began = Instant::now();
        let output = self.pipeline.generate(request, &mut clock)?;
        (self.synchronize)()?;
        let watched_s = began.elapsed().as_secs_f64();
        let cpu_s = processor::since(cpu_began);
        let peak_mb = self.memory.as_ref().map(PeakMemory::read_mb).transpose()?;
        let gpu = self.gpu.as_mut().map(Monitor::end);
        let gpu_peak_mb = gpu.as_ref().and_then(gpu::peak_memory_mb);
        check(&output)?;
        let reading = clock.read();
        let trial = Trial {
            phase,
            latency_s: reading.latency_s.unwrap_or(watched_s),
            cpu_s,
            stages: reading.stages,
            stages_cpu_s: if cpu_s.is_some() { reading.stages_cpu_s } else { BTreeMap::new() },
            step_times_s: reading.step_times_s,
            peak_memory_mb: reading.peak_memory_mb.or(peak_mb).or(gpu_peak_mb),
            metrics: reading.metrics,
            prompt_index: request.prompt_index,
            gpu,
            discard_reason: None,
        };
        Ok(Measured { trial, output, watched_s })
    }
}

fn check(output: &Output) -> Result<()> {
    ensure!(output.count > 0, "the pipeline made no image and no frame");
    for image in &output.images {
        let (width, height) = (image.width, image.height);
        let expected = 3 * width as usize * height as usize;
        let found = image.rgb.len();
        ensure!(
            found == expected && found > 0,
            "an image of {width}x{height} has {found} bytes, expected {expected}"
        );
    }
    Ok(())
}
