use serde_json::json;

use super::*;

fn serving(value: &Value) -> SuiteFile {
    parse("s.json", SuiteKind::Serving, &value.to_string())
}

fn words(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn defaults_fill_in_what_a_test_lacks_and_a_test_takes_precedence() {
    let read = serving(&json!({
        "defaults": {
            "qps_list": ["inf"], "max_concurrency_list": [12, 16],
            "server_environment_variables": {"A": 1},
            "server_parameters": {"model": "m", "tensor_parallel_size": 1},
            "client_parameters": {"model": "m", "num_prompts": 200},
        },
        "tests": [
            {"test_name": "serving_a"},
            {"test_name": "serving_b", "qps_list": [1, 0.5, "inf"], "max_concurrency_list": null,
             "server_parameters": {"tensor_parallel_size": 2},
             "client_parameters": {"dataset_name": "random"}},
        ],
    }));
    assert_eq!(words(&read.faults), [""; 0]);
    let [a, b] = &read.tests[..] else { panic!("two tests") };
    assert_eq!(
        (a.concurrencies.as_slice(), a.engine.as_flags().as_str()),
        (&[12, 16][..], "--model m --tensor-parallel-size 1")
    );
    assert_eq!(b.engine.as_flags(), "--model m --tensor-parallel-size 2");
    assert_eq!(b.client.as_flags(), "--model m --num-prompts 200 --dataset-name random");
    assert_eq!(b.rates.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "0.5", "inf"]);
    assert_eq!(
        (b.concurrencies.as_slice(), b.variables.as_variables().as_str()),
        (&[12, 16][..], "A=1")
    );
}

#[test]
fn without_a_list_as_many_run_at_once_as_there_are_prompts() {
    let test = |client: Value| {
        json!([{"test_name": "serving_a", "qps_list": [1],
        "server_parameters": {"model": "m"}, "client_parameters": client}])
    };
    for (client, expected) in
        [(json!({"num_prompts": 200}), 200), (json!({"num-prompts": "50"}), 50), (json!({}), 1000)]
    {
        assert_eq!(serving(&test(client)).tests[0].concurrencies, [expected]);
    }
    let read = serving(&test(json!({"num_prompts": "many"})));
    assert_eq!(
        words(&read.faults),
        ["s.json: serving_a: client_parameters.num_prompts is no whole number above 0"]
    );
}

#[test]
fn a_file_that_is_no_json_is_named_with_its_line() {
    let read =
        parse("t/s.json", SuiteKind::Serving, "[\n  {\"test_name\": \"serving_a\"},\n  }\n]");
    assert_eq!(read.faults[0].line, Some(3));
    assert_eq!(
        words(&read.faults),
        [
            "t/s.json:3: column 3: not valid JSON: expected value; correct it, no test of this file runs"
        ]
    );
}

#[test]
fn what_cannot_be_used_of_a_file_is_named_and_the_rest_is_kept() {
    let good =
        json!({"test_name": "serving_good", "qps_list": [1], "server_parameters": {"model": "m"}});
    let mut again = good.clone();
    again["qps_list"] = json!([2]);
    let read = serving(&json!([
        good,
        again,
        7,
        {"qps_list": [1]},
        {"test_name": "throughput_x"},
        {"test_name": "serving_../x"},
        {"test_name": "serving_no_model", "qps_list": [1], "server_parameters": {}},
        {"test_name": "serving_no_rate", "server_parameters": {"model": "m"}},
        {"test_name": "serving_bad_rate", "qps_list": [0], "server_parameters": {"model": "m"}},
        {"test_name": "serving_list", "qps_list": [1], "server_parameters": []},
        {"test_name": "llama", "common_parameters": {"model": "m"}},
    ]));
    assert_eq!(
        read.tests.iter().map(|test| test.name.as_str()).collect::<Vec<_>>(),
        ["serving_good"]
    );
    assert_eq!(read.tests[0].rates[0].to_string(), "1");
    let said = words(&read.faults);
    for (said, expected) in said.iter().zip([
        "s.json: serving_good: a test of this name comes before it",
        "s.json: test 3: is no object",
        "s.json: test 4: test_name is missing",
        "s.json: throughput_x: test_name is \"throughput_x\", expected a name without / that starts with serving_",
        "s.json: serving_../x: test_name is",
        "s.json: serving_no_model: server_parameters.model is missing",
        "s.json: serving_no_rate: qps_list is missing; expected a list of numbers above 0",
        "s.json: serving_bad_rate: qps_list is [0], expected a list",
        "s.json: serving_list: server_parameters is [], expected an object",
        "s.json: llama: has common_parameters, which only suites have that vLLM no longer runs",
    ]) {
        assert!(said.starts_with(expected), "{said} is not {expected}");
    }
    assert_eq!(said.len(), 10);
}

