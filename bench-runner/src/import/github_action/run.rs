//! One run of a suite.
//!
//! In: `{commit, date, tool, benches}`. Out: what its benches have in common, and the benches.

use bench_records::{record::Record, time::Micros};
use serde_json::Value;

use super::{
    super::{
        benches::{Bench, Further, Placed, Run, Tool, julia_memory},
        direction::stated_direction,
        error::Unusable,
        found::Lineage,
        source::{Source, measured, stated},
    },
    document::{Suite, project, run_repository},
};

/// Reads a run whose date and benches are readable.
pub fn read<'a>(
    source: &'a Source<'a>,
    suite: &Suite<'a>,
    run: &'a Value,
    place: &str,
) -> Result<(Run<'a>, Vec<Placed>), Unusable> {
    let found = run.get("benches");
    let benches = found
        .and_then(Value::as_array)
        .ok_or_else(|| Unusable::field("benches", found, "a list of benchmarks"))?;
    let time = source.time(run_time(run))?;
    let tool_name = run.get("tool").and_then(Value::as_str).unwrap_or_default();
    let tool = Tool::parse(tool_name);
    let placed = benches.iter().enumerate().map(|(index, entry)| placed(entry, index, tool, place));
    let own = run_repository(run).map(|url| project(&url));
    let document = suite.document.as_deref().map(project);
    let run = Run {
        source,
        blank: blank(source, suite, run, time),
        tool,
        tool_name,
        suite: Some(suite.name).filter(|name| !name.is_empty()),
        lineage: Lineage { own: own.clone(), repositories: suite.repositories.clone() },
        project: document.or(own),
        better: stated_direction(run).or(suite.better),
    };
    Ok((run, placed.collect()))
}

fn placed(entry: &Value, index: usize, tool: Tool, place: &str) -> Placed {
    let name = stated(entry.get("name")).unwrap_or_else(|| format!("bench {}", index + 1));
    let bench = Bench::read(entry).map(|mut bench| {
        if tool == Tool::Julia {
            let text = entry.get("extra").and_then(Value::as_str).unwrap_or_default();
            let memory = julia_memory(text).into_iter();
            bench.further.extend(memory.map(|(metric, value)| Further::Measured { metric, value }));
        }
        bench
    });
    (format!("{place}/{name}"), bench)
}

fn blank(source: &Source<'_>, suite: &Suite<'_>, run: &Value, time: Micros) -> Record {
    let mut record = source.record(time);
    let commit = |field: &str| stated(run.get("commit").and_then(|c| c.get(field)));
    record.commit_sha = commit("id").unwrap_or(record.commit_sha);
    let url = commit("url").filter(|url| url.starts_with("https://")).unwrap_or_default();
    // A pull request's own measurements must not become what the next one is judged against.
    if let Some(number) = pull_request(&url) {
        record.provenance.pr_number = number.to_owned();
        record.provenance.baseline_eligible = Some(false);
    }
    let repository = run_repository(run).or_else(|| suite.document.clone());
    record.provenance.repository = repository.unwrap_or_default();
    record.provenance.build_url = url;
    record.extra.insert("suite".to_owned(), suite.name.into());
    record.extra.insert("tool".to_owned(), run.get("tool").cloned().unwrap_or_default());
    record
}

/// `date` is when the run was measured; the commit may be older.
fn run_time(run: &Value) -> Option<Micros> {
    let measured_at = run.get("date").and_then(measured);
    let committed_at = || Micros::parse(run.pointer("/commit/timestamp")?.as_str()?);
    measured_at.and_then(|ms| Micros::from_seconds(ms / 1000.0)).or_else(committed_at)
}

fn pull_request(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/pull/")?;
    let number = rest.split('/').next()?;
    Some(number).filter(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}
