//! What the benches of one run have in common.

use bench_records::{metric::Better, record::Record};

use super::{
    super::{found::Lineage, source::Source},
    Tool,
};

/// What the benches of a run have in common.
pub struct Run<'a> {
    /// The file.
    pub source: &'a Source<'a>,
    /// A record of the run without name and metrics.
    pub blank: Record,
    /// The tool.
    pub tool: Tool,
    /// The tool as the file names it.
    pub tool_name: &'a str,
    /// The suite.
    pub suite: Option<&'a str>,
    /// The repository, as `owner/name`.
    pub project: Option<String>,
    /// What that repository was called, where it moved.
    pub lineage: Lineage,
    /// Which way values are better, where the run or its document says.
    pub better: Option<Better>,
}