#[test]
fn fields_that_nothing_reads_are_told() {
    let read = parse("l.json", SuiteKind::Latency, &json!([
        {"test_name": "latency_a", "parameters": {"model": "m"}, "description": "d", "qps_list": [1]},
    ]).to_string());
    assert_eq!(
        read.notes,
        [
            "l.json: latency_a: field qps_list is ignored; expected one of parameters, environment_variables"
        ]
    );
    assert_eq!((read.tests.len(), read.faults.len()), (1, 0));
}

#[test]
fn an_object_without_tests_is_no_suite() {
    for value in [json!({}), json!(3), json!({"tests": 3}), json!({"tests": [], "defaults": 3})] {
        assert_eq!(serving(&value).faults.len(), 1, "{value}");
    }
}

#[test]
fn what_a_file_says_without_effect_is_told() {
    let text = r#"{
        "suite": 1, "description": "d",
        "defaults": {"qps": [1], "server_parameters": {"model": "m", "max_model_len": 1, "max-model-len": 2}},
        "tests": [{"test_name": "serving_a", "qps_list": [1],
                   "client_parameters": {"model": "m", "num_prompts": 1, "num_prompts": 2}}]
    }"#;
    let read = parse("s.json", SuiteKind::Serving, text);
    assert_eq!(words(&read.faults), [""; 0]);
    assert_eq!(read.tests[0].client.count("num_prompts"), Some(2));
    let fields = "qps_list, max_concurrency_list, server_environment_variables, server_parameters, \
                  client_parameters";
    assert_eq!(
        read.notes,
        [
            "s.json: num_prompts stands twice in one object; the last one counts".to_owned(),
            "s.json: field suite is ignored; expected one of defaults, tests".to_owned(),
            format!("s.json: defaults: field qps is ignored; expected one of {fields}"),
            "s.json: defaults: server_parameters has max_model_len and max-model-len; the later one \
             counts"
                .to_owned(),
        ]
    );
    let offline = json!({"defaults": {"parameters": {"model": "m"}}, "tests": []});
    let read = parse("l.json", SuiteKind::Latency, &offline.to_string());
    assert_eq!(
        read.notes,
        [
            "l.json: tests is empty, so that nothing of this file runs",
            "l.json: defaults are ignored: only serving tests have them"
        ]
    );
    let empty = parse("e.json", SuiteKind::Latency, "\u{feff} \n");
    assert_eq!(words(&empty.faults), ["e.json: is empty; write its tests, or remove it"]);
}

#[test]
fn a_value_that_no_shell_takes_or_that_is_no_count_is_a_fault() {
    let read = serving(&json!([
        {"test_name": "serving_quote", "qps_list": [1],
         "server_parameters": {"model": "m", "speculative_config": "'{\"method\": 1}"}},
        {"test_name": "serving_count", "qps_list": [1],
         "server_parameters": {"model": "m", "tensor-parallel-size": "two"}},
        {"test_name": "serving_zero", "qps_list": [1], "server_parameters": {"model": "m", "tp": 0}},
        {"test_name": "serving_good", "qps_list": [1],
         "server_parameters": {"model": "m", "tensor_parallel_size": "2", "tp": null}},
    ]));
    assert_eq!(
        words(&read.faults),
        [
            "s.json: serving_quote: server_parameters.speculative_config is '{\"method\": 1}, which \
             has a quote ' without its end; close it",
            "s.json: serving_count: server_parameters.tensor_parallel_size is \"two\", expected a \
             whole number above 0",
            "s.json: serving_zero: server_parameters.tp is \"0\", expected a whole number above 0",
        ]
    );
    assert_eq!(read.tests.len(), 1);
}
