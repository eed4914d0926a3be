//! Names of branches, and which of them mean main.

/// Names that mean main where nobody says which branch is; a repository that renamed one to the other
/// has records of both.
const CONVENTIONAL: [&str; 2] = ["main", "master"];

/// The names that count as main.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MainBranch<'a> {
    names: Vec<&'a str>,
}

impl<'a> MainBranch<'a> {
    /// `main` and `master`.
    #[must_use]
    pub fn conventional() -> Self {
        Self { names: CONVENTIONAL.to_vec() }
    }

    /// What somebody says: a name, or several with commas. One of `main` and `master` means both.
    #[must_use]
    pub fn stated(said: &'a str) -> Self {
        let named = said.split(',').map(branch_name).filter(|name| !name.is_empty());
        let mut names: Vec<&str> = named.collect();
        if names.is_empty() {
            return Self::conventional();
        }
        if names.iter().any(|name| is_conventional(name)) {
            let missing: Vec<&str> =
                CONVENTIONAL.into_iter().filter(|name| !names.contains(name)).collect();
            names.extend(missing);
        }
        Self { names }
    }

    /// One name, or none: then every branch is main.
    #[must_use]
    pub fn one(name: Option<&'a str>) -> Self {
        Self { names: name.into_iter().collect() }
    }

    /// Whether a branch is one of them; a record that does not say its branch is of main, as all were
    /// before records said it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        name.is_empty() || self.names.is_empty() || self.names.contains(&name)
    }
}

impl std::fmt::Display for MainBranch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.names.join(" or "))
    }
}

/// Whether a name means main everywhere.
#[must_use]
pub fn is_conventional(name: &str) -> bool {
    CONVENTIONAL.contains(&name)
}

/// The name of a branch without the folder of its reference.
#[must_use]
pub fn branch_name(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("refs/heads/").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_main_and_master_means_both_and_another_name_only_itself() {
        let main = MainBranch::stated("refs/heads/main, release");
        assert!(["main", "master", "release", ""].iter().all(|name| main.has(name)));
        assert!(!main.has("feature"));
        assert!(!MainBranch::stated("develop").has("main"));
        assert!(!MainBranch::stated(" , ").has("feature"), "commas name no branch");
        assert_eq!(MainBranch::conventional().to_string(), "main or master");
    }
}
