//! `bench-runner schema`: the JSON schemas of the published file formats.

use bench_records::{
    config,
    events::Event,
    index::{
        HeadHeader, HeadList, HeadSeries, PageHeader, columns::Columns, series_file::SeriesHeader,
    },
    metric::METRICS,
    raw,
};
use clap::ValueEnum;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use crate::{
    commands::print_json,
    exit::{Exit, Outcome},
    publish::Summary,
    report::{Findings, Webhook},
};

/// Print the JSON schema of a file format.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner schema benchmark > benchmarks/schema/benchmark.schema.json"
)]
pub struct Args {
    /// Which format
    format: Format,
}

/// The formats that have a schema, and the metric table.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Configuration of a benchmark: benchmarks/*.json
    Benchmark,
    /// Results: perf_*.json of run
    RawRecord,
    /// findings.json of compare
    Findings,
    /// webhook.json of compare
    Webhook,
    /// First line of index/v1/head.ndjson
    HeadHeader,
    /// Second line of index/v1/head.ndjson, where it has pages
    HeadList,
    /// Further lines of index/v1/head.ndjson and of its pages in index/v1/head/
    HeadSeries,
    /// First line of a page in index/v1/head/
    PageHeader,
    /// First line of a file in index/v1/series/
    SeriesHeader,
    /// Second line of a file in index/v1/series/
    SeriesColumns,
    /// Lines of events.ndjson
    Event,
    /// summary.json of publish
    Summary,
    /// Not a schema: the built-in metrics with unit and direction
    Metrics,
}

impl Args {
    /// Runs the command.
    ///
    /// # Errors
    /// None.
    #[expect(clippy::unnecessary_wraps, reason = "every command has this shape")]
    pub fn run(self) -> Outcome {
        print_json(&self.format.document());
        Ok(Exit::Passed)
    }
}

impl Format {
    fn document(self) -> Value {
        match self {
            Self::Benchmark => config::config_schema(),
            Self::RawRecord => raw::schema(),
            Self::Findings => schema::<Findings>(),
            Self::Webhook => schema::<Webhook>(),
            Self::HeadHeader => schema::<HeadHeader>(),
            Self::HeadList => schema::<HeadList>(),
            Self::HeadSeries => schema::<HeadSeries>(),
            Self::PageHeader => schema::<PageHeader>(),
            Self::SeriesHeader => schema::<SeriesHeader>(),
            Self::SeriesColumns => schema::<Columns>(),
            Self::Event => schema::<Event>(),
            Self::Summary => schema::<Summary>(),
            Self::Metrics => json!(METRICS),
        }
    }
}

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}
