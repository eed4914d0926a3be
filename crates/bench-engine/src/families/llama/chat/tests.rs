use serde_json::json;

use super::*;

fn template(source: &str) -> ChatTemplate {
    let tokens = json!({"bos_token": "<s>", "eos_token": "</s>"});
    let Value::Object(tokens) = tokens else { unreachable!("an object") };
    ChatTemplate::new(source, tokens, "template".to_owned()).expect("a sound template")
}

fn chat() -> Chat {
    let messages = [json!({"role": "user", "content": "hello how are you"})];
    Chat { messages: messages.to_vec(), ..Chat::default() }
}

#[test]
fn a_conversation_is_written_out_as_transformers_does() {
    let folder =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/tiny-llama/llama/checkpoint");
    let template = ChatTemplate::read(Path::new(folder)).expect("sound").expect("a template");
    let expected = "<s><|user|>hello how are you<|assistant|>";
    assert_eq!(template.render(&chat()).expect("it fits"), expected);
    let open = Chat { generation_prompt: GenerationPrompt::Left, ..chat() };
    assert_eq!(template.render(&open).expect("it fits"), "<s><|user|>hello how are you");
}

#[test]
fn pythons_methods_trimmed_blocks_and_plain_json_are_known() {
    let source = "{% for m in messages %}\n  {% if m.role.startswith('us') %}\n\
                  {{ m['content'].strip().split(' ')[0] | trim }}|\n  {% endif %}\n{% endfor %}\
                  {{ {'a': [1, 'ü<'], 'b': none} | tojson }}{{ eos_token }}";
    let expected = "hello|\n{\"a\": [1, \"ü<\"], \"b\": null}</s>";
    assert_eq!(template(source).render(&chat()).expect("it fits"), expected);
}

#[test]
fn loops_may_be_left_and_marks_of_training_are_passed_over() {
    let source = "{%- for i in [1, 2, 3] %}{%- if i == 2 %}{%- break %}{%- endif %}{{ i }}\
                  {%- endfor %} {%- generation %} x {%- endgeneration -%} y";
    assert_eq!(template(source).render(&chat()).expect("it fits"), "1 xy");
}

#[test]
fn what_a_template_says_against_a_conversation_is_the_error() {
    let source = "{{ raise_exception('roles must alternate') }}";
    let error = template(source).render(&chat()).expect_err("it says so").to_string();
    assert!(error.contains("roles must alternate"), "{error}");
    let broken = ChatTemplate::new("{% for %}", Map::new(), "file.jinja".to_owned());
    assert!(broken.expect_err("malformed").to_string().contains("file.jinja"));
}

