//! A commit of a repository, with the files that a pipeline reads: from the cache, else the Hub.

use std::{collections::BTreeSet, fs, path::Path};

use bench_records::config::Model;
use hf_hub::api::RepoInfo;
use serde_json::Value;

use super::{
    Access, Checkpoint, Mode, Progress,
    cache::RepositoryCache,
    client::{Ask, RepositoryClient, is_page, not_a_hub},
    download::{Wanted, download},
    error::{ModelError, Result},
    files::{self, Lack},
    needed::{Asked, is_told_by, needed},
    repository::{Repository, is_commit, is_revision},
};

const MAIN: &str = "main";
const COMPLETE_REMEDY: &str = "name a repository in the layout of diffusers or of the model's makers, \
     with safetensors weights, or another revision";
/// Longest listing that is read.
const LISTING_BYTES: u64 = 64 << 20;

/// Brings the model's repository into the cache, so far as a pipeline reads it; of the weights those of
/// the variant, where they are there.
///
/// A commit that is there whole makes no request. A branch costs one, for its newest commit; where
/// the Hub does not answer that, the commit that is there is used, and said so.
///
/// # Errors
/// What is missing, and what kept it from being fetched.
pub fn fetch(
    model: &Model,
    variant: Option<&str>,
    access: &Access,
    progress: &dyn Progress,
) -> Result<Checkpoint> {
    let revision = model.revision.as_deref().unwrap_or(MAIN);
    let name = &model.model_path;
    let no_revision =
        || ModelError::NoRevision { repository: name.clone(), revision: revision.to_owned() };
    let repository = Repository::parse(name).ok_or_else(no_revision)?;
    if !is_revision(revision) {
        return Err(no_revision());
    }
    let client = RepositoryClient { access, repository: &repository };
    let cache = RepositoryCache::of(&access.cache, &repository, revision);
    let snapshot = Snapshot { client, cache, model, variant, revision, progress };
    match access.mode {
        Mode::Offline => snapshot.offline(),
        Mode::Online => snapshot.online(),
    }
}

struct Snapshot<'a> {
    client: RepositoryClient<'a>,
    cache: RepositoryCache,
    model: &'a Model,
    variant: Option<&'a str>,
    revision: &'a str,
    progress: &'a dyn Progress,
}

