//! Rates that were probed, and what all probes of one say together.

use serde::{Deserialize, Serialize};

use super::{
    Bound,
    evidence::{ClauseEvidence, Evidence},
    interval::{Block, interval},
};

/// What probes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every clause is kept, and the backlog does not grow.
    Pass,
    /// A clause is broken, or the backlog grows.
    Fail,
    /// The interval of a clause has its limit in it.
    Unclear,
}

/// Probes that an end of a bracket needs.
pub(super) const CONFIRMED_BY: usize = 2;

/// A rate and the probes of it.
#[derive(Debug, Clone)]
pub(super) struct Rate {
    pub(super) rate_rps: f64,
    pub(super) probes: Vec<Evidence>,
    pub(super) verdict: Verdict,
}

impl Verdict {
    /// What several probes of one rate say together.
    pub(super) fn of(probes: &[&Evidence]) -> Self {
        let growing = probes.iter().filter(|probe| probe.backlog.grows()).count();
        let count = probes.first().map_or(0, |probe| probe.clauses.len());
        let clauses: Vec<Self> = (0..count)
            .map(|at| {
                let clause: Vec<&ClauseEvidence> =
                    probes.iter().map(|probe| &probe.clauses[at]).collect();
                Self::of_clause(&clause)
            })
            .collect();
        if clauses.contains(&Self::Fail) || growing == probes.len() {
            Self::Fail
        } else if clauses.contains(&Self::Unclear) || growing > 0 {
            Self::Unclear
        } else {
            Self::Pass
        }
    }

    /// What several probes of one rate say together of one clause.
    pub(super) fn of_clause(probes: &[&ClauseEvidence]) -> Self {
        let Some(first) = probes.first() else { return Self::Unclear };
        let tests: Vec<&[Block]> = probes.iter().map(|probe| probe.blocks.as_slice()).collect();
        let interval = interval(&tests, first.ratio);
        if interval.high <= first.bound {
            Self::Pass
        } else if interval.low > first.bound {
            Self::Fail
        } else {
            Self::Unclear
        }
    }
}

impl Rate {
    pub(super) fn is_confirmed(&self) -> bool {
        self.probes.len() >= CONFIRMED_BY
    }

    pub(super) fn bound(&self) -> Bound {
        Bound {
            rate_rps: self.rate_rps,
            probes: self.probes.len(),
            is_confirmed: self.is_confirmed(),
        }
    }

    /// Geometric mean of the headroom of its probes; 0 where one has none.
    pub(super) fn headroom(&self) -> f64 {
        let product: f64 = self.probes.iter().map(Evidence::headroom).product();
        libm::pow(product, 1.0 / self.probes.len() as f64)
    }

    /// Requests answered each second, where more came than that.
    pub(super) fn saturated_rps(&self) -> Option<f64> {
        let growing = self.probes.iter().filter(|probe| probe.backlog.grows());
        growing.map(|probe| probe.answered_rps).reduce(f64::max)
    }
}

/// Adds a probe to its rate.
pub(super) fn add(rates: &mut Vec<Rate>, rate_rps: f64, evidence: Evidence) {
    match rates.iter_mut().find(|rate| rate.rate_rps == rate_rps) {
        Some(rate) => {
            rate.probes.push(evidence);
            let probes: Vec<&Evidence> = rate.probes.iter().collect();
            rate.verdict = Verdict::of(&probes);
        }
        None => {
            let verdict = Verdict::of(&[&evidence]);
            rates.push(Rate { rate_rps, probes: vec![evidence], verdict });
            rates.sort_by(|a, b| a.rate_rps.total_cmp(&b.rate_rps));
        }
    }
}

/// References to all rates, ascending.
pub(super) fn all_rates(rates: &[Rate]) -> Vec<&Rate> {
    rates.iter().collect()
}
