//! Which files of a component hold its weights: names of files in one folder come in, the choice goes
//! out. Folders of this machine and listings of the Hub are told apart by nobody here.

use std::collections::{BTreeMap, BTreeSet};

/// Names that diffusers and transformers give to weight files.
pub const STEMS: [&str; 2] = ["diffusion_pytorch_model", "model"];
/// Names that they gave to files of `torch.save`.
const TORCH_STEMS: [&str; 2] = ["diffusion_pytorch_model", "pytorch_model"];
/// Endings of files that may be weights in a form that is not read; of `.pth`, which Wan's makers have
/// beside those of diffusers, others say what is read.
const WEIGHT_ENDINGS: [&str; 10] =
    ["safetensors", "bin", "ckpt", "gguf", "h5", "msgpack", "npz", "onnx", "pt", "pdparams"];

/// How tensors are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.safetensors`
    Safetensors,
    /// `.bin`, a pickle of PyTorch.
    Torch,
}

/// What a file of weights holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// All tensors.
    Tensors,
    /// The names of the files that do.
    Index,
}

/// The file that leads to a component's weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its name.
    pub file: String,
    /// What it holds.
    pub holds: Holds,
    /// How tensors are stored.
    pub format: Format,
    /// What diffusers calls the variant; `None` for weights without one.
    pub variant: Option<String>,
}

/// Why no file can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unchosen {
    /// No weights at all.
    Nothing,
    /// Several variants, and none was asked for: their files.
    Several(Vec<String>),
    /// Weights in forms that are not read, or shards without an index: their files.
    Unread(Vec<String>),
}

/// Chooses: the variant that is asked for, else weights without one, else the only variant there is.
/// Safetensors come before pickles; diffusers reads those before it would read a variant.
///
/// # Errors
/// Why none can be chosen.
pub fn choose(names: &BTreeSet<String>, asked: Option<&str>) -> Result<Chosen, Unchosen> {
    let found = candidates(names);
    let of = |variant: Option<&str>| {
        found.iter().find(|chosen| chosen.variant.as_deref() == variant).cloned()
    };
    if let Some(chosen) = asked.and_then(|asked| of(Some(asked))).or_else(|| of(None)) {
        return Ok(chosen);
    }
    let mut variants: BTreeMap<&str, &Chosen> = BTreeMap::new();
    for chosen in &found {
        variants.entry(chosen.variant.as_deref().unwrap_or_default()).or_insert(chosen);
    }
    let chosen: Vec<&Chosen> = variants.into_values().collect();
    match chosen.as_slice() {
        [chosen] => Ok((*chosen).clone()),
        [] => Err(unread(names)),
        several => Err(Unchosen::Several(several.iter().map(|one| one.file.clone()).collect())),
    }
}

/// Whether the weights of that variant are among these files.
#[must_use]
pub fn has_variant(names: &BTreeSet<String>, variant: &str) -> bool {
    candidates(names).iter().any(|chosen| chosen.variant.as_deref() == Some(variant))
}

/// Files that lead to weights, in the order in which they are preferred.
fn candidates(names: &BTreeSet<String>) -> Vec<Chosen> {
    let forms = [(Format::Safetensors, "safetensors", STEMS), (Format::Torch, "bin", TORCH_STEMS)];
    let mut found = Vec::new();
    for (format, ending, stems) in forms {
        for stem in stems {
            for holds in [Holds::Index, Holds::Tensors] {
                found.extend(names.iter().filter_map(|name| {
                    let variant = variant(name.strip_prefix(stem)?, ending, holds)?;
                    Some(Chosen { file: name.clone(), holds, format, variant })
                }));
            }
        }
    }
    found
}

/// The variant that a name says after its stem, `Some(None)` where it says none, and `None` where it is
/// no such file: `.fp16.safetensors`, `.safetensors.index.fp16.json` and, older,
/// `.safetensors.fp16.index.json`.
#[expect(clippy::option_option, reason = "no such file is not a file without a variant")]
fn variant(rest: &str, ending: &str, holds: Holds) -> Option<Option<String>> {
    let parts: Vec<&str> = rest.strip_prefix('.')?.split('.').collect();
    let variant = match (holds, parts.as_slice()) {
        (Holds::Tensors, [end]) if *end == ending => None,
        (Holds::Tensors, [variant, end]) if *end == ending && !is_shard(variant) => Some(*variant),
        (Holds::Index, [end, "index", "json"]) if *end == ending => None,
        (
            Holds::Index,
            [end, "index", variant, "json"]
            | [end, variant, "index", "json"]
            | [variant, end, "index", "json"],
        ) if *end == ending => Some(*variant),
        _ => return None,
    };
    Some(variant.map(str::to_owned))
}

/// Whether a name ends as those of shards do: `-00001-of-00002`.
fn is_shard(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let split = name.rsplit_once("-of-");
    let number = |before: &str| before.rsplit('-').next().is_some_and(is_number);
    split.is_some_and(|(before, count)| is_number(count) && number(before))
}

