//! What a store has of a commit: what a schedule does not measure again.
//!
//! In: a plan, and the store. Out: the plan without what is measured; the commit that is next. A point is
//! measured by its commit, device, name and all that was set, whatever its verdict; one whose requests failed does not
//! count.

use std::{collections::HashSet, path::Path};

use anyhow::{Context, Result, anyhow};
use bench_records::{naming::is_same_commit, record::Record, requests, verdict::Verdict};

use super::{Args, Prepared};
use crate::{
    exit::{Exit, OrExit, Outcome},
    import::SUITE_POINT,
    store::{self, Store, folder::History},
    values, variables,
    words::counted,
};

/// Removes the points that the store has of the commit.
pub(super) fn leave_out(args: &Args, prepared: &mut Prepared) -> Outcome<()> {
    let commit = match &args.commit {
        Some(commit) => commit.clone(),
        None => variables::job_context()?.commit,
    };
    if commit.is_empty() {
        let error = anyhow!("--skip-measured needs the commit that is measured; pass --commit");
        return Err(error).or_usage();
    }
    let mut marks = Marks::open(args, prepared)?;
    let marks = marks.of(&commit).or_unable()?;
    let mut left_out = 0;
    for index in 0..prepared.plan.tests.len() {
        let planned = &prepared.plan.tests[index];
        let marked: Vec<bool> = {
            let session = prepared.session(args);
            let is_measured = |point| marks.contains(&session.mark(&planned.test, point));
            planned.points.iter().map(is_measured).collect()
        };
        left_out += marked.iter().filter(|is_measured| **is_measured).count();
        let mut marked = marked.into_iter();
        prepared.plan.tests[index].points.retain(|_| !marked.next().unwrap_or(false));
    }
    prepared.plan.tests.retain(|planned| !planned.points.is_empty());
    if left_out > 0 {
        let short = bench_records::naming::short_commit(&commit);
        eprintln!("{} of {short} measured before on this device", counted(left_out, "result"));
    }
    Ok(())
}

/// Prints the oldest commit of a list that lacks a point, and nothing where none does.
pub(super) fn next(args: &Args, prepared: &Prepared, list: &Path) -> Outcome {
    let commits = commits(list).or_usage()?;
    let session = prepared.session(args);
    let points =
        prepared.plan.tests.iter().flat_map(|planned| {
            planned.points.iter().map(|point| session.mark(&planned.test, point))
        });
    let wanted: HashSet<String> = points.collect();
    if wanted.is_empty() {
        let error = anyhow!("no test runs on this machine; see --dry-run");
        return Err(error).or_usage();
    }
    let mut marks = Marks::open(args, prepared)?;
    for commit in commits.iter().rev() {
        let there = marks.of(commit).or_unable()?;
        if !wanted.is_subset(&there) {
            println!("{commit}");
            return Ok(Exit::Passed);
        }
    }
    eprintln!("{} measured completely", counted(commits.len(), "commit"));
    Ok(Exit::Passed)
}

/// The commits of a list, as it has them; `-` is standard input.
fn commits(list: &Path) -> Result<Vec<String>> {
    let shown = list.display();
    let text = if list == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?
    } else {
        std::fs::read_to_string(list).with_context(|| format!("cannot read {shown}"))?
    };
    let words = text.lines().filter_map(|line| line.split_whitespace().next());
    let commits: Result<Vec<String>> = words
        .map(|word| values::commit(word).map_err(|said| anyhow!("{shown} has {word:?}, {said}")))
        .collect();
    let commits = commits?;
    if commits.is_empty() {
        return Err(anyhow!("{shown} has no commit; git log --format=%H prints them"));
    }
    Ok(commits)
}

/// The points of a store, by commit.
struct Marks {
    store: Store,
    history: History,
    device: Option<String>,
}

impl Marks {
    fn open(args: &Args, prepared: &Prepared) -> Outcome<Self> {
        let store = store::open(args.judge.store())?;
        let history = History::open(store.folder(), variables::now()?).or_unable()?;
        let machine = &prepared.machine;
        let device = machine.device.clone().or_else(|| Some(machine.gpu_type.clone()));
        Ok(Self { store, history, device })
    }

    /// What the device measured of a commit.
    fn of(&mut self, commit: &str) -> Result<HashSet<String>> {
        let device = self.device.clone();
        let all = self.history.series(|_, labels| labels.gpu_type == device)?;
        let mut marks = HashSet::new();
        for series in &all {
            for point in series.points.iter().filter(|point| is_same_commit(&point.commit, commit))
            {
                let record = self.store.folder().record(&series.key, &point.path)?;
                let record = record.filter(is_measured);
                let mark =
                    record.and_then(|r| Some(r.extra.get(SUITE_POINT)?.as_str()?.to_owned()));
                marks.extend(mark);
            }
        }
        Ok(marks)
    }
}

/// A regression is measured: a gate that fails is no reason to measure it again.
fn is_measured(record: &Record) -> bool {
    requests::are_answered(&record.metrics) && record.verdict != Some(Verdict::InfraError)
}
