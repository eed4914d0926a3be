use std::path::PathBuf;

use regex::Regex;
use serde_json::{Value, json};

use super::{
    super::settings::{PromptsPerConcurrency, Remote, Target},
    *,
};

fn machine(units: u64) -> Machine {
    Machine { units, unit: "GPU", ..Machine::default() }
}

fn plan_of(kind: SuiteKind, tests: &Value, settings: &Settings, machine: &Machine) -> Plan {
    let mut plan = Plan::default();
    for test in file::parse("f.json", kind, &tests.to_string()).tests {
        plan.add(test, settings, machine, &PathBuf::from("results"));
    }
    plan
}

fn llama() -> Value {
    json!([{
        "test_name": "serving_llama8B_tp2_random", "qps_list": [1, "inf"], "max_concurrency_list": [12, 200],
        "server_environment_variables": {"VLLM_CPU_KVCACHE_SPACE": 40},
        "server_parameters": {"model": "m/L", "tensor_parallel_size": 2, "disable_log_stats": "",
                              "max-model-len": 2048},
        "client_parameters": {"model": "m/L", "backend": "vllm", "ignore-eos": "", "num_prompts": 200},
    }])
}

fn serving(point: &Point) -> (&str, &str) {
    match &point.script_commands {
        ScriptCommands::Serving { server_command, client_command } => {
            (server_command, client_command)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn points_are_every_rate_at_every_concurrency_named_as_by_vllms_script() {
    let plan = plan_of(SuiteKind::Serving, &llama(), &Settings::default(), &machine(2));
    let points = &plan.tests[0].points;
    assert_eq!(
        points.iter().map(|point| point.result.as_str()).collect::<Vec<_>>(),
        [
            "serving_llama8B_tp2_random_qps_1_concurrency_12",
            "serving_llama8B_tp2_random_qps_1_concurrency_200",
            "serving_llama8B_tp2_random_qps_inf_concurrency_12",
            "serving_llama8B_tp2_random_qps_inf_concurrency_200",
        ]
    );
    assert_eq!(
        serving(&points[2]),
        (
            "VLLM_CPU_KVCACHE_SPACE=40 vllm serve m/L --tensor-parallel-size 2 --disable-log-stats \
         --max-model-len 2048",
            "vllm bench serve --save-result --result-dir results/ --result-filename \
         serving_llama8B_tp2_random_qps_inf_concurrency_12.json --request-rate inf --max-concurrency 12 \
         --metadata tensor_parallel_size=2 compilation_config.mode= optimization_level= \
         --model m/L --backend vllm --ignore-eos --num-prompts 200",
        )
    );
}

#[test]
fn prompts_per_concurrency_take_the_place_of_a_files_prompts() {
    let prompts = Some(PromptsPerConcurrency { each: 5, min: 100, max: 500 });
    let settings = Settings { prompts, ..Settings::default() };
    let plan = plan_of(SuiteKind::Serving, &llama(), &settings, &machine(2));
    let counts =
        plan.tests[0].points.iter().map(|point| point.load.clone().and_then(|l| l.num_prompts));
    assert_eq!(counts.collect::<Vec<_>>(), [Some(100), Some(500), Some(100), Some(500)]);
    let (_, client) = serving(&plan.tests[0].points[0]);
    assert!(client.contains("--max-concurrency 12 --num-prompts 100 --metadata"), "{client}");
    assert!(client.ends_with("--ignore-eos"), "{client}");
}

#[test]
fn a_remote_server_needs_no_gpu_and_is_named_in_the_commands() {
    let remote = Some(Remote { host: "10.0.0.7".to_owned(), port: Some(9000) });
    let settings = Settings { remote, ..Settings::default() };
    let plan = plan_of(SuiteKind::Serving, &llama(), &settings, &machine(0));
    let (server, client) = serving(&plan.tests[0].points[0]);
    assert_eq!(server, "Using Remote Server 10.0.0.7 9000");
    assert!(client.ends_with("--host=10.0.0.7 --port=9000"), "{client}");
    let latency = json!([{"test_name": "latency_a", "parameters": {"model": "m"}}]);
    let plan = plan_of(SuiteKind::Latency, &latency, &settings, &machine(8));
    assert!(plan.skipped[0].reason.contains("start an engine on this machine"));
}

#[test]
fn tests_that_do_not_run_say_why() {
    let remote_less = Settings::default();
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        settings
    };
    let cases: [(Settings, u64, &str); 6] = [
        (remote_less.clone(), 1, "needs 2 GPUs, this machine has 1 GPU"),
        (
            remote_less,
            0,
            "needs 2 GPUs, this machine has 0 GPUs; ON_CPU=1 runs suites for processors, REMOTE_HOST those of a server",
        ),
        (with(|s| s.target = Target::Processors), 1, "needs 2 NUMA nodes, this machine has 1 GPU"),
        (
            with(|s| s.selector = Regex::new("^serving_q").ok()),
            2,
            "TEST_SELECTOR \"^serving_q\" does not match its name",
        ),
        (with(|s| s.model = Some("x".to_owned())), 2, "its model is m/L, MODEL_FILTER is x"),
        (
            with(|s| s.dtype = Some("bfloat16".to_owned())),
            2,
            "its dtype is not given, DTYPE_FILTER is bfloat16",
        ),
    ];
    for (settings, units, expected) in cases {
        let plan = plan_of(SuiteKind::Serving, &llama(), &settings, &machine(units));
        assert_eq!((plan.tests.len(), plan.skipped[0].reason.as_str()), (0, expected));
    }
}

#[test]
fn a_client_that_asks_for_another_model_is_skipped() {
    let mut tests = llama();
    tests[0]["client_parameters"]["model"] = json!("m/M");
    let plan = plan_of(SuiteKind::Serving, &tests, &Settings::default(), &machine(2));
    assert_eq!(
        plan.skipped[0].reason,
        "its server's model is m/L, its client's m/M; they must be the same"
    );
}

#[test]
fn a_test_without_a_server_is_one_command() {
    let tests = json!([{"test_name": "throughput_a", "environment_variables": {"A": "1"},
        "parameters": {"model": "m", "dataset": "./s.json", "num_prompts": 200}}]);
    let plan = plan_of(SuiteKind::Throughput, &tests, &Settings::default(), &machine(1));
    let expected = "A=1 vllm bench throughput --output-json results/throughput_a.json --model m \
                    --dataset ./s.json --num-prompts 200";
    assert_eq!(
        plan.tests[0].points,
        [Point {
            result: "throughput_a".to_owned(),
            load: None,
            script_commands: ScriptCommands::offline(SuiteKind::Throughput, expected.to_owned()),
        }]
    );
}

#[test]
fn files_are_those_that_variables_name_or_the_default_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["serving-tests-cpu.json", "latency-tests.json", "mine.json"] {
        std::fs::write(folder.path().join(name), "[]").expect("a file");
    }
    let mut settings = Settings::default();
    settings.files.insert(SuiteKind::Throughput, "mine.json".to_owned());
    let (chosen, notes) = choose(folder.path(), &settings, "-cpu", &SuiteKind::ALL).expect("files");
    let names: Vec<_> =
        chosen.iter().map(|c| c.path.file_name().expect("a name").to_owned()).collect();
    assert_eq!(names, ["serving-tests-cpu.json", "mine.json"]);
    assert_eq!(notes.len(), 2);
    assert!(notes[0].ends_with(
        "latency-tests-cpu.json is not there; latency-tests.json is for GPUs: unset ON_CPU"
    ));
    let error =
        choose(folder.path(), &Settings::default(), "-hpu", &SuiteKind::ALL).expect_err("none");
    assert!(error.to_string().contains("holds no suite that runs here"), "{error}");
}

#[test]
fn filters_that_leave_nothing_say_what_there_was() {
    let tests = file::parse("f.json", SuiteKind::Serving, &llama().to_string()).tests;
    let unmatched = |settings: &Settings| filters::unmatched(&tests, settings);
    assert_eq!(unmatched(&Settings::default()), None);
    let selector = Some(Regex::new("qwen").expect("sound"));
    let of_name = Settings { selector, ..Settings::default() };
    let said = unmatched(&of_name).expect("nothing is left");
    assert!(
        said.starts_with("TEST_SELECTOR \"qwen\" leaves no test; their names are serving_"),
        "{said}"
    );
    let of_model = Settings { model: Some("m/X".to_owned()), ..Settings::default() };
    let said = unmatched(&of_model).expect("nothing is left");
    assert_eq!(said, "MODEL_FILTER m/X leaves no test; their models are m/L");
    let of_dtype = Settings { dtype: Some("fp4".to_owned()), ..Settings::default() };
    let said = unmatched(&of_dtype).expect("nothing is left");
    assert!(said.starts_with("DTYPE_FILTER fp4 leaves no test; their dtypes are "), "{said}");
}
