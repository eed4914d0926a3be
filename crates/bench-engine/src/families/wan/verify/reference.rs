//! Reference tensors and the parameters they were made with.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::checkpoint::config_file::ConfigFile;
use crate::error::{PipelineError, Result, without_backtrace};
use crate::families::wan::config::SigmaGrid;
use crate::families::wan::request::DenoiseRequest;

const PARAMETERS_REMEDY: &str = "prompts and parameters of the reference run must stand beside its tensors, in a file of the same name";

/// The content of `reference.safetensors` and `reference.json`.
pub(super) struct Reference {
    file: String,
    tensors: HashMap<String, Tensor>,
    parameters: ConfigFile,
    pipe: ConfigFile,
}

/// Prompts of a whole run.
pub(super) struct ReferencePrompts {
    pub prompts: Vec<String>,
    pub negative: String,
}

impl Reference {
    pub(super) fn read(path: &Path, device: &Device) -> Result<Self> {
        if !path.is_file() {
            return Err(PipelineError::absent(
                path.to_owned(),
                "give the safetensors file of a reference run",
            ));
        }
        let parameters = ConfigFile::read(&path.with_extension("json"), PARAMETERS_REMEDY)?;
        let tensors = candle_core::safetensors::load(path, device).map_err(|error| {
            let reason = without_backtrace(error).to_string();
            PipelineError::Malformed { path: path.to_owned(), reason }
        })?;
        Ok(Self {
            file: path.display().to_string(),
            tensors,
            pipe: parameters.section("pipe")?,
            parameters,
        })
    }

    /// A tensor by name.
    pub(super) fn tensor(&self, name: &str) -> Result<&Tensor> {
        self.tensors.get(name).ok_or_else(|| PipelineError::MissingTensor {
            file: self.file.clone(),
            tensor: name.to_owned(),
            expected: "that of the stage".to_owned(),
        })
    }

    /// A tensor's values, flattened.
    pub(super) fn values(&self, name: &str) -> Result<Vec<f64>> {
        let tensor = self.tensor(name)?.to_dtype(DType::F64)?;
        Ok(tensor.flatten_all()?.to_vec1()?)
    }

    /// Whether any tensor of a stage is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Step counts of the trajectories of a scheduler, ascending.
    pub(super) fn step_counts(&self, scheduler: &str) -> Vec<usize> {
        let mut counts: Vec<usize> = self
            .tensors
            .keys()
            .filter_map(|name| name.strip_prefix(scheduler)?.strip_prefix('.'))
            .filter_map(|rest| rest.strip_suffix(".start")?.parse().ok())
            .collect();
        counts.sort_unstable();
        counts
    }

    pub(super) fn prompts(&self) -> Result<Vec<String>> {
        self.parameters.required("prompts", "a list of prompts")
    }

    pub(super) fn max_sequence_length(&self) -> Result<usize> {
        self.pipe.count("max_sequence_length")
    }

    pub(super) fn flow_shift(&self) -> Result<f64> {
        self.pipe.required("flow_shift", "a positive number")
    }

    /// That of diffusers, unless the parameters name another.
    pub(super) fn sigma_grid(&self) -> Result<SigmaGrid> {
        let names = SigmaGrid::ALL.map(SigmaGrid::name).join(", ");
        let expected = format!("one of {names}");
        let name: Option<String> = self.pipe.optional("sigma_grid", &expected)?;
        let grid = name.as_deref().map_or(Some(SigmaGrid::Diffusers), SigmaGrid::named);
        self.pipe.check(grid.is_some(), "sigma_grid", &expected)?;
        Ok(grid.unwrap_or_default())
    }

    /// Parameters of the whole runs.
    pub(super) fn request(&self) -> Result<DenoiseRequest> {
        Ok(DenoiseRequest {
            num_frames: self.pipe.count("num_frames")?,
            height: self.pipe.count("height")?,
            width: self.pipe.count("width")?,
            num_inference_steps: self.pipe.count("num_inference_steps")?,
            guidance_scale: self.pipe.required("guidance_scale", "a number")?,
            flow_shift: Some(self.flow_shift()?),
            sigma_grid: Some(self.sigma_grid()?),
        })
    }

    /// Prompt of the single run.
    pub(super) fn pipe_prompts(&self) -> Result<ReferencePrompts> {
        let prompt = self.prompt(&self.pipe, self.pipe.required("prompt", "an index")?)?;
        Ok(ReferencePrompts { prompts: vec![prompt], negative: self.negative(&self.pipe)? })
    }

    /// Prompts of the runs that are compared as one batch.
    pub(super) fn batch_prompts(&self) -> Result<ReferencePrompts> {
        let batch = self.parameters.section("batch")?;
        let indices: Vec<usize> = batch.required("prompts", "a list of indices")?;
        let prompts = indices.into_iter().map(|index| self.prompt(&batch, index));
        Ok(ReferencePrompts {
            prompts: prompts.collect::<Result<_>>()?,
            negative: self.negative(&batch)?,
        })
    }

    fn negative(&self, section: &ConfigFile) -> Result<String> {
        self.prompt(section, section.required("negative_prompt", "an index")?)
    }

    fn prompt(&self, section: &ConfigFile, index: usize) -> Result<String> {
        let prompts = self.prompts()?;
        let expected = format!("an index below {}", prompts.len());
        section.check(index < prompts.len(), "prompt", &expected)?;
        Ok(prompts[index].clone())
    }
}
