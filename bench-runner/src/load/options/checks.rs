//! Options that contradict each other, are given twice, or have no effect: each is an error that says what to
//! do, before a server is asked.

use anyhow::{Result, bail, ensure};
use bench_load::{measure::Goal, result::is_own_key};

use super::{Dataset, Endpoint, Options};

impl Options {
    /// Passes options that all have an effect, and one only.
    ///
    /// # Errors
    /// The first that has none, or that is given twice.
    pub fn check(&self) -> Result<()> {
        self.check_repeated()?;
        self.check_metadata()?;
        self.check_data()?;
        self.check_endpoint()?;
        match &self.search.search {
            Some(_) => self.check_beside_search(),
            None => self.check_burstiness(),
        }
    }

    fn check_repeated(&self) -> Result<()> {
        let headers = self.server.headers.iter().map(|(name, _)| name.to_lowercase());
        if let Some(name) = first_repeated(headers) {
            bail!("--header {name} is given twice; give each header once");
        }
        let goals: Vec<Goal> =
            self.measuring.goodput.iter().filter_map(|goal| goal.parse().ok()).collect();
        if let Some(name) = first_repeated(goals.iter().map(|goal| goal.metric.name().to_owned())) {
            bail!("--goodput has two limits of {name}; keep one of them");
        }
        Ok(())
    }

    /// What the program writes itself must not be overwritten, nor must it overwrite.
    fn check_metadata(&self) -> Result<()> {
        let names = || self.labels.metadata.iter().map(|(name, _)| name.clone());
        if let Some(name) = first_repeated(names()) {
            bail!("--metadata {name} is given twice; give each name once");
        }
        if let Some(name) = names().find(|name| is_own_key(name)) {
            bail!("--metadata {name} is a key that the result has anyway; choose another name");
        }
        Ok(())
    }

    fn check_data(&self) -> Result<()> {
        let (data, name) = (&self.data, self.data.dataset_name.name());
        if data.dataset_name == Dataset::Random {
            ensure!(
                data.dataset_path.is_none(),
                "--dataset-path names a file, and --dataset-name random reads none; name custom or sharegpt"
            );
            ensure!(
                data.output_len.is_none(),
                "--output-len has no effect with --dataset-name random; use --random-output-len"
            );
            return Ok(());
        }
        let remedy = match data.dataset_name {
            Dataset::Sharegpt | Dataset::Custom => "use --output-len for answers, and leave it out",
            _ => "the trace has the lengths; leave it out",
        };
        for (option, is_given) in [
            ("--random-input-len", data.random_input_len.is_some()),
            ("--random-output-len", data.random_output_len.is_some()),
            ("--random-range-ratio", data.random_range_ratio.is_some()),
        ] {
            ensure!(!is_given, "{option} has no effect with --dataset-name {name}; {remedy}");
        }
        Ok(())
    }

    fn check_endpoint(&self) -> Result<()> {
        let endpoint = self.server.endpoint;
        if endpoint != Endpoint::Videos && self.server.poll_interval_ms.is_some() {
            bail!("--poll-interval-ms has no effect without --endpoint videos; leave it out");
        }
        if matches!(endpoint, Endpoint::Chat | Endpoint::Completions) {
            return Ok(());
        }
        for (option, is_given) in [
            ("--random-output-len", self.data.random_output_len.is_some()),
            ("--output-len", self.data.output_len.is_some()),
            ("--ignore-eos", self.data.ignore_eos),
        ] {
            ensure!(
                !is_given,
                "{option} has no effect on images and videos, which have no tokens; leave it out"
            );
        }
        Ok(())
    }

    /// A search reports its objective, and sets its own rates.
    fn check_beside_search(&self) -> Result<()> {
        let dataset = self.data.dataset_name;
        ensure!(
            !dataset.is_trace(),
            "--search sets its own rates, and --dataset-name {} is a trace, which has its own times; name \
             random, sharegpt or custom",
            dataset.name()
        );
        let measuring = &self.measuring;
        for (option, is_given) in [
            ("--goodput", !measuring.goodput.is_empty()),
            ("--percentile-metrics", !measuring.percentile_metrics.is_empty()),
            ("--metric-percentiles", !measuring.metric_percentiles.is_empty()),
        ] {
            ensure!(
                !is_given,
                "{option} has no effect beside --search, which reports its objective; put limits into \
                 --search, such as 'ttft_p99_ms<=500', and leave it out"
            );
        }
        Ok(())
    }

    /// Only requests that are sent at a rate have gaps that scatter.
    fn check_burstiness(&self) -> Result<()> {
        let traffic = &self.traffic;
        let is_spaced = traffic.request_rate.is_some_and(f64::is_finite);
        ensure!(
            traffic.burstiness == 1.0 || is_spaced || traffic.ramp_up_strategy.is_some(),
            "--burstiness has no effect without a finite --request-rate; give one, or leave it out"
        );
        Ok(())
    }
}

fn first_repeated(names: impl Iterator<Item = String>) -> Option<String> {
    let mut seen = std::collections::HashSet::new();
    names.into_iter().find(|name| !seen.insert(name.clone()))
}
