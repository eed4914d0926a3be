//! `bench-runner history`: the series of a store, one of them drawn, or whether it has a commit.

mod commit;
mod runs;

use anyhow::anyhow;
use bench_records::{
    gate::{Batch, policy::judge_point},
    identity::SeriesKey,
    metric::{METRICS, Metric, MetricTable},
    naming::is_commit,
    series::{Labels, Series},
    time::{DAY, Micros},
};
use comfy_table::{Table, presets::NOTHING};
use commit::Measured;
use globset::GlobMatcher;
use runs::{Run, run, runs_table};
use serde::Serialize;

use crate::{
    commands::print_json,
    exit::{Exit, OrExit, Outcome},
    report::{chart, plain},
    run::selection,
    store::{self, folder::History},
    variables,
};

/// Show the series of a store, or draw one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bench-runner history\n  bench-runner history wan-t2v-1.3b --metric dit_time_s\n  \
                  bench-runner history --has-commit 3f2c1ab --only 'wan-*'\n\nExit codes of --has-commit: 0 \
                  measured, 1 not measured, 2 usage error, 3 the store cannot be read."
)]
pub struct Args {
    /// Benchmark or key of a series; all series are listed without it
    subject: Option<String>,
    /// Only benchmarks whose id matches, such as 'wan-*'
    #[arg(long, value_name = "GLOB", value_parser = selection::pattern)]
    only: Option<GlobMatcher>,
    /// Only GPUs with this in their name, such as L40S
    #[arg(long, value_name = "NAME")]
    gpu: Option<String>,
    /// Only say whether this commit was measured, by the exit code too; pull requests do not count
    #[arg(long, value_name = "SHA", value_parser = commit, conflicts_with_all = ["subject", "metric", "days", "rows"])]
    has_commit: Option<String>,
    /// Metric to draw [default: the first that the series has]
    #[arg(long)]
    metric: Option<String>,
    /// Only what is newer than this many days before the series' newest record [env: DASHBOARD_DAYS] [default: 30]
    #[arg(long)]
    days: Option<u32>,
    /// Rows of the table of runs
    #[arg(long, default_value_t = 20)]
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
    metric: Metric,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    series: &'a str,
    benchmark: &'a str,
    gpu: &'a str,
    records: usize,
    newest: String,
    verdict: String,
}

