//! Rooms of a crate depend one way: none of them on a room that depends on it.
//!
//! In: the sources of each crate. Out: the number of rooms, or the first circle. A room is a module at
//! the top of a crate, with all that is below it; what its tests use does not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Result, bail};

use super::sources::{Tests, entries, visit, without_tests};
use crate::workspace::Workspace;

/// Crates with rooms.
const CRATES: [&str; 8] = [
    "bench-runner",
    "crates/bench-engine",
    "crates/bench-hub",
    "crates/bench-load",
    "crates/bench-records",
    "crates/bench-serve",
    "crates/bench-store",
    "site",
];
/// Sources that stand above all rooms, and those of tests.
const NO_ROOMS: [&str; 5] = ["lib", "main", "bin", "tests", "testing"];

/// What each room uses, with a file that does.
type Uses = BTreeMap<String, BTreeMap<String, String>>;

/// Holds that no crate has a circle.
///
/// # Errors
/// Names the crate, the rooms of the circle, and a file for each step of it.
pub fn check(workspace: &Workspace) -> Result<String> {
    let mut count = 0;
    for name in CRATES {
        let uses = read(&workspace.root.join(name).join("src"))?;
        count += uses.len();
        if let Some(circle) = circle(&uses) {
            let steps = circle.windows(2).map(|pair| {
                let file = &uses[&pair[0]][&pair[1]];
                format!("{} uses {} ({file})", pair[0], pair[1])
            });
            let steps: Vec<String> = steps.collect();
            bail!(
                "rooms of {name} depend on each other: {}; move what both need",
                steps.join(", ")
            );
        }
    }
    Ok(format!("{count} rooms in {} crates, and no circle", CRATES.len()))
}

fn read(source: &Path) -> Result<Uses> {
    let mut uses = Uses::new();
    for entry in entries(source)? {
        let room = entry.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !NO_ROOMS.contains(&room.as_str()) {
            read_room(&entry, &room, &mut uses)?;
        }
    }
    let rooms: BTreeSet<String> = uses.keys().cloned().collect();
    for (room, used) in &mut uses {
        used.retain(|name, _| rooms.contains(name) && name != room);
    }
    Ok(uses)
}

fn read_room(path: &Path, room: &str, uses: &mut Uses) -> Result<()> {
    visit(path, Tests::Aside, &mut |path, text| {
        let file = path.display().to_string();
        let used = uses.entry(room.to_owned()).or_default();
        used.extend(names_after("crate::", text).into_iter().map(|name| (name, file.clone())));
        Ok(())
    })
}

/// Names after a path such as `crate::`, alone or at the top of braces; comments and tests aside.
pub(super) fn names_after(path: &str, text: &str) -> BTreeSet<String> {
    let lines = without_tests(text).lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = lines.flat_map(|line| [line, "\n"]).collect();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(tops(group)),
            None => names.extend(word(rest)),
        }
    }
    names
}

/// First words of what a group of imports lists, up to its closing brace.
fn tops(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut is_first) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_first = true,
            _ if depth == 0 && is_first && !character.is_whitespace() => {
                names.extend(word(&group[at..]));
                is_first = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    Some(text[..end].to_owned()).filter(|word| !word.is_empty())
}

/// Rooms in the order of a circle, the first one again at its end.
fn circle(uses: &Uses) -> Option<Vec<String>> {
    let mut done = BTreeSet::new();
    uses.keys().find_map(|room| walk(room, uses, &mut Vec::new(), &mut done))
}

fn walk(
    room: &str,
    uses: &Uses,
    path: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(at) = path.iter().position(|name| name == room) {
        let mut circle = path[at..].to_vec();
        circle.push(room.to_owned());
        return Some(circle);
    }
    if done.contains(room) {
        return None;
    }
    path.push(room.to_owned());
    let found = uses.get(room)?.keys().find_map(|next| walk(next, uses, path, done));
    path.pop();
    done.insert(room.to_owned());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_are_read_from_imports_and_paths_and_not_from_comments_or_tests() {
        let text = "//! crate::words\nuse crate::{\n    one,\n    two::{three, four},\n};\n\
                    fn f() -> crate::five::Six {}\n// crate::seven\n\
                    #[cfg(test)]\nmod tests { use crate::eight; }\n";
        let expected = ["five", "one", "two"].map(str::to_owned);
        assert_eq!(names_after("crate::", text), BTreeSet::from(expected));
    }

    #[test]
    fn a_circle_is_found_with_its_steps() {
        let uses = |pairs: &[(&str, &[&str])]| -> Uses {
            let used = |names: &[&str]| {
                names.iter().map(|name| ((*name).to_owned(), "x.rs".to_owned())).collect()
            };
            pairs.iter().map(|(room, names)| ((*room).to_owned(), used(names))).collect()
        };
        let one_way = uses(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &[])]);
        assert_eq!(circle(&one_way), None);
        let round = uses(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]);
        let expected = ["b", "c", "b"].map(str::to_owned).to_vec();
        assert_eq!(circle(&round), Some(expected));
    }
}
