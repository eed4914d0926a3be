//! One load test, in the order of its steps.

use bench_load::{
    client,
    measure::{TokenEnds, measure},
    result,
    tokenizer::Tokenizer,
};

use super::{args::Args, arrivals, ending, progress, prompts, server, set_up, text, warm_up};
use crate::{
    exit::{OrExit, Outcome},
    terminal,
};

/// Loads a server, and says how it did.
///
/// # Errors
/// Usage, where options or files cannot be used; unable, where there is no server or the result cannot be
/// written.
pub fn run(args: &Args, tokenizer: Option<&Tokenizer>) -> Outcome {
    let unit = prompts::unit(tokenizer);
    let traffic = arrivals::of(args).or_usage()?;
    let asked = prompts::of(args, &traffic, args.traffic.seed, unit).or_usage()?;
    let target = server::target(args)?;
    let model = server::model(args, &target)?;
    let ask = server::ask(args, model.clone()).or_usage()?;
    asked.notes.iter().for_each(|note| eprintln!("note: {note}"));
    let stop = client::stop();
    ending::listen(stop.clone()).or_unable()?;
    warm_up::warm_up(args, &target, &ask, &asked, &stop).or_unable()?;
    let date = set_up::date()?;
    let plan = set_up::plan(args, target.clone(), &ask, &asked, traffic.plan.clone());
    let mut progress = progress::Progress::new(args, plan.bodies.len());
    let run = client::run(plan, &stop, &mut |request| progress.ended(request)).or_unable()?;
    progress.end();
    let settings = set_up::settings(args, &traffic, &asked);
    let ends = tokenizer.map(|tokenizer| |text: &str| tokenizer.ends(text));
    let ends = ends.as_ref().map(|ends| ends as TokenEnds<'_>);
    let report = measure(&run, &settings, traffic.offered_rps(), ends);
    let described = set_up::describe(args, &traffic, &model, date, run.is_cut_short());
    let file = result::document(&report, &described);
    // shown first, so that a full disk does not cost what was measured
    if args.output.json {
        crate::commands::print_json(&file);
    } else {
        let title = text::title(args, &model, target.authority());
        terminal::block(terminal::Stream::Out, text::render(&title, &report, &described));
    }
    if let Some(path) = &args.output.result {
        ending::write(path, &file).or_unable()?;
    }
    ending::exit(&run, &report)
}
