//! The workload of a result: its own settings, then those of the command that ran it, then those of
//! its file's name, then about how long its prompts and answers are.

use bench_records::time::Micros;
use serde_json::{Map, Value};

use super::{
    super::{
        error::Unusable,
        load::{FileName, LoadTest, Parameters, Suite, lengths_in, says_which_run},
        source::{Source, stated},
        workload::{ABOUT, Workload},
    },
    commands::Commands,
    settings::{GPU_FIELDS, state_settings},
};

/// The files that a result consists of, taken apart.
pub struct Context<'a> {
    /// The file.
    pub source: &'a Source<'a>,
    /// Its name.
    pub name: FileName,
    /// The commands beside it.
    pub commands: Commands,
}

impl<'a> Context<'a> {
    /// Reads the name of a file, and the commands beside it.
    pub fn of(source: &'a Source<'a>) -> Self {
        let (name, commands) = (FileName::of(source.file), Commands::beside(source));
        Self { source, name, commands }
    }

    /// The test of a result, without values. `suite` is what `vllm bench` calls it, `dated` when the result says
    /// that it was.
    pub fn test(
        &self,
        suite: Suite,
        result: &Map<String, Value>,
        dated: Option<Micros>,
    ) -> Result<LoadTest, Unusable> {
        let time = self.source.time(dated)?;
        let name = self.model(suite, result)?;
        let (parameters, mut notices) = self.parameters(suite, result, &name);
        let (parameters, notice) = with_lengths(parameters, result);
        notices.extend(notice);
        let parameters = parameters.into_pairs().collect();
        let (format, suite) = format_of(suite);
        let suite = suite.map(str::to_owned);
        let workload = Workload { format, project: None, suite, name, parameters };
        let gpu = GPU_FIELDS.iter().find_map(|field| stated(result.get(*field)));
        let gpu = gpu.or_else(|| self.commands.gpu.clone());
        let mut record = self.source.record(time);
        record.gpu_type = gpu.or(record.gpu_type);
        let mut test = LoadTest::new(record, workload);
        test.of_file = notices;
        Ok(test)
    }

    /// The model, by what says it best. Offline results of old versions are named after their file.
    fn model(&self, suite: Suite, result: &Map<String, Value>) -> Result<String, Unusable> {
        let found = result.get("model_id").or_else(|| result.get("model"));
        let named = stated(found)
            .or_else(|| self.commands.model.clone())
            .or_else(|| self.source.defaults.model.clone());
        match (named, suite) {
            (Some(model), _) => Ok(model),
            (None, Suite::Serving) => {
                Err(Unusable::field("model_id", found, "a model; pass --model"))
            }
            (None, _) => Ok(self.name.words().unwrap_or_else(|| "unknown".to_owned())),
        }
    }

    /// Results of serving say most settings themselves; of the others only the commands and the
    /// file's name tell. Where two of these differ, the first counts, and people hear it.
    fn parameters(
        &self,
        suite: Suite,
        result: &Map<String, Value>,
        model: &str,
    ) -> (Parameters, Vec<String>) {
        let mut parameters = own_parameters(result, model);
        let commands = self.commands.settings.iter().filter(|(name, _)| !says_which_run(name));
        let commands = stated_in(commands);
        let name = stated_in(self.name.settings.iter());
        let mut said = parameters.complete_with("the result", commands, "its .commands");
        said.extend(parameters.complete_with("its result or .commands", name, "its file's name"));
        let test = match suite {
            Suite::Serving => self.name.test(),
            _ => self.name.words(),
        };
        if let Some(test) = test.filter(|test| test != model) {
            parameters.state_text("test", &test);
        }
        (parameters, said)
    }
}

/// What a result itself states.
pub fn own_parameters(result: &Map<String, Value>, model: &str) -> Parameters {
    let mut parameters = Parameters::default();
    state_settings(result, &mut parameters);
    let backend = stated(result.get("backend"));
    let said = |field: &str| stated(result.get(field));
    if let Some(label) = said("label").filter(|label| Some(label) != backend.as_ref()) {
        parameters.state_text("label", &label);
    }
    if let Some(tokenizer) = said("tokenizer_id").filter(|tokenizer| tokenizer != model) {
        parameters.state_text("tokenizer", &tokenizer);
    }
    parameters
}

fn stated_in<'s>(settings: impl Iterator<Item = &'s (String, String)>) -> Parameters {
    let mut parameters = Parameters::default();
    settings.for_each(|(name, value)| parameters.state_text(name, value));
    parameters
}

/// Adds about how long prompts and answers are, where nothing names what was asked.
fn with_lengths(
    mut parameters: Parameters,
    result: &Map<String, Value>,
) -> (Parameters, Option<String>) {
    let named = ["dataset", "dataset_path", "in", "out", "test"];
    if named.iter().any(|name| parameters.get(name).is_some()) {
        return (parameters, None);
    }
    let lengths = lengths_in(result, None);
    let Some(words) = lengths.in_words() else { return (parameters, None) };
    for (name, length) in lengths.rounded() {
        parameters.state_text(name, &format!("{ABOUT}{length}"));
    }
    let notice = format!(
        "names no dataset, so that its mean lengths distinguish it: {words}; names such as \
         serving_<test>_qps_<rate>.json, or --metadata dataset_name=… of vllm bench serve, say more"
    );
    (parameters, Some(notice))
}

/// What a workload's format is called, and the suite that people see; serving is what needs no word.
fn format_of(suite: Suite) -> (&'static str, Option<&'static str>) {
    match suite {
        Suite::Serving => ("vllm serving", None),
        Suite::Latency => ("vllm latency", Some("latency")),
        Suite::Throughput => ("vllm throughput", Some("throughput")),
        Suite::Startup => ("vllm startup", Some("startup")),
    }
}
