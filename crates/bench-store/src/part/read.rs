//! From a part to its rows, a group at a time, or those of some series.

use std::{collections::HashMap, fs::File, panic, path::Path};

use anyhow::{Context, Result, anyhow, ensure};
use bench_records::{
    identity::SeriesKey, index::columns::record_path, record::Record, time::Micros,
};
use parquet::{
    column::reader::{ColumnReader, get_typed_column_reader},
    data_type::{BoolType, ByteArrayType, DataType, DoubleType, Int64Type},
    file::{
        reader::{FileReader, RowGroupReader, SerializedFileReader},
        statistics::Statistics,
    },
};
use serde_json::{Map, Value};

use super::{
    Row,
    columns::{self, ColumnKind, PATH, REST, SERIES, TIME},
};

/// More rows than any writer of ours puts into a group.
const MOST_ROWS_OF_A_GROUP: i64 = 4_000_000;

/// A part that is open.
pub struct Reader {
    file: SerializedFileReader<File>,
}

/// Values of a column, one a row.
enum Column {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    Flag(Vec<Option<bool>>),
    Time(Vec<Option<i64>>),
}

impl Reader {
    /// Opens a part.
    ///
    /// # Errors
    /// Where the file is none.
    pub fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let file = guarded(|| Ok(SerializedFileReader::new(file)?))?;
        let reader = Self { file };
        let names: Vec<&str> = reader.columns().map(|(_, name)| name).collect();
        for needed in [SERIES, TIME, "model_id"] {
            ensure!(names.contains(&needed), "it has no column {needed}");
        }
        Ok(reader)
    }

    /// Number of groups of rows.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.file.num_row_groups()
    }

    /// The rows of a group; only those of a series for which `is_wanted` holds.
    ///
    /// # Errors
    /// Where the file is broken.
    pub fn rows(&self, group: usize, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Row>> {
        guarded(|| self.read_group(group, &is_wanted))
    }

    /// Whether a group can hold rows of a series, by what it says of itself.
    #[must_use]
    pub fn may_hold(&self, group: usize, series: &SeriesKey) -> bool {
        let Some((index, _)) = self.columns().find(|(_, name)| *name == SERIES) else {
            return true;
        };
        let statistics = self.file.metadata().row_group(group).column(index).statistics();
        let bounds = statistics
            .and_then(|found: &Statistics| Some((found.min_bytes_opt()?, found.max_bytes_opt()?)));
        bounds.is_none_or(|(min, max)| {
            min <= series.0.as_bytes()
                && (max >= series.0.as_bytes() || series.0.as_bytes().starts_with(max))
        })
    }

    fn columns(&self) -> impl Iterator<Item = (usize, &str)> {
        let columns = self.file.metadata().file_metadata().schema_descr().columns().iter();
        columns.enumerate().map(|(index, column)| (index, column.name()))
    }

    fn read_group(&self, group: usize, is_wanted: &impl Fn(&str) -> bool) -> Result<Vec<Row>> {
        let reader = self.file.get_row_group(group)?;
        let count = reader.metadata().num_rows();
        ensure!((0..=MOST_ROWS_OF_A_GROUP).contains(&count), "a group has {count} rows");
        let count = usize::try_from(count)?;
        let indices: HashMap<&str, usize> =
            self.columns().map(|(index, name)| (name, index)).collect();
        let series = read_column(&*reader, indices[SERIES], ColumnKind::Text, count)?;
        let wanted: Vec<bool> =
            (0..count).map(|row| series.text(row).is_some_and(is_wanted)).collect();
        if !wanted.contains(&true) {
            return Ok(Vec::new());
        }
        let mut values = vec![(SERIES.to_owned(), series)];
        for (name, kind) in columns::all().filter(|(name, _)| name != SERIES) {
            if let Some(index) = indices.get(name.as_str()) {
                let column = read_column(&*reader, *index, kind, count)
                    .with_context(|| format!("column {name}"))?;
                values.push((name, column));
            }
        }
        (0..count).filter(|row| wanted[*row]).map(|index| row(&values, index)).collect()
    }
}

