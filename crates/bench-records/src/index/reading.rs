//! How the types of the index are read: each by its fields.

use super::{
    HeadEntry, HeadHeader, HeadLevels, HeadSeries, columns::Columns, list::HeadList,
    pages::PageHeader, series_file::SeriesHeader,
};
use crate::{
    broken_limits::BrokenLimits,
    change::NoiseKind,
    config::MetricLimits,
    config::RegressionThresholds,
    gate::{Finding, Gate, Limit, Outcome, Skip},
    identity::SeriesKey,
    json::{Broken, FromJson, Reader, read_as, word},
    levels::State,
    metric::{Better, Gating, Metric},
    read_fields,
    series::{Branches, Flags, Labels, Partial, Source},
    time::Micros,
    verdict::Verdict,
};

read_fields!(HeadHeader {
    format,
    base_commit = None,
    records,
    set_aside,
    series,
    metrics,
    events = 0,
    pages = 0,
    page_marks = Vec::new(),
});

read_fields!(PageHeader { format, page, series, mark = String::new() });

read_fields!(HeadSeries {
    key,
    labels,
    limits = RegressionThresholds::default(),
    count,
    first,
    last,
    points,
    told = None,
    verdict,
    severity = None,
    findings,
    levels = None,
    file,
});

read_fields!(SeriesHeader { format, key, labels, limits = RegressionThresholds::default(), count });

read_fields!(Columns {
    time_unit_us,
    time,
    commit,
    pr = Vec::new(),
    flags,
    source = Vec::new(),
    branch = Vec::new(),
    verdict,
    broken = Default::default(),
    id = Vec::new(),
    path = Vec::new(),
    metrics,
});

read_fields!(HeadLevels {
    state,
    primary = None,
    noise = None,
    scale = None,
    metric = Vec::new(),
    since = Vec::new(),
    commits = Vec::new(),
    flags = Vec::new(),
    values = Default::default(),
});

read_fields!(HeadList {
    series_a_page,
    texts,
    key,
    model,
    gpu,
    identity = Default::default(),
    others = Vec::new(),
    other = Vec::new(),
    metrics,
    metrics_of,
    count,
    last,
    told = Vec::new(),
    verdict,
    severity = Vec::new(),
    state,
    levels = Default::default(),
});

read_fields!(Metric {
    key as "metric",
    label,
    unit,
    better,
    gating = Gating::Gated,
    decimals = 3,
});

read_fields!(Labels {
    model_id,
    gpu_type = None,
    identity = Default::default(),
    partial = Partial::default(),
    repository = None,
    also = Vec::new(),
    branches = Branches::default(),
});

read_fields!(Source { model_id, gpu_type = None, identity = Default::default() });

read_fields!(#[strict] MetricLimits { threshold_percent = None, threshold_absolute = None, gated = None });

read_fields!(BrokenLimits { entry = None, limits });

read_fields!(Finding {
    metric,
    gate,
    current = None,
    base = None,
    base_count,
    worsening = None,
    worsening_absolute = None,
    limit = None,
    outcome,
});

read_fields!(Limit { fraction, absolute = None, gating });

read_fields!(EntryLine {
    key,
    labels,
    count,
    last,
    told = None,
    verdict,
    severity = None,
    levels = None,
    points,
});

/// A line of a head, whose points are passed over.
struct EntryLine {
    key: SeriesKey,
    labels: Labels,
    count: usize,
    last: Micros,
    told: Option<Micros>,
    verdict: Verdict,
    severity: Option<f64>,
    levels: Option<HeadLevels>,
    points: MetricNames,
}

/// The metrics of columns.
struct MetricNames(Vec<String>);

impl FromJson for MetricNames {
    fn blank() -> Self {
        Self(Vec::new())
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        let mut columns = reader.object()?;
        while reader.goes_on(&mut columns)? {
            if reader.name()? != "metrics" {
                reader.skip()?;
                continue;
            }
            let mut metrics = reader.object()?;
            while reader.goes_on(&mut metrics)? {
                self.0.push(reader.name()?.into_owned());
                reader.skip()?;
            }
        }
        Ok(())
    }
}

impl FromJson for HeadEntry {
    fn blank() -> Self {
        EntryLine::blank().into()
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        *self = read_as::<EntryLine>(reader)?.into();
        Ok(())
    }
}

impl From<EntryLine> for HeadEntry {
    fn from(line: EntryLine) -> Self {
        let EntryLine { key, labels, count, last, told, verdict, severity, levels, points } = line;
        let MetricNames(metrics) = points;
        Self { key, labels, metrics, count, last, told, verdict, severity, levels }
    }
}

/// Types that hold one value of another.
macro_rules! read_within {
    ($($type:ident),*) => {
        $(impl FromJson for $type {
            fn blank() -> Self {
                Self(FromJson::blank())
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
                self.0.read(reader)
            }
        })*
    };
}

read_within!(SeriesKey, Micros, Flags);

/// Types whose values are words, the first of which a field has before it is read.
macro_rules! read_words {
    ($type:ty { $first:ident = $word:literal $(, $other:ident = $others:literal)* $(,)? }) => {
        impl FromJson for $type {
            fn blank() -> Self {
                Self::$first
            }

            fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
                let known = &[($word, Self::$first) $(, ($others, Self::$other))*];
                *self = word(reader, known)?;
                Ok(())
            }
        }
    };
}

read_words!(Verdict {
    Pass = "pass",
    Improved = "improved",
    Regression = "regression",
    Calibration = "calibration",
    MissingMetric = "missing_metric",
    RecipeMismatch = "recipe_mismatch",
    InfraError = "infra_error",
});

read_words!(State {
    Pass = "pass",
    Lost = "lost",
    Confirmed = "confirmed",
    Suspected = "suspected",
    Failed = "failed",
    Drifting = "drifting",
    WithinNoise = "within_noise",
    New = "new",
    Improved = "improved",
    NotRunning = "not_running",
    Ended = "ended",
});

read_words!(NoiseKind {
    Unknown = "unknown",
    Exact = "exact",
    Bimodal = "bimodal",
    Quiet = "quiet",
    Normal = "normal",
    Noisy = "noisy",
});

read_words!(Better { Neither = "neither", Lower = "lower", Higher = "higher" });

read_words!(Gating { Gated = "gated", Reported = "reported" });

read_words!(Gate { Rolling = "rolling", Static = "static" });

read_words!(Skip {
    NoBaseline = "no_baseline",
    NotMeasured = "not_measured",
    NotInBaseline = "not_in_baseline",
    BaselineNotPositive = "baseline_not_positive",
    NoDirection = "no_direction",
    RequestsFailed = "requests_failed",
});

/// An outcome with a reason.
struct Skipped {
    skipped: Skip,
}

read_fields!(
    #[strict]
    Skipped { skipped }
);

impl FromJson for Outcome {
    fn blank() -> Self {
        Self::Pass
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        if reader.is_object() {
            *self = Self::Skipped(read_as::<Skipped>(reader)?.skipped);
            return Ok(());
        }
        let known = &[
            ("pass", Self::Pass),
            ("improved", Self::Improved),
            ("regression", Self::Regression),
            ("exceeded", Self::Exceeded),
            ("missing", Self::Missing),
        ];
        *self = word(reader, known)?;
        Ok(())
    }
}
