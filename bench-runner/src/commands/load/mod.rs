//! `bench-runner load`: a server of an OpenAI-compatible API under load.

mod args;
#[cfg(feature = "load")]
mod arrivals;
#[cfg(feature = "load")]
mod ending;
#[cfg(feature = "load")]
mod progress;
#[cfg(feature = "load")]
mod prompts;
#[cfg(feature = "load")]
mod server;
#[cfg(feature = "load")]
mod set_up;
#[cfg(feature = "load")]
mod text;
#[cfg(feature = "load")]
mod warm_up;

pub use args::Args;

use crate::exit::Outcome;

#[cfg(not(feature = "load"))]
impl Args {
    /// Says that there are no load tests.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> Outcome {
        use crate::exit::OrExit;

        const MESSAGE: &str = "this build has no load tests; build bench-runner with its feature `load`, which \
                               is on by default";
        Err(anyhow::anyhow!(MESSAGE)).or_usage()
    }
}

#[cfg(feature = "load")]
impl Args {
    /// Loads a server, and says how it did.
    ///
    /// # Errors
    /// Usage, where options or files cannot be used; unable, where there is no server or the result cannot
    /// be written.
    pub fn run(self) -> Outcome {
        use bench_load::{client, measure::measure, result};

        use crate::exit::OrExit;

        ending::check_result(self.output.result.as_deref()).or_usage()?;
        let tokenizer = prompts::tokenizer(&self).or_usage()?;
        let unit = prompts::unit(tokenizer.as_ref());
        let traffic = arrivals::of(&self, unit).or_usage()?;
        let asked = prompts::of(&self, &traffic, unit).or_usage()?;
        asked.notes.iter().for_each(|note| eprintln!("note: {note}"));
        let target = server::target(&self)?;
        let model = server::model(&self, &target)?;
        let ask = server::ask(&self, model.clone()).or_usage()?;
        let stop = client::stop();
        ending::listen(stop.clone()).or_unable()?;
        warm_up::warm_up(&self, &target, &ask, &asked, &stop).or_unable()?;
        let date = set_up::date()?;
        let plan = set_up::plan(&self, target.clone(), &ask, &asked, traffic.plan.clone());
        let mut progress = progress::Progress::new(&self, plan.bodies.len());
        let run = client::run(plan, &stop, &mut |request| progress.ended(request)).or_unable()?;
        progress.end();
        let settings = set_up::settings(&self, &traffic, &asked);
        let ends = tokenizer.as_ref().map(|tokenizer| |text: &str| tokenizer.ends(text));
        let ends = ends.as_ref().map(|ends| ends as bench_load::measure::TokenEnds<'_>);
        let report = measure(&run, &settings, traffic.offered_rps(), ends);
        let described = set_up::describe(&self, &traffic, &model, date, run.is_cut_short());
        let file = result::document(&report, &described);
        if let Some(path) = &self.output.result {
            ending::write(path, &file).or_unable()?;
        }
        if self.output.json {
            super::print_json(&file);
        } else {
            let title = text::title(&self, &model, target.authority());
            crate::terminal::block(
                crate::terminal::Stream::Out,
                text::render(&title, &report, &described),
            );
        }
        ending::exit(&run, &report)
    }
}
