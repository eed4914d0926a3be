//! Each request in the file of a load test.

use serde_json::{Value, json};

use super::ms;
use crate::{
    measure::{Measured, Metric, Origin, Report, time_s},
    request::{Answer, EndedBy},
};

/// All requests, in the order of the schedule.
pub(super) fn list(report: &Report<'_>) -> Vec<Value> {
    report.requests.iter().map(one).collect()
}

fn one(measured: &Measured<'_>) -> Value {
    let Measured { request, tokens } = measured;
    let latency = |metric| time_s(request, tokens, metric, Origin::Intended).map(ms);
    let mut fields = json!({
        "outcome": request.outcome(),
        "scheduled_s": ms(request.intended_s) / 1e3,
        "sent_s": ms(request.sent_s) / 1e3,
        "slot_wait_ms": ms(request.slot_wait_s),
        "e2el_ms": ms(request.end_s - request.intended_s),
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "status": request.status,
        "error": request.problem.as_ref().map(|problem| &problem.reason),
    });
    let add = |fields: &mut Value, name: &str, value: Value| fields[name] = value;
    match &request.answer {
        Answer::Nothing => {}
        Answer::Text(reply) => {
            let gaps = reply.arrivals.windows(2).map(|pair| ms(pair[1].at_s - pair[0].at_s));
            let reasoning = reply.usage.and_then(|usage| usage.reasoning_tokens());
            add(&mut fields, "ttft_ms", latency(Metric::Ttft).into());
            add(&mut fields, "ttfat_ms", latency(Metric::Ttfat).into());
            add(&mut fields, "tpot_ms", latency(Metric::Tpot).into());
            add(&mut fields, "itl_ms", gaps.collect::<Vec<_>>().into());
            add(&mut fields, "reasoning_tokens", reasoning.into());
            add(&mut fields, "finish_reason", reply.finish_reason.clone().into());
        }
        Answer::Images(count) => add(&mut fields, "images", (*count).into()),
        Answer::Video(video) => {
            let (by, within) = match video.end {
                EndedBy::Server => ("server", None),
                EndedBy::Look { within_s } => ("polling", Some(ms(within_s))),
            };
            add(&mut fields, "latency_by", by.into());
            add(&mut fields, "latency_resolution_ms", within.into());
            add(&mut fields, "inference_s", video.inference_s.into());
            add(&mut fields, "peak_memory_mb", video.peak_memory_mb.into());
        }
    }
    fields
}
