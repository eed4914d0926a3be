//! One file from the Hub into the cache: resumed where it broke off, checked, then renamed.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use sha2::{Digest, Sha256};
use ureq::{
    Body,
    http::{Response, StatusCode},
};

use super::{
    Progress,
    cache::{self, RepositoryCache},
    client::{Ask, RepositoryClient, is_page, not_a_hub, text},
    error::{ModelError, Result},
    repository::is_commit,
};
use crate::{
    address::encode_path,
    patience::{self, Patience},
};

const BYTES_PER_MB: f64 = 1_048_576.0;
const BUFFER_BYTES: usize = 1 << 20;
/// How often in a row a connection may break without having brought anything.
const FRUITLESS: u32 = 3;

/// A file of a commit.
pub struct Wanted<'a> {
    pub commit: &'a str,
    pub file: &'a str,
    /// Which of how many it is, for those who watch.
    pub place: (usize, usize),
}

/// What the Hub says of a file.
struct Announced {
    etag: String,
    size: u64,
}

/// Downloads a file and lets the snapshot of its commit show it.
///
/// # Errors
/// What the Hub, the network or the disk said; a part stays, and the next call goes on from there.
pub fn download(
    client: &RepositoryClient<'_>,
    cache: &RepositoryCache,
    wanted: &Wanted<'_>,
    progress: &dyn Progress,
) -> Result<()> {
    let url = url(client, wanted);
    let announced = announced(client, &url, wanted)?;
    let blob = cache.blob(&announced.etag);
    let failed = |cause| ModelError::Cache { path: blob.clone(), cause };
    fs::create_dir_all(blob.parent().unwrap_or(&blob)).map_err(failed)?;
    let waiting = || {
        progress.say(&format!("waiting for another process, which downloads {}", wanted.file));
    };
    let _lock = cache::lock(&blob, waiting).map_err(failed)?;
    if fs::metadata(&blob).map(|found| found.len()).ok() != Some(announced.size) {
        let part = blob.with_extension("part");
        Transfer { client, url: &url, wanted, announced: &announced, part: &part, progress }
            .run()?;
        check(client, wanted, &announced, &part)?;
        fs::rename(&part, &blob).map_err(failed)?;
    }
    cache.link(&blob, wanted.commit, wanted.file)
}

fn url(client: &RepositoryClient<'_>, wanted: &Wanted<'_>) -> String {
    let (endpoint, repository) = (client.access.client.endpoint(), client.repository.as_str());
    format!("{endpoint}/{repository}/resolve/{}/{}", wanted.commit, encode_path(wanted.file))
}

fn announced(client: &RepositoryClient<'_>, url: &str, wanted: &Wanted<'_>) -> Result<Announced> {
    let response = client.send(url, Ask::Headers)?;
    let (status, headers) = (response.status(), response.headers());
    let not_found = status == StatusCode::NOT_FOUND;
    if not_found && text(headers, "x-error-code") == Some("EntryNotFound") {
        return Err(ModelError::NoFile {
            repository: client.repository.as_str().to_owned(),
            revision: wanted.commit.to_owned(),
            file: wanted.file.to_owned(),
            remedy: "the repository is incomplete: name another revision",
        });
    }
    if !(status.is_success() || status.is_redirection()) {
        return Err(client.refusal(url, &response, wanted.commit));
    }
    match text(headers, "x-repo-commit") {
        Some(commit) if commit == wanted.commit => {}
        Some(other) => return Err(not_a_hub(url, format!("files of the commit {other:?}"))),
        None if is_page(headers) => return Err(not_a_hub(url, "a web page".to_owned())),
        None => return Err(not_a_hub(url, "no header X-Repo-Commit".to_owned())),
    }
    let size = text(headers, "x-linked-size").or_else(|| text(headers, "content-length"));
    let size = size.and_then(|size| size.trim().parse().ok());
    let etag = text(headers, "x-linked-etag").or_else(|| text(headers, "etag"));
    let etag = etag.map(|etag| etag.trim_start_matches("W/").trim_matches('"'));
    match (etag.filter(|etag| is_etag(etag)), size) {
        (Some(etag), Some(size)) => Ok(Announced { etag: etag.to_owned(), size }),
        (None, _) => Err(not_a_hub(url, format!("the ETag {:?}", etag.unwrap_or_default()))),
        (_, None) => Err(not_a_hub(url, "no length".to_owned())),
    }
}

/// An ETag becomes the name of a file.
fn is_etag(etag: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=128).contains(&etag.len()) && etag.bytes().all(is_allowed)
}

struct Transfer<'a> {
    client: &'a RepositoryClient<'a>,
    url: &'a str,
    wanted: &'a Wanted<'a>,
    announced: &'a Announced,
    part: &'a Path,
    progress: &'a dyn Progress,
}

