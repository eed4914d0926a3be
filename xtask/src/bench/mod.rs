//! `cargo xtask bench`: figures side by side, on histories that a generator makes.
//!
//! In: which benchmarks. Out: tables on standard output, each figure with its target. A missed
//! target is printed and is no failure: a busy machine misses some. Each benchmark has a file of
//! its own, with one `run`.

mod against_python;
mod compact;
mod detect;
mod fastvideo;
mod history;
mod import;
mod layout;
mod llm;
pub mod load;
mod measure;
mod million;
mod numbers;
mod peers;
mod serve;
mod site;
mod store;
mod table;
mod venv;

use std::path::PathBuf;

use anyhow::Result;

use crate::{process, runner::Profile, workspace::Workspace};

/// Options of `cargo xtask bench`.
///
/// An option requires a group of the subjects that it belongs to: beside a subject that excludes
/// those, clap waives an argument that is required, and refuses for a group.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask bench             20,000 records, beside Python\n  \
    cargo xtask bench --million   1,000,000 records; takes 5 GB of disk\n  \
    cargo xtask bench --compact   as many as Parquet: bytes, time, memory, one series read\n  \
    cargo xtask bench --import    100,000 records imported, again, and again after compact\n  \
    cargo xtask bench --fastvideo ../FastVideo   random comparisons, beside its two comparators\n  \
    cargo xtask bench --site      the site in headless Chromium, beside Plotly and uPlot\n  \
    cargo xtask bench --site --only charts   a part of it\n  \
    cargo xtask bench --detect    change detection, beside Otava, asv and ruptures\n  \
    cargo xtask bench --peers     Wan text-to-video on the CPU, beside diffusers\n  \
    cargo xtask bench --serve     the server under load, beside FastAPI on diffusers\n  \
    cargo xtask bench --load      the load client, beside vllm-rs, oha and AIPerf\n  \
    cargo xtask bench --llm       a Llama of 135 million weights on the CPU, beside transformers on PyTorch")]
pub struct Args {
    /// A folder of 1,000,000 records, in place of the comparison with Python
    #[arg(long, group = "subject")]
    million: bool,
    /// Records compacted, in place of the comparison with Python
    #[arg(long, groups = ["subject", "sized"])]
    compact: bool,
    /// The same results imported several times, in place of the comparison with Python
    #[arg(long, groups = ["subject", "sized"])]
    import: bool,
    /// How many records --compact or --import has [default: 1000000, or 100000]
    #[arg(long, requires = "sized", value_parser = records)]
    records: Option<usize>,
    /// Random comparisons beside the comparators of a checkout of FastVideo, or of its git folder
    #[arg(long, value_name = "DIR", groups = ["subject", "compared"])]
    fastvideo: Option<PathBuf>,
    /// How many comparisons --fastvideo makes with each of them
    #[arg(long, value_name = "N", default_value_t = 10_000, requires = "compared")]
    comparisons: u64,
    /// The site in a browser, in place of the comparison with Python
    #[arg(long, groups = ["subject", "shown"])]
    site: bool,
    /// What of the site is measured, in place of all
    #[arg(long, requires = "shown", value_enum)]
    only: Vec<site::Subject>,
    /// Change detection on generated series beside three tools in Python, in an environment of its own
    #[arg(long, group = "subject")]
    detect: bool,
    /// Wan text-to-video with random weights beside diffusers, in a Python environment of its own
    #[arg(long, groups = ["subject", "generated"])]
    peers: bool,
    /// A language model with random weights beside transformers on PyTorch, in the environment of
    /// --peers: prefill and decode of batches of 1, 4 and 16. llama.cpp is not among the peers: its
    /// package in Python comes as source alone, which a C++ compiler would have to build first
    #[arg(long, groups = ["subject", "generated"])]
    llm: bool,
    #[command(flatten)]
    of_peers: peers::Args,
    /// The server: what it adds to a generation, and what batches gain with eight clients
    #[arg(long, groups = ["subject", "served"])]
    serve: bool,
    /// --serve without FastAPI, whose Python environment takes 6 GB of disk
    #[arg(long, requires = "served")]
    alone: bool,
    /// The load client beside vllm-rs, oha and AIPerf: errors of known latencies, and how late requests are
    #[arg(long, group = "subject")]
    load: bool,
    /// Repetitions of each measurement; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
}

