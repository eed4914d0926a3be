//! Counts as text. Names that other servers of diffusion models have are theirs.

use std::fmt::Write as _;

use super::{Counts, answers};
use crate::profile::Known;

const BYTES_PER_MB: f64 = 1_048_576.0;

pub(super) fn text(counts: &Counts) -> String {
    let mut text = Text::default();
    load(counts, &mut text);
    answers::write(counts, &mut text);
    endings(counts, &mut text);
    batches(counts, &mut text);
    shapes(counts, &mut text);
    text.0
}

/// Families one after the other.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    pub(super) fn family(&mut self, (name, kind): (&str, &str), help: &str, lines: &str) {
        // a string takes all that is written to it
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n{lines}");
    }

    pub(super) fn one(&mut self, (name, kind): (&str, &str), help: &str, value: f64) {
        self.family((name, kind), help, &format!("{name} {value}\n"));
    }
}

fn load(counts: &Counts, text: &mut Text) {
    let (running, waiting) = (counts.running as f64, counts.waiting as f64);
    text.one(("vllm:omni_num_requests_running", "gauge"), "Requests on the device.", running);
    text.one(("vllm:omni_num_requests_waiting", "gauge"), "Requests in the queue.", waiting);
    let name = "vllm:omni_e2e_request_latency_s";
    let help = "Seconds from the arrival of a request to its files.";
    text.family((name, "histogram"), help, &counts.latency.lines(name));
    let name = "bench_serve_queue_wait_seconds";
    let help = "Seconds that requests waited before they began.";
    text.family((name, "histogram"), help, &counts.queue_wait.lines(name));
}

fn endings(counts: &Counts, text: &mut Text) {
    let name = "bench_serve_requests_accepted_total";
    let lines = counts.accepted.iter();
    let lines = lines.map(|(model, count)| {
        let model = escaped(model);
        format!("{name}{{model=\"{model}\"}} {count}\n")
    });
    let help = "Requests that the queue took, by model.";
    text.family((name, "counter"), help, &lines.collect::<String>());
    let name = "bench_serve_requests_total";
    let lines = counts.requests.iter().map(|((model, outcome), count)| {
        format!("{name}{{model=\"{}\",outcome=\"{outcome}\"}} {count}\n", escaped(model))
    });
    let help = "Requests that ended, by model and outcome.";
    text.family((name, "counter"), help, &lines.collect::<String>());
    let name = "bench_serve_replies_total";
    let lines = counts.replies.iter().map(|((route, status), count)| {
        format!("{name}{{route=\"{route}\",status=\"{status}\"}} {count}\n")
    });
    text.family((name, "counter"), "Replies by route and status.", &lines.collect::<String>());
    let name = "bench_serve_hung_up_total";
    let lines = counts.hung_up.iter();
    let lines = lines.map(|(route, count)| format!("{name}{{route=\"{route}\"}} {count}\n"));
    let help = "Requests whose client left before the reply, by route.";
    text.family((name, "counter"), help, &lines.collect::<String>());
}

fn batches(counts: &Counts, text: &mut Text) {
    let name = "bench_serve_batch_size";
    text.family((name, "histogram"), "Requests in a step.", &counts.batch_size.lines(name));
    let (begun, merged) = (counts.begun as f64, counts.merged as f64);
    let counter = |name| (name, "counter");
    text.one(counter("bench_serve_steps_total"), "Steps of batches.", counts.steps as f64);
    text.one(counter("bench_serve_requests_begun_total"), "Requests that began.", begun);
    let help = "Requests that shared a step with others.";
    text.one(counter("bench_serve_requests_merged_total"), help, merged);
    let rate = if begun > 0.0 { merged / begun } else { 0.0 };
    let help = "Part of the requests that shared a step with others.";
    text.one(("bench_serve_merge_rate", "gauge"), help, rate);
    let name = "bench_serve_not_merged_total";
    let lines = counts.not_merged.iter();
    let lines =
        lines.map(|(reason, count)| format!("{name}{{reason=\"{}\"}} {count}\n", reason.label()));
    let help = "Requests that had to wait while others ran, by each reason once.";
    text.family(counter(name), help, &lines.collect::<String>());
}

fn shapes(counts: &Counts, text: &mut Text) {
    let of_shapes = |lines: &dyn Fn(&str, &Known) -> String| -> String {
        let shapes = counts.shapes.iter().map(|((model, size), known)| {
            lines(&format!("model=\"{}\",shape=\"{size}\"", escaped(model)), known)
        });
        shapes.collect()
    };
    let name = "bench_serve_shape_batch_limit";
    let lines = of_shapes(&|labels, known| format!("{name}{{{labels}}} {}\n", known.most));
    let help = "Requests that may share a step, as measured of a shape.";
    text.family((name, "gauge"), help, &lines);
    let name = "bench_serve_shape_gain";
    let lines = of_shapes(&|labels, known| {
        let gains = known.gains.iter();
        gains.map(|(size, gain)| format!("{name}{{{labels},batch=\"{size}\"}} {gain}\n")).collect()
    });
    let help = "Speed of a request in a batch, relative to alone, as measured of a shape.";
    text.family((name, "gauge"), help, &lines);
    let name = "bench_serve_shape_peak_memory_bytes";
    let lines = of_shapes(&|labels, known| {
        let peaks = known.peaks_mb.iter().map(|(size, mb)| (size, mb * BYTES_PER_MB));
        peaks
            .map(|(size, bytes)| format!("{name}{{{labels},batch=\"{size}\"}} {bytes}\n"))
            .collect()
    });
    let help = "Memory in use at the peak of a batch of a shape, the models counted.";
    text.family((name, "gauge"), help, &lines);
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
