//! Where a run came from: branch, pull request, CI job, and whether it may enter a baseline.

use serde_json::{Map, Value};

use crate::lenient;

/// Origin of a record. Text fields are empty where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// `pr`, `local`, `scheduled_main`, `unknown`, or an importer's name; `None` on old records.
    pub run_source: Option<String>,
    /// Whether the record may enter a baseline; `None` on old records.
    pub baseline_eligible: Option<bool>,
    /// Branch that was measured.
    pub branch: String,
    /// Pull request, without `#`.
    pub pr_number: String,
    /// Scope of the suite, such as `full`.
    pub test_scope: String,
    /// Address of the CI build.
    pub build_url: String,
    /// Id of the CI build.
    pub build_id: String,
    /// Id of the CI job.
    pub job_id: String,
    /// Address of the repository that was measured, where whoever wrote the record said it.
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
        if let Some(source) = &self.run_source {
            fields.insert("run_source".to_owned(), source.clone().into());
        }
        if let Some(eligible) = self.baseline_eligible {
            fields.insert("baseline_eligible".to_owned(), eligible.into());
        }
        for (key, text) in [
            ("branch", &self.branch),
            ("pr_number", &self.pr_number),
            ("test_scope", &self.test_scope),
            ("build_url", &self.build_url),
            ("build_id", &self.build_id),
            ("job_id", &self.job_id),
            ("repository", &self.repository),
        ] {
            if !text.is_empty() {
                fields.insert(key.to_owned(), text.clone().into());
            }
        }
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