impl Transfer<'_> {
    /// Fills the part up to the announced size, over as many connections as bring something.
    fn run(&self) -> Result<()> {
        let mut fruitless = 0;
        let mut patience = Patience::of_a_read();
        loop {
            let start = self.part_size()?;
            if start == self.announced.size && self.part.exists() {
                return Ok(());
            }
            let Err(error) = self.continue_from(start) else { continue };
            if !matches!(error, ModelError::Unreachable { .. }) {
                return Err(error);
            }
            fruitless += 1;
            if self.part_size()? > start {
                // a connection that brought something says nothing against the next one
                (fruitless, patience) = (0, Patience::of_a_read());
            }
            if fruitless == FRUITLESS {
                return Err(error);
            }
            let Some(wait) = patience.wait(None) else { return Err(error) };
            patience::pause(wait, None);
        }
    }

    /// Bytes that are there already; a part that is too long is not of this file.
    fn part_size(&self) -> Result<u64> {
        let size = fs::metadata(self.part).map_or(0, |part| part.len());
        if size > self.announced.size {
            fs::remove_file(self.part).map_err(|error| self.disk(error, 0))?;
            return Ok(0);
        }
        Ok(size)
    }

    fn continue_from(&self, start: u64) -> Result<()> {
        let response = self.client.send(self.url, Ask::From(start))?;
        let (mut file, start) = match response.status() {
            StatusCode::PARTIAL_CONTENT if is_range(&response, start) => (self.open(start)?, start),
            StatusCode::OK if !is_page(response.headers()) => (self.open(0)?, 0),
            StatusCode::RANGE_NOT_SATISFIABLE => (self.open(0)?, 0),
            StatusCode::OK => return Err(not_a_hub(self.url, "a web page".to_owned())),
            StatusCode::PARTIAL_CONTENT => {
                return Err(not_a_hub(self.url, "another range than asked for".to_owned()));
            }
            _ => return Err(self.client.refusal(self.url, &response, self.wanted.commit)),
        };
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            return Ok(());
        }
        self.copy(response, &mut file, start)
    }

    /// The part, cut to `size`, ready to be added to.
    fn open(&self, size: u64) -> Result<File> {
        let opened = OpenOptions::new().create(true).append(true).open(self.part);
        let file = opened.map_err(|error| self.disk(error, size))?;
        file.set_len(size).map_err(|error| self.disk(error, size))?;
        Ok(file)
    }

    fn copy(&self, response: Response<Body>, file: &mut File, start: u64) -> Result<()> {
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut size = start;
        while size < self.announced.size {
            if self.progress.is_cancelled() {
                return Err(ModelError::Interrupted { file: self.wanted.file.to_owned() });
            }
            self.show(size);
            let count = match body.read(&mut buffer) {
                Ok(0) => return Err(self.client.unreachable(&"the connection broke off")),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.client.unreachable(&error)),
            };
            file.write_all(&buffer[..count]).map_err(|error| self.disk(error, size))?;
            size += count as u64;
        }
        file.sync_all().map_err(|error| self.disk(error, size))
    }

    fn show(&self, size: u64) {
        let (number, count) = self.wanted.place;
        let (size, whole) = (megabytes(size), megabytes(self.announced.size));
        let file = self.wanted.file;
        self.progress.stage(&format!("file {number}/{count} {file} {size:.0} of {whole:.0} MB"));
    }

    fn disk(&self, source: io::Error, size: u64) -> ModelError {
        let path = self.part.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let needed_mb = megabytes(self.announced.size.saturating_sub(size));
                ModelError::DiskFull { path, needed_mb }
            }
            _ => ModelError::Cache { path, cause: source },
        }
    }
}

fn is_range(response: &Response<Body>, start: u64) -> bool {
    let range = text(response.headers(), "content-range");
    range.is_some_and(|range| range.starts_with(&format!("bytes {start}-")))
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / BYTES_PER_MB
}

/// Holds a whole file to its ETag: of large files that is the SHA-256 of the contents.
fn check(
    client: &RepositoryClient<'_>,
    wanted: &Wanted<'_>,
    announced: &Announced,
    part: &Path,
) -> Result<()> {
    let is_digest = announced.etag.len() == 64 && !is_commit(&announced.etag);
    if !is_digest {
        return Ok(());
    }
    let found = digest(part).map_err(|cause| ModelError::Cache { path: part.to_owned(), cause })?;
    if found == announced.etag {
        return Ok(());
    }
    // a damaged part must not be gone on from; where it stays, the next check finds it again
    let _ = fs::remove_file(part);
    Err(ModelError::Damaged {
        repository: client.repository.as_str().to_owned(),
        file: wanted.file.to_owned(),
        reason: format!("its SHA-256 is {found}, announced was {}", announced.etag),
    })
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => digest.update(&buffer[..count]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_that_would_leave_its_folder_is_refused() {
        for etag in ["", "..", "../x", "/etc/passwd", "a/b", "a.lock"] {
            assert!(!is_etag(etag), "{etag}");
        }
        assert!(is_etag("9e26dfeeb6e641a33dae4961196235bdb965b21b"));
        assert!(is_etag("d41d8cd98f00b204e9800998ecf8427e-38"));
    }

    #[test]
    fn the_digest_is_sha_256_of_the_contents() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc");
        fs::write(&path, "abc").expect("it can be written");
        // FIPS 180-2, appendix B.1
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest(&path).expect("it can be read"), expected);
    }
}
