//! What a series is called: benchmark, GPU, identity, and the names it went by.

use std::{collections::BTreeMap, iter};

use serde::{Deserialize, Serialize};

use super::{Branches, Partial};
use crate::{
    identity::{Cohort, Identity},
    naming::repository_url,
    order::map_of,
    record::Record,
    text::Text,
};

/// What a record calls itself; records of one identity can differ in it after a rename.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// The benchmark.
    pub model_id: String,
    /// GPU name.
    pub gpu_type: Option<String>,
    /// Identity fields of records that have some of the six and not all.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identity: BTreeMap<String, String>,
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
    /// Branches that its records are of; left out where no record says one.
    #[serde(default, skip_serializing_if = "Branches::is_empty")]
    pub branches: Branches,
}

impl Labels {
    /// Every name that records of the series go by, its own first.
    pub fn sources(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let own = iter::once((self.model_id.as_str(), self.gpu_type.as_deref()));
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
    pub(super) fn take_partial(&mut self, record: &Record<impl Text>) {
        if self.identity.is_empty() {
            self.partial.take(&record.identity);
        }
    }

    /// Position of a benchmark and its GPU among [`Labels::sources`], added where they are new with
    /// this part of an identity.
    pub(super) fn position_or_new(
        &mut self,
        names: (&str, Option<&str>),
        identity: &BTreeMap<String, String>,
    ) -> u16 {
        let no_identity = BTreeMap::new();
        let identities =
            iter::once(&no_identity).chain(self.also.iter().map(|also| &also.identity));
        let found = self.sources().zip(identities).position(|known| known == (names, identity));
        let position = found.unwrap_or_else(|| {
            let (model_id, gpu_type) = (names.0.to_owned(), names.1.map(str::to_owned));
            self.also.push(Source { model_id, gpu_type, identity: identity.clone() });
            self.also.len()
        });
        u16::try_from(position).unwrap_or(0)
    }

    /// Identity fields of the records at a position of [`Labels::sources`]: the series' own where it
    /// has one, else what these records have of one.
    pub(super) fn identity_at(&self, position: usize) -> &BTreeMap<String, String> {
        self.also_at(position)
            .map(|also| &also.identity)
            .filter(|part| !part.is_empty())
            .unwrap_or(&self.identity)
    }

    /// The part of an identity that the records at a position have; empty where it is complete.
    pub(super) fn part_at(&self, position: usize) -> BTreeMap<String, String> {
        self.also_at(position).map(|also| also.identity.clone()).unwrap_or_default()
    }

    fn also_at(&self, position: usize) -> Option<&Source> {
        self.also.get(position.checked_sub(1)?)
    }

    /// Takes the repository of further records, where they are the newest or none was known.
    pub(super) fn follow_repository(&mut self, said: Option<String>, is_newest: bool) {
        if is_newest || self.repository.is_none() {
            self.repository = said.or(self.repository.take());
        }
    }

    /// Labels of the series that a record belongs to.
    #[must_use]
    pub fn of<T: Text>(record: &Record<T>) -> Self {
        let identity = match record.borrowed_cohort() {
            Cohort::Identity(_) => map_of(record.identity.fields().map(owned)),
            Cohort::ModelAndGpu(..) => BTreeMap::new(),
        };
        let model_id = record.model_id.as_ref().to_owned();
        let gpu_type = record.gpu_type.as_ref().map(|gpu| gpu.as_ref().to_owned());
        let repository = repository_url(record.provenance.repository.as_ref());
        let (partial, branches, also) = (Partial::default(), Branches::default(), Vec::new());
        Self { model_id, gpu_type, identity, partial, repository, also, branches }
    }
}

/// The fields of an identity that lacks some; none where it is complete or not there.
pub(super) fn part_of(identity: &Identity<impl Text>) -> BTreeMap<String, String> {
    match identity.tuple() {
        Some(_) => BTreeMap::new(),
        None => map_of(identity.fields().map(owned)),
    }
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
