//! A program that was started: requests go in, its lines come out with the time of each.
//!
//! Two threads read its outputs, so that a line has its time however busy the caller is. It runs in
//! a process group of its own, which is killed when it takes too long or the run ends.

use std::{
    collections::{BTreeMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    process::{self, ChildStdin, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use crate::{interrupt, progress::Progress};

/// How often a waiting caller looks whether the run was interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// How long a program may take to end after its last request.
const GRACE: Duration = Duration::from_secs(5);

/// How long the last lines of a program that has ended may take to arrive.
const DRAIN: Duration = Duration::from_secs(1);

/// Lines of standard error that an error repeats.
const TAIL: usize = 10;

/// A line of an output.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) at: Instant,
    pub(super) text: String,
}

#[derive(Debug)]
enum Event {
    Output(Line),
    Error(Line),
    End,
}

/// A running program.
#[derive(Debug)]
pub(super) struct Child {
    name: String,
    process: process::Child,
    input: Option<ChildStdin>,
    events: Receiver<Event>,
    open_outputs: usize,
    tail: VecDeque<String>,
}

impl Child {
    /// Starts the program with these variables added to its environment.
    pub(super) fn start(argv: &[String], env: &BTreeMap<String, String>) -> Result<Self> {
        let mut command = process::Command::new(&argv[0]);
        command.args(&argv[1..]).envs(env);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let name = argv[0].clone();
        let mut process = command
            .spawn()
            .with_context(|| format!("cannot start {name}; correct model.command.argv"))?;
        interrupt::set_child(process.id());
        let (sender, events) = mpsc::channel();
        let output = process.stdout.take().context("standard output is piped")?;
        let errors = process.stderr.take().context("standard error is piped")?;
        forward(output, sender.clone(), Event::Output);
        forward(errors, sender, Event::Error);
        let input = process.stdin.take();
        Ok(Self { name, process, input, events, open_outputs: 2, tail: VecDeque::new() })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Sends a line. A program that does not listen is no error: it may have all from its arguments.
    pub(super) fn write_line(&mut self, line: &str) -> Result<()> {
        let Some(input) = &mut self.input else { return Ok(()) };
        match input.write_all(format!("{line}\n").as_bytes()).and_then(|()| input.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other.with_context(|| format!("cannot write to {}", self.name)),
        }
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
        let mut gone_since = None;
        while self.open_outputs > 0 {
            self.check_interrupt()?;
            match self.events.recv_timeout(LOOK) {
                // a line that came in time is in time, however late it is looked at
                Ok(Event::Output(line) | Event::Error(line)) if line.at >= deadline => {
                    return Err(self.overdue());
                }
                Ok(Event::Output(line)) => return Ok(Some(line)),
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
                Err(RecvTimeoutError::Timeout) => self.check(deadline)?,
            }
        }
        Ok(None)
    }

    fn note(&mut self, text: String, watch: &dyn Progress) {
        watch.say(&text);
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(text);
    }

    fn check(&mut self, deadline: Instant) -> Result<()> {
        self.check_interrupt()?;
        if Instant::now() >= deadline { Err(self.overdue()) } else { Ok(()) }
    }

    fn check_interrupt(&mut self) -> Result<()> {
        if interrupt::is_requested() {
            self.kill();
            bail!("{} was killed, because the run was interrupted", self.name);
        }
        Ok(())
    }

    fn overdue(&mut self) -> anyhow::Error {
        self.kill();
        let said = self.last_words();
        anyhow!(
            "{} took longer than model.command.timeout_s and was killed{said}; raise it, or see why \
             it hangs",
            self.name
        )
    }

    /// The lines that are there already.
    pub(super) fn lines_so_far(&mut self, watch: &dyn Progress) -> Vec<String> {
        let mut lines = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Output(line) => lines.push(line.text),
                Event::Error(line) => self.note(line.text, watch),
                Event::End => self.open_outputs -= 1,
            }
        }
        lines
    }

    /// Waits for the end of a program that said it is done; its remaining lines are handed on.
    ///
    /// # Errors
    /// Where it ends badly or too late.
    pub(super) fn finish(
        mut self,
        deadline: Instant,
        watch: &dyn Progress,
        mut late: impl FnMut(&str),
    ) -> Result<()> {
        self.input = None;
        while let Some(line) = self.next_line(deadline, watch)? {
            late(&line.text);
        }
        match self.wait(deadline)? {
            status if status.success() => Ok(()),
            status => bail!("{} ended with {status}{}", self.name, self.last_words()),
        }
    }

    fn wait(&mut self, deadline: Instant) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            self.check(deadline)?;
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// How a program whose outputs have ended came to its end, in words.
    pub(super) fn ended(&mut self) -> String {
        let how = match self.wait(Instant::now() + GRACE) {
            Ok(status) => format!("ended with {status}"),
            Err(_) => "closed its output".to_owned(),
        };
        format!("{} {how}{}", self.name, self.last_words())
    }

    fn last_words(&self) -> String {
        if self.tail.is_empty() {
            return String::new();
        }
        let lines: Vec<&str> = self.tail.iter().map(String::as_str).collect();
        format!(" (its last lines: {})", lines.join(" | "))
    }

    fn kill(&mut self) {
        interrupt::kill_group(self.process.id());
        // both fail only where it is gone already
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads lines on a thread of its own until the end.
fn forward(
    from: impl Read + Send + 'static,
    to: Sender<Event>,
    event: impl Fn(Line) -> Event + Send + 'static,
) {
    thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            bytes.clear();
            if to.send(event(Line { at: Instant::now(), text })).is_err() {
                return;
            }
        }
        // nobody waits for the end of a child that was dropped
        let _ = to.send(Event::End);
    });
}

impl Drop for Child {
    /// A program that is told so by the end of its input may end by itself; then it is killed.
    fn drop(&mut self) {
        self.input = None;
        let patience = Instant::now() + if thread::panicking() { Duration::ZERO } else { GRACE };
        while matches!(self.process.try_wait(), Ok(None))
            && Instant::now() < patience
            && !interrupt::is_requested()
        {
            thread::sleep(Duration::from_millis(5));
        }
        self.kill();
        interrupt::set_child(0);
    }
}
