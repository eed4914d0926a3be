//! The troubleshooting list: its messages are those that the programs print.

use std::{fs, path::Path};

use super::{read, root};

/// Text of all sources, with the breaks of long literals taken out.
fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let mut is_continued = false;
            for line in fs::read_to_string(&path).unwrap().lines() {
                let line = if is_continued { line.trim_start() } else { line };
                is_continued = line.ends_with('\\');
                text.push_str(line.trim_end_matches('\\'));
                text.push_str(if is_continued { "" } else { "\n" });
            }
        }
    }
}

#[test]
fn every_message_of_the_troubleshooting_list_is_one_of_ours() {
    let mut text = String::new();
    for folder in ["bench-runner/src", "crates"] {
        sources(&root().join(folder), &mut text);
    }
    let text = text.replace("{PROGRAM}", "bench-runner-cuda");
    let list = read("docs/troubleshooting.md");
    let headings = list.lines().filter_map(|line| line.strip_prefix("### `")?.split('`').next());
    let messages: Vec<&str> = headings.collect();
    assert!(messages.len() >= 12, "{messages:?}");
    let mut unknown = Vec::new();
    for message in messages {
        for part in message.split('…').map(str::trim).filter(|part| part.len() > 3) {
            let part = part.trim_matches(['(', ')', ':', ';', ',']).trim();
            if !text.contains(part) {
                unknown.push(format!("no source says {part:?} of {message:?}"));
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}
