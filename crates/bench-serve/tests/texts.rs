//! `/v1/chat/completions` and `/v1/completions`: what they take, what they reply, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its server has failed")]

mod support;

use bench_serve::Settings;
use serde_json::{Value, json};
use support::{
    Server,
    spoken::{put_together, tiny, with},
};

const CHAT: &str = "/v1/chat/completions";
const COMPLETIONS: &str = "/v1/completions";

async fn server() -> Server {
    Server::of(vec![tiny("llama")], Settings::default()).await
}

fn hello() -> Value {
    json!({"messages": [{"role": "user", "content": "hello how are you"}],
           "max_tokens": 8, "temperature": 0, "ignore_eos": true})
}

#[tokio::test]
async fn a_chat_has_a_message_a_reason_and_counted_tokens() {
    let server = server().await;
    let reply = server.post(CHAT, &hello()).await.expect(200);
    let document = reply.json();
    assert_eq!(document["object"], "chat.completion");
    assert_eq!(document["model"], "llama");
    assert!(document["id"].as_str().unwrap().starts_with("chatcmpl-"));
    assert!(document["created"].as_i64().unwrap() > 1_700_000_000);
    let choices = document["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 1);
    assert_eq!((&choices[0]["index"], &choices[0]["finish_reason"]), (&json!(0), &json!("length")));
    assert_eq!(choices[0]["message"]["role"], "assistant");
    assert!(!choices[0]["message"]["content"].as_str().unwrap().is_empty());
    let usage = &document["usage"];
    assert_eq!(usage["completion_tokens"], 8);
    let prompt = usage["prompt_tokens"].as_u64().unwrap();
    assert!(prompt > 4, "{usage}");
    assert_eq!(usage["total_tokens"], prompt + 8);
    let stages = reply.stages();
    let names: Vec<&String> = stages.as_object().unwrap().keys().collect();
    assert_eq!(names, ["queue", "batch", "prefill", "decode"]);
}

#[tokio::test]
async fn a_stream_has_a_role_deltas_a_reason_usage_and_an_end_and_the_same_text() {
    let server = server().await;
    let whole = server.post(CHAT, &hello()).await.expect(200).json();
    let options = json!({"stream": true, "stream_options": {"include_usage": true}});
    let mut events = server.stream(CHAT, &with(&hello(), &options)).await;
    assert_eq!(events.status, 200);
    assert!(events.headers["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let (text, finish, chunks) = put_together(&events.remaining().await);
    assert_eq!(json!(text), whole["choices"][0]["message"]["content"]);
    assert_eq!(finish, "length");
    let first = &chunks[0]["choices"][0];
    assert_eq!(first["delta"], json!({"role": "assistant", "content": ""}));
    let (usage, deltas) = chunks.split_last().unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"], whole["usage"]);
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((&chunk["id"], &chunk["model"]), (&chunks[0]["id"], &json!("llama")));
    }
    assert!(deltas.iter().all(|chunk| chunk["usage"].is_null() && chunk.get("usage").is_some()));
    let last = &deltas.last().unwrap()["choices"][0];
    assert_eq!((&last["delta"], &last["finish_reason"]), (&json!({}), &json!("length")));
    // without options no chunk speaks of usage
    let mut events = server.stream(CHAT, &with(&hello(), &json!({"stream": true}))).await;
    let (again, _, chunks) = put_together(&events.remaining().await);
    assert_eq!(again, text);
    assert!(
        chunks.iter().all(|chunk| chunk.get("usage").is_none() && chunk["choices"] != json!([]))
    );
}

#[tokio::test]
async fn completions_take_texts_tokens_and_lists_of_either() {
    let server = server().await;
    let base = json!({"temperature": 0, "max_tokens": 5, "ignore_eos": true});
    let one = async |prompt: Value| {
        let asked = with(&base, &json!({"prompt": prompt}));
        server.post(COMPLETIONS, &asked).await.expect(200).json()
    };
    let hello = one(json!("hello how are you")).await;
    assert_eq!(hello["object"], "text_completion");
    assert!(hello["id"].as_str().unwrap().starts_with("cmpl-"));
    let night = one(json!("night")).await;
    let both = one(json!(["hello how are you", "night"])).await;
    let text = |document: &Value, index: usize| document["choices"][index]["text"].clone();
    assert_eq!((text(&both, 0), text(&both, 1)), (text(&hello, 0), text(&night, 0)));
    assert_eq!(
        (&both["choices"][0]["index"], &both["choices"][1]["index"]),
        (&json!(0), &json!(1))
    );
    let sum = |name: &str| {
        hello["usage"][name].as_u64().unwrap() + night["usage"][name].as_u64().unwrap()
    };
    assert_eq!(both["usage"]["prompt_tokens"], sum("prompt_tokens"));
    assert_eq!(both["usage"]["completion_tokens"], 10);
    let ids = one(json!([5, 6, 7])).await;
    assert_eq!(ids["usage"]["prompt_tokens"], 3);
    let lists = one(json!([[5, 6, 7], [8]])).await;
    assert_eq!(text(&lists, 0), text(&ids, 0));
    let mut events =
        server.stream(COMPLETIONS, &with(&base, &json!({"prompt": "night", "stream": true}))).await;
    let (streamed, finish, chunks) = put_together(&events.remaining().await);
    assert_eq!((json!(streamed), finish.as_str()), (text(&night, 0), "length"));
    assert_eq!(chunks[0]["object"], "text_completion");
    // 16 tokens where nothing is said, as OpenAI's API has it
    let asked = json!({"prompt": "night", "ignore_eos": true});
    let document = server.post(COMPLETIONS, &asked).await.expect(200).json();
    assert_eq!(document["usage"]["completion_tokens"], 16);
}

#[tokio::test]
async fn parts_of_text_are_one_message_and_what_clients_send_back_is_taken() {
    let server = server().await;
    let content = |content: Value| {
        with(&hello(), &json!({"messages": [{"role": "user", "content": content}]}))
    };
    let parts = json!([{"type": "text", "text": "hello"}, {"type": "text", "text": "you"}]);
    let parts = server.post(CHAT, &content(parts)).await.expect(200).json();
    let plain = server.post(CHAT, &content(json!("hello\nyou"))).await.expect(200).json();
    assert_eq!(parts["choices"], plain["choices"]);
    let messages = json!([
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi", "refusal": null, "tool_calls": []},
        {"role": "user", "content": "you"},
    ]);
    server.post(CHAT, &with(&hello(), &json!({"messages": messages}))).await.expect(200);
}

#[tokio::test]
async fn a_seed_repeats_an_answer_and_without_one_answers_differ() {
    let server = server().await;
    let sampled = with(&hello(), &json!({"temperature": 1, "max_tokens": 24, "top_k": 0}));
    let answer = async |fields: Value| {
        let document = server.post(CHAT, &with(&sampled, &fields)).await.expect(200).json();
        document["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
    };
    let seeded = answer(json!({"seed": 5})).await;
    assert_eq!(answer(json!({"seed": 5})).await, seeded);
    assert_ne!(answer(json!({"seed": 6})).await, seeded);
    assert_ne!(answer(json!({})).await, answer(json!({})).await);
    // one of the likeliest token is greedy, whatever the seed
    let greedy = server.post(CHAT, &with(&hello(), &json!({"max_tokens": 24}))).await.json();
    let greedy = greedy["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    for fields in [json!({"top_k": 1}), json!({"min_p": 1}), json!({"top_p": 1e-9})] {
        assert_eq!(answer(fields.clone()).await, greedy, "{fields}");
    }
}

#[tokio::test]
async fn a_stop_text_ends_an_answer_and_is_no_part_of_it() {
    let server = server().await;
    let long = with(&hello(), &json!({"max_tokens": 40}));
    let whole = server.post(CHAT, &long).await.json();
    let whole = whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    let middle: String = whole.chars().skip(whole.chars().count() / 2).take(3).collect();
    let expected = &whole[..whole.find(&middle).unwrap()];
    for stop in [json!(middle), json!(["never said", middle])] {
        let asked = with(&long, &json!({"stop": stop}));
        let choice = server.post(CHAT, &asked).await.expect(200).json()["choices"][0].clone();
        assert_eq!(choice["message"]["content"], expected);
        assert_eq!(choice["finish_reason"], "stop");
        let mut events = server.stream(CHAT, &with(&asked, &json!({"stream": true}))).await;
        let (text, finish, _) = put_together(&events.remaining().await);
        assert_eq!((text.as_str(), finish.as_str()), (expected, "stop"));
    }
}

#[tokio::test]
async fn what_is_not_followed_is_refused_by_name() {
    let server = server().await;
    let refused = async |path: &str, base: &Value, fields: Value| {
        let reply = server.post(path, &with(base, &fields)).await.expect(400);
        reply.error().0
    };
    for (fields, param) in [
        (json!({"n": 2}), "n"),
        (json!({"tools": [{"type": "function"}]}), "tools"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"logprobs": true}), "logprobs"),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (json!({"min_tokens": 3}), "min_tokens"),
        (json!({"frequency_penalty": 0.5}), "frequency_penalty"),
        (json!({"logit_bias": {"5": 1}}), "logit_bias"),
        (json!({"response_format": {"type": "json_object"}}), "response_format"),
        (json!({"modalities": ["text", "audio"]}), "modalities"),
        (json!({"flavour": "sweet"}), "flavour"),
        (
            json!({"chat_template_kwargs": {"add_generation_prompt": false}}),
            "chat_template_kwargs.add_generation_prompt",
        ),
        (json!({"chat_template_kwargs": {"tools": []}}), "chat_template_kwargs.tools"),
        (json!({"prompt": "a"}), "prompt"),
        (json!({"temperature": -1}), "temperature"),
        (json!({"temperature": 2.1}), "temperature"),
        (json!({"temperature": "hot"}), "temperature"),
        (json!({"top_p": 0}), "top_p"),
        (json!({"top_k": -2}), "top_k"),
        (json!({"top_k": 1.5}), "top_k"),
        (json!({"min_p": 1.5}), "min_p"),
        (json!({"seed": -1}), "seed"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (json!({"max_completion_tokens": 9}), "max_completion_tokens"),
        (json!({"stop": ""}), "stop"),
        (json!({"stop": [1]}), "stop"),
        (json!({"stop": vec!["a"; 17]}), "stop"),
        (json!({"stream_options": {"include_usage": true}}), "stream_options"),
        (json!({"stream": true, "stream_options": {"x": 1}}), "stream_options.x"),
        (json!({"stream": "yes"}), "stream"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": null}), "messages"),
        (json!({"messages": "hello"}), "messages"),
        (json!({"messages": [{"content": "a"}]}), "messages[0].role"),
        (json!({"messages": [{"role": "user"}]}), "messages[0].content"),
        (json!({"messages": [{"role": "user", "content": 5}]}), "messages[0].content"),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            "messages[0].content[0].type",
        ),
        (
            json!({"messages": [{"role": "assistant", "content": "", "tool_calls": [1]}]}),
            "messages[0].tool_calls",
        ),
    ] {
        let found = refused(CHAT, &hello(), fields.clone()).await;
        assert_eq!(found.as_deref(), Some(param), "{fields}");
    }
    let base = json!({"prompt": "a", "max_tokens": 1});
    for (fields, param) in [
        (json!({"prompt": []}), "prompt"),
        (json!({"prompt": null}), "prompt"),
        (json!({"prompt": {"a": 1}}), "prompt"),
        (json!({"prompt": [1, "a"]}), "prompt[0]"),
        (json!({"prompt": [[1], [-1]]}), "prompt[1][0]"),
        (json!({"prompt": [5, 100_000]}), "prompt"),
        (json!({"prompt": vec!["a"; 65]}), "prompt"),
        (json!({"echo": true}), "echo"),
        (json!({"suffix": "b"}), "suffix"),
        (json!({"best_of": 2}), "best_of"),
        (json!({"logprobs": 0}), "logprobs"),
        (json!({"messages": []}), "messages"),
        (json!({"max_completion_tokens": 9}), "max_completion_tokens"),
    ] {
        let found = refused(COMPLETIONS, &base, fields.clone()).await;
        assert_eq!(found.as_deref(), Some(param), "{fields}");
    }
    let asked = json!({"model": "llama", "prompt": "a"});
    let reply = server.post("/v1/images/generations", &asked).await;
    assert_eq!(reply.expect(400).error().0.as_deref(), Some("model"));
    let reply = server.post(CHAT, &with(&hello(), &json!({"model": "none"}))).await.expect(404);
    assert_eq!(reply.error().1.as_deref(), Some("model_not_found"));
}

#[tokio::test]
async fn values_that_ask_for_nothing_are_taken() {
    let server = server().await;
    let nothing = json!({
        "n": 1, "tools": [], "tool_choice": "none", "logprobs": false, "top_logprobs": 0,
        "min_tokens": 0, "frequency_penalty": 0.0, "presence_penalty": 0, "repetition_penalty": 1.0,
        "logit_bias": {}, "response_format": {"type": "text"}, "modalities": ["text"], "user": "me",
        "stop": null, "stream": false, "top_k": -1, "min_p": 0, "parallel_tool_calls": true,
        "max_completion_tokens": 8,
    });
    let plain = server.post(CHAT, &hello()).await.expect(200).json();
    let with_nothing = server.post(CHAT, &with(&hello(), &nothing)).await.expect(200).json();
    assert_eq!(with_nothing["choices"], plain["choices"]);
    let asked = json!({"prompt": "a", "max_tokens": 1, "n": 1, "best_of": 1, "echo": false,
                       "suffix": null, "logprobs": null, "repetition_penalty": 1.0});
    server.post(COMPLETIONS, &asked).await.expect(200);
}

#[tokio::test]
async fn lengths_beyond_the_context_are_refused_with_their_numbers() {
    let server = server().await;
    let long = "hello ".repeat(600);
    let messages = json!({"messages": [{"role": "user", "content": long}], "max_tokens": null});
    for (path, asked, param) in [
        (CHAT, with(&hello(), &messages), "messages"),
        (COMPLETIONS, json!({"prompt": long}), "prompt"),
    ] {
        let reply = server.post(path, &asked).await.expect(400);
        let (found, code) = reply.error();
        assert_eq!(found.as_deref(), Some(param));
        assert_eq!(code.as_deref(), Some("context_length_exceeded"));
        assert!(reply.text().contains("512"), "{}", reply.text());
    }
    for name in ["max_tokens", "max_completion_tokens"] {
        let asked = with(&hello(), &json!({"max_tokens": null, name: 512}));
        let reply = server.post(CHAT, &asked).await.expect(400);
        assert_eq!(reply.error().0.as_deref(), Some(name));
        assert!(reply.text().contains("of 512"), "{}", reply.text());
    }
    // a chat may fill what is left, and a completion gets no more than that
    let rest = with(&hello(), &json!({"max_tokens": null}));
    let usage = server.post(CHAT, &rest).await.expect(200).json()["usage"].clone();
    assert_eq!(usage["total_tokens"], 512);
    let nearly: Vec<u32> = vec![5; 509];
    let asked = json!({"prompt": nearly, "ignore_eos": true});
    let document = server.post(COMPLETIONS, &asked).await.expect(200).json();
    assert_eq!(document["usage"]["completion_tokens"], 3);
}
