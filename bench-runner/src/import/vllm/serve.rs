//! Results of `vllm bench serve`.

use bench_records::{record::Record, time::Micros};
use serde_json::Value;

use super::{
    super::{
        args::describe_arguments,
        error::Unusable,
        metric_name::serving_metric,
        samples::{read_samples, spread},
        source::{Source, measured, stated},
    },
    keep_rest,
};

/// The record of a serving result.
pub fn serve(source: &Source<'_>, result: &Value) -> Result<Record, Unusable> {
    if result.get("completed").and_then(measured) == Some(0.0) {
        return Err(Unusable::NothingCompleted);
    }
    let date = stated(result.get("date"));
    let time = source.time(date.as_deref().and_then(parse_date))?;
    let mut record = Record { model_id: model_id(result)?, ..source.record(time) };
    let taken = insert_metrics(&mut record, result);
    record.spread = result.get("latencies").and_then(read_samples).and_then(|s| spread(&s));
    keep_rest(result, &taken, &mut record.extra);
    Ok(record)
}

/// `<model>`, the label where the user gave one, and the load.
fn model_id(result: &Value) -> Result<String, Unusable> {
    let found = result.get("model_id");
    let model = stated(found).ok_or_else(|| Unusable::field("model_id", found, "a model"))?;
    let backend = stated(result.get("backend"));
    let label = stated(result.get("label")).filter(|label| Some(label) != backend.as_ref());
    let load = Some(describe_arguments(&model, &[Some(result)])).filter(|load| !load.is_empty());
    Ok([Some(model), label, load].into_iter().flatten().collect::<Vec<_>>().join("/"))
}

fn insert_metrics<'a>(record: &mut Record, result: &'a Value) -> Vec<&'a str> {
    let mut taken = vec!["model_id", "date"];
    for (field, value) in result.as_object().into_iter().flatten() {
        if let (Some(named), Some(value)) = (serving_metric(field), measured(value)) {
            record.metrics.insert(named.metric.key.into_owned(), value / named.divisor);
            taken.push(field);
        }
    }
    taken
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