#[test]
fn json_has_the_form_that_its_arguments_ask_for() {
    let value = "{'b': [1, 2.0, 1e16], 'a': {'ü': []}}";
    for (arguments, expected) in [
        ("", r#"{"b": [1, 2.0, 1e+16], "a": {"ü": []}}"#),
        ("separators=(',', ':')", r#"{"b":[1,2.0,1e+16],"a":{"ü":[]}}"#),
        ("sort_keys=true", r#"{"a": {"ü": []}, "b": [1, 2.0, 1e+16]}"#),
        ("ensure_ascii=true, indent=none", r#"{"b": [1, 2.0, 1e+16], "a": {"\u00fc": []}}"#),
        (
            "indent=1, sort_keys=true",
            "{\n \"a\": {\n  \"ü\": []\n },\n \"b\": [\n  1,\n  2.0,\n  1e+16\n ]\n}",
        ),
        (
            "indent='\\t', separators=['; ', '=']",
            "{\n\t\"b\"=[\n\t\t1; \n\t\t2.0; \n\t\t1e+16\n\t]; \n\t\"a\"={\n\t\t\"ü\"=[]\n\t}\n}",
        ),
    ] {
        let source = format!("{{{{ {value} | tojson({arguments}) }}}}");
        assert_eq!(template(&source).render(&chat()).expect("it fits"), expected, "{arguments}");
    }
    for wrong in ["separators=',:'", "indent=[1]", "colour=1"] {
        let source = format!("{{{{ {value} | tojson({wrong}) }}}}");
        assert!(template(&source).render(&chat()).is_err(), "{wrong}");
    }
}

#[test]
fn a_template_may_write_the_day() {
    let now: Zoned = "2026-03-05T07:08:09+01:00[+01:00]".parse().expect("a time");
    let render = |format: &str| {
        let source = format!("{{{{ strftime_now('{format}') }}}}");
        template(&source).render_at(&chat(), now.clone())
    };
    assert_eq!(render("%d %b %Y").expect("it fits"), "05 Mar 2026");
    let long = render("%Y-%m-%d %H:%M, %A %-d %B").expect("it fits");
    assert_eq!(long, "2026-03-05 07:08, Thursday 5 March");
    assert!(render("%!").expect_err("no directive").to_string().contains("strftime_now"));
    let source = "{% if strftime_now is defined %}{{ strftime_now('%Y') | length }}{% endif %}";
    assert_eq!(template(source).render(&chat()).expect("it fits"), "4");
}

fn read(files: &[(&str, &str)]) -> Result<Option<ChatTemplate>> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    ChatTemplate::read(folder.path())
}

#[test]
fn conversations_with_tools_have_the_template_for_tools_where_there_is_one() {
    let with_tools = Chat { tools: json!([{"type": "function"}]), ..chat() };
    let rendered = |files: &[(&str, &str)]| {
        let template = read(files).expect("sound").expect("a template");
        [&chat(), &with_tools].map(|chat| template.render(chat).expect("it fits"))
    };
    let of = |template: Value| json!({ "chat_template": template }).to_string();
    let list = of(json!([{"name": "default", "template": "d"},
                         {"name": "tool_use", "template": "t"}]));
    assert_eq!(rendered(&[("tokenizer_config.json", &list)]), ["d", "t"]);
    let object = of(json!({"default": "d", "tool_use": "t"}));
    assert_eq!(rendered(&[("tokenizer_config.json", &object)]), ["d", "t"]);
    let alone = of(json!([{"name": "default", "template": "d"}]));
    assert_eq!(rendered(&[("tokenizer_config.json", &alone)]), ["d", "d"]);
    // files of their own come before the config
    let files = [
        ("tokenizer_config.json", list.as_str()),
        ("chat_template.jinja", "D"),
        ("additional_chat_templates/tool_use.jinja", "T"),
    ];
    assert_eq!(rendered(&files), ["D", "T"]);
    assert_eq!(rendered(&files[..2]), ["D", "D"]);
    let broken = of(json!({"default": "d", "tool_use": "{% for %}"}));
    assert!(read(&[("tokenizer_config.json", &broken)]).is_err());
}

#[test]
fn of_several_templates_the_default_one_is_read() {
    let read = |config: &Value| read(&[("tokenizer_config.json", &config.to_string())]);
    let several = json!({
        "bos_token": {"content": "<b>"},
        "chat_template": [{"name": "tool_use", "template": "t"},
                          {"name": "default", "template": "{{ bos_token }}d"}]
    });
    let template = read(&several).expect("sound").expect("a template");
    assert_eq!(template.render(&chat()).expect("it fits"), "<b>d");
    assert!(read(&json!({})).expect("sound").is_none());
    assert!(read(&json!({"chat_template": [{"name": "rag", "template": ""}]})).is_err());
}

#[test]
fn templates_as_published_ones_write_what_transformers_writes() {
    let cases: Value = serde_json::from_str(include_str!(
        "../../../../../../tests/fixtures/chat-templates/cases.json"
    ))
    .expect("JSON");
    let all = cases["cases"].as_array().expect("cases");
    assert_eq!(all.len(), 48);
    for case in all {
        let name = |key: &str| case[key].as_str().expect("a name").to_owned();
        let source = cases["templates"][name("template")].as_str().expect("a template");
        let given = &cases["chats"][name("chat")];
        let mut variables = case["more"].as_object().expect("variables").clone();
        let is_added = variables.remove("add_generation_prompt") == Some(true.into());
        let chat = Chat {
            messages: given["messages"].as_array().expect("messages").clone(),
            tools: given["tools"].clone(),
            generation_prompt: match is_added {
                true => GenerationPrompt::Added,
                false => GenerationPrompt::Left,
            },
            variables,
        };
        let found = template(source).render(&chat);
        match case["text"].as_str() {
            Some(text) => assert_eq!(found.expect("it fits"), text, "{case}"),
            None => assert!(found.is_err(), "{case}"),
        }
    }
}

#[test]
fn each_thing_that_templates_may_use_is_written_as_transformers_writes_it() {
    let given: Value = serde_json::from_str(include_str!(
        "../../../../../../tests/fixtures/chat-templates/expressions.json"
    ))
    .expect("JSON");
    let messages = given["messages"].as_array().expect("messages").clone();
    let chat = Chat { messages, generation_prompt: GenerationPrompt::Left, ..Chat::default() };
    let tokens = json!({"bos_token": "<s>", "eos_token": "</s>"});
    let render = |source: &str| {
        let tokens = tokens.as_object().expect("an object").clone();
        ChatTemplate::new(source, tokens, "template".to_owned())?.render(&chat)
    };
    let mut others = Vec::new();
    for case in given["cases"].as_array().expect("cases") {
        let found = render(case["source"].as_str().expect("a template"));
        let text = case["text"].as_str().filter(|_| case["refused"].is_null());
        let is_same = match (&found, text) {
            (Ok(found), Some(text)) => found == text,
            (found, text) => found.is_err() && text.is_none(),
        };
        if !is_same {
            others.push(format!(
                "{}\n  ours {found:?}\n  theirs {} {}",
                case["source"], case["text"], case["error"]
            ));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}
