//! A step of the plan: what it runs, for how long, what it needs, and who judges it.

use crate::{
    bundle::{BENCHMARKS, Program},
    judge::Judge,
    machine::Need,
};

/// Stands for the folder of a step in its words.
pub const FOLDER: &str = "{folder}";

/// One thing that is tried.
#[derive(Debug, Clone)]
pub struct Step {
    /// Unique name.
    pub name: String,
    /// Part of the plan, from 1.
    pub part: u8,
    /// It is killed after this.
    pub limit_s: u64,
    /// It is skipped without these.
    pub needs: Vec<Need>,
    /// What is run.
    pub action: Action,
    /// Whether it passed.
    pub judge: Judge,
}

/// A command.
#[derive(Debug, Clone)]
pub struct Action {
    /// Program and arguments, started in the bundle's folder.
    pub words: Vec<String>,
    /// Variables besides those of the libraries.
    pub variables: Vec<(&'static str, &'static str)>,
    /// Whether it is given the search path of libraries.
    pub search: Search,
}

/// How a step's child looks for libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// In the folders that were found.
    Found,
    /// Without LD_LIBRARY_PATH.
    Bare,
    /// As the program that started this one: PyTorch brings libraries of its own.
    Inherited,
}

impl Step {
    /// Any command.
    pub fn command(part: u8, name: &str, limit_s: u64, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        let action = Action { words, variables: Vec::new(), search: Search::Found };
        let judge = Judge::Exit(&[0]);
        Self { name: name.to_owned(), part, limit_s, needs: Vec::new(), action, judge }
    }

    /// A command of a program of the bundle.
    pub fn program(part: u8, name: &str, limit_s: u64, program: Program, words: &[&str]) -> Self {
        let mut all = vec![program.path()];
        all.extend(words);
        Self::command(part, name, limit_s, &all).needing(&needs(program))
    }

    /// A benchmark, on the device that its program is for; its record and pictures are kept.
    pub fn benchmark(part: u8, name: &str, limit_s: u64, program: Program, id: &str) -> Self {
        let mut step = Self::timed(part, name, limit_s, program, id);
        let pictures = ["--save-outputs".to_owned(), format!("{FOLDER}/pictures")];
        step.action.words.extend(pictures);
        step
    }

    /// A benchmark of which only the record is kept: the pictures of a video take longer than it.
    pub fn timed(part: u8, name: &str, limit_s: u64, program: Program, id: &str) -> Self {
        let config = format!("{BENCHMARKS}/{id}.json");
        let device = if program == Program::Cpu { "cpu" } else { "cuda" };
        let words = ["run", &config, "--device", device, "--results", "{folder}/records"];
        Self::program(part, name, limit_s, program, &words)
    }

    /// With more needs.
    pub fn needing(mut self, needs: &[Need]) -> Self {
        self.needs.extend(needs);
        self
    }

    /// Judged otherwise than by exit code 0.
    pub fn judged(mut self, judge: Judge) -> Self {
        self.judge = judge;
        self
    }

    /// With variables.
    pub fn with(mut self, variables: &[(&'static str, &'static str)]) -> Self {
        self.action.variables.extend(variables);
        self
    }

    /// Name of its folder and its log: letters, digits and dashes.
    pub fn slug(&self) -> String {
        let mut slug = String::new();
        for letter in self.name.chars() {
            match letter {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' => slug.push(letter),
                _ if slug.ends_with('-') => {}
                _ => slug.push('-'),
            }
        }
        slug
    }
}

/// What a program of the bundle cannot work without.
fn needs(program: Program) -> Vec<Need> {
    match program {
        Program::Cpu => vec![Need::Bundled(program)],
        Program::Cuda => vec![Need::Device, Need::Bundled(program), Need::Cuda],
        Program::Cudnn => vec![Need::Device, Need::Bundled(program), Need::Cuda, Need::Cudnn],
    }
}
