//! Ids that git and git-lfs give content, by which a listing tells whether a file is known.

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// SHA-1 that git gives a file of this content.
#[must_use]
pub fn blob_id(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    hex(&hash.finalize())
}

/// SHA-256 by which git-lfs names content.
#[must_use]
pub fn lfs_id(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_git() {
        assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert!(lfs_id(b"abc").starts_with("ba7816bf8f01cfea"));
    }
}
