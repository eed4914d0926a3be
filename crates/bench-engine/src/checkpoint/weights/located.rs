//! Where a component's weights are: a folder and the variant that is asked for come in, files go out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::checkpoint::config_file::ConfigFile;
use crate::error::{PipelineError, Result};
use bench_hub::model::weight_names::{self, Chosen, Format, Holds, STEMS, Unchosen};

const CONVERT: &str = "this program reads safetensors and .bin under the names that diffusers gives \
     them (diffusion_pytorch_model.safetensors, model.safetensors), and shards with their index; save \
     the model so with diffusers, or choose another checkpoint";
const CHOOSE: &str = "name one in init_kwargs.variant, such as \"fp16\"";

/// What a component's weights lie in.
pub(super) struct Located {
    /// Names the weights in errors: the single file, or the index.
    pub(super) origin: PathBuf,
    pub(super) files: Vec<PathBuf>,
    pub(super) format: Format,
}

/// The files of a component: those of its index, or the single one.
pub(super) fn locate(folder: &Path, variant: Option<&str>) -> Result<Located> {
    let chosen = choose(folder, variant)?;
    let origin = folder.join(&chosen.file);
    let files = match chosen.holds {
        Holds::Tensors => vec![origin.clone()],
        Holds::Index => shards(folder, &origin)?,
    };
    Ok(Located { origin, files, format: chosen.format })
}

/// The file that leads to a component's weights.
pub(super) fn choose(folder: &Path, variant: Option<&str>) -> Result<Chosen> {
    weight_names::choose(&names_in(folder), variant).map_err(|unchosen| {
        let unreadable = |problem, remedy| PipelineError::UnreadableWeights {
            place: folder.to_owned(),
            problem,
            remedy,
        };
        match unchosen {
            Unchosen::Nothing => absent(folder),
            Unchosen::Several(files) => {
                let files = files.join(", ");
                unreadable(format!("the weights are there in several variants: {files}"), CHOOSE)
            }
            Unchosen::Unread(files) => {
                let files = files.join(", ");
                unreadable(format!("the weights are there only as {files}"), CONVERT)
            }
        }
    })
}

/// Passes a file whose name says that it holds safetensors.
///
/// # Errors
/// A file in another form, by its name.
pub(super) fn refuse_unread(file: &Path) -> Result<()> {
    match file.extension() {
        Some(ending) if ending != "safetensors" => Err(PipelineError::UnreadableWeights {
            place: file.to_owned(),
            problem: format!("weights are in a .{} file", ending.to_string_lossy()),
            remedy: CONVERT,
        }),
        _ => Ok(()),
    }
}

/// Names of the files in a folder.
pub(super) fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn absent(folder: &Path) -> PipelineError {
    // transformers and diffusers save under different names
    let name = folder.file_name().map(OsStr::to_string_lossy).unwrap_or_default();
    let stem = STEMS[usize::from(name.starts_with("text_encoder"))];
    PipelineError::absent(
        folder.join(format!("{stem}.safetensors")),
        "give a checkpoint in the diffusers layout with safetensors weights",
    )
}

fn shards(folder: &Path, index: &Path) -> Result<Vec<PathBuf>> {
    let map: BTreeMap<String, String> = ConfigFile::read(index, "fetch the index again")?
        .required("weight_map", "an object of tensor and file names")?;
    let names: BTreeSet<String> = map.into_values().collect();
    names.into_iter().map(|name| shard(folder, index, &name)).collect()
}

/// The path of one shard, which must be a plain name of an existing file.
fn shard(folder: &Path, index: &Path, name: &str) -> Result<PathBuf> {
    if Path::new(name).file_name() != Some(OsStr::new(name)) {
        return Err(PipelineError::Malformed {
            path: index.to_owned(),
            reason: format!("shard name {name:?} is no plain file name"),
        });
    }
    let path = folder.join(name);
    if !path.is_file() {
        return Err(PipelineError::absent(path, "the index names this shard: fetch it too"));
    }
    Ok(path)
}
