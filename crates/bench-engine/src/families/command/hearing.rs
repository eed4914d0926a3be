//! What a program's lines mean while it loads, in a trial and after it.

use anyhow::{Context, Result, bail};

use super::{
    DONE, Program, READY, described,
    lines::Line,
    made::Made,
    message::{Content, Message},
};

/// Whether a program loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loading {
    UnderWay,
    Over,
}

impl Program {
    /// A line of a program that loads.
    ///
    /// # Errors
    /// Where it says that it failed, or is done with what nobody asked for.
    pub(super) fn hear_loading(&mut self, line: &Line, name: &str) -> Result<Loading> {
        let message = self.read(line, name)?;
        if message.done == Some(true) {
            bail!("{name} said {DONE} before any request; print that once a trial, at its end");
        }
        let lost = message.keys_of_a_trial();
        if !lost.is_empty() {
            let warning = format!(
                "{name} said {} before {READY}, when no trial ran, which is not kept; print it in \
                 each trial",
                lost.join(", ")
            );
            self.ledger.warn(&*self.watch, warning);
        }
        Ok(if message.ready == Some(true) { Loading::Over } else { Loading::UnderWay })
    }

    /// What a line says while a program loads or a trial runs; what is no message is handed on to
    /// whoever watches.
    ///
    /// # Errors
    /// Where it says that it failed, or what cannot be.
    pub(super) fn read(&mut self, line: &Line, name: &str) -> Result<Message> {
        let message = self.parse(line, name)?;
        if let Some(error) = &message.error {
            bail!("{name} says: {error}");
        }
        described::correct(&mut self.description, &message);
        self.ledger
            .hear(&message, name, &*self.watch)
            .with_context(|| format!("{name} said {}", line.text))?;
        self.description.own_metrics.clone_from(&self.ledger.metrics);
        Ok(message)
    }

    fn parse(&mut self, line: &Line, name: &str) -> Result<Message> {
        if line.is_cut && line.text.trim_start().starts_with(['{', '[']) {
            let beginning: String = line.text.chars().take(80).collect();
            bail!("{name} printed a line of more than 1 MiB, {beginning}…; print shorter ones");
        }
        match Message::parse(&line.text)? {
            Content::Message(message) => return Ok(*message),
            Content::Words => {}
            Content::Foreign(numbers) => {
                let warning = format!(
                    "{name} prints {} in lines that are no messages, which are not kept; print \
                     numbers to be kept alone, or under \"metrics\"",
                    numbers.join(", ")
                );
                self.ledger.warn(&*self.watch, warning);
            }
        }
        self.watch.say(&line.text);
        Ok(Message::default())
    }

    /// A line that comes after `done`: what it says of a trial belongs to none.
    ///
    /// # Errors
    /// Where it says that the trial failed, or was not over.
    pub(super) fn hear_late(&mut self, line: &Line, name: &str) -> Result<()> {
        let message = match self.parse(line, name) {
            Ok(message) => message,
            Err(error) => {
                let warning = format!("{error:#}; after {DONE} it is not kept");
                self.ledger.warn(&*self.watch, warning);
                return Ok(());
            }
        };
        if let Some(error) = &message.error {
            bail!("{name} says: {error}");
        }
        if message.done == Some(true) {
            bail!("{}", said_twice(name));
        }
        described::correct(&mut self.description, &message);
        if message.is_of_a_trial() {
            let text = &line.text;
            let warning =
                format!("{name} said {text} after {DONE}, which is not kept; print that last");
            self.ledger.warn(&*self.watch, warning);
        }
        Ok(())
    }

    /// Says once what cannot be so in what a program says of its trials.
    pub(super) fn doubt(&mut self, made: &Made, observed_s: f64, name: &str) {
        if let Some(doubt) = made.doubt(observed_s).filter(|_| !self.is_doubted) {
            self.is_doubted = true;
            self.watch.say(&format!("warning: {name} says that {doubt}"));
        }
    }
}

/// What is to be said of a program that ends trials which nobody asked for.
pub(super) fn said_twice(name: &str) -> String {
    format!(
        "{name} said {DONE} more often than it got requests, so it cannot be said which trial that \
         ended; print it once a trial, at its end"
    )
}