fn row(columns: &[(String, Column)], index: usize) -> Result<Row> {
    let find = |name: &str| columns.iter().find(|(column, _)| column == name);
    let text = |name: &str| find(name).and_then(|(_, column)| column.text(index));
    let mut fields: Map<String, Value> = match text(REST) {
        Some(rest) => serde_json::from_str(rest).context("column rest")?,
        None => Map::new(),
    };
    for (name, column) in columns {
        let is_own = matches!(name.as_str(), SERIES | TIME | PATH | REST);
        let value = (!is_own).then(|| column.value(index)).flatten();
        fields.extend(value.map(|value| (name.clone(), value)));
    }
    let time =
        find(TIME).and_then(|(_, column)| column.time(index)).context("a row has no time")?;
    let time = Micros(time);
    if !fields.contains_key("timestamp") {
        fields.insert("timestamp".to_owned(), time.to_iso().into());
    }
    let record = Record::from_fields(fields).map_err(|reason| anyhow!("a row {reason}"))?;
    let series = record.cohort().key();
    let follows = || record_path(&series, time, record.id.as_deref().unwrap_or_default());
    let path = text(PATH).map_or_else(follows, str::to_owned);
    Ok(Row { series, path, record })
}

fn read_column(
    reader: &dyn RowGroupReader,
    index: usize,
    kind: ColumnKind,
    count: usize,
) -> Result<Column> {
    let is_optional = reader.metadata().schema_descr().column(index).max_def_level() > 0;
    let column = reader.get_column_reader(index)?;
    let text = |value: parquet::data_type::ByteArray| Ok(value.as_utf8()?.to_owned());
    Ok(match (kind, column) {
        (ColumnKind::Text, column @ ColumnReader::ByteArrayColumnReader(_)) => {
            Column::Text(values::<ByteArrayType, _>(column, count, is_optional, text)?)
        }
        (ColumnKind::Number, column @ ColumnReader::DoubleColumnReader(_)) => {
            Column::Number(values::<DoubleType, _>(column, count, is_optional, Ok)?)
        }
        (ColumnKind::Flag, column @ ColumnReader::BoolColumnReader(_)) => {
            Column::Flag(values::<BoolType, _>(column, count, is_optional, Ok)?)
        }
        (ColumnKind::Time, column @ ColumnReader::Int64ColumnReader(_)) => {
            Column::Time(values::<Int64Type, _>(column, count, is_optional, Ok)?)
        }
        _ => return Err(anyhow!("has another type than a part's")),
    })
}

fn values<T: DataType, V>(
    column: ColumnReader,
    count: usize,
    is_optional: bool,
    convert: impl Fn(T::T) -> Result<V>,
) -> Result<Vec<Option<V>>> {
    let mut reader = get_typed_column_reader::<T>(column);
    let (mut levels, mut present) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < count {
        let defined = is_optional.then_some(&mut levels);
        let (records, _, _) = reader.read_records(count - read, defined, None, &mut present)?;
        ensure!(records > 0, "ends after {read} of {count} rows");
        read += records;
    }
    let mut present = present.into_iter();
    let mut next = || present.next().context("a value is missing").and_then(&convert);
    if !is_optional {
        return (0..count).map(|_| next().map(Some)).collect();
    }
    levels.into_iter().map(|level| if level > 0 { next().map(Some) } else { Ok(None) }).collect()
}

impl Column {
    fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Text(values) => values.get(row)?.as_deref(),
            _ => None,
        }
    }

    fn time(&self, row: usize) -> Option<i64> {
        match self {
            Self::Time(values) => *values.get(row)?,
            _ => None,
        }
    }

    fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Text(values) => values.get(row)?.clone().map(Value::from),
            Self::Number(values) => (*values.get(row)?).map(Value::from),
            Self::Flag(values) => (*values.get(row)?).map(Value::from),
            Self::Time(_) => None,
        }
    }
}

/// Whatever a broken file makes the decoder do, the rest of the store is read.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    panic::catch_unwind(panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(anyhow!("the decoder gave up")))
}
