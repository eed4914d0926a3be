//! Ids of imported records.
//!
//! In: a record without an id. Out: the same record with a ULID of its time and its content, so
//! that a file imported twice does not count twice.

use bench_records::{
    identity::{canonical::canonical_json, fingerprint::sha256_hex},
    record::Record,
    time::Micros,
};
use serde_json::Value;
use ulid::Ulid;

/// Gives `record` an id, if it has none.
pub fn assign(record: &mut Record) {
    if record.id.is_none() {
        record.id = Some(id_of(record).to_string());
    }
}

fn id_of(record: &Record) -> Ulid {
    let digest = sha256_hex(&canonical_json(&Value::Object(record.to_fields())));
    let random = u128::from_str_radix(&digest[..20], 16).expect("a SHA-256 is hexadecimal");
    Ulid::from_parts(milliseconds(record.time.unwrap_or_default()), random)
}

fn milliseconds(time: Micros) -> u64 {
    u64::try_from(time.0 / 1000).unwrap_or_default()
}
