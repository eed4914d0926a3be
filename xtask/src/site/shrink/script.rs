//! The script that wasm-bindgen writes for a program, less what neither uses.
//!
//! In: the lean text of a script. Out: the same without declarations that nothing mentions, without functions that
//! its program does not import, and with other names.

/// Whether a name stands alone at a place of a text.
fn is_whole(text: &str, at: usize, name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let (before, after) = (&text[..at], &text[at + name.len()..]);
    !before.ends_with(is_part) && !after.starts_with(is_part)
}

/// How often a name stands in a text.
pub fn mentions(text: &str, name: &str) -> usize {
    text.match_indices(name).filter(|(at, _)| is_whole(text, *at, name)).count()
}

/// A text with another name wherever this one stands.
pub fn renamed(text: &str, name: &str, other: &str) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(name).filter(|(at, _)| is_whole(text, *at, name)) {
        out.push_str(&text[from..at]);
        out.push_str(other);
        from = at + name.len();
    }
    out + &text[from..]
}

/// Opened brackets less closed ones of a line, as far as wasm-bindgen's scripts write them: none stands alone in
/// a text.
fn depth(line: &str) -> i32 {
    line.chars()
        .map(|c| i32::from(matches!(c, '{' | '(' | '[')) - i32::from(matches!(c, '}' | ')' | ']')))
        .sum()
}

/// Lines of a statement that begins at `from`.
fn statement(lines: &[&str], from: usize, ends: impl Fn(&str) -> bool) -> usize {
    let mut open = 0;
    for (at, line) in lines.iter().enumerate().skip(from) {
        open += depth(line);
        if open == 0 && ends(line) {
            return at + 1 - from;
        }
    }
    lines.len() - from
}

/// What a line at the top of a script declares.
fn declared(line: &str) -> Option<&str> {
    let kinds = ["export class ", "class ", "async function ", "function ", "const ", "let "];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')?;
    let (name, after) = rest.split_at(end);
    // several at once stay
    (!name.is_empty() && !after.starts_with(',')).then_some(name)
}

/// Without declarations at the top that nothing else mentions, and without what only these mention. Classes are
/// for others, and the site has no others.
pub fn without_unused(script: &str) -> String {
    let mut script = script.replace(
        "export { initSync, __wbg_init as default };",
        "export { __wbg_init as default };",
    );
    while let Some(shorter) = without_one_unused(&script) {
        script = shorter;
    }
    script
}

fn without_one_unused(script: &str) -> Option<String> {
    let lines: Vec<&str> = script.lines().collect();
    let (mut at, mut open) = (0, 0);
    while at < lines.len() {
        if let Some(name) = declared(lines[at]).filter(|_| open == 0) {
            // a value can go on after a bracket
            let is_value = ["const ", "let "].iter().any(|kind| lines[at].starts_with(kind));
            let end = if is_value { ';' } else { '}' };
            let mut length = statement(&lines, at, |line| line.ends_with(end));
            let disposes = format!("if (Symbol.dispose) {name}.");
            let follows = lines.get(at + length).is_some_and(|line| line.starts_with(&disposes));
            length += usize::from(follows);
            let rest = [&lines[..at], &lines[at + length..]].concat().join("\n") + "\n";
            if mentions(&rest, name) == 0 {
                return Some(rest);
            }
            at += length;
        } else {
            open += depth(lines[at]);
            at += 1;
        }
    }
    None
}

/// Without the functions among the imports that the program does not take.
pub fn with_imports(script: &str, taken: impl Fn(&str) -> bool) -> String {
    let lines: Vec<&str> = script.lines().collect();
    let (mut out, mut at) = (String::with_capacity(script.len()), 0);
    while at < lines.len() {
        let name = lines[at].split_once(": function(").map(|(name, _)| name);
        let length = match name.filter(|name| name.starts_with("__wb") && !taken(name)) {
            Some(_) => statement(&lines, at, |line| line.ends_with(',')),
            None => {
                out.push_str(lines[at]);
                out.push('\n');
                1
            }
        };
        at += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str = "export class Sink {\nfree() {\nwasm.sink_free(Final);\n}\n}\n\
        if (Symbol.dispose) Sink.prototype[Symbol.dispose] = Sink.prototype.free;\n\
        function imports() {\nreturn {\n__wbg_a_1: function(arg0) {\nreturn text(arg0);\n},\n\
        __wbg_b_2: function() { return handleError(function (arg0) {\narg0.b({ x: 1 });\n}, arguments); },\n};\n}\n\
        const Final = (typeof F === 'undefined')\n? { r: () => {} }\n: new F(wasm.sink_free);\n\
        let wasmModule, wasm;\nfunction text(x) {\nreturn wasm.text(x);\n}\n\
        function handleError(f) {\nf();\n}\nfunction initSync() {\n}\n\
        function __wbg_init() {\nreturn imports();\n}\nexport { initSync, __wbg_init as default };\n";

    #[test]
    fn what_nothing_mentions_goes_with_what_only_that_mentions() {
        let script = without_unused(SCRIPT);
        for gone in ["Sink", "Final", "sink_free", "initSync"] {
            assert_eq!(mentions(&script, gone), 0, "{gone} in {script}");
        }
        for kept in ["text", "handleError", "imports", "wasmModule"] {
            assert!(mentions(&script, kept) > 0, "{kept} in {script}");
        }
        assert!(script.ends_with("export { __wbg_init as default };\n"));
    }

    #[test]
    fn an_import_that_the_program_does_not_take_goes_with_what_it_needs() {
        let script = with_imports(&without_unused(SCRIPT), |name| name == "__wbg_a_1");
        assert!(script.contains("__wbg_a_1") && !script.contains("__wbg_b_2"), "{script}");
        let script = without_unused(&script);
        assert!(!script.contains("handleError") && script.contains("},\n};\n}\n"), "{script}");
    }

    #[test]
    fn a_name_is_another_where_it_stands_alone() {
        assert_eq!(renamed("wasm.a(a_b, $a, a)", "a", "$0"), "wasm.$0(a_b, $a, $0)");
    }
}
