//! What a program said of metrics of its own, and what nobody here can use.
//!
//! In: messages. Out: numbers by record key, definitions of those metrics, and warnings, each once: no
//! number goes without a word.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use bench_records::{
    bounds::Bounds,
    metric::{Better, Metric, built_in},
    metric_name::key_of,
    stage::{STAGE_METRICS, stage_key},
};

use super::{message::Message, statement::Statement};
use crate::{
    progress::Progress,
    stage_clock::{Mode, StageClock},
};

/// Numbers that are measured here, and what to print in their place.
const MEASURED_HERE: [(&str, &str); 7] = [
    ("latency", "each trial is timed here; print latency_s where the program knows better"),
    ("avg_generation_time_s", "each trial is timed here; print latency_s"),
    ("throughput", "it counts frames; print frames, or a rate by its unit such as tokens_per_s"),
    ("throughput_fps", "it is computed from frames; print frames"),
    ("memory", "print peak_memory_mb"),
    ("max_peak_memory_mb", "print peak_memory_mb"),
    ("step_p50_s", "it is computed from steps; print step"),
];

/// What was heard so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Metrics that are not built in.
    pub(super) metrics: Vec<Metric>,
    /// Whether a trial is over.
    pub(super) has_heard_a_trial: bool,
    declared: BTreeSet<String>,
    at_load: BTreeMap<String, f64>,
    in_trial: BTreeMap<String, f64>,
    stages: BTreeSet<String>,
    clean_stages: BTreeSet<String>,
    warned: BTreeSet<String>,
}

impl Ledger {
    /// Says something once.
    pub(super) fn warn(&mut self, watch: &dyn Progress, warning: String) {
        if !self.warned.contains(&warning) {
            watch.say(&format!("warning: {warning}"));
            self.warned.insert(warning);
        }
    }

    /// Notes what a message of this program says beside its known keys.
    ///
    /// # Errors
    /// Where a metric is defined twice, or as another than it is.
    pub(super) fn hear(
        &mut self,
        message: &Message,
        program: &str,
        watch: &dyn Progress,
    ) -> Result<()> {
        for key in &message.unknown {
            let warning = format!("{program} says {key:?}, which is no key here and is not kept");
            self.warn(watch, warning);
        }
        for key in &message.twice {
            let warning = format!(
                "{program} says {key:?} twice in one line; the last one counts; print each key once"
            );
            self.warn(watch, warning);
        }
        if let Some(stage) = &message.stage {
            self.stages.insert(stage.clone());
            if let Some(warning) = stage_in_doubt(stage) {
                self.warn(watch, warning);
            }
        }
        for (name, statement) in &message.metrics {
            self.hear_metric(name, statement, watch)?;
        }
        Ok(())
    }

    fn hear_metric(
        &mut self,
        name: &str,
        statement: &Statement,
        watch: &dyn Progress,
    ) -> Result<()> {
        let key = key_of(name);
        if let Some(remedy) = measured_here(&key) {
            self.warn(watch, format!("{key} is not kept: {remedy}"));
            return Ok(());
        }
        if key != name {
            self.warn(watch, format!("the metric {name:?} is kept as {key}"));
        }
        self.define(&key, statement, watch)?;
        let Some(value) = statement.value else { return Ok(()) };
        self.check_value(&key, value)?;
        let earlier = self.in_trial.insert(key.clone(), value);
        if earlier.is_some_and(|earlier| earlier != value) {
            self.warn(
                watch,
                format!("{key} is said more than once in a trial; the last one counts"),
            );
        }
        Ok(())
    }

    /// A number that the metric cannot have is a fault of whoever measured it.
    fn check_value(&self, key: &str, value: f64) -> Result<()> {
        let own = || self.metrics.iter().find(|metric| metric.key == key);
        let Some(metric) = built_in(key).or_else(own) else { return Ok(()) };
        let is_free = metric.better == Better::Neither && self.declared.contains(key);
        let bounds = if is_free { Bounds::Any } else { Bounds::of(metric) };
        if bounds.admits(value) {
            return Ok(());
        }
        let (expected, hint) = (
            bounds.in_words(),
            match built_in(key) {
                None if value.is_finite() => {
                    ", or \"better\": \"neither\" with it if it may be negative"
                }
                _ => "",
            },
        );
        bail!("{key} is {value}, expected {expected}; print null where it was not measured{hint}")
    }

