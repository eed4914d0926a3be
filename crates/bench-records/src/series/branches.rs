//! Which branch is main: the records of any other are judged, and judge nothing.
//!
//! In: the branches of a series' records, and what a record says of its repository. Out: which of
//! them count as main.

use serde::{Deserialize, Serialize};

use super::{Flags, Point};
use crate::{
    branch::{MainBranch, branch_name, is_conventional},
    provenance::Provenance,
    read_fields,
};

/// The branches that a series has records of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Branches {
    /// Their names; an empty one where a record does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    /// The main branch, as the newest record says that says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    main: Option<String>,
}

read_fields!(Branches { names = Vec::new(), main = None });

impl Branches {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Name of the branch that was measured at a point; empty where its record does not say.
    #[must_use]
    pub fn of(&self, point: &Point) -> &str {
        self.names.get(usize::from(point.branch)).map_or("", String::as_str)
    }

    /// Position of a branch among the names, added where it is new.
    pub(super) fn position_or_new(&mut self, name: &str) -> u16 {
        if self.names.is_empty() && name.is_empty() {
            return 0;
        }
        let found = self.names.iter().position(|known| known == name);
        let position = found.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u16::try_from(position).unwrap_or(0)
    }

    /// The name that the first records, of which none said a branch, go by from now on.
    pub(super) fn begin_with_unsaid(&mut self) {
        if self.names.is_empty() {
            self.names.push(String::new());
        }
    }

    /// Takes what further records say the main branch is, where they are the newest or none did.
    pub(super) fn follow_main(&mut self, said: Option<&str>, is_newest: bool) {
        if is_newest || self.main.is_none() {
            self.main = said.map(str::to_owned).or(self.main.take());
        }
    }

    /// Forgets what the newest record said, which is gone.
    pub(super) fn forget_main(&mut self) {
        self.main = None;
    }

    /// What the records say the main branch is.
    pub(super) fn main(&self) -> Option<&str> {
        self.main.as_deref()
    }

    /// Sets or clears the mark of another branch on each point; `judged` is a record beside them.
    pub(super) fn mark(&self, points: &mut [Point], judged: Option<&Provenance>) {
        let counts = self.counts(points);
        let main = main_branch(self, &counts, judged);
        let is_other: Vec<bool> = self.names.iter().map(|name| !main.has(name)).collect();
        for point in points {
            let cleared = Flags(point.flags.0 & !Flags::OTHER_BRANCH.0);
            let other = is_other.get(usize::from(point.branch)).copied().unwrap_or(false);
            let is_own_line = !point.flags.any(Flags::PULL_REQUEST);
            point.flags = cleared.with_if(Flags::OTHER_BRANCH, other && is_own_line);
        }
    }

    fn counts(&self, points: &[Point]) -> Vec<(&str, usize)> {
        let mut counts: Vec<(&str, usize)> = self.names.iter().map(|n| (n.as_str(), 0)).collect();
        for point in points.iter().filter(|point| !point.flags.any(Flags::PULL_REQUEST)) {
            if let Some((_, count)) = counts.get_mut(usize::from(point.branch)) {
                *count += 1;
            }
        }
        counts
    }

    /// The main branch, where a record of `origin` is of another one.
    #[must_use]
    pub fn other_than(&self, points: &[Point], origin: &Provenance) -> Option<String> {
        let counts = self.counts(points);
        let main = main_branch(self, &counts, Some(origin));
        let is_other = !origin.is_pull_request() && !main.has(branch_name(&origin.branch));
        is_other.then(|| main.to_string())
    }
}

