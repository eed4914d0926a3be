//! Scripts and style sheets without what a browser does not need.
//!
//! In: the folder of a bundle. Out: its scripts and style sheets without indentation, empty lines and
//! lines of comment. wasm-bindgen comments each function that it writes.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Leaves the scripts and style sheets of a folder with what counts.
pub fn make_lean(folder: &Path) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "js" || end == "css") {
            let name = || path.display().to_string();
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", name()))?;
            fs::write(&path, lean(&text)).with_context(|| format!("cannot write {}", name()))?;
        }
    }
    Ok(())
}

/// A script or a style sheet, whose texts end in the line that they begin in, without indentation and
/// without comments that begin a line.
pub fn lean(text: &str) -> String {
    let (mut lean, mut is_comment) = (String::new(), false);
    for mut line in text.lines().map(str::trim) {
        is_comment |= line.starts_with("/*");
        if is_comment {
            let Some((_, after)) = line.split_once("*/") else { continue };
            (line, is_comment) = (after.trim(), false);
        }
        if !line.is_empty() && !line.starts_with("//") {
            lean.push_str(line);
            lean.push('\n');
        }
    }
    lean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out_and_all_else_stays() {
        let script = "// one\nclass A {\n    /**\n     * @returns {number}\n     */\n    get a() {\n\n        \
                      return 2 // two\n            * 3;\n    }\n}\n";
        assert_eq!(lean(script), "class A {\nget a() {\nreturn 2 // two\n* 3;\n}\n}\n");
        let style = "/* colours,\n   by meaning */\na { color: red }\n/* links */ b { top: 0 }\n";
        assert_eq!(lean(style), "a { color: red }\nb { top: 0 }\n");
    }

    #[test]
    fn scripts_and_styles_of_a_folder_are_made_lean_and_data_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| folder.path().join(name);
        for name in ["a.js", "b.css", "config.json"] {
            fs::write(file(name), "  a\n").expect("writable");
        }
        make_lean(folder.path()).expect("lean");
        let text = |name: &str| fs::read_to_string(file(name)).expect("readable");
        assert_eq!(["a.js", "b.css", "config.json"].map(text), ["a\n", "a\n", "  a\n"]);
    }
}
