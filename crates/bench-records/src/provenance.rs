//! Where a run came from: branch, pull request, CI job, and whether it may enter a baseline.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    branch::{MainBranch, branch_name},
    lenient,
};

/// Origin of a record. Text fields are empty where nothing is known, and not written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Provenance {
    /// `pr`, `local`, `scheduled_main`, `unknown`, or an importer's name; `None` on old records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_source: Option<String>,
    /// Whether the record may enter a baseline; `None` on old records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_eligible: Option<bool>,
    /// Branch that was measured.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// Main branch of the repository, where CI or a flag says it; several are separated by commas.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub main_branch: String,
    /// Pull request, without `#`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pr_number: String,
    /// Scope of the suite, such as `full`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub test_scope: String,
    /// Address of the CI build.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build_url: String,
    /// Id of the CI build.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build_id: String,
    /// Id of the CI job.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub job_id: String,
    /// Address of the repository that was measured, where whoever wrote the record said it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub repository: String,
}

impl Provenance {
    /// Takes the provenance fields out of a record's fields.
    pub fn take_from(fields: &mut Map<String, Value>) -> Self {
        let eligible = fields.shift_remove("baseline_eligible");
        let run_source = fields.shift_remove("run_source");
        let mut take = |key: &str| fields.shift_remove(key).as_ref().and_then(lenient::text);
        Self {
            run_source: run_source.map(|source| lenient::text(&source).unwrap_or_default()),
            baseline_eligible: eligible.map(|value| value == Value::Bool(true)),
            branch: take("branch").unwrap_or_default(),
            main_branch: take("main_branch").unwrap_or_default(),
            pr_number: take("pr_number").filter(|pr| is_pull_request(pr)).unwrap_or_default(),
            test_scope: take("test_scope").unwrap_or_default(),
            build_url: take("build_url").unwrap_or_default(),
            build_id: take("build_id").unwrap_or_default(),
            job_id: take("job_id").unwrap_or_default(),
            repository: take("repository").unwrap_or_default(),
        }
    }

    /// Writes the fields that are known.
    pub fn put_into(&self, fields: &mut Map<String, Value>) {
        if let Ok(Value::Object(known)) = serde_json::to_value(self) {
            fields.extend(known);
        }
    }

    /// Whether the branch is known to be main: it is what CI or a flag says, or where neither does, a
    /// name that means main everywhere.
    #[must_use]
    pub fn is_of_main_branch(&self) -> bool {
        let main = match self.main_branch.as_str() {
            "" => MainBranch::conventional(),
            said => MainBranch::stated(said),
        };
        !self.branch.is_empty() && main.has(branch_name(&self.branch))
    }

    /// Whether the run belongs to a pull request.
    #[must_use]
    pub fn is_pull_request(&self) -> bool {
        self.run_source.as_deref() == Some("pr") || !self.pr_number.is_empty()
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