fn commit(text: &str) -> Result<String, String> {
    let commit = is_commit(text).then(|| text.to_owned());
    commit.ok_or_else(|| "expected 7 to 64 hexadecimal digits".to_owned())
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
        let now = variables::now()?;
        let mut history = History::open(&store, now).or_unable()?;
        let batch = Batch { now, table: history.table().clone(), ..Batch::default() };
        let wanted = self.subject.as_deref();
        let all = history
            .series(|key, labels| {
                self.selects(labels)
                    && wanted.is_none_or(|wanted| key.0 == wanted || labels.model_id == wanted)
            })
            .or_unable()?;
        match wanted {
            None => self.list(&all, &batch),
            Some(subject) if all.is_empty() => {
                let known: Vec<&str> =
                    history.labels().map(|(_, labels)| labels.model_id.as_str()).collect();
                return Err(unknown(subject, known)).or_usage();
            }
            Some(_) if self.json => {
                let runs = all.iter().map(|series| self.drawing(series, &batch));
                print_json(&runs.collect::<Outcome<Vec<Drawing>>>()?);
            }
            Some(_) => {
                for series in &all {
                    self.drawing(series, &batch)?.print(self.rows);
                }
            }
        }
        Ok(Exit::Passed)
    }

    /// A commit that was measured a minute ago must be found, so that a dataset is read anew.
    fn ask_for(&self, commit: &str) -> Outcome {
        let store = store::open(self.store.as_deref())?;
        let mut history = History::open(&store, variables::now()?).or_unable()?;
        let all = history.series(|_, labels| self.selects(labels)).or_unable()?;
        Ok(Measured::of(commit, &all).tell(self.json, &store.name()))
    }

    fn selects(&self, labels: &Labels) -> bool {
        let gpu = labels.gpu_type.as_deref().unwrap_or_default();
        self.only.as_ref().is_none_or(|glob| glob.is_match(&labels.model_id))
            && self.gpu.as_ref().is_none_or(|name| gpu.contains(name))
    }

    fn list(&self, all: &[Series], batch: &Batch) {
        let lines: Vec<Line<'_>> = all.iter().filter_map(|series| line(series, batch)).collect();
        if self.json {
            return print_json(&lines);
        }
        if lines.is_empty() {
            return println!(
                "no records yet; `bench-runner compare` or `bench-runner import` adds some"
            );
        }
        let mut table = plain_table(["series", "benchmark", "GPU", "records", "newest", "verdict"]);
        for line in &lines {
            let records = line.records.to_string();
            table.add_row([
                line.series,
                line.benchmark,
                line.gpu,
                &records,
                &line.newest,
                &line.verdict,
            ]);
        }
        println!("{table}");
    }

    fn drawing(&self, series: &Series, batch: &Batch) -> Outcome<Drawing> {
        let metric = self.metric_of(series, &batch.table)?;
        let since = self.since(series, batch.now)?;
        let recent = (0..series.points.len()).filter(|index| series.points[*index].time >= since);
        let runs = recent.map(|index| run(series, index, &metric, batch)).collect();
        let gpu = series.labels.gpu_type.clone().unwrap_or_else(|| "unknown".to_owned());
        let (series, benchmark) = (series.key.clone(), series.labels.model_id.clone());
        Ok(Drawing { series, benchmark, gpu, metric, runs })
    }

    fn metric_of(&self, series: &Series, table: &MetricTable) -> Outcome<Metric> {
        let in_order = METRICS.iter().map(|metric| metric.key.as_ref());
        let first = in_order.chain(series.metrics.iter().map(String::as_str));
        let mut first = first.filter(|key| series.column(key).is_some());
        let key = self.metric.as_deref().or_else(|| first.next()).unwrap_or("latency");
        if series.column(key).is_none() {
            let has = series.metrics.join(", ");
            let error = anyhow!("series {} has no metric {key:?}; it has {has}", series.key);
            return Err(error).or_usage();
        }
        Ok(table.get_or_unjudged(key))
    }

    fn since(&self, series: &Series, now: Micros) -> Outcome<Micros> {
        let days = i64::from(variables::lookback_days(self.days)?);
        let newest = series.latest(now).map_or(now, |point| point.time);
        Ok(Micros(newest.0.saturating_sub(days.saturating_mul(DAY.0))))
    }
}

impl Drawing {
    fn print(&self, rows: usize) {
        let (benchmark, gpu, metric) = (plain(&self.benchmark), plain(&self.gpu), &self.metric);
        println!(
            "{benchmark} on {gpu}: {} [{}], series {}\n",
            metric.label, metric.unit, self.series
        );
        let values: Vec<_> = self.runs.iter().map(|run| run.value).collect();
        let baseline: Vec<_> = self.runs.iter().map(|run| run.baseline).collect();
        for line in chart::chart(&values, &baseline) {
            println!("{line}");
        }
        println!("\n• run   ─ median of the last 5 eligible runs before it\n");
        println!("{}\n", runs_table(&self.runs, rows, metric));
    }
}

fn unknown(subject: &str, mut known: Vec<&str>) -> anyhow::Error {
    known.sort_unstable();
    known.dedup();
    known.truncate(10);
    let has = if known.is_empty() { "no records yet".to_owned() } else { known.join(", ") };
    anyhow!("no series {subject:?} in this store; it has {has}")
}

fn line<'a>(series: &'a Series, batch: &Batch) -> Option<Line<'a>> {
    let past = series.latest_index(batch.now);
    let newest = past.or(series.points.len().checked_sub(1))?;
    let verdict = judge_point(series, newest, batch).verdict;
    Some(Line {
        series: &series.key.0,
        benchmark: &series.labels.model_id,
        gpu: series.labels.gpu_type.as_deref().unwrap_or("unknown"),
        records: series.points.len(),
        newest: series.points[newest].time.to_minute(),
        verdict: if past.is_some() { verdict.to_string() } else { "future".to_owned() },
    })
}

fn plain_table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(header);
    table
}
