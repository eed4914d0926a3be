//! Placeholders in a program's arguments: `{prompt}`, `{height}` and the like.

use std::path::Path;

use anyhow::{Result, bail};
use bench_records::config::{Command, CommandMode, Shape};

use crate::{DeviceRequest, Request};

/// Known in each trial only.
const OF_TRIAL: [&str; 4] = ["{prompt}", "{negative_prompt}", "{seed}", "{phase}"];

/// What placeholders stand for.
pub(super) struct Placeholders<'a> {
    pub(super) shape: &'a Shape,
    pub(super) output_dir: &'a Path,
    pub(super) device: DeviceRequest,
    /// The request and the name of its phase; `None` for a program that runs all trials.
    pub(super) trial: Option<(&'a Request, &'a str)>,
}

impl Placeholders<'_> {
    /// The argument with its placeholders replaced; other braces stay as they are. What was put in
    /// is not looked at again.
    pub(super) fn fill(&self, text: &str) -> String {
        let pairs = self.pairs();
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let found = pairs.iter().find(|(name, _)| rest.starts_with(name));
            let (length, value) = found.map_or((1, "{"), |(name, value)| (name.len(), value));
            out.push_str(value);
            rest = &rest[length..];
        }
        out + rest
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> = shape_values(self.shape)
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        pairs.push(("{output_dir}", self.output_dir.display().to_string()));
        pairs.push(("{device}", self.device.to_string()));
        if let Some((request, phase)) = self.trial {
            let negative = request.negative_prompt.clone().unwrap_or_default();
            let values =
                [request.prompt.clone(), negative, request.seed.to_string(), phase.to_owned()];
            pairs.extend(OF_TRIAL.into_iter().zip(values));
        }
        pairs
    }
}

fn shape_values(shape: &Shape) -> [(&'static str, Option<String>); 6] {
    let whole = |count: Option<u64>| count.map(|count| count.to_string());
    [
        ("{height}", whole(shape.height)),
        ("{width}", whole(shape.width)),
        ("{num_frames}", whole(shape.num_frames)),
        ("{num_inference_steps}", whole(shape.num_inference_steps)),
        ("{guidance_scale}", shape.guidance_scale.map(|scale| scale.to_string())),
        ("{fps}", whole(shape.fps)),
    ]
}

/// Every placeholder has something to stand for.
pub(super) fn check(command: &Command, shape: &Shape) -> Result<()> {
    for (index, text) in command.argv.iter().enumerate() {
        let field = format!("model.command.argv[{index}]");
        for (name, value) in shape_values(shape) {
            if text.contains(name) && value.is_none() {
                let key = name.trim_matches(['{', '}']);
                bail!("{field} uses {name}, but generation_kwargs.{key} is not given; add it");
            }
        }
        let per_trial = OF_TRIAL.iter().find(|name| text.contains(**name));
        if let (Some(name), CommandMode::Once) = (per_trial, command.mode) {
            bail!(
                "{field} uses {name}, but model.command.mode is \"once\"; read it from the request \
                 on standard input"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(prompt: &str) -> Request {
        Request { prompt: prompt.to_owned(), seed: 7, ..Request::default() }
    }

    #[test]
    fn placeholders_are_replaced_once_and_other_braces_stay() {
        let shape = Shape { height: Some(480), guidance_scale: Some(3.5), ..Shape::default() };
        let request = request("a {seed} in {braces");
        let placeholders = Placeholders {
            shape: &shape,
            output_dir: Path::new("out"),
            device: DeviceRequest::Cpu,
            trial: Some((&request, "clean")),
        };
        for (text, expected) in [
            ("--size={height}x{width}", "--size=480x{width}"),
            ("{prompt}", "a {seed} in {braces"),
            ("{seed}{phase}{guidance_scale}", "7clean3.5"),
            ("{\"a\": {}}", "{\"a\": {}}"),
            ("{output_dir}/é{", "out/é{"),
            ("{device}", "cpu"),
            ("[{negative_prompt}]", "[]"),
        ] {
            assert_eq!(placeholders.fill(text), expected);
        }
    }

    #[test]
    fn a_placeholder_without_a_value_is_a_fault() {
        let mut command = Command {
            argv: vec!["x".to_owned(), "{width}".to_owned()],
            mode: CommandMode::Once,
            env: std::collections::BTreeMap::new(),
            timeout_s: None,
        };
        let error = check(&command, &Shape::default()).expect_err("no width");
        assert_eq!(
            error.to_string(),
            "model.command.argv[1] uses {width}, but generation_kwargs.width is not given; add it"
        );
        command.argv[1] = "{prompt}".to_owned();
        let error = check(&command, &Shape::default()).expect_err("no prompt yet");
        assert!(error.to_string().contains("mode is \"once\""), "{error}");
        command.mode = CommandMode::PerTrial;
        assert!(check(&command, &Shape::default()).is_ok());
    }
}
