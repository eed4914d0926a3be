//! The names by which people find a series.
//!
//! In: labels, and what somebody wrote. Out: whether that means the series, and how closely.

use super::Labels;

/// `software_profile_id` of imported series: their formats do not say what software ran.
pub const IMPORTED: &str = "import";

/// How closely a name means a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    /// A part of what it is called: the benchmark without its suite, or without its parameters.
    Part,
    /// All that it is called.
    Whole,
}

impl Labels {
    /// How closely `name` means the series; `None` where it does not.
    #[must_use]
    pub fn closeness(&self, name: &str) -> Option<Closeness> {
        let workload = self.identity.get("workload_id").map(String::as_str);
        if self.model_id == name || workload == Some(name) {
            return Some(Closeness::Whole);
        }
        self.parts().any(|part| part == name).then_some(Closeness::Part)
    }

    /// Every name by which a pattern may mean it: of an imported series those without its suite too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let workload = self.identity.get("workload_id").filter(|_| self.is_imported());
        let parts = self.parts().filter(|_| self.is_imported());
        let own = std::iter::once(self.model_id.as_str());
        own.chain(workload.map(String::as_str)).chain(parts)
    }

    /// Whether its records were measured by another tool, and say which workload they are of.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.identity.get("software_profile_id").is_some_and(|software| software == IMPORTED)
    }

    /// What is left of its name without suite, without parameters, and without both.
    fn parts(&self) -> impl Iterator<Item = &str> {
        let variant = self.identity.get("variant_id").filter(|_| self.is_imported());
        let bare = variant.and_then(|variant| self.model_id.strip_suffix(variant.as_str()));
        let bare = bare.and_then(|bare| bare.strip_suffix('/'));
        let wholes = [Some(self.model_id.as_str()), bare].into_iter().flatten();
        let ends = wholes.flat_map(|name| name.match_indices('/').map(|(at, _)| &name[at + 1..]));
        bare.into_iter().chain(ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    fn labels(model_id: &str, workload: &str, variant: &str, software: &str) -> Labels {
        let fields = serde_json::json!({
            "model_id": model_id, "workload_id": workload, "variant_id": variant,
            "benchmark_version": 1, "recipe_fingerprint": "r", "hardware_profile_id": "h",
            "software_profile_id": software, "gpu_type": "CPU",
        });
        Labels::of(&Record::from_slice(fields.to_string().as_bytes()).expect("a record"))
    }

    #[test]
    fn a_series_is_found_without_its_suite_and_parameters() {
        let series = labels("gcc Debug/a/decode/n=8", "o/r/gcc Debug/a/decode", "n=8", IMPORTED);
        for (name, expected) in [
            ("gcc Debug/a/decode/n=8", Some(Closeness::Whole)),
            ("o/r/gcc Debug/a/decode", Some(Closeness::Whole)),
            ("gcc Debug/a/decode", Some(Closeness::Part)),
            ("a/decode", Some(Closeness::Part)),
            ("a/decode/n=8", Some(Closeness::Part)),
            ("decode", Some(Closeness::Part)),
            ("code", None),
            ("", None),
        ] {
            assert_eq!(series.closeness(name), expected, "{name}");
        }
    }

    #[test]
    fn patterns_mean_parts_of_the_names_of_imported_series_only() {
        let imported = labels("s/wan-x", "s/wan-x", "default", IMPORTED);
        assert!(imported.names().any(|name| name == "wan-x"));
        let own = labels("s/wan-x", "s/wan-x", "default", "sw-1");
        assert_eq!(own.names().collect::<Vec<_>>(), ["s/wan-x"]);
    }
}
