//! What somebody at the terminal sees of a run: benchmark, stage, trial, time left.
//!
//! Nothing is drawn from within a trial: a ticker draws, and stages only leave their name for it.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::terminal::plain;

const TICK: Duration = Duration::from_millis(250);

/// A bar on a terminal; nothing elsewhere.
#[derive(Debug, Clone)]
pub struct Watch {
    bar: ProgressBar,
    stage: Arc<Mutex<String>>,
}

impl Default for Watch {
    /// One that shows nothing.
    fn default() -> Self {
        Self { bar: ProgressBar::hidden(), stage: Arc::default() }
    }
}

impl Watch {
    /// Shows a benchmark that takes `trials` trials.
    #[must_use]
    pub fn of(benchmark_id: &str, trials: usize) -> Self {
        let watch = Self { bar: ProgressBar::new(trials as u64), stage: Arc::default() };
        let stage = Arc::clone(&watch.stage);
        let style = ProgressStyle::with_template(
            "{msg} [{bar:30}] trial {human_pos}/{human_len}, {stage}{left}",
        )
        .expect("the template is well-formed")
        .with_key("stage", move |_: &ProgressState, out: &mut dyn fmt::Write| {
            // a bar that cannot be drawn is no reason to fail
            let _ = out.write_str(&stage.lock().unwrap_or_else(PoisonError::into_inner));
        })
        .with_key("left", |state: &ProgressState, out: &mut dyn fmt::Write| {
            let _ = out.write_str(&left(state));
        });
        watch.bar.set_style(style);
        watch.bar.set_message(plain(benchmark_id));
        watch.bar.enable_steady_tick(TICK);
        watch
    }

    /// A stage begins.
    pub fn stage(&self, name: &str) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        stage.clear();
        stage.push_str(&plain(name));
    }

    /// A trial ended; `more` are to come.
    pub fn trial_ended(&self, done: usize, more: usize) {
        self.bar.set_length((done + more) as u64);
        self.bar.set_position(done as u64);
    }

    /// Prints a line without tearing the bar. Nobody may be reading; that is no reason to fail.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// How long the rest takes; nothing before a trial has shown how long one is.
fn left(state: &ProgressState) -> String {
    match state.pos() {
        0 => String::new(),
        _ => format!(" ({:#} left)", HumanDuration(state.eta())),
    }
}

impl bench_hub::model::Progress for Watch {
    fn stage(&self, name: &str) {
        self.stage(name);
    }

    fn say(&self, line: &str) {
        self.say(line);
    }

    fn is_cancelled(&self) -> bool {
        super::interrupt::is_requested()
    }
}
