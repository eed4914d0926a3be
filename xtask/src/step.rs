//! Steps: pieces of a task that are announced, run and timed one after the other.

use std::{io::Write, process::Command, time::Instant};

use anyhow::{Context, Result};
use first_light::duration::in_words;

use crate::process::{run_to, shown};

/// One piece of a task.
pub struct Step<'a> {
    title: String,
    usually: Option<&'a str>,
    work: Work<'a>,
}

enum Work<'a> {
    Command { command: Command, expected: &'static [i32] },
    Function(Box<dyn FnOnce() -> Result<String> + 'a>),
}

impl<'a> Step<'a> {
    /// A command that has to succeed.
    pub fn command(title: &str, command: Command) -> Self {
        Self::ending(title, command, &[0])
    }

    /// A command that has to end with one of the given exit codes.
    pub fn ending(title: &str, command: Command, expected: &'static [i32]) -> Self {
        let work = Work::Command { command, expected };
        Self { title: title.to_owned(), usually: None, work }
    }

    /// Work of our own; it returns what is to be printed.
    pub fn function(title: &str, work: impl FnOnce() -> Result<String> + 'a) -> Self {
        let work = Work::Function(Box::new(work));
        Self { title: title.to_owned(), usually: None, work }
    }

    /// With how long it usually takes.
    pub fn usually(mut self, words: &'a str) -> Self {
        self.usually = Some(words);
        self
    }

    fn announce(&self, place: &str) {
        let usually = self.usually.map(|words| format!(" (usually {words})")).unwrap_or_default();
        println!("\n[{place}] {}{usually}", self.title);
        if let Work::Command { command, .. } = &self.work {
            println!("$ {}", shown(command));
        }
        // the command writes to the same terminal, past our buffer
        std::io::stdout().flush().ok();
    }
}

impl Work<'_> {
    fn run(self) -> Result<()> {
        match self {
            Self::Command { mut command, expected } => run_to(&mut command, expected)?,
            Self::Function(function) => println!("{}", function()?.trim_end()),
        }
        Ok(())
    }
}

/// Runs the steps in order, up to the first that fails, and closes with the total time.
pub fn run_all(steps: Vec<Step>, since: Instant) -> Result<()> {
    let count = steps.len();
    for (index, step) in steps.into_iter().enumerate() {
        let place = format!("{}/{count}", index + 1);
        step.announce(&place);
        let started = Instant::now();
        let title = step.title;
        let outcome = step.work.run();
        let (took, total) = (in_words(started.elapsed()), in_words(since.elapsed()));
        outcome.with_context(|| {
            format!("step {place}, {title}, failed after {took} ({total} in total)")
        })?;
        println!("[{place}] {title}: ok, {took}");
    }
    println!("\n{count} of {count} steps ok, {} in total", in_words(since.elapsed()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_ends_the_task_and_is_named() {
        let mut later = false;
        let steps = vec![
            Step::function("one", || Ok(String::new())),
            Step::function("two", || anyhow::bail!("broken")),
            Step::function("three", || {
                later = true;
                Ok(String::new())
            }),
        ];
        let error = run_all(steps, Instant::now()).expect_err("the second fails");
        assert!(format!("{error:#}").starts_with("step 2/3, two, failed after"), "{error:#}");
        assert!(format!("{error:#}").ends_with(": broken"), "{error:#}");
        assert!(!later);
    }
}
