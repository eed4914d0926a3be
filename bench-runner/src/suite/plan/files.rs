//! Which files are read, and what to say where none is there.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::super::{SuiteKind, settings::Settings};
use crate::words::named;

/// Files that a message names at most.
const NAMED: usize = 8;

/// A file that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// What its tests measure.
    pub kind: SuiteKind,
    /// Where it is.
    pub path: PathBuf,
}

/// The files of a folder that hold tests of these kinds: those that variables name, else
/// `<kind>-tests<suffix>.json`. Also notes on default files that are not there.
///
/// # Errors
/// Where no file is there: what is there instead, and how it would run.
pub fn choose(
    folder: &Path,
    settings: &Settings,
    suffix: &str,
    kinds: &[SuiteKind],
) -> Result<(Vec<Chosen>, Vec<String>)> {
    let there = Folder::read(folder, suffix);
    let (mut chosen, mut notes) = (Vec::new(), Vec::new());
    for kind in kinds.iter().copied() {
        let named = settings.files.get(&kind);
        let path = folder.join(named.cloned().unwrap_or_else(|| file_name(kind, suffix)));
        if named.is_some() || path.is_file() {
            chosen.push(Chosen { kind, path });
        } else {
            let remedy = there
                .remedy(&[kind])
                .unwrap_or_else(|| format!("{} names another file of the folder", kind.variable()));
            notes.push(format!(
                "no {} tests: {} is not there; {remedy}",
                kind.word(),
                path.display()
            ));
        }
    }
    if chosen.is_empty() {
        bail!("{}", there.no_suite(folder, kinds));
    }
    Ok((chosen, notes))
}

fn file_name(kind: SuiteKind, suffix: &str) -> String {
    format!("{}-tests{suffix}.json", kind.word())
}

/// The JSON files of a folder, and what the names of those that run here end with.
struct Folder<'a> {
    files: Vec<String>,
    suffix: &'a str,
}

impl<'a> Folder<'a> {
    fn read(folder: &Path, suffix: &'a str) -> Self {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut files: Vec<String> = names.filter(|name| name.ends_with(".json")).collect();
        files.sort();
        Self { files, suffix }
    }

    /// Default files of these kinds whose names have that suffix.
    fn with(&self, kinds: &[SuiteKind], suffix: &str) -> Vec<String> {
        let names = kinds.iter().map(|kind| file_name(*kind, suffix));
        names.filter(|name| self.files.contains(name)).collect()
    }

    /// What runs the files of other machines that are there; `None` where there is none.
    fn remedy(&self, kinds: &[SuiteKind]) -> Option<String> {
        let is_cpu = self.suffix.ends_with("-cpu");
        let own_cpu = if std::env::consts::ARCH == "aarch64" { "-arm64-cpu" } else { "-cpu" };
        let others = ["", "-cpu", "-arm64-cpu", "-hpu"].into_iter().filter(|s| *s != self.suffix);
        let found = others.map(|suffix| (suffix, self.with(kinds, suffix)));
        let (suffix, files) = found.into_iter().find(|(_, files)| !files.is_empty())?;
        let count = files.len();
        let are = |what: &str| is_or_are(&named(files, NAMED), count, what);
        Some(match suffix {
            "" if is_cpu => are("for GPUs: unset ON_CPU"),
            suffix if suffix == own_cpu => are("for processors: set ON_CPU=1"),
            "-hpu" => are(&format!("for Gaudi; {} can name one", variable(kinds))),
            "-cpu" | "-arm64-cpu" => {
                are(&format!("for other processors; {} can name one", variable(kinds)))
            }
            _ => are(&format!("for other GPUs; {} can name one", variable(kinds))),
        })
    }

