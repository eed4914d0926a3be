//! `tests/fixtures/stats/scipy.json` in, its cases out.

use serde::Deserialize;

pub fn fixture() -> Fixture {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/stats/scipy.json");
    let text = std::fs::read_to_string(path).expect("the fixture is committed");
    serde_json::from_str(&text).expect("the fixture has the fields above")
}

#[derive(Deserialize)]
pub struct Fixture {
    pub mad_to_sigma: f64,
    pub samples: Vec<SampleCase>,
    pub ranks: Vec<RankCase>,
    pub needed: Vec<(f64, usize)>,
    pub rolling: Vec<RollingCase>,
    pub two_samples: Vec<TwoSampleCase>,
}

#[derive(Deserialize)]
pub struct SampleCase {
    pub name: String,
    pub values: Vec<f64>,
    pub mean: f64,
    pub median: f64,
    pub std_dev: Option<f64>,
    pub mad: f64,
    pub min: f64,
    pub max: f64,
    pub coefficient_of_variation: Option<f64>,
    pub geometric_mean: Option<f64>,
    pub percentiles: Vec<(f64, f64)>,
    pub intervals: Vec<IntervalCase>,
}

#[derive(Deserialize)]
pub struct IntervalCase {
    pub percent: f64,
    pub bounds: Option<(f64, f64)>,
    pub coverage: Option<f64>,
    pub quantile_test: Option<(f64, f64)>,
}

#[derive(Deserialize)]
pub struct RankCase {
    pub count: usize,
    pub percent: f64,
    pub ranks: Option<Ranks>,
}

#[derive(Deserialize)]
pub struct Ranks {
    pub lower: usize,
    pub upper: usize,
    pub coverage: f64,
}

#[derive(Deserialize)]
pub struct RollingCase {
    pub name: String,
    pub window: usize,
    pub values: Vec<Option<f64>>,
    pub through: Vec<Option<f64>>,
    pub before: Vec<Option<f64>>,
}

#[derive(Deserialize)]
pub struct TwoSampleCase {
    pub name: String,
    pub base: Vec<f64>,
    pub current: Vec<f64>,
    pub u: f64,
    pub p_normal: f64,
    pub p_exact: Option<f64>,
    pub shift: f64,
    pub cliffs_delta: f64,
}
