//! `bench-runner history`: the series of a store, one of them drawn, or whether it has a commit.

mod commit;
mod levels;
mod list;
mod runs;
mod title;
mod wanted;

use anyhow::anyhow;
use bench_records::{
    events::{Acknowledged, Event},
    gate::{Batch, policy::judge_point},
    identity::SeriesKey,
    levels::Levels,
    metric::Metric,
    scale::Scale,
    series::Series,
    standing, stats,
    time::Micros,
};
use commit::Measured;
use levels::MetricLevels;
use list::Line;
use runs::{Run, run, runs_table};
use serde::Serialize;
use title::{AllApart, UNKNOWN, short, titled};
use wanted::Wanted;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    report::chart,
    store::{self, folder::History},
    terminal::{self, Stream},
    values, variables,
    words::counted,
};

/// List the series of a store, or chart one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bench-runner history\n  bench-runner history wan-t2v-1.3b --metric dit_time_s\n  \
                  bench-runner history --has-commit 3f2c1ab --only 'wan-*'\n\nExit codes of --has-commit: 0 \
                  measured, 1 not measured, 2 usage error, 3 the store cannot be read."
)]
pub struct Args {
    #[command(flatten)]
    wanted: Wanted,
    /// Only report whether this commit was measured, also as the exit code; records of pull requests do not count
    #[arg(long, value_name = "SHA", value_parser = values::commit, conflicts_with_all = ["subject", "metric", "days", "rows"])]
    has_commit: Option<String>,
    /// Metric to chart [default: the worst that fails, otherwise the first gated one]
    #[arg(long, requires = "subject")]
    metric: Option<String>,
    /// Show only records from this many days before the series' newest record [env: DASHBOARD_DAYS] [default: 30]
    #[arg(long, value_parser = values::days, allow_negative_numbers = true)]
    days: Option<u32>,
    /// Number of rows in the table of runs
    #[arg(long, default_value_t = 20, value_parser = values::rows, allow_negative_numbers = true)]
    rows: usize,
    /// Folder or dataset (hf://datasets/OWNER/NAME) of the history [env: HF_REPO_ID, PERFORMANCE_TRACKING_ROOT] [default: history]
    #[arg(long, value_name = "URI")]
    store: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// One series as it is drawn.
#[derive(Debug, Serialize)]
struct Drawing {
    series: SeriesKey,
    benchmark: String,
    gpu: String,
    /// Where its commits are, as its records say.
    repository: Option<String>,
    /// What tells it apart from other series of these names, or empty.
    apart: String,
    metric: Metric,
    #[serde(flatten)]
    said: MetricLevels,
    runs: Vec<Run>,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// Usage, where the store has no such series or the series no such metric.
    pub fn run(self) -> Outcome {
        if let Some(commit) = &self.has_commit {
            return self.ask_for(commit);
        }
        let store = store::open_to_show(self.store.as_deref())?;
        store::check_there(&store, self.store.as_deref(), store::Unnamed::MayBegin)?;
        let now = variables::now()?;
        let mut history = History::open(store.folder(), now).or_unable()?;
        let events = store.folder().events().or_unable()?;
        let (table, acknowledged) = (history.table().clone(), Acknowledged::of(&events));
        let batch = Batch { now, table, acknowledged, ..Batch::default() };
        let apart = title::all_apart(history.labels());
        let meant = self.wanted.keys(history.labels());
        let all = history.series(|key, _| meant.contains(key)).or_unable()?;
        let is_listed = self.wanted.subject.is_none();
        if all.is_empty() && !(is_listed && history.labels().next().is_none()) {
            let set_aside = history.counts().set_aside + store.set_aside().len();
            return Err(self.wanted.unmatched(history.labels(), &store.name(), set_aside))
                .or_usage();
        }
        if is_listed {
            let set_aside = history.counts().set_aside + store.set_aside().len();
            let lines = list::lines(&all, &batch, history.newest().unwrap_or_default(), &apart);
            self.list(&lines, set_aside);
        } else {
            self.draw(&all, &batch, &events, &apart)?;
        }
        Ok(Exit::Passed)
    }

    /// A commit that was measured a minute ago must be found, so that a dataset is read anew.
    fn ask_for(&self, commit: &str) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let mut history = History::open(store.folder(), variables::now()?).or_unable()?;
        let all = history.series(|_, labels| self.wanted.admits(labels)).or_unable()?;
        Ok(Measured::of(commit, &all).tell(self.json, &store.name()))
    }

