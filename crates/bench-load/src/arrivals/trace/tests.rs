//! Traces as their makers write them, and traces that somebody broke.

use super::*;
use crate::arrivals::{Arrivals, Plan, plan};

const MOONCAKE: &str = r#"{"timestamp": 0, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 2353, 2354]}
{"timestamp": 3052, "input_length": 512, "output_length": 26, "hash_ids": [46]}
{"timestamp": 3052.5, "input_length": 3, "output_length": 1}
"#;

const AZURE: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\r\n\
2023-11-16 18:15:46.6805900,374,44\r\n\
2023-11-16 18:15:50.9951690,396,109\r\n";

const AZURE_2024: &str = "TIMESTAMP,ContextTokens,GeneratedTokens\n\
2024-05-10 00:00:00.009930+00:00,2162,5\n\
2024-05-10 00:00:00.017335+00:00,2399,6\n";

const BURSTGPT: &str = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n\
5,ChatGPT,472,18,490,Conversation log\n\
45,ChatGPT,1087,230,1317,Conversation log\n\
118,GPT-4,417,0,417,\"Conversation log\"\n";

fn read(text: &str) -> Trace {
    let format = TraceFormat::detect(text).expect("a known format");
    Trace::read("trace", text, format).expect("a trace")
}

fn lengths(trace: &Trace) -> Vec<(u64, u32, u32)> {
    let of = |request: &PlannedRequest| {
        (request.at_ns, request.input_tokens.unwrap_or(0), request.output_tokens.unwrap_or(0))
    };
    trace.requests().iter().map(of).collect()
}

fn notes(trace: &Trace) -> Vec<String> {
    trace.notes().iter().map(Note::to_string).collect()
}

fn error(text: &str, format: TraceFormat) -> String {
    Trace::read("bad.txt", text, format).expect_err("a broken trace").to_string()
}

#[test]
fn each_format_is_found_by_its_first_line_and_read() {
    assert_eq!(
        lengths(&read(MOONCAKE)),
        [(0, 6955, 52), (3_052_000_000, 512, 26), (3_052_500_000, 3, 1)]
    );
    assert_eq!(read(MOONCAKE).requests()[1].hash_ids, [46]);
    assert_eq!(lengths(&read(AZURE)), [(0, 374, 44), (4_314_579_000, 396, 109)]);
    assert_eq!(lengths(&read(AZURE_2024)), [(0, 2162, 5), (7_405_000, 2399, 6)]);
    assert_eq!(
        lengths(&read(BURSTGPT)),
        [(0, 472, 18), (40_000_000_000, 1087, 230), (113_000_000_000, 417, 1)]
    );
    assert_eq!(TraceFormat::detect("a,b\n1,2\n"), None);
    assert_eq!(TraceFormat::detect(""), None);
}

#[test]
fn a_byte_order_mark_and_blank_lines_change_nothing() {
    assert_eq!(read(&format!("\u{feff}{AZURE}\r\n")), read(AZURE));
    assert_eq!(
        lengths(&read(&format!("\n{}", MOONCAKE.replace('\n', "\n\n")))),
        lengths(&read(MOONCAKE))
    );
}

#[test]
fn what_is_changed_of_a_trace_is_noted() {
    assert_eq!(
        notes(&read(BURSTGPT)),
        [
            "the first request is at 5 s; all are sent that much earlier",
            "0 output tokens in 1 request, first in line 4, as the recorded service failed; each is sent with 1",
        ]
    );
    assert!(notes(&read(AZURE)).is_empty());
    let text = r#"{"timestamp": 9000, "input_length": 600, "output_length": 2, "hash_ids": [1], "delay": 3}
{"timestamp": 7500, "input_length": 4, "output_length": 2, "session_id": "a"}"#;
    let trace = read(text);
    assert_eq!(lengths(&trace), [(0, 4, 2), (1_500_000_000, 600, 2)]);
    assert_eq!(
        notes(&trace),
        [
            "hash_ids of 1 line, first of line 1, are not one per 512 tokens of input_length; the length \
             is kept",
            "field delay of 1 line is not used",
            "field session_id of 1 line is not used",
            "times go backwards in 1 line, first in line 2 by 1.5 s; requests are sent in the order of \
             their times",
            "the first request is at 7.5 s; all are sent that much earlier",
        ]
    );
}

