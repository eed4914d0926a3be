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
        ["line 2: colour is not supported", "line 3: the body is no JSON", "line 4: width is 15"]
    {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
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
