//! Commands of a document: lines of code, and spans within its sentences.
//!
//! A line whose comment says `exit code N` is expected to leave with it; others with 0.

/// A line of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// As a shell takes it.
    pub line: String,
    /// How it is expected to leave.
    pub code: i32,
}

/// Lines of code that start with one of `programs`, in order.
pub fn lines(document: &str, programs: &[&str]) -> Vec<Command> {
    let mut found: Vec<Command> = Vec::new();
    let mut is_open = false;
    for line in code(document) {
        let line = line.trim().trim_start_matches("$ ");
        let goes_on = line.ends_with('\\');
        let line = line.trim_end_matches('\\').trim();
        match found.last_mut() {
            Some(last) if is_open => last.line = format!("{} {line}", last.line),
            _ if programs.contains(&program(line)) => found.push(Command::of(line)),
            _ => continue,
        }
        is_open = goes_on;
    }
    found
}

impl Command {
    fn of(line: &str) -> Self {
        let code = line.split_once("exit code ").and_then(|(_, code)| code.trim().parse().ok());
        Self { line: line.to_owned(), code: code.unwrap_or(0) }
    }
}

/// Lines within fences, or indented by four or more.
fn code(document: &str) -> impl Iterator<Item = &str> {
    let mut is_fenced = false;
    document.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fence && (is_fenced || line.starts_with("    "))
    })
}

/// The word that a shell would start: the first that sets no variable.
fn program(line: &str) -> &str {
    let sets = |word: &&str| word.split_once('=').is_some_and(|(name, _)| is_variable(name));
    line.split_whitespace().find(|word| !sets(word)).unwrap_or_default()
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Commands within sentences that are whole: without `…`, `<…>` or alternatives.
pub fn spans(document: &str) -> Vec<String> {
    let quoted = document.split('`').skip(1).step_by(2);
    let commands = quoted.filter(|text| text.starts_with("bench-runner "));
    let is_whole = |text: &&str| !text.contains(['…', '<', '|', '\n']);
    commands.filter(is_whole).map(str::to_owned).collect()
}

#[test]
fn commands_are_found_in_code_and_nowhere_else() {
    let document = "text bench-runner no\n\n    $ bench-runner one --flag \\\n        more  # exit code 1\n    \
                    output\n\n```sh\nA_B=1 bench-runner two\nother three\n```\nand `bench-runner four`.";
    let found = lines(document, &["bench-runner"]);
    let lines: Vec<&str> = found.iter().map(|command| command.line.as_str()).collect();
    assert_eq!(lines, ["bench-runner one --flag more  # exit code 1", "A_B=1 bench-runner two"]);
    assert_eq!(spans(document), ["bench-runner four"]);
    assert_eq!(Command::of("bench-runner x  # exit code 1").code, 1);
}