/// What the judged record says, else the newest that says it; else `main` and `master` where any record
/// is of one; else the branch that most records are of, the first of equals.
fn main_branch<'a>(
    branches: &'a Branches,
    counts: &[(&'a str, usize)],
    judged: Option<&'a Provenance>,
) -> MainBranch<'a> {
    let judged = judged.filter(|origin| !origin.is_pull_request());
    let said = judged.map(|origin| origin.main_branch.as_str()).filter(|said| !said.is_empty());
    if let Some(said) = said.or(branches.main()) {
        return MainBranch::stated(said);
    }
    let own = judged.map(|origin| branch_name(&origin.branch)).filter(|own| !own.is_empty());
    let there = || counts.iter().filter(|(name, count)| !name.is_empty() && *count > 0);
    if there().map(|(name, _)| *name).chain(own).any(is_conventional) {
        return MainBranch::conventional();
    }
    let most = there().rev().max_by_key(|(_, count)| *count).map(|(name, _)| *name);
    MainBranch::one(most.or(own))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        record::Record,
        series::{Flags, Series, group_into_series},
    };

    fn series(records: &[Value]) -> Series {
        let record = |(day, fields): (usize, &Value)| {
            let mut record = json!({"model_id": "wan", "gpu_type": "L40S", "latency": 1.0,
                "timestamp": format!("2026-05-{:02}T00:00:00Z", day + 1)});
            for (key, value) in fields.as_object().expect("fields") {
                record[key] = value.clone();
            }
            Record::from_slice(record.to_string().as_bytes()).expect("a record")
        };
        let records: Vec<Record> = records.iter().enumerate().map(record).collect();
        let paths: Vec<String> = (0..records.len()).map(|at| format!("wan/{at}.json")).collect();
        let pairs = records.iter().zip(paths.iter().map(String::as_str));
        group_into_series(pairs).into_values().next().expect("one series")
    }

    fn others(branches: &[&str]) -> Vec<bool> {
        let records: Vec<Value> = branches.iter().map(|name| json!({"branch": name})).collect();
        let points = series(&records).points;
        points.iter().map(|point| point.flags.any(Flags::OTHER_BRANCH)).collect()
    }

    #[test]
    fn main_and_master_are_main_where_nobody_says() {
        assert_eq!(others(&["main", "feature", "main"]), [false, true, false]);
        assert_eq!(others(&["feature", "feature", "master"]), [true, true, false]);
        assert_eq!(others(&["master", "main", "refs/heads/main"]), [false, false, false]);
    }

    #[test]
    fn else_the_branch_of_most_records_is_and_the_first_of_equals() {
        assert_eq!(others(&["fix", "develop", "develop"]), [true, false, false]);
        assert_eq!(others(&["develop", "fix"]), [false, true]);
    }

    #[test]
    fn records_that_say_no_branch_are_of_main() {
        assert_eq!(others(&["", "", "feature", "main"]), [false, false, true, false]);
        assert_eq!(others(&["", "work"]), [false, false]);
    }

    #[test]
    fn what_the_newest_record_says_is_main_holds_for_all() {
        let stated = |branch: &str| json!({"branch": branch, "main_branch": "develop"});
        let points = series(&[json!({"branch": "main"}), stated("develop"), stated("main")]).points;
        let other: Vec<bool> = points.iter().map(|p| p.flags.any(Flags::OTHER_BRANCH)).collect();
        assert_eq!(other, [true, false, true]);
    }

    #[test]
    fn a_pull_request_is_marked_as_one_and_decides_nothing() {
        let of_pr = json!({"branch": "work", "pr_number": "7", "main_branch": "work"});
        let points = series(&[json!({"branch": "trunk"}), of_pr.clone(), of_pr]).points;
        assert!(points.iter().all(|point| !point.flags.any(Flags::OTHER_BRANCH)));
    }

    #[test]
    fn a_branch_cannot_change_the_limits_of_main() {
        let block = |percent: f64| json!({"latency": {"threshold_percent": percent, "threshold_absolute": 0.0}});
        let strict = json!({"branch": "main", "regression_thresholds": block(0.02)});
        let loose = json!({"branch": "feature", "regression_thresholds": block(0.9)});
        let series = series(&[strict, loose]);
        let limits = series.limits.thresholds.get("latency").expect("limits of main");
        assert_eq!(limits.threshold_percent, Some(0.02));
    }
}
