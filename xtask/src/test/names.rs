//! Words that fit anything name one type at most, so that a reader who meets one knows which it is.
//!
//! In: the sources of each crate. Out: how many of these words name a type, or each that names several.

use anyhow::{Result, ensure};

use super::sources::{Tests, visit};
use crate::workspace::Workspace;

/// Words that fit anything.
const WORDS: [&str; 7] = ["Handover", "Job", "Kind", "Layout", "Rest", "Said", "Told"];

/// Holds that each of them names one type of the workspace at most.
///
/// # Errors
/// Names each one that has several, with their files.
pub fn check(workspace: &Workspace) -> Result<String> {
    let mut found: Vec<(&str, Vec<String>)> = WORDS.map(|word| (word, Vec::new())).into();
    let sources = workspace.crates.iter().map(|member| member.folder.join("src"));
    for source in sources.filter(|source| source.is_dir()) {
        visit(&source, Tests::Read, &mut |path, text| {
            let defined: Vec<&str> = text.lines().filter_map(defined).collect();
            for (word, places) in &mut found {
                let count = defined.iter().filter(|name| *name == word).count();
                let place = workspace.relative(path).display().to_string();
                places.extend(std::iter::repeat_n(place, count));
            }
            Ok(())
        })?;
    }
    let several: Vec<String> = found
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(word, places)| format!("{word} ({})", places.join(", ")))
        .collect();
    ensure!(
        several.is_empty(),
        "a word that fits anything names one type at most, but several are called {}; give each the word \
         of its field",
        several.join("; ")
    );
    let used = found.iter().filter(|(_, places)| !places.is_empty()).count();
    Ok(format!("{used} of {} such words name a type, one each", WORDS.len()))
}

/// The type that a line defines.
fn defined(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
    let keyword = words.next()?;
    let is_type = ["struct", "enum", "type", "trait", "union"].contains(&keyword);
    let name = words.next().filter(|_| is_type)?;
    name.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;
    use crate::workspace::Member;

    #[test]
    fn a_line_that_defines_a_type_is_told_from_one_that_uses_it() {
        for (line, name) in [
            ("pub enum Kind {", Some("Kind")),
            ("pub(super) struct Job<'a> {", Some("Job")),
            ("    type Told = Rc<()>;", Some("Told")),
            ("struct Layout(u8);", Some("Layout")),
            ("    kind: Kind,", None),
            ("use Kind;", None),
            ("/// type Kind", None),
            ("", None),
        ] {
            assert_eq!(defined(line), name, "{line}");
        }
    }

    #[test]
    fn a_word_that_names_two_types_is_refused_with_both_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let members = ["one", "two"].map(|name| {
            let own = folder.path().join(name);
            fs::create_dir_all(own.join("src")).expect("writable");
            fs::write(own.join("src/lib.rs"), "pub enum Kind {}\n").expect("writable");
            Member { name: name.to_owned(), folder: own }
        });
        let [one, two] = members;
        let workspace = |crates: Vec<Member>| Workspace {
            root: folder.path().to_owned(),
            target: PathBuf::new(),
            crates,
        };
        assert!(check(&workspace(vec![one.clone()])).is_ok());
        let error = check(&workspace(vec![one, two])).expect_err("two").to_string();
        assert!(error.contains("Kind (one/src/lib.rs, two/src/lib.rs)"), "{error}");
    }
}
