//! Which fields of a record are columns of a part.

use std::sync::Arc;

use bench_records::metric::METRICS;
use parquet::{
    basic::{LogicalType, Repetition, TimeUnit, Type as Physical},
    errors::Result,
    schema::types::Type,
};

/// What a column holds; every one but `series` and `time` may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnKind {
    Text,
    Number,
    Flag,
    Time,
}

/// Columns that are no field of a record by that name: what rows are found by, and what is left.
pub(super) const SERIES: &str = "series";
pub(super) const TIME: &str = "time";
pub(super) const PATH: &str = "path";
pub(super) const REST: &str = "rest";

/// Fields that hold text.
pub(super) const TEXTS: [&str; 17] = [
    "id",
    "model_id",
    "timestamp",
    "commit_sha",
    "gpu_type",
    "run_source",
    "branch",
    "pr_number",
    "build_url",
    "build_id",
    "job_id",
    "workload_id",
    "variant_id",
    "recipe_fingerprint",
    "hardware_profile_id",
    "software_profile_id",
    "verdict",
];

/// Fields that are true or false.
pub(super) const FLAGS: [&str; 2] = ["success", "baseline_eligible"];

/// All columns in their order.
pub(super) fn all() -> impl Iterator<Item = (String, ColumnKind)> {
    let named = |name: &str, kind| (name.to_owned(), kind);
    let first = [
        named(SERIES, ColumnKind::Text),
        named(TIME, ColumnKind::Time),
        named(PATH, ColumnKind::Text),
    ];
    let texts = TEXTS.iter().map(move |name| named(name, ColumnKind::Text));
    let flags = FLAGS.iter().map(move |name| named(name, ColumnKind::Flag));
    let numbers = METRICS.iter().map(move |metric| named(&metric.key, ColumnKind::Number));
    first
        .into_iter()
        .chain(texts)
        .chain(flags)
        .chain(numbers)
        .chain([named(REST, ColumnKind::Text)])
}

/// The schema of a part.
pub(super) fn schema() -> Result<Arc<Type>> {
    let fields: Result<Vec<Arc<Type>>> = all().map(|(name, kind)| field(&name, kind)).collect();
    let schema = Type::group_type_builder("record").with_fields(fields?).build()?;
    Ok(Arc::new(schema))
}

fn field(name: &str, kind: ColumnKind) -> Result<Arc<Type>> {
    let (physical, logical) = match kind {
        ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        ColumnKind::Number => (Physical::DOUBLE, None),
        ColumnKind::Flag => (Physical::BOOLEAN, None),
        ColumnKind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MICROS))),
    };
    let is_required = name == SERIES || name == TIME;
    let repetition = if is_required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let built = Type::primitive_type_builder(name, physical)
        .with_repetition(repetition)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(built))
}
