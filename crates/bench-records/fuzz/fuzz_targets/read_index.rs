//! Index files from any bytes: no panic, and what was read once reads the same again.

#![no_main]

use bench_records::index::{Head, series_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(series) = series_file::read(text) {
        let again = series_file::read(&series_file::write(&series)).expect("what we write, we read");
        assert_eq!(again, series);
    }
    if let Ok(head) = Head::from_ndjson(text) {
        let again = Head::from_ndjson(&head.to_ndjson()).expect("what we write, we read");
        assert_eq!(again, head);
    }
});
