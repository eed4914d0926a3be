//! Which benchmarks of a suite a run takes: by name, and by its part of the whole.

use std::{fmt, str::FromStr};

use anyhow::{Result, bail};
use globset::{Glob, GlobMatcher};

use super::suite::Benchmark;

/// One of several equal parts of a suite, for jobs that share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (index, count) = text.split_once('/')?;
            Some((index.parse().ok()?, count.parse().ok()?))
        };
        match parse() {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err("expected part/parts, from 1/1, such as 2/3".to_owned()),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Reads the pattern of `--only`, which ids of benchmarks are held against.
///
/// # Errors
/// Words for whoever wrote it, where it is none.
pub fn pattern(text: &str) -> Result<GlobMatcher, String> {
    let glob = Glob::new(text).map_err(|error| format!("{error}; write for example \"wan-*\""))?;
    Ok(glob.compile_matcher())
}

/// The benchmarks whose id matches the pattern and that belong to the shard.
///
/// # Errors
/// Where the pattern matches nothing.
pub fn select(
    benchmarks: Vec<Benchmark>,
    only: Option<&GlobMatcher>,
    shard: Option<Shard>,
) -> Result<Vec<Benchmark>> {
    let named = match only {
        Some(only) => matching(benchmarks, only)?,
        None => benchmarks,
    };
    let Some(shard) = shard else { return Ok(named) };
    let belongs = |index: usize| index % shard.count == shard.index - 1;
    let part = named.into_iter().enumerate().filter(|(index, _)| belongs(*index));
    Ok(part.map(|(_, benchmark)| benchmark).collect())
}

fn matching(benchmarks: Vec<Benchmark>, only: &GlobMatcher) -> Result<Vec<Benchmark>> {
    let (found, others): (Vec<_>, Vec<_>) =
        benchmarks.into_iter().partition(|b| only.is_match(&b.resolved.plan().benchmark_id));
    if found.is_empty() {
        let ids: Vec<&str> =
            others.iter().map(|b| b.resolved.plan().benchmark_id.as_str()).collect();
        let pattern = only.glob().glob();
        bail!("--only {pattern:?} matches no benchmark; there are {}", ids.join(", "));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use bench_engine::Resolved;

    use super::*;

    fn benchmarks(ids: &[&str]) -> Vec<Benchmark> {
        let text = include_str!("../../../tests/fixtures/configs/minimal.json");
        let (config, _) = bench_records::config::parse("m.json", text).expect("a sound file");
        let make = |id: &&str| {
            let config = bench_records::config::BenchmarkConfig {
                benchmark_id: (*id).to_owned(),
                ..config.clone()
            };
            let resolved = Resolved::of(config.resolve()).expect("a sound plan");
            Benchmark { file: format!("{id}.json"), resolved, config }
        };
        ids.iter().map(make).collect()
    }

    fn matcher(text: &str) -> GlobMatcher {
        pattern(text).expect("a pattern")
    }

    fn ids(only: Option<&str>, shard: Option<&str>) -> Vec<String> {
        let shard = shard.map(|shard| shard.parse().expect("a shard"));
        let all = benchmarks(&["flux", "wan-1gpu", "wan-2gpu", "wan-4gpu"]);
        let selected =
            select(all, only.map(matcher).as_ref(), shard).expect("a pattern that matches");
        selected.into_iter().map(|b| b.resolved.plan().benchmark_id.clone()).collect()
    }

    #[test]
    fn a_pattern_takes_the_benchmarks_of_that_name() {
        assert_eq!(ids(Some("wan-*"), None), ["wan-1gpu", "wan-2gpu", "wan-4gpu"]);
        assert_eq!(ids(Some("*-{1,4}gpu"), None), ["wan-1gpu", "wan-4gpu"]);
        let error = select(benchmarks(&["flux"]), Some(&matcher("x")), None).expect_err("no match");
        assert_eq!(error.to_string(), "--only \"x\" matches no benchmark; there are flux");
    }

    #[test]
    fn what_is_no_pattern_is_told_with_an_example() {
        let error = pattern("wan-[").expect_err("an open class");
        assert!(error.contains("unclosed character class") && error.ends_with("\"wan-*\""));
    }

    #[test]
    fn shards_share_a_suite_without_overlap() {
        assert_eq!(ids(None, Some("1/3")), ["flux", "wan-4gpu"]);
        assert_eq!(ids(None, Some("2/3")), ["wan-1gpu"]);
        assert_eq!(ids(None, Some("3/3")), ["wan-2gpu"]);
        assert_eq!(ids(Some("flux"), Some("2/2")), Vec::<String>::new());
    }

    #[test]
    fn a_shard_counts_from_one() {
        for text in ["0/3", "4/3", "1/0", "1", "x/2", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
