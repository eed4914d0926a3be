//! `config.json`: what a deployment of the dashboard shows, and where its data is.

use std::collections::BTreeMap;

use bench_records::{hub::HubDataset, json, read_fields};

/// The whole file; every field but `sources` can be left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Heading of every page.
    pub title: String,
    /// Histories to choose from; the first is shown at first.
    pub sources: Vec<Source>,
    /// Address of the repository, for links to commits and ranges of commits.
    pub repository: Option<String>,
    /// Days before the newest record that the charts show at first.
    pub lookback_days: u32,
    /// Commit of each release, by its tag: a comparison can be asked for by either.
    pub releases: BTreeMap<String, String>,
}

/// A history.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What it is called in the list of sources.
    pub name: String,
    /// Folder that holds `index/`, relative to the page or with a host; or a dataset of the Hub.
    pub url: String,
    /// Address of the repository that this history measures, where it is not the file's.
    pub repository: Option<String>,
}

read_fields!(#[strict] Config {
    title = self::title(),
    sources = bundled(),
    repository = None,
    lookback_days = self::lookback_days(),
    releases = BTreeMap::new(),
});

read_fields!(#[strict] Source { name, url, repository = None });

fn title() -> String {
    "Inference performance".to_owned()
}

fn bundled() -> Vec<Source> {
    vec![Source { name: "history".to_owned(), url: "data/".to_owned(), repository: None }]
}

fn lookback_days() -> u32 {
    30
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: title(),
            sources: bundled(),
            repository: None,
            lookback_days: lookback_days(),
            releases: BTreeMap::new(),
        }
    }
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = json::from_text(text).map_err(|problem| problem.to_string())?;
        if config.sources.is_empty() {
            return Err("sources is empty, expected at least one {name, url}".to_owned());
        }
        Ok(config)
    }

    /// With the dataset that a link names, `hf://datasets/<owner>/<name>[@revision]`, among its
    /// sources.
    #[must_use]
    pub fn with_dataset(mut self, name: Option<&str>) -> Self {
        let is_known = |name: &str| self.sources.iter().any(|source| source.name == name);
        let linked = name.filter(|name| name.starts_with("hf://") && !is_known(name));
        if let Some(name) = linked.filter(|name| HubDataset::parse(name).is_some()) {
            let (name, url) = (name.to_owned(), name.to_owned());
            self.sources.push(Source { name, url, repository: None });
        }
        self
    }

    /// The repository of a source, where either names one that a link may go to.
    #[must_use]
    pub fn repository_of(&self, source: &Source) -> Option<String> {
        let stated = source.repository.as_ref().or(self.repository.as_ref())?;
        let stated = stated.trim_end_matches('/');
        stated.starts_with("https://").then(|| stated.to_owned())
    }
}

impl Source {
    /// The dataset of the Hub that it is.
    #[must_use]
    pub fn hub(&self) -> Option<HubDataset> {
        HubDataset::parse(&self.url)
    }

    /// Address of a file of the history.
    #[must_use]
    pub fn file(&self, path: &str) -> String {
        if let Some(hub) = self.hub() {
            return hub.file(path);
        }
        let slash = if self.url.ends_with('/') { "" } else { "/" };
        format!("{}{slash}{path}", self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_object_is_the_bundled_history() {
        assert_eq!(Config::parse("{}"), Ok(Config::default()));
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let error = Config::parse(r#"{"titel": "x"}"#).expect_err("refused");
        assert!(error.contains("titel") && error.contains("title"), "{error}");
        assert!(Config::parse(r#"{"sources": []}"#).expect_err("refused").contains("at least one"));
    }

    #[test]
    fn a_link_adds_a_dataset_of_the_hub_and_nothing_else() {
        let names = |link: &str| -> Vec<String> {
            let config = Config::default().with_dataset(Some(link));
            config.sources.into_iter().map(|source| source.name).collect()
        };
        assert_eq!(names("hf://datasets/a/b"), ["history", "hf://datasets/a/b"]);
        for link in ["history", "https://huggingface.co/datasets/a/b", "hf://datasets/../b"] {
            assert_eq!(names(link), ["history"], "{link}");
        }
        let config = Config::default().with_dataset(Some("hf://datasets/a/b"));
        assert!(config.sources[1].file("x").starts_with("https://huggingface.co/datasets/a/b/"));
    }

    #[test]
    fn only_https_repositories_become_links() {
        let mut config =
            Config { repository: Some("https://host/a/b/".to_owned()), ..Config::default() };
        assert_eq!(config.repository_of(&config.sources[0]).as_deref(), Some("https://host/a/b"));
        config.sources[0].repository = Some("javascript:alert(1)".to_owned());
        assert_eq!(config.repository_of(&config.sources[0]), None);
    }
}
