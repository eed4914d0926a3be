//! Records compacted: bytes a record, time and memory, and how soon one series is read.
//!
//! In: how many records. Out: what `compact` takes and leaves, beside the same records as JSON files
//! and as one compressed file of lines; the time of `history` for one series in a fresh process.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use bench_records::series::Series;

use super::{
    Bench,
    history::Size,
    layout::StoreLayout,
    measure::{Usage, measure, summarize},
    store::{Store, for_files_below},
    table::{Target, print_usages},
};
use crate::process;

/// Points of each series; the number of series follows.
const POINTS: usize = 1000;
const MOST_READ_MS: f64 = 50.0;

/// Measures with that many records, rounded down to whole series.
pub fn run(bench: &Bench, records: usize) -> Result<()> {
    let size = Size { series: records / POINTS, points: POINTS };
    println!(
        "{} records of {} series, 5 kB of disk each; a million usually takes 12 min, 4 of them to \
         make the files, once",
        size.records(),
        size.series
    );
    let original = Store::make(bench, StoreLayout::Records, size)?;
    let store = original.copy("compacted")?;
    let sizes = Sizes {
        records: size.records(),
        json: bytes_below(&store, "records")?,
        lines: lines(size)?,
    };
    let index = measure(&mut store.index())?;
    let compact = measure(&mut store.compact())?;
    ensure!(bytes_below(&store, "records")? == 0, "compact left files");
    print_usages(&[
        ("bench-runner index, from nothing", index),
        ("bench-runner compact, index kept up", compact),
    ]);
    sizes.print(bytes_below(&store, "data")?);
    let reads = Reads::measure(bench, &store, size)?;
    reads.print();
    fs::remove_dir_all(store.root())?;
    println!("to free the disk: remove {}", original.root().display());
    Ok(())
}

struct Sizes {
    records: usize,
    /// The record files.
    json: u64,
    /// One compressed file of lines; `None` without the program that makes it.
    lines: Option<u64>,
}

impl Sizes {
    fn print(&self, parts: u64) {
        let row = |what: &str, bytes: u64| {
            let each = bytes as f64 / self.records as f64;
            let share = bytes as f64 / self.json as f64;
            println!("  {what:<36} {each:>8.1} B a record, {:>5.1} % of the files", share * 100.0);
        };
        row("JSON, a file a record", self.json);
        match self.lines {
            Some(bytes) => row("JSON lines, one file, zstd -9", bytes),
            None => println!("  no `zstd` on the PATH: no compressed lines to compare with"),
        }
        row("Parquet, a part a month", parts);
    }
}

/// One series read, each time by a process of its own.
struct Reads {
    first: Option<Usage>,
    warm: Usage,
}

impl Reads {
    /// Another series each time, so that the first read is that of a series nobody has read.
    fn measure(bench: &Bench, store: &Store, size: Size) -> Result<Self> {
        let keys: BTreeSet<String> = Size { points: 1, ..size }
            .all()
            .map(|record| Series::for_record(&record).key.0)
            .collect();
        let keys: Vec<&String> = keys.iter().collect();
        let key = |round: u64| keys[(round as usize * 7919 + keys.len() / 2) % keys.len()];
        let (mut first, mut warm) = (Vec::new(), Vec::new());
        for round in 0..bench.runs {
            if forget_pages(&store.history())? {
                first.push(measure(&mut store.one_series(key(round)))?);
            }
            measure(&mut store.one_series(key(round)))?;
            warm.push(measure(&mut store.one_series(key(round)))?);
        }
        let warm = summarize(&warm).context("at least one round is measured")?;
        Ok(Self { first: summarize(&first), warm })
    }

    fn print(&self) {
        let first = self.first.map(|first| ("history of one series, from the disk", first));
        let rows: Vec<_> =
            first.into_iter().chain([("history of one series, again", self.warm)]).collect();
        if self.first.is_none() {
            println!("  no GNU `dd`: no read of files that are not in memory yet");
        }
        print_usages(&rows);
        for (what, usage) in &rows {
            let actual = usage.wall_s * 1e3;
            println!("{}", Target { what, actual, most: MOST_READ_MS, unit: " ms" }.line());
        }
    }
}

/// Makes the system forget what it keeps of the files in memory, so that they come from the disk;
/// false where no program can ask for that.
fn forget_pages(folder: &Path) -> Result<bool> {
    let mut all_done = true;
    for_files_below(folder, &mut |path| {
        let mut dd = Command::new("dd");
        // what is not on the disk yet is not forgotten, so it is written there first
        dd.arg(format!("of={}", path.display()));
        dd.args(["oflag=nocache", "conv=notrunc,fdatasync", "count=0"]);
        all_done &= process::succeeds(&mut dd);
        Ok(())
    })?;
    Ok(all_done)
}

fn bytes_below(store: &Store, folder: &str) -> Result<u64> {
    let mut bytes = 0;
    for_files_below(&store.history().join(folder), &mut |path| {
        bytes += fs::metadata(path)?.len();
        Ok(())
    })?;
    Ok(bytes)
}

/// Size of all records as one compressed file of lines, series by series.
fn lines(size: Size) -> Result<Option<u64>> {
    let mut zstd = Command::new("zstd");
    let file = tempfile::NamedTempFile::new()?;
    zstd.args(["-q", "-9", "-T1", "-c"]).stdin(Stdio::piped()).stdout(file.reopen()?);
    let Ok(mut child) = zstd.spawn() else { return Ok(None) };
    let mut lines = BufWriter::new(child.stdin.take().context("its input is a pipe")?);
    for record in size.all() {
        serde_json::to_writer(&mut lines, &record.to_fields())?;
        lines.write_all(b"\n")?;
    }
    lines.into_inner().map(drop).context("writing to zstd")?;
    ensure!(child.wait()?.success(), "zstd failed");
    Ok(Some(file.as_file().metadata()?.len()))
}
