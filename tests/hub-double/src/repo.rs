//! A dataset: its commits, and the files as of each.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::Bound::{Included, Unbounded},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::blob::{Blob, git_oid};

/// Trees that are kept whole; older ones are made again from the changes.
const WHOLE_TREES: usize = 8;

/// Files by path.
pub(crate) type Tree = BTreeMap<Arc<str>, Blob>;

/// One file of a commit.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// A file's new content.
    Put(Blob),
    /// The file is gone.
    Delete,
}

/// One commit.
#[derive(Debug)]
pub(crate) struct Commit {
    pub(crate) oid: String,
    pub(crate) title: String,
    changes: Vec<(Arc<str>, Change)>,
    at: Instant,
}

/// A dataset with its history.
#[derive(Debug)]
pub(crate) struct Dataset {
    pub(crate) commits: Vec<Commit>,
    newest_trees: VecDeque<(usize, Arc<Tree>)>,
}

impl Dataset {
    pub(crate) fn new() -> Self {
        let mut dataset = Self { commits: Vec::new(), newest_trees: VecDeque::new() };
        let attributes = Blob::new(".gitattributes", b"*.parquet filter=lfs diff=lfs merge=lfs\n");
        dataset.commit("initial commit", vec![(".gitattributes".into(), Change::Put(attributes))]);
        dataset
    }

    /// Adds a commit, unless it changes nothing; returns the head's id.
    pub(crate) fn commit(&mut self, title: &str, changes: Vec<(Arc<str>, Change)>) -> String {
        let before = self.head_tree();
        let mut tree = (*before).clone();
        apply(&mut tree, &changes);
        let is_same = !self.commits.is_empty() && same(&before, &tree);
        if !is_same {
            let number = self.commits.len();
            let parent = self.commits.last().map_or("", |commit| commit.oid.as_str());
            let oid = git_oid("commit", format!("{parent} {number} {title}").as_bytes());
            let title = title.to_owned();
            self.commits.push(Commit { oid, title, changes, at: Instant::now() });
            self.newest_trees.push_back((number, Arc::new(tree)));
            if self.newest_trees.len() > WHOLE_TREES {
                self.newest_trees.pop_front();
            }
        }
        self.head().to_owned()
    }

    /// Id of the newest commit.
    pub(crate) fn head(&self) -> &str {
        self.commits.last().map_or("", |commit| commit.oid.as_str())
    }

    pub(crate) fn head_tree(&self) -> Arc<Tree> {
        self.newest_trees.back().map(|(_, tree)| tree.clone()).unwrap_or_default()
    }

    /// The commit that a revision names: `main` as it was `lag` ago, or an id.
    pub(crate) fn find(&self, revision: &str, lag: Duration) -> Option<usize> {
        if matches!(revision, "main" | "HEAD" | "refs/heads/main") {
            let is_seen = |commit: &Commit| commit.at.elapsed() >= lag;
            return Some(self.commits.iter().rposition(is_seen).unwrap_or(0));
        }
        let is_named = |commit: &Commit| revision.len() >= 7 && commit.oid.starts_with(revision);
        self.commits.iter().rposition(is_named)
    }

    /// The files as of a commit.
    pub(crate) fn tree(&self, commit: usize) -> Arc<Tree> {
        if let Some((_, tree)) = self.newest_trees.iter().find(|(number, _)| *number == commit) {
            return tree.clone();
        }
        let mut tree = Tree::new();
        self.commits[..=commit].iter().for_each(|commit| apply(&mut tree, &commit.changes));
        Arc::new(tree)
    }

    /// Forgets all commits but one that has everything.
    pub(crate) fn squash(&mut self) {
        let tree = self.head_tree();
        let changes = tree.iter().map(|(path, blob)| (path.clone(), Change::Put(blob.clone())));
        let changes = changes.collect();
        *self = Self { commits: Vec::new(), newest_trees: VecDeque::new() };
        self.commit("squashed", changes);
    }
}

fn apply(tree: &mut Tree, changes: &[(Arc<str>, Change)]) {
    for (path, change) in changes {
        match change {
            Change::Put(blob) => drop(tree.insert(path.clone(), blob.clone())),
            Change::Delete => drop(tree.remove(path)),
        }
    }
}

fn same(one: &Tree, other: &Tree) -> bool {
    let ids = |tree: &Tree| -> Vec<(Arc<str>, Arc<str>)> {
        tree.iter().map(|(path, blob)| (path.clone(), blob.oid.clone())).collect()
    };
    one.len() == other.len() && ids(one) == ids(other)
}

/// A line of a listing.
pub(crate) enum Entry<'t> {
    File(&'t str, &'t Blob),
    Folder(String, String),
}

/// The files and folders below a path, in order; folders below it too where `is_recursive`.
pub(crate) fn list<'t>(tree: &'t Tree, below: &str, is_recursive: bool) -> Vec<Entry<'t>> {
    let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
    let mut entries = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, blob) in tree.iter().filter(|(path, _)| path.starts_with(&prefix)) {
        let rest = &path[prefix.len()..];
        let mut folders = rest.match_indices('/').map(|(at, _)| &path[..prefix.len() + at]);
        let depth = if is_recursive { usize::MAX } else { 1 };
        for folder in folders.by_ref().take(depth) {
            if seen.insert(folder.to_owned()) {
                entries.push(Entry::Folder(folder.to_owned(), folder_oid(tree, folder)));
            }
        }
        if is_recursive || !rest.contains('/') {
            entries.push(Entry::File(path, blob));
        }
    }
    entries
}

/// Changes whenever anything below the folder does.
fn folder_oid(tree: &Tree, folder: &str) -> String {
    let prefix = format!("{folder}/");
    let from = tree.range::<str, _>((Included(prefix.as_str()), Unbounded));
    let below = from.take_while(|(path, _)| path.starts_with(&prefix));
    let text: String = below.map(|(path, blob)| format!("{} {path}\n", blob.oid)).collect();
    git_oid("tree", text.as_bytes())
}

/// The folder that would hold more than `limit` files or folders, and how many.
pub(crate) fn overfull(tree: &Tree, limit: usize) -> Option<(String, usize)> {
    let mut counts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in tree.keys() {
        let mut start = 0;
        for (at, _) in path.match_indices('/').chain([(path.len(), "")]) {
            let folder = path[..start].trim_end_matches('/').to_owned();
            counts.entry(folder).or_default().insert(&path[start..at]);
            start = at + 1;
        }
    }
    counts.into_iter().map(|(folder, names)| (folder, names.len())).find(|(_, n)| *n > limit)
}
