//! A file's content, with the ids that git and git-lfs give it.

use std::sync::Arc;

use sha1::Digest;

/// Content that is kept beside the repository, as the Hub keeps Parquet and other binary files.
const LFS_ENDINGS: [&str; 4] = [".parquet", ".safetensors", ".bin", ".zst"];

/// A file of a dataset.
#[derive(Debug, Clone)]
pub(crate) struct Blob {
    pub(crate) bytes: Arc<[u8]>,
    /// SHA-1 that git gives the blob; of the pointer, where the content is kept beside it.
    pub(crate) oid: Arc<str>,
    /// SHA-256 of content that is kept beside the repository.
    pub(crate) lfs: Option<Arc<str>>,
}

impl Blob {
    /// The file at a path; its name decides where the Hub keeps it.
    pub(crate) fn new(path: &str, bytes: &[u8]) -> Self {
        let lfs = is_lfs(path).then(|| sha256(bytes));
        let oid = match &lfs {
            Some(oid) => git_oid("blob", pointer(oid, bytes.len()).as_bytes()),
            None => git_oid("blob", bytes),
        };
        Self { bytes: bytes.into(), oid: oid.into(), lfs: lfs.map(Into::into) }
    }

    /// What a client compares: the content's id.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.lfs.as_ref().unwrap_or(&self.oid))
    }

    /// Length of the pointer that git sees in place of the content.
    pub(crate) fn pointer_size(&self) -> usize {
        self.lfs.as_ref().map_or(0, |oid| pointer(oid, self.bytes.len()).len())
    }
}

/// Whether the Hub keeps a file of this name beside the repository.
pub(crate) fn is_lfs(path: &str) -> bool {
    LFS_ENDINGS.iter().any(|ending| path.ends_with(ending))
}

fn pointer(oid: &str, size: usize) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n")
}

/// Id that git gives an object.
pub(crate) fn git_oid(kind: &str, bytes: &[u8]) -> String {
    let mut hash = sha1::Sha1::new();
    hash.update(format!("{kind} {}\0", bytes.len()));
    hash.update(bytes);
    hex(&hash.finalize())
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git_and_of_git_lfs() {
        assert_eq!(git_oid("blob", b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        let blob = Blob::new("a.parquet", b"abc");
        let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(blob.lfs.as_deref(), Some(sha));
        assert_eq!(blob.pointer_size(), 43 + 76 + "size 3\n".len());
    }
}
