//! Tests of what names of files say.

use super::*;

fn read(file: &str) -> String {
    let name = FileName::of(file);
    let settings = name.settings.iter().map(|(name, value)| format!("{name}={value}"));
    let test = name.test().map(|test| format!("test={test}"));
    settings.chain(test).collect::<Vec<_>>().join(",")
}

#[test]
fn names_of_suites_are_read_whole() {
    for (file, expected) in [
        ("serving_llama8B_tp1_sharegpt_qps_4_0.json", "tp=1,dataset=sharegpt,rate=4,test=llama8B"),
        (
            "r/serving_llama8B_tp1_random_8192_128_qps_inf_concurrency_200.json",
            "tp=1,dataset=random,in=8192,out=128,rate=inf,concurrency=200,test=llama8B",
        ),
        (
            "serving_llama4_scout_tp4_random_in5k_out1k.json",
            "tp=4,dataset=random,in=5k,out=1k,test=llama4_scout",
        ),
        (
            "serving_qwen1.7B_tp1_random_128_128.json",
            "tp=1,dataset=random,in=128,out=128,test=qwen1.7B",
        ),
        ("latency_llama8B_tp2.json", "tp=2,test=llama8B"),
        (
            "serving_llama8B_int4_tp1_random_128_128_qps_1.json",
            "precision=int4,tp=1,dataset=random,in=128,out=128,rate=1,test=llama8B",
        ),
    ] {
        assert_eq!(read(file), expected, "{file}");
    }
}

#[test]
fn the_number_of_a_run_is_no_part_of_the_workload() {
    let first = FileName::of("serving_llama8B_tp1_random_128_128_0.json");
    assert_eq!(first, FileName::of("serving_llama8B_tp1_random_128_128_11.json"));
    assert_ne!(first, FileName::of("serving_llama8B_tp1_random_128_256_0.json"));
    for file in ["run0.json", "run-3.json", "run=12.json", "trial_2.json", "seed42.json", "3.json"]
    {
        assert_eq!(read(file), "", "{file}");
        assert_eq!(FileName::of(file).rest, [""; 0], "{file}");
    }
}

#[test]
fn dates_are_no_part_of_the_workload() {
    for file in [
        "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-20260820-101500.json",
        "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-2026-08-21.json",
        "vllm-infqps-concurrency32-Llama-3.1-8B-Instruct-20260820T101500Z.json",
    ] {
        let name = FileName::of(file);
        assert_eq!(read(file), "rate=inf,concurrency=32");
        assert_eq!(name.rest, ["vllm", "Llama", "3.1", "8B", "Instruct"]);
    }
}

#[test]
fn other_names_state_settings_too() {
    assert_eq!(read("llama-sharegpt-fp8-tp-4.json"), "dataset=sharegpt,precision=fp8,tp=4");
    assert_eq!(read("random-mm_isl_1024_osl128.json"), "dataset=random-mm,in=1024,out=128");
    assert_eq!(read("eagle.json"), "");
}