    fn define(&mut self, key: &str, statement: &Statement, watch: &dyn Progress) -> Result<()> {
        if let Some(known) = built_in(key) {
            return check_built_in(known, statement);
        }
        let metric = statement.metric(key)?;
        let place = self.metrics.iter().position(|known| known.key == key);
        match place.map(|place| &mut self.metrics[place]) {
            None => self.metrics.push(metric.clone()),
            Some(_) if !statement.defines() => return Ok(()),
            Some(known) if !self.declared.contains(key) => *known = metric.clone(),
            Some(known) if *known == metric => {}
            Some(_) => bail!("the metric {key} is defined in two ways; define it once"),
        }
        if statement.defines() {
            self.declared.insert(key.to_owned());
        }
        if !metric.is_directed() && statement.better.is_none() {
            self.warn(
                watch,
                format!(
                    "{key} is reported and not gated: its name does not say which way is better; \
                     print {{\"metrics\": {{\"{key}\": {{\"value\": …, \"unit\": …, \"better\": \
                     \"lower\"}}}}}}, or \"higher\", or \"neither\""
                ),
            );
        }
        Ok(())
    }

    /// Loading is over: what was said until now holds for every trial.
    pub(super) fn loaded(&mut self) {
        self.at_load = std::mem::take(&mut self.in_trial);
        self.stages.clear();
    }

    /// A trial is over: its clock gets its numbers.
    ///
    /// # Errors
    /// Where a number is not finite.
    pub(super) fn trial_ended(
        &mut self,
        clock: &mut StageClock<'_>,
        watch: &dyn Progress,
    ) -> Result<()> {
        self.has_heard_a_trial = true;
        let own = std::mem::take(&mut self.in_trial);
        let at_load = self.at_load.iter().filter(|(key, _)| !own.contains_key(*key));
        for (key, value) in at_load.chain(&own) {
            clock.record_metric(key, *value)?;
        }
        let stages = std::mem::take(&mut self.stages);
        if clock.mode() == Mode::Clean {
            self.clean_stages.extend(stages);
            return Ok(());
        }
        let lost: Vec<String> = self.clean_stages.difference(&stages).cloned().collect();
        for stage in lost {
            let warning = format!(
                "the stage {stage:?} is missing in an instrumented trial, where stages count; print \
                 it there too"
            );
            self.warn(watch, warning);
        }
        Ok(())
    }
}

fn measured_here(key: &str) -> Option<&'static str> {
    let named = MEASURED_HERE.iter().find(|(name, _)| *name == key).map(|(_, remedy)| *remedy);
    let of_trials = key.starts_with("latency_") && built_in(key).is_some();
    named.or_else(|| of_trials.then_some("it is computed from the latencies of all trials"))
}

fn check_built_in(known: &Metric, statement: &Statement) -> Result<()> {
    let is_other = statement.unit.as_ref().is_some_and(|unit| *unit != known.unit)
        || statement.better.is_some_and(|better| better != known.better);
    if is_other {
        let (key, unit, better) = (&known.key, &known.unit, known.better.as_str());
        bail!("{key} is a metric in {unit:?}, better {better}; give another one another name");
    }
    Ok(())
}

/// A stage that is meant to be one of the three known ones, and is not, or whose metric has another
/// name.
fn stage_in_doubt(stage: &str) -> Option<String> {
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let key = stage_key(stage);
    if STAGE_METRICS.iter().any(|(name, _)| *name == stage) {
        return None;
    }
    if let Some((name, known)) = STAGE_METRICS.iter().find(|(name, _)| plain(name) == plain(stage))
    {
        return Some(format!(
            "the stage {stage:?} is not {name:?}, whose metric is {known}: it is kept as {key}; \
             print {name:?} if you mean that one"
        ));
    }
    (key != format!("{stage}_time_s")).then(|| format!("the stage {stage:?} is kept as {key}"))
}

#[cfg(test)]
mod tests;
