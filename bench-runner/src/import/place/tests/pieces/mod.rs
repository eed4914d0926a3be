//! The same data gives the same store, of every format: imported whole, in pieces and windows that
//! overlap, in any order of runs and of what is in them, in units that change on the way, and again.
//!
//! In: generated cells, which each format writes as its files. Out: stores, which are equal in what
//! their series say, in the number of their runs, and in their names.

use super::*;

mod json;
mod loads;
mod text;

/// One measurement of a generated history. Names and parameters distinguish series; of one day there is
/// one of each.
#[derive(Debug, Clone)]
struct Cell {
    day: u32,
    name: usize,
    parameter: usize,
    /// In the smallest of the format's units.
    value: u32,
    /// Which of the format's units it is printed in.
    unit: usize,
    /// How often it is measured in its run; what is measured again is a little larger.
    repeats: u32,
    /// Whether what was measured again comes first.
    is_reversed: bool,
}

/// What distinguishes the pieces of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pieces {
    /// Series: each cell is a record.
    Series,
    /// Metrics: the cells of one day and parameter are one record.
    Metrics,
}

/// A format with how it writes the cells of one day.
struct Writer {
    format: Format,
    pieces: Pieces,
    files: fn(u32, &[Cell]) -> Vec<String>,
}

impl Cell {
    /// Its values, the first one and those that were measured again.
    fn values(&self) -> impl Iterator<Item = f64> {
        let (value, repeats, is_reversed) = (f64::from(self.value), self.repeats, self.is_reversed);
        (0..repeats).map(move |at| {
            let again = if is_reversed { repeats - 1 - at } else { at };
            value * (1.0 + 0.125 * f64::from(again))
        })
    }

    fn micros(&self) -> i64 {
        1_772_359_200_000_000 + i64::from(self.day) * 86_400_000_000
    }

    /// Its unit, of those of a format, and how many of the smallest it is.
    fn unit_of<'u>(&self, units: &[(&'u str, f64)]) -> (&'u str, f64) {
        units[self.unit % units.len()]
    }
}

impl Writer {
    fn whole(&self, cells: &[Cell]) -> Shelf {
        let mut shelf = Shelf::default();
        self.import(&mut shelf, cells);
        shelf
    }

    /// Imports cells, run by run in the order in which these first appear; the number of new records.
    fn import(&self, shelf: &mut Shelf, cells: &[Cell]) -> usize {
        let mut days: Vec<u32> = Vec::new();
        for cell in cells {
            if !days.contains(&cell.day) {
                days.push(cell.day);
            }
        }
        let mut new = 0;
        for day in days {
            let of_day: Vec<Cell> = cells.iter().filter(|cell| cell.day == day).cloned().collect();
            let time = bench_records::time::Micros(of_day[0].micros());
            let commit = Some(format!("{day:040}"));
            let defaults = Defaults { timestamp: Some(time), commit, ..Defaults::default() };
            for file in (self.files)(day, &of_day) {
                new += shelf.import_with(self.format, file.as_bytes(), &defaults).0;
            }
        }
        new
    }

    /// How many series and runs the cells are.
    fn expected(&self, cells: &[Cell]) -> (usize, usize) {
        let series = |cell: &Cell| match self.pieces {
            Pieces::Series => (cell.name, cell.parameter),
            Pieces::Metrics => (0, cell.parameter),
        };
        let all: BTreeSet<_> = cells.iter().map(series).collect();
        let runs: BTreeSet<_> = cells.iter().map(|cell| (cell.day, series(cell))).collect();
        (all.len(), runs.len())
    }

    fn check(&self, cells: &[Cell], plan: &Plan) -> Result<(), TestCaseError> {
        let format = self.format;
        let mut sorted = cells.to_vec();
        sorted.sort_by_key(|cell| (cell.day, cell.name, cell.parameter));
        let mut whole = self.whole(&sorted);
        let names = whole.series();
        let counts = (names.len(), names.iter().map(|(_, runs)| runs).sum());
        prop_assert_eq!(counts, self.expected(&sorted), "{}: {:?}", format, names);
        let mut cells = cells.to_vec();
        cells.iter_mut().for_each(|cell| cell.is_reversed = plan.is_reversed);
        let mut pieces = if plan.is_whole_first { self.whole(&sorted) } else { Shelf::default() };
        for start in (0..cells.len()).step_by(plan.size) {
            let end = (start + plan.size + plan.overlap).min(cells.len());
            self.import(&mut pieces, &cells[start..end]);
        }
        prop_assert_eq!(pieces.measured(), whole.measured(), "{}", format);
        prop_assert_eq!(pieces.series(), names, "{}", format);
        prop_assert_eq!(self.import(&mut pieces, &sorted), 0, "{}: the whole is there", format);
        prop_assert_eq!(self.import(&mut whole, &cells), 0, "{}: shuffled, it is there", format);
        Ok(())
    }
}

/// How the cells, which are shuffled, are imported.
#[derive(Debug, Clone)]
struct Plan {
    size: usize,
    overlap: usize,
    is_whole_first: bool,
    is_reversed: bool,
}

fn plans() -> impl Strategy<Value = Plan> {
    let plan = (1..6_usize, 0..3_usize, any::<bool>(), any::<bool>());
    plan.prop_map(|(size, overlap, is_whole_first, is_reversed)| Plan {
        size,
        overlap,
        is_whole_first,
        is_reversed,
    })
}

fn shuffled_cells() -> impl Strategy<Value = Vec<Cell>> {
    let cell = (0..4_u32, 0..3_usize, 0..2_usize, 1..5000_u32, 0..4_usize, 1..4_u32).prop_map(
        |(day, name, parameter, value, unit, repeats)| Cell {
            day,
            name,
            parameter,
            value,
            unit,
            repeats,
            is_reversed: false,
        },
    );
    let distinct = |all: Vec<Cell>| {
        let mut seen = BTreeSet::new();
        let is_new = |cell: &Cell| seen.insert((cell.day, cell.name, cell.parameter));
        all.into_iter().filter(is_new).collect::<Vec<_>>()
    };
    prop::collection::vec(cell, 1..20).prop_map(distinct).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn the_outputs_of_tools_give_the_same_store_whole_in_pieces_and_in_any_order(
        cells in shuffled_cells(), plan in plans(),
    ) {
        for writer in text::WRITERS.iter().chain(&json::WRITERS) {
            writer.check(&cells, &plan)?;
        }
    }

    #[test]
    fn load_tests_and_hyperfine_give_the_same_store_whole_in_pieces_and_in_any_order(
        cells in shuffled_cells(), plan in plans(),
    ) {
        for writer in &loads::WRITERS {
            writer.check(&cells, &plan)?;
        }
    }

    #[test]
    fn metrics_of_a_pytorch_run_in_any_pieces_give_the_store_of_the_whole(
        cells in shuffled_cells(), plan in plans(),
    ) {
        loads::PYTORCH.check(&cells, &plan)?;
    }
}
