//! Whose noise levels a generation starts from.
//!
//! Programs differ in the grid they lay under UniPC, and a few steps on another grid are other work:
//! records name the grid.

/// Whose grid lies under UniPC. All are evenly spaced, then shifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigmaGrid {
    /// From 1 to 1/N, for a model trained with N timesteps, its last point left out.
    #[default]
    Diffusers,
    /// From 1 − 1/N to 0: `FlowUniPCMultistepScheduler` as Wan's own repository calls it.
    Wan,
    /// From the shifted 1 − 1/N to 0, so that the shift applies twice: the same class as FastVideo
    /// calls it, which gives it the shift when it is made.
    FastVideo,
}

impl SigmaGrid {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Diffusers, Self::Wan, Self::FastVideo];

    /// Its name in configurations and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Diffusers => "diffusers",
            Self::Wan => "wan",
            Self::FastVideo => "fastvideo",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grid| grid.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for grid in SigmaGrid::ALL {
            assert_eq!(SigmaGrid::named(grid.name()), Some(grid));
        }
        assert_eq!(SigmaGrid::named("karras"), None);
    }
}
