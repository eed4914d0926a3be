//! Commands of the documents, run in a folder with made-up benchmarks, results and histories.

use super::{
    documents,
    folder::Folder,
    words::{self, Block, Command},
};
use crate::support::workspace::Finished;

/// How blocks begin that show something else than commands, besides drawings.
const SHOWN: [&str; 11] = [
    "<model>/<timestamp>", // files of a store
    "error: ",             // what a command says
    "videos of ",
    "latency (ms)",
    "latency counts",
    "dist: ",
    "tensor ",
    "{", // JSON
    "\"model\": ",
    "[{", // JSON
    "![", // Markdown
];

/// What lines start that are run as they stand.
const RUN: [&str; 10] =
    ["bench-runner", "cp", "curl", "duckdb", "export", "jq", "mkdir", "printf", "python3", "sed"];

/// How lines begin that are not run, and why.
const NOT_RUN: [(&str, &str); 13] = [
    ("cargo xtask", "takes minutes; what it is called with is checked below"),
    ("cargo build", "takes minutes; `cargo xtask test` builds what all tests here start"),
    ("cargo test", "writes schemas into the repository; tests compare what it would write"),
    ("cargo install", "installs from the network"),
    ("cargo +nightly fuzz", "needs a nightly toolchain; `cargo xtask test` compiles its targets"),
    ("cp target/cuda", "copies the CUDA build, which takes its toolkit and minutes"),
    ("rustup", "installs from the network"),
    ("docker", "needs a daemon; tests of xtask and hadolint read the files of images"),
    ("bench-runner serve", "serves until it is stopped; `tests/it/serve` runs what is shown"),
    ("bench-runner suite", "starts engines; `tests/it/suite` runs what is shown"),
    ("curl http://127.0.0.1:8000/", "asks that server"),
    (
        "bench-runner load --endpoint chat --search",
        "takes minutes; `tests/it/load` runs a short one",
    ),
    ("trunk serve", "serves until it is stopped; `cargo xtask test` bundles with trunk"),
];

#[test]
fn every_line_of_the_documents_blocks_runs() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (path, text) in documents() {
        let folder = Folder::with_samples();
        for command in commands(&text).iter().filter(|command| reason(command).is_none()) {
            let outcome = if RUN.contains(&command.program()) {
                outcome(&folder, command)
            } else {
                Some("is no command that RUN or NOT_RUN names, and no block of SHOWN".to_owned())
            };
            wrong.extend(outcome.map(|words| format!("{path}: {} {words}", command.0)));
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "{count} commands");
}

/// What went wrong.
fn outcome(folder: &Folder, command: &Command) -> Option<String> {
    let Finished { code, stdout, stderr } = folder.run(&command.0)?;
    (code != command.code()).then(|| format!("leaves with {code}\n{stdout}{stderr}"))
}

#[test]
fn every_exception_is_one_that_the_documents_need() {
    let documents = documents();
    let blocks: Vec<Block<'_>> =
        documents.iter().flat_map(|(_, text)| words::blocks(text)).collect();
    for beginning in SHOWN {
        assert!(blocks.iter().any(|block| block.begins_with(beginning)), "{beginning:?}");
    }
    let commands: Vec<Command> = documents.iter().flat_map(|(_, text)| commands(text)).collect();
    for program in RUN {
        let is_run = |c: &Command| c.program() == program && reason(c).is_none();
        assert!(commands.iter().any(is_run), "{program:?}");
    }
    for (beginning, _) in NOT_RUN {
        assert!(commands.iter().any(|c| c.call().starts_with(beginning)), "{beginning:?}");
    }
}

fn commands(document: &str) -> Vec<Command> {
    let blocks = words::blocks(document);
    let is_shown = |block: &Block<'_>| SHOWN.iter().any(|words| block.begins_with(words));
    let calls = blocks.iter().filter(|block| !is_shown(block) && !block.is_drawing());
    calls.flat_map(Block::commands).collect()
}

/// Why it is not run.
fn reason(command: &Command) -> Option<&'static str> {
    let named = NOT_RUN.iter().find(|(beginning, _)| command.call().starts_with(beginning));
    named.map(|(_, why)| *why)
}

/// With `--help` at its end a command is read, and nothing is done.
#[test]
fn every_command_that_is_mentioned_is_one_that_exists() {
    let folder = Folder::with_samples();
    let mut lines: Vec<(String, String)> = Vec::new();
    for (path, text) in documents() {
        for beginning in ["bench-runner ", "cargo xtask "] {
            let ours = commands(&text).into_iter().filter(|c| c.call().starts_with(beginning));
            let ours = ours.map(|command| command.call().to_owned());
            let all = ours.chain(words::spans(&text, beginning));
            lines.extend(all.map(|line| (path.clone(), line)));
        }
    }
    lines.extend(examples_of_the_help(&folder));
    assert!(lines.len() > 120, "{}", lines.len());
    let mut wrong = Vec::new();
    for (path, line) in lines {
        let line = line.split(" #").next().unwrap_or(&line);
        let line = line.split(" > ").next().unwrap_or(line).trim();
        let Finished { code, stderr, .. } = folder.read(line);
        if code != 0 {
            wrong.push(format!("{path}: {line}\n{stderr}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn examples_of_the_help(folder: &Folder) -> Vec<(String, String)> {
    let help = folder.read("bench-runner").stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names = names.filter(|name| !matches!(*name, "" | "help"));
    let examples = names.flat_map(|name| {
        let help = folder.read(&format!("bench-runner {name}")).stdout;
        let help = help.replace("\n  bench-", "\n    bench-");
        let found = words::blocks(&help).iter().flat_map(Block::commands).collect::<Vec<_>>();
        let ours = found.into_iter().filter(|command| command.program() == "bench-runner");
        // one that the help breaks within quotes is the same as in the documents
        let whole = ours.filter(|command| command.0.matches('"').count() % 2 == 0);
        whole.map(move |command| (format!("help of {name}"), command.0))
    });
    examples.collect()
}
