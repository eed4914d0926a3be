//! Which files a dataset has, or has since its index was made.
//!
//! In: a dataset, a commit. Out: entries of its listing, over at most so many pages.

use bench_records::hub::{Entry, HubDataset, changed};

use crate::load::{self, LoadError};

/// Pages that are read, of a thousand entries each.
const MOST_PAGES: usize = 40;

/// Everything that a dataset lists.
pub async fn everything(hub: &HubDataset) -> Result<Vec<Entry>, LoadError> {
    list(hub, hub.all(), &mut { MOST_PAGES }).await
}

/// The files that a dataset has now and had not, or with another content, at a commit. Only folders
/// that changed are looked into.
pub async fn newer(hub: &HubDataset, commit: &str) -> Result<Vec<Entry>, LoadError> {
    let (mut found, mut pages) = (Vec::new(), MOST_PAGES);
    let mut folders = vec![(String::new(), true)];
    while let Some((folder, was_there)) = folders.pop() {
        let now = list(hub, hub.folder(None, &folder), &mut pages).await?;
        let before = match was_there {
            true => list(hub, hub.folder(Some(commit), &folder), &mut pages).await?,
            false => Vec::new(),
        };
        for entry in changed(&before, now) {
            // the index itself, trials, and compacted months, which come with a new index
            if ["index", "raw", "data"].contains(&entry.path.as_str()) {
                continue;
            }
            if entry.is_folder {
                let was_there = before.iter().any(|known| known.path == entry.path);
                folders.push((entry.path, was_there));
            } else {
                found.push(entry);
            }
        }
    }
    Ok(found)
}

/// All pages of a listing.
async fn list(hub: &HubDataset, first: String, left: &mut usize) -> Result<Vec<Entry>, LoadError> {
    let (mut entries, mut next) = (Vec::new(), Some(first));
    while let Some(page) = next {
        if *left == 0 {
            return Err(again("The dataset lists more files than a page looks through".to_owned()));
        }
        *left -= 1;
        let Some((listed, after)) = load::listing(hub, &page).await? else {
            return Err(again(format!("{page} is not there")));
        };
        entries.extend(listed);
        next = after;
    }
    Ok(entries)
}

/// With what helps against too many files, and where the commit of an index is gone.
fn again(problem: String) -> LoadError {
    let remedy = "make the dataset's index anew with `bench-runner index --store hf://datasets/…`";
    LoadError { problem, remedy: remedy.to_owned() }
}
