//! Datasets of the Hugging Face Hub, as far as a reader without a token meets them.
//!
//! In: a dataset's address, pages of its listing. Out: addresses of files and listings, the entries
//! that are listed, and which of them are records.

mod listing;

pub use listing::{Entry, changed, entries, is_record, newest_first};

const HUB: &str = "https://huggingface.co";

/// A dataset at one of its branches or commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubDataset {
    endpoint: String,
    id: String,
    revision: String,
}

impl HubDataset {
    /// Reads `hf://datasets/<owner>/<name>[@revision]`, or the address of the dataset's own page,
    /// `https://<host>/datasets/<owner>/<name>[@revision]`; `None` for any other address, such as
    /// that of a folder.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        let (endpoint, rest) = match scheme {
            "hf" => (HUB.to_owned(), rest.strip_prefix("datasets/")?),
            "https" | "http" => {
                let (host, rest) = rest.split_once("/datasets/")?;
                (format!("{scheme}://{host}"), rest)
            }
            _ => return None,
        };
        let (id, revision) = rest.trim_end_matches('/').split_once('@').unwrap_or((rest, "main"));
        let id = id.trim_end_matches('/');
        let (owner, name) = id.split_once('/')?;
        let is_host = endpoint.matches('/').count() == 2;
        let names = [owner, name].into_iter().chain(revision.split('/'));
        let is_sound = is_host && names.into_iter().all(is_name);
        is_sound.then(|| Self { endpoint, id: id.to_owned(), revision: encode(revision) })
    }

    /// Address of a file; the Hub redirects from it.
    #[must_use]
    pub fn file(&self, path: &str) -> String {
        let Self { endpoint, id, revision } = self;
        format!("{endpoint}/datasets/{id}/resolve/{revision}/{}", encode_path(path))
    }

    /// Address of the first page of a listing of everything in the dataset.
    #[must_use]
    pub fn all(&self) -> String {
        format!("{}?recursive=true", self.listing(&self.revision))
    }

    /// Address of the first page of a listing of one folder, as it is now or was at a commit.
    #[must_use]
    pub fn folder(&self, commit: Option<&str>, folder: &str) -> String {
        let listing = self.listing(&commit.map_or_else(|| self.revision.clone(), encode));
        if folder.is_empty() { listing } else { format!("{listing}/{}", encode_path(folder)) }
    }

    /// Address of the page after one that came with this `Link` header; `None` after the last, and
    /// for an address that is not the dataset's.
    #[must_use]
    pub fn next(&self, link: &str) -> Option<String> {
        let (address, parameters) = link.strip_prefix('<')?.split_once('>')?;
        let own = format!("{}/api/datasets/{}/tree/", self.endpoint, self.id);
        (parameters.contains("next") && address.starts_with(&own)).then(|| address.to_owned())
    }

    fn listing(&self, revision: &str) -> String {
        format!("{}/api/datasets/{}/tree/{revision}", self.endpoint, self.id)
    }
}

/// Owners, names and revisions are made of these; two dots could lead elsewhere.
fn is_name(text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !text.is_empty() && !text.starts_with('.') && text.chars().all(of_name)
}

fn encode_path(path: &str) -> String {
    encode(path).replace("%2F", "/")
}

/// Percent-encodes all but what RFC 3986 calls unreserved.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_named_as_a_store_is_or_by_its_page() {
        let hub = HubDataset::parse("hf://datasets/a/b").expect("a dataset");
        assert_eq!(HubDataset::parse("https://huggingface.co/datasets/a/b/"), Some(hub.clone()));
        assert_eq!(
            hub.file("wan/x y.json"),
            "https://huggingface.co/datasets/a/b/resolve/main/wan/x%20y.json"
        );
        assert_eq!(hub.all(), "https://huggingface.co/api/datasets/a/b/tree/main?recursive=true");
        let other = HubDataset::parse("http://127.0.0.1:80/datasets/a/b@refs/pr/3").expect("one");
        let listing = "http://127.0.0.1:80/api/datasets/a/b/tree";
        assert_eq!(other.folder(None, ""), format!("{listing}/refs%2Fpr%2F3"));
        assert_eq!(other.folder(Some("c0"), "x/y"), format!("{listing}/c0/x/y"));
    }

    #[test]
    fn any_other_address_is_none() {
        for address in [
            "data/",
            "hf://models/a/b",
            "hf://datasets/a",
            "hf://datasets/a/b/c",
            "hf://datasets/../b",
            "hf://datasets/a/b@",
            "hf://datasets/a/b@x/../y",
            "https://huggingface.co/datasets/a/b/resolve/main/",
            "https://host/some/folder/datasets/a/b",
            "ftp://host/datasets/a/b",
        ] {
            assert_eq!(HubDataset::parse(address), None, "{address}");
        }
    }

    #[test]
    fn pages_are_followed_within_the_dataset_only() {
        let hub = HubDataset::parse("hf://datasets/a/b").expect("a dataset");
        let next = "https://huggingface.co/api/datasets/a/b/tree/main?cursor=x";
        assert_eq!(hub.next(&format!("<{next}>; rel=\"next\"")).as_deref(), Some(next));
        assert_eq!(hub.next(&format!("<{next}>; rel=\"prev\"")), None);
        assert_eq!(hub.next("<https://host/x>; rel=\"next\""), None);
        assert_eq!(hub.next(""), None);
    }
}
