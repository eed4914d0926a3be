//! A rule that limits batches, and what it is held against.

use std::fmt;

use crate::signature::Signature;

/// A rule that limits the batches of some requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The models.
    pub which: Which,
    /// Only of this size.
    pub resolution: Option<Resolution>,
    /// Only on devices with at least and at most so much memory, in GB of 1024³ bytes.
    pub memory_gb: (Option<f64>, Option<f64>),
    /// Only where weights are kept off the device, or are not.
    pub offload: Option<bool>,
    /// Requests in a batch, at most.
    pub max_batch_size: usize,
    /// Height × width × frames of all requests in a batch, at most.
    pub max_cost: Option<u64>,
}

/// The models of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The one of this name.
    Named(String),
    /// Those with this in a name.
    Contains(String),
}

/// The size of a rule, in either spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// SGLang's: `WIDTHxHEIGHT`, of any length.
    Any {
        /// Pixels.
        width: u64,
        /// Pixels.
        height: u64,
    },
    /// FastVideo's: `HEIGHTxWIDTHxFRAMES`.
    Frames {
        /// Pixels.
        height: u64,
        /// Pixels.
        width: u64,
        /// Frames; 1 for a picture.
        frames: u64,
    },
}

/// What a model is called and where it runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Surroundings {
    /// Its id, its short name, and where its weights are from.
    pub names: Vec<String>,
    /// Memory of the device, where it has its own.
    pub memory_gb: Option<f64>,
}

impl Surroundings {
    /// A model of these names on a device without memory of its own.
    pub fn named<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), memory_gb: None }
    }
}

impl Which {
    fn matches(&self, names: &[String]) -> bool {
        names.iter().any(|name| match self {
            Self::Named(wanted) => name == wanted,
            Self::Contains(part) => name.to_lowercase().contains(&part.to_lowercase()),
        })
    }
}

impl Resolution {
    /// Reads either spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Option<Vec<u64>> = text
            .split(['x', 'X', '×'])
            .map(|part| part.trim().parse().ok().filter(|size| *size > 0))
            .collect();
        match parts?[..] {
            [width, height] => Some(Self::Any { width, height }),
            [height, width, frames] => Some(Self::Frames { height, width, frames }),
            _ => None,
        }
    }

    fn matches(self, signature: &Signature) -> bool {
        let size = (signature.width, signature.height);
        match self {
            Self::Any { width, height } => size == (width, height),
            Self::Frames { height, width, frames } => {
                size == (width, height) && signature.num_frames.unwrap_or(1) == frames
            }
        }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any { width, height } => write!(f, "{width}x{height}"),
            Self::Frames { height, width, frames } => write!(f, "{height}x{width}x{frames}"),
        }
    }
}

impl Rule {
    /// Whether the rule is about such requests of this model here. A device whose memory is not known
    /// fits any.
    #[must_use]
    pub fn matches(&self, signature: &Signature, place: &Surroundings) -> bool {
        self.why_not_here(place).is_none()
            && self.resolution.is_none_or(|size| size.matches(signature))
    }

    /// Why the rule is about no request of this model here, whatever its size.
    #[must_use]
    pub fn why_not_here(&self, place: &Surroundings) -> Option<String> {
        if !self.which.matches(&place.names) {
            return Some(format!("is about another model than {}", place.names.join(", ")));
        }
        if self.offload == Some(true) {
            return Some("is about weights off the device, which this engine never has".to_owned());
        }
        let (least, most) = self.memory_gb;
        let memory = place.memory_gb?;
        let is_outside =
            least.is_some_and(|least| memory < least) || most.is_some_and(|most| memory > most);
        is_outside.then(|| format!("is about devices with other memory than {memory:.0} GB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_of_unknown_memory_fits_any_rule() {
        let rule = Rule {
            which: Which::Named("wan".to_owned()),
            resolution: None,
            memory_gb: (Some(40.0), Some(80.0)),
            offload: Some(false),
            max_batch_size: 2,
            max_cost: None,
        };
        for (memory_gb, fits) in
            [(None, true), (Some(24.0), false), (Some(48.0), true), (Some(141.0), false)]
        {
            let place = Surroundings { memory_gb, ..Surroundings::named(["wan"]) };
            assert_eq!(rule.why_not_here(&place).is_none(), fits, "{memory_gb:?}");
        }
        let rule = Rule { offload: Some(true), ..rule };
        assert!(rule.why_not_here(&Surroundings::named(["wan"])).is_some());
    }

    #[test]
    fn both_spellings_of_a_size_match() {
        let signature = Signature { model: 0, width: 832, height: 480, num_frames: Some(81) };
        for (text, expected) in [
            ("832x480", true),
            ("480x832", false),
            ("480x832x81", true),
            ("832x480x81", false),
            ("480x832x45", false),
        ] {
            let resolution = Resolution::parse(text).expect("a size");
            assert_eq!(resolution.matches(&signature), expected, "{text}");
        }
        let picture = Signature { num_frames: None, ..signature };
        assert!(Resolution::parse("480x832x1").is_some_and(|size| size.matches(&picture)));
        for text in ["", "832", "832x", "0x480", "832x480x81x2", "-1x3", "wide"] {
            assert_eq!(Resolution::parse(text), None, "{text}");
        }
    }
}
