//! A file of prompts through the queue of a server, without one.
//!
//! In: a model, and the lines of a file. Out: the bytes of each output as soon as it is made, or why there is
//! none. Lines are numbered as in their file, so that two of the same words are two outputs.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{runtime, start::start};
use crate::{
    app::App,
    model::{Modality, Source},
    openai::{Asked, asked_by, encoded_for},
    settings::Settings,
    shutdown::Wish,
    text::without_mark,
};

/// A prompt of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1 on.
    pub number: usize,
    /// A prompt, or a JSON object with the fields of a request.
    pub text: String,
}

impl Line {
    /// Those of a file; blank lines, and those that start with `#`, are ignored, and so is a byte order mark.
    #[must_use]
    pub fn of(text: &str) -> Vec<Self> {
        let lines = without_mark(text).lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        lines.map(|(index, line)| Self { number: index + 1, text: line.to_owned() }).collect()
    }
}

/// What became of a line.
#[derive(Debug)]
pub struct Generated {
    /// Its number in the file.
    pub number: usize,
    /// The bytes of its file, or why there is none.
    pub outcome: Result<Vec<u8>>,
}

/// What is told while lines are made.
#[derive(Debug)]
pub enum Heard {
    /// Something of the settings has no effect, in words.
    Doubt(String),
    /// A line has its output, or has failed; in the order in which they end.
    Line(Generated),
}

/// Makes an output of each line, until the wish to end; `hear` is told of each.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn generate(
    source: Source,
    settings: Settings,
    lines: Vec<Line>,
    mut wish: Wish,
    hear: &mut dyn FnMut(Heard),
) -> Result<()> {
    let runtime = runtime().context("cannot start the threads of the queue")?;
    // nothing outlives this process
    let jobs = tempfile::tempdir().context("cannot make a temporary folder")?;
    let settings = Settings { jobs: jobs.path().to_owned(), ..settings };
    runtime.block_on(async {
        let (app, served) = start(vec![source], settings)?;
        let (doubts, _device) = app.loaded(served).await?;
        refuse_texts(&app)?;
        doubts.into_iter().for_each(|doubt| hear(Heard::Doubt(doubt)));
        let places = Arc::new(Semaphore::new(app.settings().limits.max_queue));
        let mut running = JoinSet::new();
        for line in lines {
            let (app, places) = (app.clone(), Arc::clone(&places));
            running.spawn(async move { one(&app, &places, &line).await });
        }
        loop {
            let ended = tokio::select! {
                ended = running.join_next() => ended,
                () = wish.heard() => None,
            };
            // those that still run end with the set
            let Some(ended) = ended else { return Ok(()) };
            hear(Heard::Line(ended.map_err(|error| anyhow!("a line was lost: {error}"))?));
        }
    })
}

/// Outputs are files of pictures.
fn refuse_texts(app: &App) -> Result<()> {
    match app.models().iter().find(|model| model.modality == Modality::Texts) {
        None => Ok(()),
        Some(model) => {
            let id = &model.id;
            bail!("{id} answers in text, and outputs are pictures and videos; use serve, or run")
        }
    }
}

async fn one(app: &App, places: &Semaphore, line: &Line) -> Generated {
    // as many wait as may
    let place = places.acquire().await;
    let outcome = make(app, line).await;
    drop(place);
    Generated { number: line.number, outcome }
}

async fn make(app: &App, line: &Line) -> Result<Vec<u8>> {
    let said = |error: crate::replies::ApiError| anyhow!(error.message().to_owned());
    let ready = app.ready().map_err(said)?;
    let asked = asked_by(&line.text, ready, &app.settings().limits).map_err(said)?;
    let Asked { order, model, .. } = asked;
    let tickets = app.submit(model, std::slice::from_ref(&order)).await;
    let mut tickets = tickets.map_err(|refusal| said(refusal.into()))?;
    let ticket = tickets.pop().context("the queue gave no ticket")?;
    let began = std::time::Instant::now();
    let ending = app.accepted(&order, std::slice::from_ref(&ticket), began);
    let made = encoded_for(ticket, order.format, ending, began).await;
    made.map(|made| made.bytes).map_err(|failure| said(failure.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_line() {
        let told = |text: &str| -> Vec<(usize, String)> {
            Line::of(text).into_iter().map(|line| (line.number, line.text)).collect()
        };
        assert_eq!(told("\u{feff}# none\r\n\r\na fox\r\n"), [(3, "a fox".to_owned())]);
        let json = r#"{"prompt": "a"}"#;
        assert_eq!(told(&format!("\u{feff}{json}")), [(1, json.to_owned())]);
        assert_eq!(told("\u{feff}"), []);
    }
}
