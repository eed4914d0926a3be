//! Families: what each kind of model, or program, is and how it is loaded.
//!
//! A new family is a file here that implements [`Family`], and an arm in [`of`].

mod command;
mod detect;
mod fake;

#[cfg(feature = "candle")]
mod diffusion;
#[cfg(feature = "candle")]
mod flux;
#[cfg(feature = "candle")]
mod images;
#[cfg(feature = "candle")]
pub mod llama;
#[cfg(feature = "candle")]
mod stable_diffusion;
#[cfg(feature = "candle")]
mod support;
#[cfg(feature = "candle")]
mod texts;
#[cfg(feature = "candle")]
pub mod verify;
#[cfg(feature = "candle")]
pub mod wan;

use anyhow::Result;
use bench_records::config::{Pipeline as Name, RunPlan};

use crate::{DeviceRequest, LoadContext, Pipeline};

pub(crate) use detect::{detect, undetected};

/// A kind of model, or of program.
pub trait Family: Sync {
    /// Where its work is done.
    fn place(&self) -> Place {
        Place::ThisProcess
    }

    /// Passes a plan without a fault that only this family knows.
    ///
    /// # Errors
    /// That fault: the field, and what to do.
    fn check(&self, plan: &RunPlan) -> Result<()>;

    /// Why this build cannot run a plan; `None` where it can.
    fn unsupported(&self, plan: &RunPlan) -> Option<String>;

    /// What about a plan's size the kernels of a device cannot count, where the plan alone says it;
    /// `None` where it fits, or only the model's files say more: then loading refuses it.
    fn too_large(&self, _: &RunPlan, _: DeviceRequest) -> Option<String> {
        None
    }

    /// Loads a plan that was checked and is supported.
    ///
    /// # Errors
    /// What kept it from that.
    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>>;
}

/// Where the work of a family is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Here, on one device.
    ThisProcess,
    /// In another program, or nowhere.
    Elsewhere,
}

/// The family that a configuration names.
#[must_use]
pub fn of(name: Name) -> &'static dyn Family {
    match name {
        Name::Command => &command::Programs,
        Name::Fake => &fake::Fakes,
        Name::Wan => inference::WAN,
        Name::StableDiffusion => inference::STABLE_DIFFUSION,
        Name::Flux => inference::FLUX,
        Name::Llama => inference::LLAMA,
    }
}

/// A family as configurations spell it.
#[must_use]
pub fn name(name: Name) -> &'static str {
    match name {
        Name::Wan => "wan",
        Name::StableDiffusion => "stable_diffusion",
        Name::Flux => "flux",
        Name::Llama => "llama",
        Name::Command => "command",
        Name::Fake => "fake",
    }
}

/// Why no family of this build would run a plan whose model is still to be fetched: what one says of its
/// keys holds for all.
pub(crate) fn unsupported_by_all(plan: &RunPlan) -> Option<String> {
    inference::WAN.unsupported(plan)
}

#[cfg(feature = "candle")]
mod inference {
    use super::{
        Family, flux::FluxModel, images::runner::TextToImageFamily, llama::LlamaFamily,
        stable_diffusion::SdModel, wan::WanFamily,
    };

    pub const WAN: &dyn Family = &WanFamily;
    pub const STABLE_DIFFUSION: &dyn Family = &TextToImageFamily::<SdModel>::NEW;
    pub const FLUX: &dyn Family = &TextToImageFamily::<FluxModel>::NEW;
    pub const LLAMA: &dyn Family = &LlamaFamily;
}

/// Families that this build lacks.
#[cfg(not(feature = "candle"))]
mod inference {
    use anyhow::bail;

    use super::{Family, LoadContext, Name, Pipeline, Result, RunPlan, name};

    pub const WAN: &dyn Family = &Missing(Name::Wan);
    pub const STABLE_DIFFUSION: &dyn Family = &Missing(Name::StableDiffusion);
    pub const FLUX: &dyn Family = &Missing(Name::Flux);
    pub const LLAMA: &dyn Family = &Missing(Name::Llama);

    struct Missing(Name);

    impl Family for Missing {
        fn check(&self, _: &RunPlan) -> Result<()> {
            Ok(())
        }

        fn unsupported(&self, _: &RunPlan) -> Option<String> {
            let name = name(self.0);
            Some(format!("this build has no pipeline {name}; see `bench-runner doctor`"))
        }

        fn load(&self, plan: &RunPlan, _: &LoadContext) -> Result<Box<dyn Pipeline>> {
            bail!(self.unsupported(plan).unwrap_or_default())
        }
    }
}
