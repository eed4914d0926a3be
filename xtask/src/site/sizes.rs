//! What a browser downloads of the bundle, in bytes.

use std::{fs, io::Write, path::Path};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};

/// The most that may be fetched before the overview, packed: page, styles, scripts, WebAssembly.
const BUDGET_BYTES: usize = 170_000;

/// Begin the names of programs and style sheets that the overview does not need.
const LATER: [&str; 3] = ["series-", "pages-", "chart-"];

struct Size {
    name: String,
    raw: usize,
    gzip: usize,
}

/// A line a file of the program, as it is and as a host sends it; data is not counted. An error where more than the
/// budget comes before the overview.
pub fn report(dist: &Path) -> Result<String> {
    let mut sizes = sizes(dist).with_context(|| format!("cannot read {}", dist.display()))?;
    sizes.sort_by_key(|size| std::cmp::Reverse(size.gzip));
    let width = sizes.iter().map(|size| size.name.len()).max().unwrap_or_default();
    let line = |Size { name, raw, gzip }: &Size| format!("{name:<width$} {raw:>9} {gzip:>9}\n");
    let head = format!("{:<width$} {:>9} {:>9}\n", "file", "bytes", "gzip -9");
    let first = sizes.iter().filter(|size| !LATER.iter().any(|name| size.name.starts_with(name)));
    let total: usize = first.map(|size| size.gzip).sum();
    let table = head + &sizes.iter().map(line).collect::<String>();
    let foot = format!("before the overview: {total} bytes packed, budget {BUDGET_BYTES}");
    ensure!(total <= BUDGET_BYTES, "{table}{foot}: missed");
    Ok(format!("{table}{foot}: met"))
}

fn sizes(dist: &Path) -> std::io::Result<Vec<Size>> {
    let mut sizes = Vec::new();
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() {
            let bytes = fs::read(entry.path())?;
            sizes.push(Size { name, raw: bytes.len(), gzip: gzip_bytes(&bytes)? });
        }
    }
    Ok(sizes)
}

fn gzip_bytes(bytes: &[u8]) -> std::io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_file_comes_first_and_neither_data_nor_what_comes_later_counts() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("writable");
        };
        write("a.js", "a");
        // random enough to weigh more than the budget, packed
        let heavy: String = (0..200_000_u64)
            .map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            .collect();
        write("pages-1f.js", &heavy);
        write("b.wasm", &(0..9999).map(|n| n.to_string()).collect::<String>());
        fs::create_dir(folder.path().join("data")).expect("writable");
        write("data/head.ndjson", "not counted");
        let report = report(folder.path()).expect("sizes");
        let names: Vec<&str> = report.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(names, ["file", "pages-1f.js", "b.wasm", "a.js", "before"]);
        assert!(report.ends_with("budget 170000: met"), "{report}");
        write("overview-1f.js", &heavy);
        let missed = super::report(folder.path()).expect_err("too much").to_string();
        assert!(missed.ends_with("budget 170000: missed"), "{missed}");
    }
}
