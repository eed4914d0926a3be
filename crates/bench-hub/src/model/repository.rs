//! Names of repositories and revisions: what may become part of an address or a path.

const LONGEST: usize = 200;

/// Ends the name of a file that is a whole language model.
pub const GGUF: &str = ".gguf";

/// Ends of names of files that are whole checkpoints.
const SINGLE_FILES: [&str; 2] = [".safetensors", GGUF];

/// A repository of models, as `owner/name`, or one file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    name: String,
    file: Option<String>,
}

impl Repository {
    /// Reads `owner/name` or `owner/name/file.safetensors` or `.gguf`; `None` where a text is anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (owner, rest) = text.split_once('/')?;
        let (name, file) = match rest.split_once('/') {
            Some((name, file)) => (name, Some(file)),
            None => (rest, None),
        };
        let is_id = is_plain(owner) && is_plain(name) && text.len() <= LONGEST;
        let is_file =
            |file: &str| is_plain(file) && SINGLE_FILES.iter().any(|end| file.ends_with(end));
        (is_id && file.is_none_or(is_file))
            .then(|| Self { name: format!("{owner}/{name}"), file: file.map(str::to_owned) })
    }

    /// The file that is meant, where it is not the whole repository.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// `owner/name`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

/// Letters, digits and `-_.`, not beginning with one of them but `_`, and without `--` and `..`.
fn is_plain(part: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !part.is_empty()
        && part.chars().all(is_allowed)
        && !part.starts_with(['-', '.'])
        && !part.contains("--")
        && !part.contains("..")
}

/// Whether a branch, tag or commit can stand in an address and name a file of the cache.
#[must_use]
#[cfg(feature = "models")]
pub fn is_revision(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_sound =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(is_allowed);
    text.len() <= LONGEST && text.split('/').all(is_sound)
}

/// Whether a text is a whole commit id.
#[must_use]
#[cfg(feature = "models")]
pub fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(all(test, feature = "models"))]
mod tests {
    use super::*;

    #[test]
    fn an_owner_and_a_name_make_a_repository_and_paths_do_not() {
        for text in ["Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "a/b", "openai/clip_vit"] {
            assert!(Repository::parse(text).is_some(), "{text}");
        }
        for text in ["gpt2", "./model", "../model", "a/b/c", "/abs", "~/x", "a/", "a/..", "a/b c"] {
            assert!(Repository::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_third_name_is_a_file_of_the_repository() {
        let parsed = Repository::parse("maker/sd/v1-5.safetensors").expect("a file");
        assert_eq!((parsed.as_str(), parsed.file()), ("maker/sd", Some("v1-5.safetensors")));
        for text in ["maker/sd/unet/x.safetensors", "maker/sd/../x.safetensors", "maker/sd/x.ckpt"]
        {
            assert!(Repository::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn revisions_cannot_leave_their_folder() {
        for text in ["main", "v1.0", "refs/pr/3", "feature/x-1"] {
            assert!(is_revision(text), "{text}");
        }
        for text in ["", "..", "../x", "a/../b", "/main", "a//b", ".hidden", "a b", "a?b", "a%2e"] {
            assert!(!is_revision(text), "{text}");
        }
    }
}
