//! Which of the architectures a single file is of: the names of its tensors come in.

use crate::checkpoint::weights::Shapes;
use crate::error::Result;

/// What a file is, told from its text encoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SdRelease {
    /// One CLIP.
    V1,
    /// One OpenCLIP.
    V2,
    /// Both.
    Xl,
}

impl SdRelease {
    /// Tells it.
    ///
    /// # Errors
    /// When no text encoder is there that one of them has.
    pub(super) fn of(shapes: &Shapes) -> Result<Self> {
        let has = |list: &str| shapes.count(list) > 0;
        if has("conditioner.embedders.0.transformer.text_model.encoder.layers.") {
            return Ok(Self::Xl);
        }
        if has("cond_stage_model.model.transformer.resblocks.") {
            return Ok(Self::V2);
        }
        let layers = ["text_model.encoder.layers.", "encoder.layers."];
        if layers.iter().any(|layers| has(&format!("cond_stage_model.transformer.{layers}"))) {
            return Ok(Self::V1);
        }
        let expected = "the text encoders of Stable Diffusion 1, 2 or XL (not of its refiner)";
        Err(shapes.bad("cond_stage_model.*", expected))
    }

    /// Parts, and what the names of their tensors begin with.
    pub(super) fn text_encoders(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::V1 => &[("text_encoder", "cond_stage_model.transformer")],
            Self::V2 => &[("text_encoder", "cond_stage_model.model")],
            Self::Xl => &[
                ("text_encoder", "conditioner.embedders.0.transformer"),
                ("text_encoder_2", "conditioner.embedders.1.model"),
            ],
        }
    }

    /// The version that most such files are of.
    pub(super) fn version(self) -> &'static str {
        match self {
            Self::V1 => "1.5",
            Self::V2 => "2.1",
            Self::Xl => "xl",
        }
    }
}
