//! Public functions stay short: none has more than [`MOST_LINES`] lines.
//!
//! In: the sources of each crate, in the shape that rustfmt gives them. Out: the number of public
//! functions, or those that are too long. From its `pub` to its closing brace a function counts;
//! functions of tests do not.

use anyhow::{Result, ensure};

use super::sources::{Tests, visit, without_tests};
use crate::workspace::Workspace;

/// Lines that a public function may have.
const MOST_LINES: usize = 60;

/// A public function.
#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    /// Where it begins, from 1.
    line: usize,
    lines: usize,
}

/// Holds that every public function is short.
///
/// # Errors
/// Names each one that is not, with its file, its line and its length.
pub fn check(workspace: &Workspace) -> Result<String> {
    let (mut count, mut long) = (0, Vec::new());
    let sources = workspace.crates.iter().map(|member| member.folder.join("src"));
    for source in sources.filter(|source| source.is_dir()) {
        visit(&source, Tests::Aside, &mut |path, text| {
            let path = workspace.relative(path).display();
            for Function { name, line, lines } in functions(text) {
                count += 1;
                if lines > MOST_LINES {
                    long.push(format!("{name} has {lines} ({path}:{line})"));
                }
            }
            Ok(())
        })?;
    }
    ensure!(
        long.is_empty(),
        "public functions have at most {MOST_LINES} lines, but {}; split them where the kind of work \
         changes",
        long.join(", ")
    );
    Ok(format!("{count} public functions, each of at most {MOST_LINES} lines"))
}

/// The public functions of a source, its tests aside.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = without_tests(text).lines().collect();
    let named = lines.iter().enumerate().filter_map(|(at, line)| Some((at, public(line)?)));
    let function = |(at, name): (usize, &str)| {
        let indent = indent(lines[at]);
        let end = lines[at..].iter().position(|line| ends(line, indent));
        let lines = end.map_or(lines.len() - at, |end| end + 1);
        Function { name: name.to_owned(), line: at + 1, lines }
    };
    named.map(function).collect()
}

/// The name of the public function that begins in this line.
fn public(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(scope) => scope.split_once(')')?.1,
        None => rest,
    };
    let (before, rest) = rest.split_once("fn ")?;
    let is_qualifier = |word: &str| {
        matches!(word, "const" | "async" | "unsafe" | "extern") || word.starts_with('"')
    };
    let is_function = before.starts_with(' ') && before.split_whitespace().all(is_qualifier);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    is_function.then(|| &rest[..end])
}

/// Whether a function that is indented so far ends in this line.
fn ends(line: &str, function: usize) -> bool {
    let code = line.trim_start();
    indent(line) == function && (code == "}" || code.ends_with("{}") || code.ends_with(';'))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Member;

    fn found(text: &str) -> Vec<(String, usize, usize)> {
        functions(text).into_iter().map(|found| (found.name, found.line, found.lines)).collect()
    }

    #[test]
    fn a_public_function_counts_from_its_pub_to_its_closing_brace() {
        let text = "/// Docs.\n#[must_use]\npub fn plain(\n    a: u8,\n) -> u8 {\n    if a > 1 {\n    }\n\n    a\n}\n\
                    impl A {\n    pub(super) const fn inner() {\n        {\n        }\n    }\n}\n\
                    pub async fn empty() {}\npub unsafe extern \"C\" fn c() {\n}\n";
        let expected = [("plain", 3, 8), ("inner", 12, 4), ("empty", 17, 1), ("c", 18, 2)];
        assert_eq!(found(text), expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
    }

    #[test]
    fn private_functions_fields_comments_and_tests_do_not_count() {
        let text = "fn private() {\n}\n// pub fn comment() {\npub struct A {\n    pub call: fn (u8),\n}\n\
                    pub const F: fn (u8) = f;\n#[cfg(test)]\nmod tests {\n    pub fn helper() {\n    }\n}\n";
        assert_eq!(found(text), []);
    }

    #[test]
    fn a_function_of_one_line_more_is_refused_with_its_place_and_length() {
        let folder = tempfile::tempdir().expect("a folder");
        let crates = ["tests/one", "two"]
            .map(|path| Member { name: path.replace('/', "-"), folder: folder.path().join(path) });
        let source = crates[0].folder.join("src");
        std::fs::create_dir_all(&source).expect("a folder");
        let workspace = Workspace {
            root: folder.path().to_owned(),
            target: folder.path().to_owned(),
            crates: crates.to_vec(),
        };
        let write = |body: usize| {
            let text = format!("\npub fn long() {{\n{}}}\n", "    f();\n".repeat(body));
            std::fs::write(source.join("lib.rs"), text).expect("a file");
        };
        write(MOST_LINES - 2);
        assert!(check(&workspace).expect("short").starts_with("1 public functions"));
        write(MOST_LINES - 1);
        let error = check(&workspace).expect_err("long").to_string();
        assert!(error.contains("long has 61 (tests/one/src/lib.rs:2)"), "{error}");
    }
}
