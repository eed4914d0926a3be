//! Commands of a document: lines of its code blocks, and spans within its sentences.
//!
//! A line whose comment says `exit code N` is expected to leave with it; others with 0.

/// A line of code, as a shell takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command(pub String);

/// A block of code: lines without an empty one between them, and without what they are indented by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block<'d> {
    lines: Vec<&'d str>,
}

/// Blocks of code, in order: what stands within fences, or is indented by four or more.
pub fn blocks(document: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block::default()];
    let mut is_fenced = false;
    for line in document.lines() {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        if is_fence || line.trim().is_empty() || !(is_fenced || line.starts_with("    ")) {
            blocks.push(Block::default());
        } else {
            blocks.last_mut().expect("it begins with one").lines.push(line.trim());
        }
    }
    blocks.retain(|block| !block.lines.is_empty());
    blocks
}

impl Block<'_> {
    /// Whether it begins so.
    pub fn begins_with(&self, words: &str) -> bool {
        self.lines[0].starts_with(words)
    }

    /// Whether it is a drawing of boxes and arrows.
    pub fn is_drawing(&self) -> bool {
        self.lines.iter().any(|line| line.contains('─'))
    }

    /// Its commands: the lines after a `$` where there are any, else all that are no comments.
    pub fn commands(&self) -> Vec<Command> {
        let has_prompts = self.lines.iter().any(|line| line.starts_with("$ "));
        let mut found: Vec<Command> = Vec::new();
        let mut is_open = false;
        for line in &self.lines {
            let goes_on = line.ends_with('\\');
            let words = line.trim_start_matches("$ ").trim_end_matches('\\').trim();
            match found.last_mut() {
                Some(last) if is_open => last.0 = format!("{} {words}", last.0),
                _ if has_prompts && !line.starts_with("$ ") || line.starts_with('#') => continue,
                _ => found.push(Command(words.to_owned())),
            }
            is_open = goes_on;
        }
        found
    }
}

impl Command {
    /// How it is expected to leave.
    pub fn code(&self) -> i32 {
        let stated = self.0.split_once("# exit code ").map(|(_, code)| code.trim().parse());
        stated.map_or(0, |code| code.expect("a number"))
    }

    /// The line without the variables that it sets first: it begins with what a shell would start.
    pub fn call(&self) -> &str {
        let mut rest = self.0.as_str();
        while let Some((word, after)) = rest.split_once(' ') {
            let is_set = word.split_once('=').is_some_and(|(name, _)| is_variable(name));
            if !is_set {
                break;
            }
            rest = after.trim_start();
        }
        rest
    }

    /// What a shell would start.
    pub fn program(&self) -> &str {
        self.call().split(' ').next().unwrap_or_default()
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Commands within sentences that begin so and are whole: without `…`, `<…>` or alternatives.
pub fn spans(document: &str, beginning: &str) -> Vec<String> {
    let quoted = document.split('`').skip(1).step_by(2);
    let commands = quoted.filter(|text| text.starts_with(beginning));
    let is_whole = |text: &&str| !text.contains(['…', '<', '|', '→', '\n']);
    commands.filter(is_whole).map(str::to_owned).collect()
}

#[test]
fn commands_are_found_in_code_and_nowhere_else() {
    let document = "text bench-runner no\n\n    $ bench-runner one --flag \\\n        more  # exit code 1\n    \
                    output\n\n```sh\nA_B=1 bench-runner two\n# why\nother three\n```\nand `bench-runner four`.";
    let found: Vec<Command> = blocks(document).iter().flat_map(Block::commands).collect();
    let lines: Vec<&str> = found.iter().map(|command| command.0.as_str()).collect();
    assert_eq!(
        lines,
        ["bench-runner one --flag more  # exit code 1", "A_B=1 bench-runner two", "other three"]
    );
    assert_eq!((found[0].code(), found[1].code()), (1, 0));
    assert_eq!((found[1].call(), found[1].program()), ("bench-runner two", "bench-runner"));
    assert_eq!(spans(document, "bench-runner "), ["bench-runner four"]);
}
