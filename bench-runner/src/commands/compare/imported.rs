//! Files of other tools, judged as results.
//!
//! In: files, and the store or base that they are held against. Out: results; what is assumed, set
//! aside or not judged is said on standard error.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bench_records::{normalize::JobContext, record::Record, time::Micros};

use crate::{
    commands::import::{Placed, ReadFile, SourceArgs, There, used},
    compare::{
        base::{self, Base},
        imported::{self, Member},
        results::{Input, Note, Results},
    },
    exit::{OrExit, Outcome},
    import::Format,
    store::{Store, folder::History},
};

/// Files of one tool.
pub struct ImportedFiles<'a> {
    /// The tool.
    pub from: Format,
    /// The files.
    pub files: &'a [PathBuf],
    /// What to assume where they are silent.
    pub source: &'a SourceArgs,
}

impl ImportedFiles<'_> {
    /// The results that the files hold, as the store or the base sees them.
    ///
    /// # Errors
    /// Usage, where a file is not of the format; unable, where the store cannot be read.
    pub fn results(
        &self,
        job: &JobContext,
        store: Option<(&Store, &mut History)>,
    ) -> Outcome<Results> {
        let files = self.read(self.files, job)?;
        let mut there = match store {
            Some((store, history)) => There::of(store, history, &files)?,
            None => There::default(),
        };
        let (mut members, mut metrics, mut set_aside) = (Vec::new(), Vec::new(), Vec::new());
        let searched = files.iter().map(|file| file.name.clone()).collect();
        for ReadFile { name, imported } in files {
            let placed: Placed = there.place(imported, &self.source.extra);
            for notice in placed.notices {
                eprintln!("note: {name}: {notice}");
            }
            let reason =
                |item: &crate::import::SetAsideItem| format!("{}: {}", item.place, item.reason);
            set_aside.extend(placed.set_aside.iter().map(|item| Note::new(&*name, reason(item))));
            metrics.extend(placed.metrics);
            let member = |place| Member { file: name.clone(), place };
            members.extend(placed.places.into_iter().map(member));
        }
        let (mut results, unjudged) = imported::results(members);
        if let Some(words) = unjudged {
            eprintln!("note: {words}");
        }
        for (_, input) in &mut results.results {
            if let Input::Imported { record, .. } = input {
                stamp(record, job);
            }
        }
        let judged = results.results.iter().filter_map(|(_, input)| match input {
            Input::Imported { record, .. } => Some(&**record),
            Input::Raw(_) => None,
        });
        let metrics = used(&metrics, judged.chain(&results.earlier));
        Ok(Results { searched, set_aside, metrics, ..results })
    }

    /// The base that files of the same tool are.
    ///
    /// # Errors
    /// Usage, where there is none, or it is not of the format.
    pub fn base(&self, path: &Path, job: &JobContext) -> Outcome<Base> {
        let paths = base::files(path).or_usage()?;
        if paths.is_empty() {
            let error = anyhow!("base {} holds no file; name one of {}", path.display(), self.from);
            return Err(error).or_usage();
        }
        let files = self.read(&paths, job)?;
        let records = files.into_iter().flat_map(|ReadFile { name, imported }| {
            imported.records.into_iter().map(move |found| (name.clone(), found.record))
        });
        Ok(Base::of_records(records.collect()))
    }

    fn read(&self, paths: &[PathBuf], job: &JobContext) -> Outcome<Vec<ReadFile>> {
        if self.source.timestamp.is_some() {
            return self.source.read(Some(self.from), paths);
        }
        self.source.read_with(Some(self.from), paths, |path| modified_at(path, job.now))
    }
}

/// When a file was written, which is when a tool that says no time measured; never in the future.
fn modified_at(path: &Path, now: Micros) -> Option<Micros> {
    let modified = path.metadata().ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    let at = Micros(i64::try_from(since.as_micros()).ok()?);
    Some(at.min(now))
}

/// What CI says of the job, for what a tool's output leaves out. A record of another commit is history.
fn stamp(record: &mut Record, job: &JobContext) {
    if record.commit_sha.is_empty() {
        record.commit_sha.clone_from(&job.commit);
    } else if record.commit_sha != job.commit {
        return;
    }
    let (own, said) = (&mut record.provenance, &job.provenance);
    for (own, said) in [
        (&mut own.branch, &said.branch),
        (&mut own.main_branch, &said.main_branch),
        (&mut own.pr_number, &said.pr_number),
        (&mut own.test_scope, &said.test_scope),
        (&mut own.build_url, &said.build_url),
        (&mut own.build_id, &said.build_id),
        (&mut own.job_id, &said.job_id),
    ] {
        if own.is_empty() {
            own.clone_from(said);
        }
    }
}
