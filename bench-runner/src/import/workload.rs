//! What was measured, by everything that its format distinguishes workloads by.
//!
//! In: project, suite, name and parameters of a measurement. Out: the name that people see, and the
//! complete identity of its series. Both follow from the measurement alone, never from what else is
//! in its file.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
};

use bench_records::{
    identity::{Identity, fingerprint::recipe_fingerprint},
    series::IMPORTED,
};
use serde_json::{Map, Value, json};

/// The suite that github-action-benchmark names where nobody named one; it says nothing.
pub const UNNAMED_SUITE: &str = "Benchmark";

/// Parameter that holds what `--variant` says.
pub const VARIANT: &str = "variant";

/// Parameters that may be the mean length of a run.
pub const MEAN_LENGTHS: [&str; 2] = ["in", "out"];

/// Stands before a length that is the mean of a run, rounded.
pub const ABOUT: char = '~';

/// Workloads whose identity is remembered; more than most stores have.
const MOST_REMEMBERED: usize = 100_000;

thread_local! {
    static IDENTITIES: RefCell<HashMap<String, HashMap<Workload, Identity>>> = RefCell::default();
}

/// Everything that distinguishes one workload from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Workload {
    /// The format, or the family of formats whose measurements continue each other.
    pub format: &'static str,
    /// Repository that was measured, such as `owner/name`.
    pub project: Option<String>,
    /// Suite, or configuration of a matrix.
    pub suite: Option<String>,
    /// Name of the benchmark or model.
    pub name: String,
    /// Dataset, lengths, server settings, compiler and so on, by their short names.
    pub parameters: BTreeMap<String, String>,
}

impl Workload {
    /// A workload that has nothing but a name.
    pub fn named(format: &'static str, name: impl Into<String>) -> Self {
        let (name, parameters) = (name.into(), BTreeMap::new());
        Self { format, project: None, suite: None, name, parameters }
    }

    /// The same with further parameters; what is there already stays.
    pub fn with_parameters(
        mut self,
        parameters: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        for (name, value) in parameters {
            self.parameters.entry(name).or_insert(value);
        }
        self
    }

    /// Whether only the mean lengths of prompts and answers say what was asked.
    pub fn names_mean_lengths(&self) -> bool {
        MEAN_LENGTHS.iter().any(|name| self.names_mean_length(name))
    }

    /// Whether the parameter of this name is the mean length of a run.
    pub fn names_mean_length(&self, name: &str) -> bool {
        self.parameters.get(name).is_some_and(|value| value.starts_with(ABOUT))
    }

    /// What people see: `suite/name/a=1,b=2`.
    pub fn model_id(&self) -> String {
        let suite = self.suite.as_deref().filter(|suite| *suite != UNNAMED_SUITE);
        let parameters = Some(self.variant_text()).filter(|text| !text.is_empty());
        let parts = [suite, Some(self.name.as_str()), parameters.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// The identity of its series on this GPU. A history has thousands of measurements of each, so
    /// that what was hashed is remembered.
    pub fn identity(&self, gpu: &str) -> Identity {
        IDENTITIES.with_borrow_mut(|known| {
            let of_gpu = known.entry(gpu.to_owned()).or_default();
            if let Some(identity) = of_gpu.get(self) {
                return identity.clone();
            }
            let identity = self.hashed(gpu);
            if of_gpu.len() < MOST_REMEMBERED {
                of_gpu.insert(self.clone(), identity.clone());
            }
            identity
        })
    }

    fn hashed(&self, gpu: &str) -> Identity {
        let variant = Some(self.variant_text()).filter(|text| !text.is_empty());
        Identity::complete([
            self.workload_id(),
            variant.unwrap_or_else(|| "default".to_owned()),
            "1".to_owned(),
            self.fingerprint(),
            gpu.to_owned(),
            // formats do not say what software ran, unless a parameter does
            IMPORTED.to_owned(),
        ])
    }

    /// `project/suite/name`, of those that are known.
    pub fn workload_id(&self) -> String {
        let parts = [self.project.as_deref(), self.suite.as_deref(), Some(self.name.as_str())];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// The parameters in the order of their names: `a=1,b=2`.
    pub fn variant_text(&self) -> String {
        let texts = self.parameters.iter().map(|(name, value)| match value.as_str() {
            "" => name.clone(),
            value => format!("{name}={value}"),
        });
        texts.collect::<Vec<_>>().join(",")
    }

    /// Keeps apart what reads alike, such as a `/` in a suite's name and one after it.
    fn fingerprint(&self) -> String {
        let Self { format, project, suite, name, parameters } = self;
        let dimensions = json!({
            "format": format, "project": project, "suite": suite, "name": name,
            "parameters": parameters,
        });
        let dimensions: Map<String, Value> = dimensions.as_object().cloned().unwrap_or_default();
        recipe_fingerprint(&dimensions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(suite: Option<&str>, name: &str, parameters: &[(&str, &str)]) -> Workload {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let named = Workload::named("t", name).with_parameters(parameters.iter().map(owned));
        Workload { suite: suite.map(str::to_owned), ..named }
    }

    #[test]
    fn a_name_has_its_suite_before_it_and_its_parameters_behind() {
        let parameters = [("rate", "4"), ("in", "8"), ("compile", "")];
        for (suite, parameters, expected) in [
            (None, &parameters[..0], "decode"),
            (Some("Benchmark"), &parameters[..0], "decode"),
            (Some("gcc Debug"), &parameters[..0], "gcc Debug/decode"),
            (None, &parameters[..], "decode/compile,in=8,rate=4"),
        ] {
            assert_eq!(workload(suite, "decode", parameters).model_id(), expected);
        }
    }

    #[test]
    fn every_dimension_opens_a_series_of_its_own() {
        let plain = workload(Some("s"), "n", &[]);
        let others = [
            Workload { project: Some("o/r".to_owned()), ..plain.clone() },
            Workload { format: "u", ..plain.clone() },
            workload(None, "s/n", &[]),
            workload(Some("s"), "n", &[("a", "1")]),
            workload(Some("s"), "n/a=1", &[]),
        ];
        for other in others {
            assert_ne!(other.identity("g"), plain.identity("g"), "{other:?}");
        }
        assert_ne!(plain.identity("h"), plain.identity("g"));
        assert_eq!(plain.identity("g").missing(), [""; 0]);
    }

    #[test]
    fn the_order_in_which_parameters_are_said_does_not_matter() {
        let one = workload(None, "n", &[("a", "1"), ("b", "2")]);
        let other = workload(None, "n", &[("b", "2"), ("a", "1")]);
        assert_eq!(one.identity("g"), other.identity("g"));
    }
}
