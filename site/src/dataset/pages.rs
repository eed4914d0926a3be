//! Points of a history that are in pages of its head.
//!
//! In: a history that lacks them, and the lines of pages. Out: the history with them, or with what is wrong with a page.

use std::sync::Arc;

use bench_records::index::{HeadSeries, IndexError, is_as_listed, page_path};

use super::{Dataset, Row};
use crate::load::{LoadError, of_another_state};

impl Dataset {
    /// The mark that a page bears if it was written with this head.
    #[must_use]
    pub fn page_mark(&self, page: usize) -> &str {
        let mark = page.checked_sub(1).and_then(|at| self.page_marks.get(at));
        mark.map_or("", String::as_str)
    }

    /// The pages that have points of its series and are not read.
    #[must_use]
    pub fn pages_lacking(&self) -> Vec<usize> {
        let is_lacking = |page: &usize| self.rows.iter().any(|row| row.page == *page);
        (1..=self.pages).filter(is_lacking).collect()
    }

    /// The same history with the lines of these pages in place of what the list says of their series. A page that does
    /// not fit the list, and a line that cannot be shown, are problems.
    #[must_use]
    pub fn with_pages(&self, pages: Vec<(usize, Vec<HeadSeries>)>) -> Self {
        let mut dataset = self.clone();
        for (page, lines) in pages {
            let places = self.rows.iter().enumerate().filter(|(_, row)| row.page == page);
            let places: Vec<(usize, &str)> =
                places.map(|(at, row)| (at, row.key().0.as_str())).collect();
            let listed: Vec<&str> = places.iter().map(|(_, key)| *key).collect();
            if !is_as_listed(&listed, &lines) {
                dataset.give_up(page, of_another_state(&IndexError::OtherState { page }));
                continue;
            }
            for line in lines {
                let Some((at, _)) = places.iter().find(|(_, key)| *key == line.key.0) else {
                    continue;
                };
                let row = &mut dataset.rows[*at];
                match Row::new(line, &self.batch(), self.newest) {
                    Ok(read) => *row = Arc::new(Row { apart: row.apart.clone(), ..read }),
                    Err(error) => {
                        Arc::make_mut(row).page = 0;
                        dataset.problems.push(format!("{}: {error}", page_path(page)));
                    }
                }
            }
        }
        dataset
    }

    /// Waits no longer for a page that cannot be read, for which there is a reason.
    pub fn give_up(&mut self, page: usize, error: LoadError) {
        for row in self.rows.iter_mut().filter(|row| row.page == page) {
            Arc::make_mut(row).page = 0;
        }
        self.problems.push(format!("{}; {}", error.problem, error.remedy));
    }
}