/// What is measured, and where.
pub struct Bench<'w> {
    /// The workspace.
    pub workspace: &'w Workspace,
    /// Repetitions of each measurement.
    pub runs: u64,
}

/// Builds what is measured as it is released, then measures.
pub fn run(args: &Args, workspace: &Workspace) -> Result<()> {
    if args.detect {
        return detect::run(&Bench { workspace, runs: args.runs });
    }
    if args.site {
        return site::run(&Bench { workspace, runs: args.runs }, &args.only);
    }
    let (profile, usually) = if args.peers || args.serve || args.llm {
        (Profile::Inference, "15 min")
    } else if args.load {
        (Profile::Loading, "4 min")
    } else {
        (Profile::Judging, "3 min")
    };
    let mut build = profile.build(workspace);
    println!("$ {} (usually {usually} the first time, then 1 s)", process::shown(&build));
    process::run(&mut build)?;
    let bench = Bench { workspace, runs: args.runs };
    if let Some(checkout) = &args.fastvideo {
        return fastvideo::run(&bench, checkout, args.comparisons);
    }
    if args.load {
        return load::run(&bench);
    }
    if args.serve {
        let beside = if args.alone { serve::Beside::Nobody } else { serve::Beside::FastApi };
        return serve::run(&bench, beside);
    }
    if args.llm {
        return llm::run(&bench, &args.of_peers);
    }
    if args.compact {
        return compact::run(&bench, args.records.unwrap_or(1_000_000));
    }
    if args.import {
        return import::run(&bench, args.records.unwrap_or(100_000));
    }
    match (args.million, args.peers) {
        (true, _) => million::run(&bench),
        (_, true) => peers::run(&bench, &args.of_peers),
        _ => against_python::run(&bench),
    }
}

fn records(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count >= 1000);
    count.ok_or_else(|| "expected a number of at least 1000".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser, error::ErrorKind};

    use crate::Cli;

    const SUBJECTS: [&str; 10] = [
        "--million",
        "--compact",
        "--import",
        "--fastvideo=checkout",
        "--site",
        "--detect",
        "--peers",
        "--llm",
        "--serve",
        "--load",
    ];

    fn refusal(words: &[&str]) -> Option<ErrorKind> {
        let words = ["cargo xtask", "bench"].iter().chain(words);
        Cli::try_parse_from(words).err().map(|error| error.kind())
    }

    #[test]
    fn one_subject_is_accepted_and_two_are_refused_whichever_they_are() {
        for one in SUBJECTS {
            assert_eq!(refusal(&[one]), None, "{one}");
            for other in SUBJECTS.into_iter().filter(|other| *other != one) {
                let expected = Some(ErrorKind::ArgumentConflict);
                assert_eq!(refusal(&[one, other]), expected, "{one} {other}");
            }
        }
    }

    #[test]
    fn every_subject_of_the_group_is_tried_here() {
        let mut command = Cli::command();
        command.build();
        let bench = command.find_subcommand("bench").expect("a task");
        let group = bench.get_groups().find(|group| group.get_id() == "subject").expect("a group");
        let names = SUBJECTS.map(|word| word.trim_start_matches("--"));
        let names = names.iter().filter_map(|word| word.split('=').next());
        assert!(group.get_args().map(clap::Id::as_str).eq(names));
    }

    #[test]
    fn an_option_is_refused_beside_a_subject_that_does_not_have_it() {
        let options: [(&[&str], &[&str]); 6] = [
            (&["--records", "2000"], &["--compact", "--import"]),
            (&["--comparisons", "4"], &["--fastvideo=checkout"]),
            (&["--only", "charts"], &["--site"]),
            (&["--venv", "folder"], &["--peers", "--llm"]),
            (&["--threads", "4"], &["--peers", "--llm"]),
            (&["--alone"], &["--serve"]),
        ];
        for (option, owners) in options {
            let missing = Some(ErrorKind::MissingRequiredArgument);
            assert_eq!(refusal(option), missing, "{option:?}");
            for subject in SUBJECTS {
                let expected = if owners.contains(&subject) { None } else { missing };
                assert_eq!(
                    refusal(&[&[subject], option].concat()),
                    expected,
                    "{subject} {option:?}"
                );
            }
        }
    }
}
