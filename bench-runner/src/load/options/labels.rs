//! What the result says of the test in the words of whoever runs it.

use super::values::pair;

/// Names of the user's in the result.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct LabelArgs {
    /// Name of the run in the result
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// Pairs to add to the result, such as tensor_parallel_size=2
    #[arg(long, value_name = "NAME=VALUE", num_args = 1.., value_parser = pair)]
    pub metadata: Vec<(String, String)>,
}