    fn no_suite(&self, folder: &Path, kinds: &[SuiteKind]) -> String {
        let shown = folder.display();
        if !folder.is_dir() {
            return format!(
                "{shown} holds no suite: there is no such folder; name a folder of suites with --tests"
            );
        }
        let missing = kinds.iter().map(|kind| file_name(*kind, self.suffix));
        let missing = is_or_are(&named(missing, NAMED), kinds.len(), "not there");
        let other_kinds: Vec<String> = self.with(&SuiteKind::ALL, self.suffix);
        let hint = match self.remedy(kinds) {
            Some(remedy) => format!("but {remedy}"),
            None if !other_kinds.is_empty() => {
                format!("but {}, which --only leaves out", named(other_kinds, NAMED))
            }
            None if !self.files.is_empty() => format!(
                "but {}; {} can name one, and --tests another folder",
                named(self.files.clone(), NAMED),
                variable(kinds)
            ),
            None => "and neither is any other JSON file; name a folder of suites with --tests"
                .to_owned(),
        };
        format!("{shown} holds no suite that runs here: {missing}, {hint}")
    }
}

fn is_or_are(names: &str, count: usize, what: &str) -> String {
    format!("{names} {} {what}", if count == 1 { "is" } else { "are" })
}

/// A variable that names a file of these kinds.
fn variable(kinds: &[SuiteKind]) -> &'static str {
    kinds.first().copied().unwrap_or(SuiteKind::Serving).variable()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(files: &[&str], suffix: &str, kinds: &[SuiteKind]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        for name in files {
            std::fs::write(folder.path().join(name), "[]").expect("a file");
        }
        let error = choose(folder.path(), &Settings::default(), suffix, kinds).expect_err("none");
        error.to_string().replace(&folder.path().display().to_string(), "F")
    }

    #[test]
    fn files_for_processors_alone_are_named_with_the_variable_that_runs_them() {
        let own = if std::env::consts::ARCH == "aarch64" { "arm64-cpu" } else { "cpu" };
        let (serving, latency) =
            (format!("serving-tests-{own}.json"), format!("latency-tests-{own}.json"));
        let expected = format!(
            "F holds no suite that runs here: serving-tests.json, latency-tests.json, startup-tests.json, \
             throughput-tests.json are not there, but {serving}, {latency} are for processors: set ON_CPU=1"
        );
        assert_eq!(refusal(&[&latency, &serving], "", &SuiteKind::ALL), expected);
        let said = refusal(&[&serving], "", &[SuiteKind::Serving]);
        assert!(said.ends_with(&format!("{serving} is for processors: set ON_CPU=1")), "{said}");
    }

    #[test]
    fn files_for_gpus_alone_are_named_with_the_variable_that_hides_them() {
        let said = refusal(&["startup-tests.json"], "-cpu", &SuiteKind::ALL);
        assert!(said.ends_with("but startup-tests.json is for GPUs: unset ON_CPU"), "{said}");
    }

    #[test]
    fn files_of_another_kind_or_name_are_named() {
        let said = refusal(&["latency-tests.json"], "", &[SuiteKind::Serving]);
        assert!(said.ends_with("but latency-tests.json, which --only leaves out"), "{said}");
        let said = refusal(&["mine.json"], "", &SuiteKind::ALL);
        assert!(said.contains("but mine.json; SERVING_JSON can name one"), "{said}");
        let said = refusal(&["serving-tests-hpu.json"], "", &SuiteKind::ALL);
        assert!(
            said.contains("serving-tests-hpu.json is for Gaudi; SERVING_JSON can name"),
            "{said}"
        );
        let said = refusal(&[], "", &SuiteKind::ALL);
        assert!(said.ends_with("name a folder of suites with --tests"), "{said}");
    }

    #[test]
    fn a_kind_whose_file_is_for_processors_alone_is_noted_so_where_others_run() {
        let own = if std::env::consts::ARCH == "aarch64" { "arm64-cpu" } else { "cpu" };
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["latency-tests.json".to_owned(), format!("serving-tests-{own}.json")] {
            std::fs::write(folder.path().join(name), "[]").expect("a file");
        }
        let (_, notes) =
            choose(folder.path(), &Settings::default(), "", &SuiteKind::ALL).expect("files");
        assert!(notes[0].ends_with("is for processors: set ON_CPU=1"), "{notes:?}");
        assert!(notes[1].ends_with("STARTUP_JSON names another file of the folder"), "{notes:?}");
    }
}
