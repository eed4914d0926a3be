//! What the name of a line of `extra` says of it.
//!
//! In: a name such as `batch_size`, `Peak RSS`. Out: whether it is a parameter, a result, or neither by
//! its name.

use super::super::super::{load::says_which_run, unit::is_percentile};

/// What a line is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByName {
    /// It says what was measured.
    Parameter,
    /// It says how that came out, or which run it was.
    Result,
    /// Its name does not say.
    Open,
}

/// Names of parameters whatever their value, as they are written.
const CERTAIN: [&str; 27] = [
    "package",
    "pkg",
    "threads",
    "forks",
    "workers",
    "concurrency",
    "clients",
    "batch",
    "batch_size",
    "size",
    "length",
    "dataset",
    "dtype",
    "precision",
    "device",
    "backend",
    "compiler",
    "mode",
    "config",
    "configuration",
    "profile",
    "features",
    "target",
    "arch",
    "os",
    "model",
    "variant",
];

/// Likely names of parameters in any spelling, with `num` or `n` before them: shapes, counts of what is
/// worked on, and of what works on it.
const PARAMETERS: &str = " \
    n m k d rows cols columns records entries items elements keys nodes vertices edges points particles cells \
    dim dims dimension dimensions width height depth channels layers heads hidden hiddensize vocab \
    vocabsize seqlen sequencelength contextlength contextsize inputlen inputlength inputsize outputlen \
    outputlength promptlen promptlength maxtokens bs batchsize blocksize chunksize pagesize buffersize \
    windowsize tilesize stepsize payloadsize messagesize packetsize problemsize datasize stride order \
    degree level optlevel steps numframes resolution shape replicas shards partitions ranks worldsize gpus \
    cpus cores procs processes connections sessions streams parallelism tp pp dp ep quantization \
    compression codec preset algorithm strategy scheduler attention kernel engine format encoding \
    layout parameter parameters ";

/// Words that make a name that of a result.
const RESULTS: [&str; 88] = [
    "mean",
    "median",
    "min",
    "max",
    "avg",
    "average",
    "std",
    "stddev",
    "stdev",
    "sd",
    "iqr",
    "mad",
    "variance",
    "deviation",
    "percentile",
    "quantile",
    "rounds",
    "iteration",
    "iterations",
    "iters",
    "evals",
    "samples",
    "runs",
    "repetitions",
    "times",
    "time",
    "duration",
    "elapsed",
    "wall",
    "cpu",
    "real",
    "sys",
    "latency",
    "gctime",
    "gc",
    "memory",
    "mem",
    "rss",
    "heap",
    "peak",
    "allocs",
    "alloc",
    "allocated",
    "allocations",
    "bytes",
    "outliers",
    "total",
    "sum",
    "date",
    "timestamp",
    "throughput",
    "bandwidth",
    "speed",
    "speedup",
    "ops",
    "qps",
    "rps",
    "fps",
    "count",
    "counter",
    "hits",
    "misses",
    "errors",
    "error",
    "failed",
    "passed",
    "failures",
    "range",
    "confidence",
    "score",
    "ratio",
    "percent",
    "pct",
    "change",
    "delta",
    "diff",
    "baseline",
    "previous",
    "power",
    "energy",
    "clock",
    "frequency",
    "result",
    "status",
    "outcome",
    "verdict",
    "note",
    "comment",
];

/// Counts in front of what they count.
const NUMBER_OF: [&str; 4] = ["numberof", "num", "nr", "n"];

/// Whether a name is that of a parameter whatever its value.
pub fn is_certain(name: &str) -> bool {
    CERTAIN.contains(&name)
}

/// What the name of a line says of it.
pub fn by_name(name: &str) -> ByName {
    if is_certain(name) || is_parameter(name) {
        return ByName::Parameter;
    }
    let is_result =
        words(name).iter().any(|word| RESULTS.contains(&word.as_str()) || is_percentile(word));
    if is_result || says_which_run(name) { ByName::Result } else { ByName::Open }
}

fn is_parameter(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_lowercase();
    let is_known = |name: &str| {
        CERTAIN.contains(&name) || (!name.is_empty() && PARAMETERS.split(' ').any(|it| it == name))
    };
    let counted = NUMBER_OF.iter().filter_map(|prefix| plain.strip_prefix(prefix));
    is_known(&plain) || counted.into_iter().any(is_known)
}

/// The words of `peakMemory`, `Peak memory` and `peak_memory`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        was_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_whether_a_line_is_a_parameter_or_a_result() {
        let of = |expected: ByName, names: &[&str]| {
            names.iter().for_each(|name| assert_eq!(by_name(name), expected, "{name}"));
        };
        of(
            ByName::Parameter,
            &["threads", "forks", "n", "rows", "num_rows", "batchSize", "Batch Size", "nprocs"],
        );
        of(
            ByName::Result,
            &[
                "iterations",
                "Peak RSS",
                "cpuTime",
                "latency p99",
                "git_commit",
                "start_time",
                "gctime",
            ],
        );
        of(ByName::Open, &["kind", "tokens", "Value for Tooltip", "cache"]);
    }
}
