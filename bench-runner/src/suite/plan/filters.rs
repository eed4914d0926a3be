//! Filters that variables set: tests by name, model and dtype.
//!
//! In: tests and settings. Out: why a test is left out, and what there was to choose from where none is left.

use std::collections::BTreeSet;

use super::super::{file::Test, settings::Settings};
use crate::words::named;

/// Names, models or dtypes that a message names at most.
const NAMED: usize = 8;

/// By what a test is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Name,
    Model,
    Dtype,
}

impl Filter {
    const ALL: [Self; 3] = [Self::Name, Self::Model, Self::Dtype];

    /// What is set; `None` where nothing is.
    fn wanted(self, settings: &Settings) -> Option<String> {
        match self {
            Self::Name => {
                settings.selector.as_ref().map(|selector| format!("{:?}", selector.as_str()))
            }
            Self::Model => settings.model.clone(),
            Self::Dtype => settings.dtype.clone(),
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Name => "TEST_SELECTOR",
            Self::Model => "MODEL_FILTER",
            Self::Dtype => "DTYPE_FILTER",
        }
    }

    /// What it looks at, of several tests.
    fn what(self) -> &'static str {
        match self {
            Self::Name => "names",
            Self::Model => "models",
            Self::Dtype => "dtypes",
        }
    }

    fn values(self, test: &Test) -> Vec<String> {
        match self {
            Self::Name => vec![test.name.clone()],
            Self::Model => {
                [test.model(), test.client.text("model")].into_iter().flatten().collect()
            }
            Self::Dtype => {
                vec![test.engine.text("dtype").unwrap_or_else(|| "not given".to_owned())]
            }
        }
    }

    fn passes(self, test: &Test, settings: &Settings) -> bool {
        match self {
            Self::Name => settings.selector.as_ref().is_none_or(|s| s.is_match(&test.name)),
            Self::Model | Self::Dtype => {
                self.wanted(settings).is_none_or(|wanted| self.values(test).contains(&wanted))
            }
        }
    }

    /// Why a test that does not pass is left out.
    fn reason(self, test: &Test, wanted: &str) -> String {
        let variable = self.variable();
        let value = || self.values(test).into_iter().next().unwrap_or_else(|| "unknown".to_owned());
        match self {
            Self::Name => format!("{variable} {wanted} does not match its name"),
            Self::Model => format!("its model is {}, {variable} is {wanted}", value()),
            Self::Dtype => format!("its dtype is {}, {variable} is {wanted}", value()),
        }
    }
}

/// Why filters leave a test out; `None` where they do not.
pub(super) fn why_filtered_out(test: &Test, settings: &Settings) -> Option<String> {
    let filter = Filter::ALL.into_iter().find(|filter| !filter.passes(test, settings))?;
    filter.wanted(settings).map(|wanted| filter.reason(test, &wanted))
}

/// The filter that leaves no test of those that the ones before it leave, with what it looked at; `None` where
/// a test passes, or there was none.
pub(super) fn unmatched(tests: &[Test], settings: &Settings) -> Option<String> {
    let mut left: Vec<&Test> = tests.iter().collect();
    for filter in Filter::ALL {
        let values: BTreeSet<String> = left.iter().flat_map(|test| filter.values(test)).collect();
        let had_some = !left.is_empty();
        left.retain(|test| filter.passes(test, settings));
        if had_some && left.is_empty() {
            let (variable, what) = (filter.variable(), filter.what());
            let wanted = filter.wanted(settings).unwrap_or_default();
            let values = named(values, NAMED);
            return Some(format!("{variable} {wanted} leaves no test; their {what} are {values}"));
        }
    }
    None
}
