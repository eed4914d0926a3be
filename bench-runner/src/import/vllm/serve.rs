//! Results of `vllm bench serve`, and of tools that write its fields.

use bench_records::time::Micros;
use serde_json::{Map, Value};

use super::{
    super::{
        args::describe_arguments,
        error::Unusable,
        load::{LoadTest, Suite, keep_rest, put_metrics, requests_in},
        samples::{read_samples, spread},
        source::stated,
    },
    workload::Context,
};

/// What `bench-runner load` says of a test in which it was late itself.
const CLIENT_LIMITED: &str =
    "its client sent requests late, so that the numbers may be the client's and not the server's";

/// The load test of a serving result.
pub fn serve(context: &Context<'_>, result: &Map<String, Value>) -> Result<LoadTest, Unusable> {
    let requests = requests_in(result);
    if requests.is_some_and(|requests| requests.completed == 0) {
        return Err(Unusable::NothingCompleted);
    }
    let mut test = context.test(Suite::Serving, result, date(result))?;
    test.former_names.extend(former_name(result));
    if result.get("client_limited") == Some(&Value::Bool(true)) {
        test.of_file.push(CLIENT_LIMITED.to_owned());
    }
    let taken = put_metrics(&mut test, result);
    test.record.spread = result.get("latencies").and_then(read_samples).and_then(|s| spread(&s));
    keep_rest(&mut test, result, &taken);
    if let Some(requests) = requests {
        test.count(requests, context.source.defaults.most_failed.fraction());
    }
    Ok(test)
}

/// What versions before this one called such a result: `<model>/<label>/<load>`.
fn former_name(result: &Map<String, Value>) -> Option<String> {
    let model = stated(result.get("model_id"))?;
    let backend = stated(result.get("backend"));
    let label = stated(result.get("label")).filter(|label| Some(label) != backend.as_ref());
    let fields = Value::Object(result.clone());
    let load = Some(describe_arguments(&model, &[Some(&fields)])).filter(|load| !load.is_empty());
    Some([Some(model), label, load].into_iter().flatten().collect::<Vec<_>>().join("/"))
}

/// When a result says that it was measured.
pub fn date(result: &Map<String, Value>) -> Option<Micros> {
    parse_date(&stated(result.get("date"))?)
}

/// `20260820-101500`; the format has no zone, and UTC is what servers run in.
fn parse_date(text: &str) -> Option<Micros> {
    let (day, time) = text.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (day.len(), time.len()) != (8, 6) || !digits(day) || !digits(time) {
        return None;
    }
    let day = format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]);
    Micros::parse(&format!("{day}T{}:{}:{}", &time[..2], &time[2..4], &time[4..]))
}
