//! A program that was started: requests go in, its lines come out with the time of each.
//!
//! It runs in a process group of its own, which is killed when it takes too long or the run ends.

use std::{
    collections::BTreeMap,
    process::ExitStatus,
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use super::{
    input::Input,
    lines::{Event, LONGEST_QUEUE, Line, forward},
    process::{Ending, Process},
    tail::Tail,
    unread::Unread,
};
use crate::{interrupt, progress::Progress};

/// How often a waiting caller looks whether the run was interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// How often it looks whether a program has read enough of its input to be sent the rest.
const INPUT_LOOK: Duration = Duration::from_millis(1);

/// How long a program may take to end after its last request.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// How long what a program has printed may take to be read before its next request.
const SETTLE: Duration = Duration::from_millis(100);

/// How long the last lines of a program that has ended may take to arrive.
const DRAIN: Duration = Duration::from_secs(1);

/// A running program.
#[derive(Debug)]
pub(super) struct Child {
    name: String,
    process: Process,
    input: Input,
    events: Receiver<Event>,
    /// What came after the moment until which was looked.
    pending: Option<Event>,
    unread: Unread,
    open_outputs: usize,
    tail: Tail,
}

/// What comes next of a program.
enum Next {
    Line(Line),
    End,
    Overdue,
}

impl Child {
    /// Starts the program with these variables added to its environment.
    pub(super) fn start(argv: &[String], env: &BTreeMap<String, String>) -> Result<Self> {
        let mut process = Process::start(argv, env)?;
        let (sender, events) = sync_channel(LONGEST_QUEUE);
        let output = process.started.stdout.take().context("standard output is piped")?;
        let errors = process.started.stderr.take().context("standard error is piped")?;
        let unread = Unread::of(&output);
        forward(output, sender.clone(), Event::Output);
        forward(errors, sender, Event::Error);
        Ok(Self {
            name: argv[0].clone(),
            input: Input::new(process.started.stdin.take()),
            process,
            events,
            pending: None,
            unread,
            open_outputs: 2,
            tail: Tail::default(),
        })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.started.id()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends a line, without waiting until it is read.
    pub(super) fn write_line(&mut self, line: &str) -> Result<()> {
        self.input.send(line).with_context(|| format!("cannot write to {}", self.name))
    }

    /// The next line of standard output; `None` when there will be none.
    ///
    /// # Errors
    /// Past the deadline, and when the run is interrupted; the program is killed then.
    pub(super) fn next_line(
        &mut self,
        deadline: Instant,
        watch: &dyn Progress,
    ) -> Result<Option<Line>> {
        match self.next(deadline, watch)? {
            Next::Line(line) => Ok(Some(line)),
            Next::End => Ok(None),
            Next::Overdue => Err(self.overdue()),
        }
    }

    fn next(&mut self, deadline: Instant, watch: &dyn Progress) -> Result<Next> {
        let mut gone_since = None;
        while self.open_outputs > 0 {
            self.check_interrupt()?;
            self.input.push().with_context(|| format!("cannot write to {}", self.name))?;
            let event = match self.pending.take() {
                Some(event) => Ok(event),
                None if self.input.is_waiting() => self.events.recv_timeout(INPUT_LOOK),
                None => self.events.recv_timeout(LOOK),
            };
            match event {
                // a line that came in time is in time, however late it is looked at
                Ok(event) if event.at().is_some_and(|at| at >= deadline) => {
                    return Ok(Next::Overdue);
                }
                Ok(Event::Output(line)) => return Ok(Next::Line(line)),
                Ok(Event::Error(line)) => self.note(line.text, watch),
                Ok(Event::End) => self.open_outputs -= 1,
                Err(RecvTimeoutError::Disconnected) => self.open_outputs = 0,
                Err(RecvTimeoutError::Timeout) if self.process.try_wait()?.is_some() => {
                    // what it started may keep the outputs open for longer than it lives
                    let since = *gone_since.get_or_insert_with(Instant::now);
                    if since.elapsed() > DRAIN {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                    return Ok(Next::Overdue);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        Ok(Next::End)
    }

    fn note(&mut self, text: String, watch: &dyn Progress) {
        watch.say(&text);
        self.tail.add(text);
    }

    fn check_interrupt(&mut self) -> Result<()> {
        if interrupt::is_requested() {
            self.process.kill();
            bail!("{} was killed, because the run was interrupted", self.name);
        }
        Ok(())
    }

    fn overdue(&mut self) -> anyhow::Error {
        self.process.kill();
        let said = self.tail.in_words();
        anyhow!(
            "{} took longer than model.command.timeout_s and was killed{said}; raise it, or see why \
             it hangs",
            self.name
        )
    }

    /// The lines that are there before a request goes out, those that nobody has read from the pipe
    /// included. A program that prints without end is not waited for longer than [`SETTLE`].
    pub(super) fn lines_before_a_request(&mut self, watch: &dyn Progress) -> Vec<Line> {
        let deadline = Instant::now() + SETTLE;
        let mut lines = Vec::new();
        loop {
            let new = self.lines_so_far(watch);
            let is_quiet = new.is_empty() && !self.unread.is_any();
            lines.extend(new);
            if is_quiet || Instant::now() >= deadline {
                return lines;
            }
            // a line that was read is about to come
            thread::sleep(Duration::from_micros(100));
        }
    }

    /// The lines that are there already.
    fn lines_so_far(&mut self, watch: &dyn Progress) -> Vec<Line> {
        // a program that prints without end has no last line
        let now = Instant::now();
        let mut lines = Vec::new();
        while let Some(event) = self.pending.take().or_else(|| self.events.try_recv().ok()) {
            match event {
                event if event.at().is_some_and(|at| at > now) => {
                    self.pending = Some(event);
                    break;
                }
                Event::Output(line) => lines.push(line),
                Event::Error(line) => self.note(line.text, watch),
                Event::End => self.open_outputs -= 1,
            }
        }
        lines
    }

    /// Waits for the end of a program that no request follows for; its remaining lines are handed on.
    ///
    /// # Errors
    /// Where it ends badly, and those of whoever gets the lines.
    pub(super) fn finish(
        mut self,
        deadline: Instant,
        watch: &dyn Progress,
        mut late: impl FnMut(&Line) -> Result<()>,
    ) -> Result<Ending> {
        self.input.close().with_context(|| format!("cannot write to {}", self.name))?;
        // what it started may print on after its end
        while let Next::Line(line) = self.next(deadline, watch)? {
            late(&line)?;
        }
        match self.wait(deadline)? {
            None => Ok(Ending::Killed(self.overdue())),
            Some(status) if status.success() => {
                Ok(Ending::ByItself { peak_mb: self.process.peak_mb })
            }
            Some(status) => bail!("{} ended with {status}{}", self.name, self.tail.in_words()),
        }
    }

    /// Its status, where it ends before the deadline.
    fn wait(&mut self, deadline: Instant) -> Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(Some(status));
            }
            self.check_interrupt()?;
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// How a program whose outputs have ended came to its end, in words.
    pub(super) fn ended(&mut self) -> String {
        let how = match self.wait(Instant::now() + GRACE) {
            Ok(Some(status)) => format!("ended with {status}"),
            Ok(None) | Err(_) => "closed its output".to_owned(),
        };
        format!("{} {how}{}", self.name, self.tail.in_words())
    }
}

impl Drop for Child {
    /// A program that learns so from the end of its input may end by itself; then it is killed.
    fn drop(&mut self) {
        self.input = Input::new(None);
        let patience = Instant::now() + if thread::panicking() { Duration::ZERO } else { GRACE };
        while matches!(self.process.try_wait(), Ok(None))
            && Instant::now() < patience
            && !interrupt::is_requested()
        {
            // nobody reads on, and it may wait for that
            while self.events.try_recv().is_ok() && Instant::now() < patience {}
            thread::sleep(Duration::from_millis(5));
        }
        self.process.kill();
        interrupt::set_child(0);
    }
}

#[cfg(all(test, unix))]
mod tests;
