//! Servers that are not there, or not what was meant.

use load_double::{Double, json, reply};
use serde_json::json;

use super::support::{chat, list, load, server};
use crate::support::workspace::Workspace;

fn refused(
    answer: impl Fn(&load_double::Request) -> Vec<load_double::Step> + Send + Sync + 'static,
    options: &[&str],
) -> (i32, String) {
    let double = Double::start(answer);
    let said = load(&Workspace::new(), &double, options);
    (said.code, said.stderr)
}

#[test]
fn nobody_who_answers_is_said_at_once() {
    let workspace = Workspace::new();
    let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/v1");
    let said = workspace.run(&["load", "--base-url", &url]).expect(3).stderr;
    assert!(said.contains(&format!("no server answers at {url}")), "{said}");
    let said = workspace.run(&["load", "--base-url", "localhost:8000"]).expect(2).stderr;
    assert!(said.contains("such as http://127.0.0.1:8000/v1"), "{said}");
}

#[test]
fn a_model_that_the_server_lacks_is_named_beside_those_that_it_has() {
    let double = server(|_| chat(0));
    let said = load(&Workspace::new(), &double, &["--model", "x"]).expect(2).stderr;
    assert!(said.contains("the server has no model \"x\"; it has: m"), "{said}");
    let (code, said) = refused(|_| list(&["a", "b"]), &[]);
    assert_eq!(code, 2);
    assert!(said.contains("name one with --model: a, b"), "{said}");
}

#[test]
fn a_name_that_the_list_lacks_and_the_server_knows_is_used() {
    let double = Double::start(|request| match request.path.as_str() {
        "/v1/models" => list(&["m"]),
        "/v1/models/alias" => vec![json("200 OK", &json!({"id": "alias"}))],
        _ => chat(0),
    });
    load(&Workspace::new(), &double, &["--model", "alias", "--num-prompts", "1"]).expect(0);
}

#[test]
fn a_base_url_without_the_path_of_the_api_is_corrected_in_words() {
    let double = server(|_| chat(0));
    let url = double.url().trim_end_matches("/v1").to_owned();
    let workspace = Workspace::new();
    let double = Double::start(|request| match request.path.as_str() {
        "/v1/models" => list(&["m"]),
        _ => vec![reply("404 Not Found", "text/plain", "no")],
    });
    let own = double.url().trim_end_matches("/v1").to_owned();
    assert_ne!(url, own);
    let said = workspace.run(&["load", "--base-url", &own]).expect(2).stderr;
    assert!(said.contains(&format!("but at {own}/v1; name that as --base-url")), "{said}");
}

#[test]
fn a_key_that_is_wrong_is_said_with_where_to_name_one() {
    let (code, said) = refused(
        |_| vec![json("401 Unauthorized", &json!({"error": {"message": "no key"}}))],
        &["--model", "m"],
    );
    assert_eq!(code, 2);
    assert!(said.contains("name one with --api-key-file or OPENAI_API_KEY"), "{said}");
}

#[test]
fn a_server_without_a_list_of_models_is_loaded_with_a_warning() {
    let double = Double::start(|request| match request.method.as_str() {
        "GET" => vec![reply("404 Not Found", "text/plain", "no")],
        _ => chat(0),
    });
    let options = ["--model", "m", "--num-prompts", "1"];
    let said = load(&Workspace::new(), &double, &options).expect(0).stderr;
    assert!(said.contains("warning: ") && said.contains("gives no list of models"), "{said}");
    let said = load(&Workspace::new(), &double, &["--num-prompts", "1"]).expect(2).stderr;
    assert!(said.contains("name the --model"), "{said}");
}

#[test]
fn warm_up_requests_that_all_fail_end_the_test_before_it_begins() {
    let double = server(|_| vec![json("500 Oh", &json!({"error": "broken"}))]);
    let options = ["--num-warmups", "2", "--num-prompts", "50"];
    let said = load(&Workspace::new(), &double, &options).expect(3).stderr;
    assert!(said.contains("all 2 warm-up requests failed, the first with http_error"), "{said}");
}