fn unread(names: &BTreeSet<String>) -> Unchosen {
    let is_weights = |name: &&String| {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        WEIGHT_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
    };
    let files: Vec<String> = names.iter().filter(is_weights).cloned().collect();
    if files.is_empty() { Unchosen::Nothing } else { Unchosen::Unread(files) }
}

impl Chosen {
    /// What records say of weights that are others than expected: of another variant than was asked for,
    /// or a pickle.
    #[must_use]
    pub fn note(&self, part: &str, asked: Option<&str>) -> Option<String> {
        let file = &self.file;
        match (self.variant.as_deref(), asked) {
            (Some(found), None) => Some(format!(
                "{part} weights are of the variant {found} ({file}): no others are there"
            )),
            (found, Some(asked)) if found != Some(asked) => {
                Some(format!("{part} weights are {file}: it has none of the variant {asked}"))
            }
            _ if self.format == Format::Torch => {
                Some(format!("{part} weights are {file}: it has no safetensors"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str], asked: Option<&str>) -> Result<(String, Option<String>), Unchosen> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        choose(&names, asked).map(|chosen| (chosen.file, chosen.variant))
    }

    fn of(file: &str, variant: Option<&str>) -> Result<(String, Option<String>), Unchosen> {
        Ok((file.to_owned(), variant.map(str::to_owned)))
    }

    #[test]
    fn weights_without_a_variant_come_first_and_the_only_variant_stands_in_for_them() {
        let plain = "diffusion_pytorch_model.safetensors";
        let fp16 = "diffusion_pytorch_model.fp16.safetensors";
        assert_eq!(chosen(&[plain, fp16, "config.json"], None), of(plain, None));
        assert_eq!(chosen(&[fp16, "config.json"], None), of(fp16, Some("fp16")));
        for variant in ["fp32", "bf16", "non_ema", "fp8_e4m3fn", "8bit"] {
            let name = format!("model.{variant}.safetensors");
            assert_eq!(chosen(&[&name], None), of(&name, Some(variant)));
        }
        let bin = "diffusion_pytorch_model.bin";
        assert_eq!(chosen(&[bin, fp16], None), of(bin, None));
        assert_eq!(
            chosen(&["pytorch_model.fp16.bin"], None),
            of("pytorch_model.fp16.bin", Some("fp16"))
        );
    }

    #[test]
    fn the_variant_that_is_asked_for_is_taken_where_it_is_there() {
        let (plain, fp16) = ("model.safetensors", "model.fp16.safetensors");
        assert_eq!(chosen(&[plain, fp16], Some("fp16")), of(fp16, Some("fp16")));
        assert_eq!(chosen(&[plain], Some("fp16")), of(plain, None));
    }

    #[test]
    fn shards_are_found_by_the_index_of_their_variant_however_old_its_name() {
        let shard = "diffusion_pytorch_model.fp16-00001-of-00002.safetensors";
        for index in [
            "diffusion_pytorch_model.safetensors.index.fp16.json",
            "diffusion_pytorch_model.safetensors.fp16.index.json",
            "diffusion_pytorch_model.fp16.safetensors.index.json",
        ] {
            assert_eq!(chosen(&[index, shard], None), of(index, Some("fp16")));
        }
        let index = "diffusion_pytorch_model.safetensors.index.json";
        let all = [index, "diffusion_pytorch_model-00001-of-00002.safetensors"];
        assert_eq!(chosen(&all, None), of(index, None));
        assert_eq!(chosen(&[shard], None), Err(Unchosen::Unread(vec![shard.to_owned()])));
    }

    #[test]
    fn several_variants_and_other_forms_are_named() {
        let several = ["model.fp16.safetensors", "model.non_ema.safetensors"];
        let names = several.map(str::to_owned).to_vec();
        assert_eq!(chosen(&several, None), Err(Unchosen::Several(names)));
        let others = ["flux1-Q4_0.gguf", "flax_model.msgpack"];
        let names = vec![others[1].to_owned(), others[0].to_owned()];
        assert_eq!(chosen(&others, None), Err(Unchosen::Unread(names)));
        assert_eq!(chosen(&["config.json"], None), Err(Unchosen::Nothing));
    }

    #[test]
    fn what_stands_in_is_noted() {
        let names = |name: &str| BTreeSet::from([name.to_owned()]);
        let note =
            |name: &str, asked| choose(&names(name), asked).expect("one").note("unet", asked);
        let (fp16, plain) = ("model.fp16.safetensors", "model.safetensors");
        assert!(note(fp16, None).is_some_and(|note| note.contains("the variant fp16")));
        assert!(note(plain, Some("fp16")).is_some_and(|note| note.contains(plain)));
        let bin = note("diffusion_pytorch_model.bin", None);
        assert!(bin.is_some_and(|note| note.contains("no safetensors")));
        assert_eq!((note(plain, None), note(fp16, Some("fp16"))), (None, None));
    }
}
