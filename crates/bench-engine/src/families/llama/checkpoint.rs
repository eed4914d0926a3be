//! Where a model comes from: a folder, a GGUF file, or nothing but an architecture.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use super::added_tokens;
use super::chat::ChatTemplate;
use super::config::{Generation, LlamaConfig, end_tokens};
use super::gguf::{self, GgufModel};
use super::head::{self, Embedding};
use super::left_over;
use super::prompt::Words;
use super::tokenizer::TextTokenizer;
use crate::checkpoint::corrections::Corrections;
use crate::checkpoint::weights::{self, GgufFile};
use crate::error::{PipelineError, Result};

/// A model that was looked at and is still to be loaded.
pub struct Checkpoint {
    /// Sizes.
    pub config: LlamaConfig,
    /// Tokenizer and template.
    pub words: Words,
    /// Tokens that end an answer.
    pub end_tokens: Vec<u32>,
    /// What a request of a server gets that says nothing.
    pub generation: Generation,
    /// What of the files was read otherwise than they say, or not at all.
    pub corrections: Corrections,
    source: Source,
}

enum Source {
    Folder(PathBuf, Embedding),
    Gguf(Box<GgufModel>),
    MadeUp,
}

impl Checkpoint {
    /// A folder in the layout of transformers, or a GGUF file, or a folder with one.
    ///
    /// # Errors
    /// What is missing, malformed or not supported.
    pub fn open(path: &Path) -> Result<Self> {
        match gguf_file(path)? {
            Some(file) => Self::of_gguf(GgufModel::open(GgufFile::open(&file)?)?),
            None => Self::of_folder(path),
        }
    }

    /// Made-up weights of an architecture, for which words are tokens.
    pub fn made_up(config: LlamaConfig) -> Self {
        let tokenizer = TextTokenizer::Words { vocab_size: config.vocab_size };
        let words = Words { tokenizer, template: Some(ChatTemplate::made_up()), begin: Some(0) };
        Self {
            config,
            words,
            end_tokens: Vec::new(),
            generation: Generation::default(),
            corrections: Corrections::default(),
            source: Source::MadeUp,
        }
    }

    fn of_folder(folder: &Path) -> Result<Self> {
        let mut corrections = Corrections::default();
        let tokenizer = TextTokenizer::read(&folder.join("tokenizer.json"))?;
        let added = added_tokens::read(folder, &mut corrections)?;
        added_tokens::note_rebuilt(folder, &mut corrections)?;
        let words = Words {
            tokenizer: tokenizer.with_added(added, &mut corrections)?,
            template: ChatTemplate::read(folder)?,
            begin: None,
        };
        let mut config = LlamaConfig::read(folder)?;
        let end_tokens = end_tokens(folder)?;
        let generation = Generation::read(folder, config.max_position_embeddings)?;
        let shapes = weights::folder_shapes(folder)?;
        let embedding = head::settle(&mut config, folder, &shapes, &mut corrections)?;
        left_over::note(&config, &shapes, &mut corrections)?;
        let source = Source::Folder(folder.to_owned(), embedding);
        Ok(Self { config, words, end_tokens, generation, corrections, source })
    }

    fn of_gguf(model: GgufModel) -> Result<Self> {
        Ok(Self {
            config: model.config().clone(),
            words: model.words()?,
            end_tokens: model.end_tokens(),
            generation: Generation::default(),
            corrections: model.left_over()?,
            source: Source::Gguf(Box::new(model)),
        })
    }

    /// Weights under the names of transformers.
    ///
    /// # Errors
    /// When files are missing or malformed.
    pub fn weights(&self, dtype: DType, device: &Device) -> Result<VarBuilder<'static>> {
        match &self.source {
            Source::Folder(folder, embedding) => {
                Ok(embedding.of(weights::from_folder(folder, None, dtype, device)?))
            }
            Source::Gguf(model) => Ok(model.weights(dtype, device)),
            Source::MadeUp => Ok(weights::dummy(weights::DUMMY_SEED, dtype, device)),
        }
    }

    /// What the weights were in their file, where they are expanded.
    pub fn expanded_from(&self) -> Option<String> {
        match &self.source {
            Source::Gguf(model) => Some(model.types()),
            _ => None,
        }
    }
}

/// What the GGUF file at a path, if it is one, is a model of; a malformed one has an error.
pub fn gguf_architecture(path: &Path) -> Option<Result<String>> {
    let file = match gguf_file(path) {
        Ok(file) => file?,
        Err(error) => return Some(Err(error)),
    };
    Some(GgufFile::open(&file).map(|file| gguf::architecture(&file)))
}

/// The GGUF file that a path is, or that a folder without `config.json` has.
///
/// # Errors
/// When a folder has several.
pub fn gguf_file(path: &Path) -> Result<Option<PathBuf>> {
    let is_gguf = |path: &Path| path.extension() == Some(OsStr::new("gguf"));
    if path.is_file() {
        return Ok(is_gguf(path).then(|| path.to_owned()));
    }
    if path.join("config.json").is_file() {
        return Ok(None);
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|p| is_gguf(p)).collect();
    files.sort();
    match files.as_slice() {
        [] => Ok(None),
        [file] => Ok(Some(file.clone())),
        several => {
            let names = several.iter().filter_map(|path| path.file_name());
            let names: Vec<_> = names.map(OsStr::to_string_lossy).collect();
            Err(PipelineError::UnreadableWeights {
                place: path.to_owned(),
                problem: format!("there are several GGUF files: {}", names.join(", ")),
                remedy: "name one of them",
            })
        }
    }
}
