//! `hub-double`: the stand-in as a program, for browser tests and for trying things out.

use std::{fs, path::Path, thread, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use hub_double::{Behaviour, Hub};

/// Serves a folder as a dataset, the way the Hugging Face Hub would, until it is stopped.
#[derive(Parser)]
#[command(
    name = "hub-double",
    after_help = "Example:\n  hub-double --folder history --dataset tester/perf --port 8765\n  \
                  HF_ENDPOINT=http://127.0.0.1:8765 HF_TOKEN=hf_double \\\n    \
                  bench-runner history --store hf://datasets/tester/perf"
)]
struct Args {
    /// Owner and name of the dataset
    #[arg(long, default_value = "tester/perf")]
    dataset: String,
    /// Folder whose files the dataset starts with
    #[arg(long)]
    folder: Option<std::path::PathBuf>,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Token that writing needs
    #[arg(long, default_value = "hf_double")]
    token: String,
    /// Share of commits that fail, half of them after they landed
    #[arg(long, default_value_t = 0.0)]
    commit_failures: f64,
    /// Share of reads that fail
    #[arg(long, default_value_t = 0.0)]
    read_failures: f64,
    /// Milliseconds that a commit takes; another one meanwhile is refused
    #[arg(long, default_value_t = 0)]
    commit_ms: u64,
    /// Milliseconds that reads lag behind commits
    #[arg(long, default_value_t = 0)]
    lag_ms: u64,
    /// Seed of the failures
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    ensure!(
        args.dataset.split('/').count() == 2,
        "--dataset is {}, expected owner/name",
        args.dataset
    );
    let behaviour = Behaviour {
        token: args.token,
        commit_failures: args.commit_failures,
        read_failures: args.read_failures,
        commit_time: Duration::from_millis(args.commit_ms),
        head_lag: Duration::from_millis(args.lag_ms),
        ..Behaviour::default()
    };
    let hub = Hub::start_at(behaviour, args.seed, args.port)
        .with_context(|| format!("cannot listen on port {}; choose another", args.port))?;
    hub.create(&args.dataset);
    if let Some(folder) = &args.folder {
        let mut files = Vec::new();
        collect(folder, folder, &mut files)?;
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        hub.put(&args.dataset, &files);
        println!("{} files of {}", files.len(), folder.display());
    }
    println!("HF_ENDPOINT={}", hub.endpoint());
    loop {
        thread::park();
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    let listed =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in listed {
        let path = entry?.path();
        let is_hidden =
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_hidden {
            collect(root, &path, files)?;
        } else if path.is_file() && !is_hidden {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}
