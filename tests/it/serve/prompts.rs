//! `generate`: a file of prompts through the same queue.

use serde_json::json;

use super::server::{Server, fake, tiny_sd, tiny_wan};
use crate::support::workspace::Workspace;

#[test]
fn each_prompt_of_a_file_has_the_output_that_the_server_gives_it() {
    let workspace = Workspace::new();
    let wan = tiny_wan(&workspace);
    let wan = wan.to_str().unwrap();
    let file = "# two of the same words\na fox\n\na fox\n{\"prompt\": \"night\", \"seed\": 3, \"size\": \
                \"16x16\"}\n";
    workspace.write("prompts.txt", file);
    let args = [
        "generate",
        wan,
        "--device",
        "cpu",
        "--prompts",
        "prompts.txt",
        "--out",
        "videos",
        "--batching-mode",
        "dynamic",
    ];
    let said = workspace.run(&args).expect(0).stdout;
    assert!(said.contains("3 of 3 prompts have an output in videos"), "{said}");
    assert_eq!(workspace.files("videos"), ["0002.png", "0004.png", "0005.png"]);
    let read = |name: &str| std::fs::read(workspace.path(&format!("videos/{name}"))).unwrap();
    assert_eq!(read("0002.png"), read("0004.png"));
    let server = Server::of(&workspace, &[wan]);
    let asked = json!({"prompt": "night", "seed": 3, "size": "16x16"});
    assert_eq!(server.post("/v1/videos/sync", &asked).expect(200).body, read("0005.png"));
    assert_eq!(workspace.files("videos").len(), 3);
}

#[test]
fn a_line_that_cannot_be_followed_is_named_and_the_others_go_on() {
    let workspace = Workspace::new();
    let sd = tiny_sd(&workspace);
    let file = "a fox\n{\"prompt\": \"b\", \"colour\": 1}\n{\"prompt\"\n{\"prompt\": \"c\", \"size\": \"15x16\"}\n";
    workspace.write("prompts.txt", file);
    let args = [
        "generate",
        sd.to_str().unwrap(),
        "--device",
        "cpu",
        "--prompts",
        "prompts.txt",
        "--out",
        "pictures",
    ];
    let finished = workspace.run(&args).expect(3);
    for words in
        ["line 2: colour is not supported", "line 3: no JSON object: ", "line 4: width is 15"]
    {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
    // a line of the file is the only line that is named
    assert!(!finished.stderr.contains("at line"), "{}", finished.stderr);
    assert_eq!(workspace.files("pictures"), ["0001.png"]);
}

#[test]
fn files_that_say_nothing_are_usage_errors() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let config = config.to_str().unwrap();
    workspace.write("empty.txt", "# nothing\n\n");
    for (file, words) in [("none.txt", "cannot read none.txt"), ("empty.txt", "holds no prompt")] {
        let args = ["generate", config, "--prompts", file, "--out", "out"];
        let finished = workspace.run(&args).expect(2);
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
}

#[test]
fn flags_of_batching_that_have_no_effect_are_said() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    let config = config.to_str().unwrap();
    workspace.write("prompts.txt", "a fox\n");
    workspace.write("rules.json", r#"[{"model": "other", "max_batch_size": 1}]"#);
    let generate = |flags: &[&str]| {
        let mut args = vec!["generate", config, "--prompts", "prompts.txt", "--out", "out"];
        args.extend(flags);
        workspace.run(&args).expect(0).stderr
    };
    let said = generate(&["--batching-mode", "dynamic", "--batching-config", "rules.json"]);
    assert!(
        said.contains("warning: batching rule 0 can never match: it is about another"),
        "{said}"
    );
    let said = generate(&["--batching-config", "rules.json"]);
    assert!(said.contains("warning: the batching rules have no effect"), "{said}");
    let said = generate(&["--batching-mode", "dynamic", "--batching-max-size", "1"]);
    assert!(said.contains("warning: a batch of at most 1 request shares nothing"), "{said}");
    let said = generate(&["--batching-max-overtaken", "3"]);
    assert!(said.contains("warning: --batching-max-overtaken has no effect without"), "{said}");
    assert!(!generate(&[]).contains("batching"));
    let overtaken = ["--batching-mode", "dynamic", "--batching-max-overtaken", "3"];
    assert!(!generate(&overtaken).contains("batching"));
}

#[test]
fn a_byte_order_mark_changes_no_line() {
    let workspace = Workspace::new();
    let sd = tiny_sd(&workspace);
    let made = |name: &str, text: &str| {
        workspace.write("prompts.txt", text);
        let sd = sd.to_str().unwrap();
        let args = ["generate", sd, "--device", "cpu", "--prompts", "prompts.txt", "--out", name];
        workspace.run(&args).expect(0);
        let files = workspace.files(name);
        files
            .into_iter()
            .map(|file| {
                let bytes = std::fs::read(workspace.path(&format!("{name}/{file}"))).unwrap();
                (file, bytes)
            })
            .collect::<Vec<_>>()
    };
    let text = "{\"prompt\": \"a fox\", \"seed\": 3}\n# none\nnight\n";
    let plain = made("plain", text);
    assert_eq!(plain.len(), 2);
    assert_eq!(made("marked", &format!("\u{feff}{text}")), plain);
    assert_eq!(made("remark", "\u{feff}# none\na fox\n").len(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said_before_anything_is_computed() {
    let workspace = Workspace::new();
    let config = fake(&workspace, "slow", 60.0);
    workspace.write("prompts.txt", "a fox\n");
    workspace.write("taken", "a file");
    for out in ["taken", "taken/videos"] {
        let config = config.to_str().unwrap();
        let args = ["generate", config, "--prompts", "prompts.txt", "--out", out];
        let finished = workspace.run(&args).expect(3);
        assert!(finished.stderr.contains("cannot write taken"), "{}", finished.stderr);
    }
}

#[cfg(unix)]
#[test]
fn outputs_have_the_modes_that_other_files_have() {
    use std::os::unix::fs::PermissionsExt;

    let workspace = Workspace::new();
    let config = fake(&workspace, "fake", 0.001);
    workspace.write("prompts.txt", "a fox\n");
    let config = config.to_str().unwrap();
    workspace.run(&["generate", config, "--prompts", "prompts.txt", "--out", "out"]).expect(0);
    let mode =
        |file: &str| std::fs::metadata(workspace.path(file)).unwrap().permissions().mode() & 0o777;
    workspace.write("plain", "a file");
    assert_eq!(mode("out/0001.png"), mode("plain"));
}
