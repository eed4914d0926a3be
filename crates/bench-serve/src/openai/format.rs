//! `output_format` and `output_compression`.

use super::fields::Fields;
use crate::{
    model::Modality,
    picture::Format,
    replies::{ApiError, Result},
};

/// The best quality, which is what counts where nothing is said.
const BEST: u64 = 100;

/// The format of a request's files: the `default` of videos where it names none, and PNG for pictures.
pub fn take(fields: &mut Fields, modality: Modality, default: Format) -> Result<Format> {
    let (known, default) = match modality {
        // no text has a format of files
        Modality::Images | Modality::Texts => (Format::OF_PICTURES, Format::Png),
        Modality::Videos => (Format::OF_VIDEOS, default),
    };
    let named = fields.only("output_format", known)?;
    let format = named.and_then(|name| Format::named(&name)).unwrap_or(default);
    let Some(percent) = fields.count("output_compression")? else { return Ok(format) };
    if percent > BEST {
        let message = format!("output_compression is {percent}, but must be 0 to {BEST}");
        return Err(ApiError::param("output_compression", message));
    }
    match format {
        // the encoder knows no 0
        Format::Jpeg { .. } => Ok(Format::Jpeg { quality: percent.max(1) as u8 }),
        _ if percent == BEST => Ok(format),
        _ => {
            let name = format.name();
            let message = format!(
                "output_compression is {percent}, but {name} is written at {BEST} only; remove it, or ask \
                 for jpeg"
            );
            Err(ApiError::param("output_compression", message))
        }
    }
}
