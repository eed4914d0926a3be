//! Counts as text. Names that other servers of diffusion models have are theirs.

use std::fmt::Write as _;

use super::{Counts, answers};
use crate::profile::Known;

pub(super) fn text(counts: &Counts) -> String {
    let mut text = String::new();
    let mut family = |name: &str, kind: &str, help: &str, lines: &str| {
        // a string takes all that is written to it
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{lines}");
    };
    let one = |name: &str, value: f64| format!("{name} {value}\n");
    let name = "vllm:omni_num_requests_running";
    family(name, "gauge", "Requests on the device.", &one(name, counts.running as f64));
    let name = "vllm:omni_num_requests_waiting";
    family(name, "gauge", "Requests in the queue.", &one(name, counts.waiting as f64));
    for (name, count) in [
        ("vllm:num_requests_running", counts.running),
        ("vllm:num_requests_waiting", counts.waiting),
    ] {
        family(name, "gauge", "The same, as servers of language models name it.", &one(name, count as f64));
    }
    let name = "bench_serve_kv_cache_tokens";
    let help = "Tokens of the KV cache that are taken, or kept for answers under way.";
    family(name, "gauge", help, &one(name, counts.cache_tokens as f64));
    answers::families(&counts.answers, &mut family);
    let name = "vllm:omni_e2e_request_latency_s";
    let help = "Seconds from the arrival of a request to its files.";
    family(name, "histogram", help, &counts.latency.lines(name));
    let name = "bench_serve_requests_total";
    let lines: String = counts
        .requests
        .iter()
        .map(|((model, outcome), count)| {
            format!("{name}{{model=\"{}\",outcome=\"{outcome}\"}} {count}\n", escaped(model))
        })
        .collect();
    family(name, "counter", "Requests that ended, by model and outcome.", &lines);
    let name = "bench_serve_requests_accepted_total";
    let lines: String = counts
        .accepted
        .iter()
        .map(|(model, count)| format!("{name}{{model=\"{}\"}} {count}\n", escaped(model)))
        .collect();
    family(name, "counter", "Requests that the queue took, by model.", &lines);
    let name = "bench_serve_hung_up_total";
    let lines: String = counts
        .hung_up
        .iter()
        .map(|(route, count)| format!("{name}{{route=\"{route}\"}} {count}\n"))
        .collect();
    family(name, "counter", "Requests whose client left before the reply, by route.", &lines);
    let name = "bench_serve_replies_total";
    let lines: String = counts
        .replies
        .iter()
        .map(|((route, status), count)| {
            format!("{name}{{route=\"{route}\",status=\"{status}\"}} {count}\n")
        })
        .collect();
    family(name, "counter", "Replies by route and status.", &lines);
    let name = "bench_serve_queue_wait_seconds";
    let help = "Seconds that requests waited before they began.";
    family(name, "histogram", help, &counts.queue_wait.lines(name));
    let name = "bench_serve_batch_size";
    let help = "Requests in a step.";
    family(name, "histogram", help, &counts.batch_size.lines(name));
    let name = "bench_serve_steps_total";
    family(name, "counter", "Steps of batches.", &one(name, counts.steps as f64));
    let name = "bench_serve_requests_begun_total";
    family(name, "counter", "Requests that began.", &one(name, counts.begun as f64));
    let name = "bench_serve_requests_merged_total";
    let help = "Requests that shared a step with others.";
    family(name, "counter", help, &one(name, counts.merged as f64));
    let name = "bench_serve_merge_rate";
    let rate = if counts.begun == 0 { 0.0 } else { counts.merged as f64 / counts.begun as f64 };
    let help = "Part of the requests that shared a step with others.";
    family(name, "gauge", help, &one(name, rate));
    let name = "bench_serve_shape_batch_limit";
    let of_shapes = |lines: &dyn Fn(&str, &Known) -> String| -> String {
        let shapes = counts.shapes.iter().map(|((model, size), known)| {
            lines(&format!("model=\"{}\",shape=\"{size}\"", escaped(model)), known)
        });
        shapes.collect()
    };
    let lines = of_shapes(&|labels, known| format!("{name}{{{labels}}} {}\n", known.most));
    family(name, "gauge", "Requests that may share a step, as measured of a shape.", &lines);
    let name = "bench_serve_shape_gain";
    let lines = of_shapes(&|labels, known| {
        let gains = known.gains.iter();
        gains.map(|(size, gain)| format!("{name}{{{labels},batch=\"{size}\"}} {gain}\n")).collect()
    });
    let help =
        "How many times as fast steps are for each request as alone, as measured of a shape.";
    family(name, "gauge", help, &lines);
    let name = "bench_serve_not_merged_total";
    let lines: String = counts
        .not_merged
        .iter()
        .map(|(reason, count)| format!("{name}{{reason=\"{}\"}} {count}\n", reason.label()))
        .collect();
    let help = "Requests that had to wait while others ran, by each reason once.";
    family(name, "counter", help, &lines);
    text
}

pub(super) fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_has_help_a_type_and_samples_of_its_name() {
        let text = text(&Counts::default());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let family =
                ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
            let family = family.unwrap_or(name);
            assert!(text.contains(&format!("# TYPE {family} ")), "{line}");
        }
    }
}
