//! 1,000,000 records in one folder: whether indexing and judging still fit in an ordinary machine.

use anyhow::Result;

use super::{
    Bench,
    history::Size,
    layout::StoreLayout,
    measure::measure,
    store::Store,
    table::{Target, print_usages},
};

const SIZE: Size = Size { series: 1000, points: 1000 };
const MOST_MIB: f64 = 2048.0;

/// Indexes from nothing, indexes again with nothing new, and judges one result; each once.
pub fn run(bench: &Bench) -> Result<()> {
    println!(
        "1,000,000 records: 5 GB of disk, usually 5 to 15 min to make, once, and 5 min to \
         measure"
    );
    let store = Store::make(bench, StoreLayout::Records, SIZE)?;
    store.forget_index()?;
    let cold = measure(&mut store.index())?;
    let warm = measure(&mut store.index())?;
    let compare = measure(&mut store.compare())?;
    print_usages(&[
        ("bench-runner index, from nothing", cold),
        ("bench-runner index, nothing new", warm),
        ("bench-runner compare, index kept up", compare),
    ]);
    for (what, usage) in [("peak of cold index", cold), ("peak of compare", compare)] {
        println!("{}", Target::memory(what, &usage, MOST_MIB).line());
    }
    println!("to free the disk: remove {}", store.history().display());
    Ok(())
}
