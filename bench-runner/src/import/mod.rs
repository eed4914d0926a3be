//! Results of other tools.
