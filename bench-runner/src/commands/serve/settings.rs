//! Flags and the files they name, as settings of the server.

use std::{fs, path::Path};

use anyhow::{Context, anyhow};
use bench_serve::{
    AccessLog, Format, Keys, Limits, Settings,
    batching::{BatchLog, Batching, MemoryLimit, Mode, Profiling, Rule, read_rules},
};

use super::{Args, BatchingArgs, BatchingMode, Memory};
use crate::exit::{OrExit, Outcome};

/// Settings of the server.
///
/// # Errors
/// Usage, where a file cannot be used.
pub fn of(args: &Args) -> Outcome<Settings> {
    let keys = args.api_key_file.as_deref().map(keys).transpose().or_usage()?;
    Ok(Settings {
        batching: batching(&args.batching).or_usage()?,
        limits: Limits {
            max_queue: args.max_queue,
            max_body_bytes: args.max_body_bytes,
            max_prompt_chars: args.max_prompt_chars,
            max_output_pixels: args.max_output_pixels.map(|pixels| pixels as u64),
            max_steps: args.max_steps as u64,
            max_num_seqs: args.max_num_seqs,
            kv_cache_bytes: args.kv_cache_memory_bytes.map(|bytes| bytes as u64),
            ..Limits::default()
        },
        jobs: args.jobs.clone(),
        job_ttl: args.job_ttl,
        drain: args.drain_seconds,
        access_log: args.access_log.as_deref().map(access_log).transpose().or_usage()?,
        record_every: args.record.as_ref().map(|_| args.record_interval),
        video_format: video_format(&args.video_format).or_usage()?,
        keys: keys.unwrap_or_default(),
    })
}

fn video_format(name: &str) -> anyhow::Result<Format> {
    let known = Format::OF_VIDEOS;
    let format = Format::named(name).filter(|format| known.contains(&format.name()));
    format.ok_or_else(|| {
        let further =
            if known.contains(&"mp4") { "" } else { "; build with the feature mp4 for mp4" };
        anyhow!("--video-format is {name:?}, but this build has {}{further}", known.join(", "))
    })
}

fn access_log(file: &Path) -> anyhow::Result<AccessLog> {
    AccessLog::open(file)
        .with_context(|| format!("cannot write {}; name another file", file.display()))
}

fn keys(file: &Path) -> anyhow::Result<Keys> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read {shown}; name a file with one API key a line"))?;
    Keys::read(&text).map_err(|problem| anyhow!("{shown}: {problem}"))
}

/// How requests are batched.
///
/// # Errors
/// Where the file of rules cannot be used.
pub fn batching(args: &BatchingArgs) -> anyhow::Result<Batching> {
    let mode = match args.batching_mode {
        BatchingMode::Disabled => Mode::Disabled,
        BatchingMode::Dynamic => Mode::Dynamic,
    };
    if mode == Mode::Disabled {
        let unused = [
            ("--batching-max-size", args.batching_max_size.is_some_and(|size| size > 1)),
            ("--batching-delay-ms", !args.batching_delay_ms.is_zero()),
            ("--batching-max-overtaken", args.batching_max_overtaken.is_some()),
            ("--batching-profile", args.batching_profile),
            ("--batching-memory-mb", args.batching_memory_mb.is_some()),
        ];
        for (flag, _) in unused.into_iter().filter(|(_, is_given)| *is_given) {
            eprintln!("warning: {flag} has no effect without --batching-mode dynamic");
        }
    }
    Ok(Batching {
        mode,
        max_size: args.batching_max_size.unwrap_or(match mode {
            Mode::Disabled => 1,
            Mode::Dynamic => Batching::DYNAMIC_SIZE,
        }),
        delay: args.batching_delay_ms,
        max_overtaken: args.batching_max_overtaken.unwrap_or(Batching::OVERTAKEN),
        profiling: if args.batching_profile { Profiling::On } else { Profiling::Off },
        memory: match args.batching_memory_mb {
            None => MemoryLimit::default(),
            Some(Memory::Mb(mb)) => MemoryLimit::Mb(mb),
            Some(Memory::Off) => MemoryLimit::Off,
        },
        rules: args.batching_config.as_deref().map(rules).transpose()?.unwrap_or_default(),
        log: if args.enable_batching_metrics { BatchLog::On } else { BatchLog::Off },
    })
}

fn rules(file: &Path) -> anyhow::Result<Vec<Rule>> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot read {shown}; name a file of batching rules"))?;
    read_rules(&text).with_context(|| shown.to_string())
}
