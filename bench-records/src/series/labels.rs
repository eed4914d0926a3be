//! What a series is called: benchmark, GPU, identity, and the names it went by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Partial;
use crate::{identity::Cohort, naming::repository_url, order::map_of, record::Record};

/// What a record calls itself; records of one identity can differ in it after a rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
}

/// What a series is called and compared on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Labels {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
    /// Identity fields, on series of records that carry one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity: BTreeMap<String, String>,
    /// What records state whose identity lacks a field, and which are therefore compared on benchmark
    /// and GPU: at most 20 different values of each field, such as `variant_id=bf16`. A field with several
    /// is mixed.
    #[serde(default, skip_serializing_if = "Partial::is_empty")]
    pub partial: Partial,
    /// Address of the repository that its commits are in, as the newest record says that says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Further names that records of the series go by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Source>,
}

impl Labels {
    /// Every name that records of the series go by, its own first.
    pub fn sources(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let own = std::iter::once((self.model_id.as_str(), self.gpu_type.as_deref()));
        own.chain(
            self.also.iter().map(|source| (source.model_id.as_str(), source.gpu_type.as_deref())),
        )
    }

    /// The variant: that of the identity, else the one that all records agree on which state any.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        const FIELD: &str = "variant_id";
        self.identity.get(FIELD).map(String::as_str).or_else(|| self.partial.only(FIELD))
    }

    /// The workload, likewise.
    #[must_use]
    pub fn workload(&self) -> Option<&str> {
        const FIELD: &str = "workload_id";
        self.identity.get(FIELD).map(String::as_str).or_else(|| self.partial.only(FIELD))
    }

    /// Takes what a further record states of its identity, where the series has none.
    pub(super) fn take_partial(&mut self, record: &Record) {
        if self.identity.is_empty() {
            self.partial.take(&record.identity);
        }
    }

    /// Position of a benchmark and its GPU among [`Labels::sources`], added where they are new.
    pub(super) fn position_or_new(&mut self, names: (&str, Option<&str>)) -> u16 {
        let found = self.sources().position(|source| source == names);
        let position = found.unwrap_or_else(|| {
            let (model_id, gpu_type) = (names.0.to_owned(), names.1.map(str::to_owned));
            self.also.push(Source { model_id, gpu_type });
            self.also.len()
        });
        u16::try_from(position).unwrap_or(0)
    }

    /// Takes the repository of further records, where they are the newest or none was known.
    pub(super) fn follow_repository(&mut self, said: Option<String>, is_newest: bool) {
        if is_newest || self.repository.is_none() {
            self.repository = said.or(self.repository.take());
        }
    }

    /// Labels of the series that a record belongs to.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let identity = match record.cohort() {
            Cohort::Identity(_) => map_of(record.identity.fields().map(owned)),
            Cohort::ModelAndGpu(..) => BTreeMap::new(),
        };
        let (model_id, gpu_type) = (record.model_id.clone(), record.gpu_type.clone());
        let repository = repository_url(&record.provenance.repository);
        let (partial, also) = (Partial::default(), Vec::new());
        Self { model_id, gpu_type, identity, partial, repository, also }
    }
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
