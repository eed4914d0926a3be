//! Records and raw records from any bytes: no panic, and what was read once reads the same again.

#![no_main]

use bench_records::{raw::RawRecord, record::Record};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = RawRecord::from_slice(bytes);
    let Ok(record) = Record::from_slice(bytes) else { return };
    let written = record.to_json();
    let again = Record::from_slice(written.as_bytes()).expect("what we write, we read");
    assert_eq!(again, record, "written as {written}");
    assert_eq!(again.to_json(), written);
});
