//! From rows to the bytes of a part: zstd, sorted by series and time.

use std::sync::Arc;

use anyhow::{Context, Result};
use parquet::{
    basic::{Compression, Encoding, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    file::{
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::ColumnPath,
};
use serde_json::{Map, Value};

use super::{
    Row,
    columns::{self, ColumnKind, PATH, REST, SERIES, TIME},
};

/// Rows that are read at once where one series is wanted.
const ROW_GROUP: usize = 8_192;

/// The bytes of a part with these rows, which it puts in order.
///
/// # Errors
/// Where the encoder fails.
pub fn write(mut rows: Vec<Row>) -> Result<Vec<u8>> {
    rows.sort_by(|a, b| a.order().cmp(&b.order()));
    let schema = columns::schema().context("the schema of a part is well-formed")?;
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties()?))?;
    for group in rows.chunks(ROW_GROUP) {
        let fields: Vec<Fields> = group.iter().map(Fields::of).collect();
        let mut row_group = writer.next_row_group()?;
        for (name, kind) in columns::all() {
            let mut column = row_group.next_column()?.context("a column a field")?;
            write_column(&mut column, &name, kind, group, &fields)?;
            column.close()?;
        }
        row_group.close()?;
    }
    Ok(writer.into_inner()?)
}

fn properties() -> Result<WriterProperties> {
    let time = ColumnPath::from(TIME);
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from(SERIES), EnabledStatistics::Chunk)
        .set_column_statistics_enabled(time.clone(), EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
        .set_column_dictionary_enabled(ColumnPath::from("id"), false)
        .set_column_dictionary_enabled(ColumnPath::from(REST), false);
    Ok(builder.build())
}

/// Fields of a record, those in columns apart from the rest.
struct Fields {
    columns: Map<String, Value>,
    rest: Option<String>,
}

impl Fields {
    fn of(row: &Row) -> Self {
        let mut rest = row.record.to_fields();
        let mut columns = Map::new();
        for (name, kind) in columns::all() {
            let is_of_kind = rest.get(&name).is_some_and(|value| match kind {
                ColumnKind::Text => value.is_string(),
                ColumnKind::Number => value.as_f64().is_some_and(f64::is_finite),
                ColumnKind::Flag => value.is_boolean(),
                ColumnKind::Time => false,
            });
            let is_own = matches!(name.as_str(), SERIES | PATH | REST);
            if is_of_kind && !is_own {
                columns.extend(rest.shift_remove(&name).map(|value| (name, value)));
            }
        }
        // follows from the column of the time
        if columns.get("timestamp").and_then(Value::as_str) == Some(&row.time().to_iso()) {
            columns.shift_remove("timestamp");
        }
        rest.retain(|name, value| !(value.is_null() && is_implied(name)));
        let rest = (!rest.is_empty()).then(|| Value::Object(rest).to_string());
        Self { columns, rest }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.columns.get(name)
    }
}

/// A null that a record has whether it is written or not.
fn is_implied(name: &str) -> bool {
    columns::all().any(|(column, _)| column == name)
}

fn write_column(
    column: &mut SerializedColumnWriter<'_>,
    name: &str,
    kind: ColumnKind,
    rows: &[Row],
    fields: &[Fields],
) -> Result<()> {
    let text = |text: &str| ByteArray::from(text.as_bytes().to_vec());
    match (name, kind) {
        (SERIES, _) => {
            let values: Vec<ByteArray> = rows.iter().map(|row| text(&row.series.0)).collect();
            column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        }
        (_, ColumnKind::Time) => {
            let values: Vec<i64> = rows.iter().map(|row| row.time().0).collect();
            column.typed::<Int64Type>().write_batch(&values, None, None)?;
        }
        (PATH, _) => {
            let own = |row: &Row| (!row.path_follows()).then(|| text(&row.path));
            optional::<ByteArrayType>(column, rows.iter().map(own))?;
        }
        (REST, _) => {
            let rest = |fields: &Fields| fields.rest.as_deref().map(text);
            optional::<ByteArrayType>(column, fields.iter().map(rest))?;
        }
        (_, ColumnKind::Text) => {
            let value = |fields: &Fields| Some(text(fields.get(name)?.as_str()?));
            optional::<ByteArrayType>(column, fields.iter().map(value))?;
        }
        (_, ColumnKind::Number) => {
            let value = |fields: &Fields| fields.get(name)?.as_f64();
            optional::<DoubleType>(column, fields.iter().map(value))?;
        }
        (_, ColumnKind::Flag) => {
            let value = |fields: &Fields| fields.get(name)?.as_bool();
            optional::<BoolType>(column, fields.iter().map(value))?;
        }
    }
    Ok(())
}

fn optional<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<()> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    column.typed::<T>().write_batch(&present, Some(&levels), None)?;
    Ok(())
}
