//! What makes two records comparable: recipes, profiles, their fingerprints, and the cohort.

pub mod canonical;
pub mod cohort;
pub mod fingerprint;
pub mod recipe;

pub use cohort::{Cohort, Identity, SeriesKey, short_value};