#[test]
fn every_bad_line_of_mooncake_is_named_with_field_value_and_remedy() {
    let text = r#"{"timestamp": "soon", "input_length": 1, "output_length": 1}
{"timestamp": 1, "input_length": -5, "output_length": 1}
{"timestamp": 1, "input_length": 1}
{"timestamp": 1, "input_length": 1, "output_length": 1, "hash_ids": [1, "x"]}
{"timestamp": 1, "input_len
[1]
{"timestamp": 1, "input_length": 1.5, "output_length": 1}
{"timestamp": null, "input_length": 1, "output_length": 1}"#;
    let expected = "\
bad.txt line 1: timestamp is `\"soon\"`; write milliseconds, such as 27482
bad.txt line 2: input_length is `-5`; write a number of tokens, such as 512
bad.txt line 3: output_length is missing; write a number of tokens, such as 512
bad.txt line 4: hash_ids is `[1,\"x\"]`; write a list of whole numbers, or leave it out
bad.txt line 5: `{\"timestamp\": 1, \"input_len`; not a JSON object (column 27); mend or remove the line
bad.txt line 6: `[1]`; not a JSON object; mend or remove the line
bad.txt line 7: input_length is `1.5`; write a number of tokens, such as 512
bad.txt line 8: timestamp is `null`; write milliseconds, such as 27482";
    assert_eq!(error(text, TraceFormat::Mooncake), expected);
}

#[test]
fn every_bad_line_of_a_table_is_named_with_field_value_and_remedy() {
    let text = "TIMESTAMP,ContextTokens,GeneratedTokens\n\
                yesterday,1,1\n\
                2023-11-16 18:15:46,many,1\n\
                2023-11-16 18:15:47,1\n\
                2023-11-16 18:15:47,1,2,3\n\
                2023-11-16 18:15:48,,2\n";
    let expected = "\
bad.txt line 2: TIMESTAMP is `yesterday`; write a date and time, such as 2023-11-16 18:15:46.680590
bad.txt line 3: ContextTokens is `many`; write a number of tokens, such as 512
bad.txt line 4: GeneratedTokens is missing; write a number of tokens, such as 512
bad.txt line 5: `2023-11-16 18:15:47,1,2,3`; has 4 cells below 3 columns; mend or remove the line
bad.txt line 6: ContextTokens is missing; write a number of tokens, such as 512";
    assert_eq!(error(text, TraceFormat::Azure), expected);
    assert_eq!(
        error("Timestamp,Request tokens,Response\n1,2,3\n", TraceFormat::BurstGpt),
        "bad.txt line 1: Response tokens is missing; the header has Timestamp, Request tokens, \
         Response; name that column in it"
    );
    for time in ["NaN", "inf", "1e30"] {
        let text = format!("Timestamp,Request tokens,Response tokens\n{time},2,3\n");
        assert!(error(&text, TraceFormat::BurstGpt).contains("Timestamp is `"));
    }
}

#[test]
fn many_faults_are_counted_and_no_request_at_all_is_a_fault() {
    let text = "[]\n".repeat(25);
    assert!(error(&text, TraceFormat::Mooncake).ends_with("\nand 15 more faults in bad.txt"));
    for (text, format) in
        [("", TraceFormat::Mooncake), (AZURE.lines().next().unwrap_or(""), TraceFormat::Azure)]
    {
        assert_eq!(error(text, format), "bad.txt has no requests; choose a trace that has some");
    }
}

#[test]
fn a_trace_is_sent_at_its_own_times_or_faster_by_a_factor_that_is_given() {
    let sent = |speed, length| {
        let arrivals = Arrivals::Trace { trace: read(BURSTGPT), speed };
        match plan(&arrivals, length, 1) {
            Ok(Plan::Open(schedule)) => {
                schedule.requests().iter().map(|request| request.at_ns / 1_000_000_000).collect()
            }
            _ => Vec::new(),
        }
    };
    assert_eq!(sent(1.0, Length::Requests(99)), [0, 40, 113]);
    assert_eq!(sent(2.0, Length::Requests(2)), [0, 20]);
    assert_eq!(sent(1.0, Length::Seconds(41.0)), [0, 40]);
    let refused = Arrivals::Trace { trace: read(BURSTGPT), speed: 0.0 };
    let error = plan(&refused, Length::Requests(1), 1).expect_err("no speed").to_string();
    assert!(error.starts_with("trace_speed 0 is not"), "{error}");
}
