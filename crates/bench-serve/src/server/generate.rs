//! A file of prompts through the queue of a server, without one.
//!
//! In: a model, and the lines of a file. Out: a file for each, or why there is none. Lines are numbered as in
//! their file, so that two of the same words have two files.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result, anyhow};
use tokio::sync::Semaphore;

use super::start::start;
use crate::{
    app::App,
    model::Source,
    openai::{Asked, asked_by, encoded},
    settings::Settings,
    shutdown::Wish,
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
    /// Those of a file; empty ones, and those that begin with `#`, are passed over.
    #[must_use]
    pub fn of(text: &str) -> Vec<Self> {
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        lines.map(|(index, line)| Self { number: index + 1, text: line.to_owned() }).collect()
    }
}

/// What became of a line.
#[derive(Debug)]
pub struct Generated {
    /// Its number in the file.
    pub number: usize,
    /// Its file, or why there is none.
    pub outcome: Result<PathBuf>,
}

/// Makes an output of each line, until the wish to end; `hear` is told of each.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn generate(
    source: Source,
    settings: Settings,
    lines: Vec<Line>,
    out: &Path,
    mut wish: Wish,
    hear: &dyn Fn(&Generated),
) -> Result<Vec<Generated>> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("cannot start the threads of the queue")?;
    // nothing outlives this process
    let jobs = tempfile::tempdir().context("cannot make a temporary folder")?;
    let settings = Settings { jobs: jobs.path().to_owned(), ..settings };
    runtime.block_on(async {
        let (app, served) = start(vec![source], settings)?;
        app.loaded(served).await?;
        let places = Arc::new(Semaphore::new(app.settings().limits.max_queue));
        let mut running: Vec<_> = lines
            .into_iter()
            .map(|line| {
                let (app, places, out) = (app.clone(), Arc::clone(&places), out.to_owned());
                tokio::spawn(async move { one(&app, &places, &line, &out).await })
            })
            .collect();
        let mut all = Vec::new();
        for task in &mut running {
            let ended = tokio::select! {
                ended = task => ended.map_err(|error| anyhow!("a line was lost: {error}"))?,
                () = wish.heard() => break,
            };
            hear(&ended);
            all.push(ended);
        }
        running.into_iter().for_each(|task| task.abort());
        Ok(all)
    })
}

async fn one(app: &App, places: &Semaphore, line: &Line, out: &Path) -> Generated {
    // as many wait as may
    let place = places.acquire().await;
    let outcome = make(app, line, out).await;
    drop(place);
    Generated { number: line.number, outcome }
}

async fn make(app: &App, line: &Line, out: &Path) -> Result<PathBuf> {
    let said = |error: crate::replies::ApiError| anyhow!(error.message().to_owned());
    let ready = app.ready().map_err(said)?;
    let asked = asked_by(&line.text, ready, &app.settings().limits).map_err(said)?;
    let Asked { order, model, .. } = asked;
    let tickets = app.submit(model, std::slice::from_ref(&order)).await;
    let mut tickets = tickets.map_err(|refusal| said(refusal.into()))?;
    let ticket = tickets.pop().context("the queue gave no ticket")?;
    let began = std::time::Instant::now();
    let made = encoded(app, &order.model, ticket, began).await;
    let (bytes, _) = made.map_err(|failure| said(failure.into()))?;
    let path = out.join(format!("{:04}.png", line.number));
    let shown = path.display().to_string();
    write(&path, &bytes).with_context(|| format!("cannot write {shown}"))?;
    Ok(path)
}

/// Nobody sees half of a file.
fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