    fn list(&self, lines: &[Line<'_>], set_aside: usize) {
        if self.json {
            return print_json(&lines);
        }
        match (lines.is_empty(), set_aside) {
            (false, _) => terminal::block(Stream::Out, list::table(lines)),
            (true, 0) => println!(
                "no records yet; `bench-runner compare` or `bench-runner import` adds some"
            ),
            (true, _) => println!("no record could be read"),
        }
        if set_aside > 0 {
            let store = self.store.as_ref().map_or(String::new(), |uri| format!(" --store {uri}"));
            eprintln!(
                "warning: {} set aside; `bench-runner index{store}` names what is wrong",
                counted(set_aside, "file")
            );
        }
    }

    fn draw(
        &self,
        all: &[Series],
        batch: &Batch,
        events: &[Event],
        apart: &AllApart,
    ) -> Outcome<()> {
        let drawings = all.iter().map(|series| {
            let drawing = self.drawing(series, batch, events)?;
            Ok(Drawing { apart: title::words(apart, &series.key), ..drawing })
        });
        let drawings = drawings.collect::<Outcome<Vec<Drawing>>>()?;
        if self.json {
            print_json(&drawings);
        } else {
            drawings.iter().for_each(|drawing| drawing.print(self.rows));
        }
        Ok(())
    }

    fn drawing(&self, all: &Series, batch: &Batch, events: &[Event]) -> Outcome<Drawing> {
        let metric = self.metric_of(all, batch)?;
        let since = self.since(all, batch.now)?;
        let recent = (0..all.points.len()).filter(|index| all.points[*index].time >= since);
        let runs = recent.map(|index| run(all, index, &metric, batch, events)).collect();
        let gpu = all.labels.gpu_type.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let labels = &all.labels;
        let (benchmark, repository) = (labels.model_id.clone(), labels.repository.clone());
        let (series, apart) = (all.key.clone(), String::new());
        let levels = Levels::of(all, &metric, batch.now);
        let said = MetricLevels::of(levels.as_ref(), &metric);
        Ok(Drawing { series, benchmark, gpu, repository, apart, metric, said, runs })
    }

    fn metric_of(&self, series: &Series, batch: &Batch) -> Outcome<Metric> {
        let newest = standing::index(series, batch.now);
        let judged = newest.map(|index| judge_point(series, index, batch));
        let standing = || judged.as_ref().and_then(|judged| standing::metric(series, judged));
        let key = self.metric.as_deref().or_else(standing).unwrap_or("latency");
        if series.column(key).is_none() {
            let has = series.metrics.join(", ");
            let error = anyhow!("series {} has no metric {key:?}; it has {has}", series.key);
            return Err(error).or_usage();
        }
        Ok(batch.table.get_or_unjudged(key))
    }

    fn since(&self, series: &Series, now: Micros) -> Outcome<Micros> {
        let days = i64::from(variables::lookback_days(self.days)?);
        let newest = series.latest(now).map_or(now, |point| point.time);
        Ok(newest.days_before(days))
    }
}

impl Drawing {
    fn print(&self, rows: usize) {
        let (benchmark, gpu) = (titled(&self.benchmark, &self.apart), short(&self.gpu));
        let metric = &self.metric;
        let says_unit = metric.unit.is_empty() || metric.unit == metric.label;
        let values: Vec<_> = self.runs.iter().map(|run| run.value).collect();
        let typical = stats::median(&values.iter().flatten().copied().collect::<Vec<_>>());
        let scale = Scale::of(metric, typical);
        let unit = if says_unit && scale.factor() == 1.0 {
            String::new()
        } else {
            format!(" [{}]", scale.unit())
        };
        println!("{benchmark} on {gpu}: {}{unit}, series {}", metric.label, self.series);
        println!();
        let shown = |value: Option<f64>| value.map(|value| scale.in_unit(value));
        let values: Vec<_> = values.into_iter().map(shown).collect();
        let baseline: Vec<_> = self.runs.iter().map(|run| shown(run.baseline)).collect();
        terminal::block(Stream::Out, chart::chart(&values, &baseline).join("\n"));
        println!();
        println!("• run   ─ median of the last 5 eligible runs before it");
        println!();
        if !self.said.lines().is_empty() {
            terminal::block(Stream::Out, self.said.lines().join("\n"));
            println!();
        }
        terminal::block(Stream::Out, runs_table(&self.runs, rows, &scale));
        println!();
    }
}
