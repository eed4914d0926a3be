//! Where a run came from: branch, pull request, CI job, and whether it may enter a baseline.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    branch::{MainBranch, branch_name},
    lenient::Field,
    text::Text,
};

/// Names of its fields in a record.
pub(crate) const FIELDS: [&str; 10] = [
    "run_source",
    "baseline_eligible",
    "branch",
    "main_branch",
    "pr_number",
    "test_scope",
    "build_url",
    "build_id",
    "job_id",
    "repository",
];

/// Origin of a record, in text that it owns or borrows. Text fields are empty where nothing is known,
/// and not written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance<T: Text = String> {
    /// `pr`, `local`, `scheduled_main`, `unknown`, or an importer's name; `None` on old records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_source: Option<T>,
    /// Whether the record may enter a baseline; `None` on old records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_eligible: Option<bool>,
    /// Branch that was measured.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub branch: T,
    /// Main branch of the repository, where CI or a flag says it; several are separated by commas.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub main_branch: T,
    /// Pull request, without `#`.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub pr_number: T,
    /// Scope of the suite, such as `full`.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub test_scope: T,
    /// Address of the CI build.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub build_url: T,
    /// Id of the CI build.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub build_id: T,
    /// Id of the CI job.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub job_id: T,
    /// Address of the repository that was measured, where whoever wrote the record said it.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub repository: T,
}

fn is_empty(text: &impl Text) -> bool {
    text.as_ref().is_empty()
}

impl<'a> Provenance<Cow<'a, str>> {
    /// Takes the value of the field at a position of [`FIELDS`].
    pub(crate) fn take_at(&mut self, index: usize, value: Field<'a>) {
        let target = match FIELDS[index] {
            "run_source" => {
                self.run_source = Some(value.text().unwrap_or_default());
                return;
            }
            "baseline_eligible" => {
                self.baseline_eligible = Some(value == Field::Bool(true));
                return;
            }
            "branch" => &mut self.branch,
            "main_branch" => &mut self.main_branch,
            "pr_number" => {
                let pr = value.text().filter(|pr| is_pull_request(pr));
                self.pr_number = pr.unwrap_or_default();
                return;
            }
            "test_scope" => &mut self.test_scope,
            "build_url" => &mut self.build_url,
            "build_id" => &mut self.build_id,
            "job_id" => &mut self.job_id,
            _ => &mut self.repository,
        };
        *target = value.text().unwrap_or_default();
    }

    /// The same, with text of its own.
    pub(crate) fn into_owned(self) -> Provenance {
        Provenance {
            run_source: self.run_source.map(Cow::into_owned),
            baseline_eligible: self.baseline_eligible,
            branch: self.branch.into_owned(),
            main_branch: self.main_branch.into_owned(),
            pr_number: self.pr_number.into_owned(),
            test_scope: self.test_scope.into_owned(),
            build_url: self.build_url.into_owned(),
            build_id: self.build_id.into_owned(),
            job_id: self.job_id.into_owned(),
            repository: self.repository.into_owned(),
        }
    }
}

impl Provenance {
    /// Takes the provenance fields out of a result's fields.
    pub fn take_from(fields: &mut Map<String, Value>) -> Self {
        let mut provenance = Provenance::<Cow<'_, str>>::default();
        for (index, field) in FIELDS.iter().enumerate() {
            if let Some(value) = fields.shift_remove(*field) {
                provenance.take_at(index, value.into());
            }
        }
        provenance.into_owned()
    }

    /// Writes the fields that are known.
    pub fn put_into(&self, fields: &mut Map<String, Value>) {
        if let Ok(Value::Object(known)) = serde_json::to_value(self) {
            fields.extend(known);
        }
    }
}

impl<T: Text> Provenance<T> {
    /// Whether the branch is known to be main: it is what CI or a flag says, or where neither does, a
    /// name that means main everywhere.
    #[must_use]
    pub fn is_of_main_branch(&self) -> bool {
        let main = match self.main_branch.as_ref() {
            "" => MainBranch::conventional(),
            said => MainBranch::stated(said),
        };
        !is_empty(&self.branch) && main.has(branch_name(self.branch.as_ref()))
    }

    /// Whether the run belongs to a pull request.
    #[must_use]
    pub fn is_pull_request(&self) -> bool {
        self.run_source.as_ref().map(T::as_ref) == Some("pr") || !is_empty(&self.pr_number)
    }
}

/// Whether a CI variable names a pull request: Buildkite writes `false` where there is none.
#[must_use]
pub fn is_pull_request(value: &str) -> bool {
    !matches!(value, "" | "false" | "0" | "None" | "none")
}

/// The sources that a result may name; anything else counts as not said.
#[must_use]
pub fn known_run_source(text: &str) -> Option<&'static str> {
    let text = text.trim().to_lowercase();
    ["pr", "local", "scheduled_main", "unknown"].into_iter().find(|known| *known == text)
}