impl Snapshot<'_> {
    fn offline(&self) -> Result<Checkpoint> {
        let missing = match self.cache.commit() {
            None => format!("revision {}", self.revision),
            Some(commit) => match self.lacks(&commit) {
                None => return Ok(self.checkpoint(commit)),
                Some(file) => format!("{file} at {commit}"),
            },
        };
        Err(ModelError::NotCached {
            repository: self.name(),
            missing,
            cache: self.client.access.cache.clone(),
        })
    }

    fn online(&self) -> Result<Checkpoint> {
        let cached = self.cache.commit().filter(|commit| self.lacks(commit).is_none());
        let is_told = |commit: &&String| {
            let here = self.cache.files(commit);
            is_told_by(&here, self.client.repository.file())
                && files::are_of_variant(&here, self.variant)
        };
        if let Some(commit) = cached.as_ref().filter(|_| is_commit(self.revision)).filter(is_told) {
            return Ok(self.checkpoint(commit.clone()));
        }
        let (commit, listed) = match (self.listing(), cached) {
            (Err(error @ ModelError::Unreachable { .. }), Some(commit)) => {
                let line = format!("warning: {error}; the cached commit {commit} is used");
                self.progress.say(&line);
                return Ok(self.checkpoint(commit));
            }
            (listing, _) => listing?,
        };
        self.complete(&commit, &listed)?;
        self.cache.remember(&commit)?;
        Ok(self.checkpoint(commit))
    }

    /// The revision's commit, and the files of it that have harmless paths.
    fn listing(&self) -> Result<(String, BTreeSet<String>)> {
        let (endpoint, repository) = (self.client.access.client.endpoint(), self.name());
        let revision = self.revision.replace('/', "%2F");
        let url = format!("{endpoint}/api/models/{repository}/revision/{revision}");
        let mut response = self.client.send(&url, Ask::From(0))?;
        if !response.status().is_success() {
            return Err(self.client.refusal(&url, &response, self.revision));
        }
        if is_page(response.headers()) {
            return Err(not_a_hub(&url, "a web page".to_owned()));
        }
        let body = response.body_mut().with_config().limit(LISTING_BYTES).read_to_string();
        let body = body.map_err(|error| self.client.unreachable(&error))?;
        let info: RepoInfo = serde_json::from_str(&body)
            .map_err(|error| not_a_hub(&url, format!("no description of a repository: {error}")))?;
        if !is_commit(&info.sha) {
            return Err(not_a_hub(&url, format!("the commit {:?}", info.sha)));
        }
        let names = info.siblings.into_iter().map(|file| file.rfilename);
        Ok((info.sha, names.filter(|name| files::is_plain_path(name)).collect()))
    }

    /// Downloads what is listed, needed and not here, until nothing more is needed.
    fn complete(&self, commit: &str, listed: &BTreeSet<String>) -> Result<()> {
        loop {
            let here = self.cache.files(commit);
            let needed = self.needed(commit, listed, &here).map_err(|lack| match lack {
                Lack::File(file) => ModelError::NoFile {
                    repository: self.name(),
                    revision: commit.to_owned(),
                    file,
                    remedy: COMPLETE_REMEDY,
                },
                Lack::Choice(files) => ModelError::SeveralFiles { repository: self.name(), files },
                Lack::Variants(files) => ModelError::Variants { repository: self.name(), files },
                Lack::Unread(files) => ModelError::Unread { repository: self.name(), files },
            })?;
            self.refuse_architecture(commit, &here)?;
            let missing: Vec<String> =
                needed.into_iter().filter(|file| !here.contains(file)).collect();
            if missing.is_empty() {
                return Ok(());
            }
            self.download_all(commit, &missing)?;
        }
    }

    /// Before more than the index is fetched: whoever runs that refuses it at the end.
    fn refuse_architecture(&self, commit: &str, here: &BTreeSet<String>) -> Result<()> {
        let class = || self.read(commit, files::INDEX)["_class_name"].clone();
        let is_refused = self.model.architecture.is_some()
            && here.contains(files::INDEX)
            && class().as_str().is_some_and(|class| class.starts_with("StableDiffusion"));
        match is_refused {
            true => Err(ModelError::Architecture { repository: self.name() }),
            false => Ok(()),
        }
    }

    fn needed(
        &self,
        commit: &str,
        listed: &BTreeSet<String>,
        here: &BTreeSet<String>,
    ) -> std::result::Result<Vec<String>, Lack> {
        let contents = |file: &str| here.contains(file).then(|| self.read(commit, file));
        let asked = Asked { file: self.client.repository.file(), variant: self.variant };
        needed(listed, asked, contents)
    }

    fn download_all(&self, commit: &str, missing: &[String]) -> Result<()> {
        if missing.len() > 1 {
            let (count, name) = (missing.len(), self.name());
            self.progress.say(&format!("downloading {count} files of {name} at {commit}"));
        }
        for (index, file) in missing.iter().enumerate() {
            let wanted = Wanted { commit, file, place: (index + 1, missing.len()) };
            download(&self.client, &self.cache, &wanted, self.progress)?;
        }
        Ok(())
    }

    /// What a pipeline would miss at a commit, told from what is here.
    fn lacks(&self, commit: &str) -> Option<String> {
        let here = self.cache.files(commit);
        match self.needed(commit, &here, &here) {
            Ok(needed) => needed.into_iter().find(|file| !here.contains(file)),
            Err(Lack::File(file)) => Some(file),
            Err(Lack::Choice(files) | Lack::Variants(files)) => {
                Some(format!("the choice between {}", files.join(", ")))
            }
            Err(Lack::Unread(files)) => {
                Some(format!("weights in another form than {}", files.join(", ")))
            }
        }
    }

    /// A JSON file of a commit; null where it is none, which whoever loads it will say.
    fn read(&self, commit: &str, file: &str) -> Value {
        let path = self.cache.snapshot(commit).join(Path::new(file));
        let bytes = fs::read(path).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn checkpoint(&self, commit: String) -> Checkpoint {
        let folder = self.cache.snapshot(&commit);
        let path = match self.client.repository.file() {
            Some(file) => folder.join(file),
            None => folder,
        };
        Checkpoint { path, revision: commit }
    }

    fn name(&self) -> String {
        self.client.repository.as_str().to_owned()
    }
}
