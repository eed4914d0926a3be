//! `bench-runner verify`: each stage of a model against reference tensors.

use std::path::PathBuf;

use bench_engine::DeviceRequest;

/// Compare each stage of a model with reference tensors.
///
/// A tensor passes when its largest difference is within the tolerance, counted in standard
/// deviations of the reference; tokens pass when they are equal. Leaves with 1 where one does not, and with 3 where the model or the
/// reference cannot be read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  bench-runner verify --model tests/fixtures/tiny-wan/checkpoint \\\n      --reference tests/fixtures/tiny-wan/reference.safetensors"
)]
pub struct Args {
    /// Folder of a Wan checkpoint in the diffusers layout, or of a language model; or a GGUF file
    #[arg(long, value_name = "PATH")]
    model: PathBuf,
    /// Reference tensors; those of Wan have prompts and parameters in FILE.json beside them
    #[arg(long, value_name = "FILE.safetensors")]
    reference: PathBuf,
    /// Largest difference that passes, in standard deviations of the reference tensor
    #[arg(long, value_name = "X", default_value_t = 1e-3, value_parser = tolerance)]
    tolerance: f64,
    /// Where to run: auto, cpu, cuda, cuda:N or metal
    #[arg(long, default_value_t, value_name = "DEVICE")]
    device: DeviceRequest,
    /// Print the differences as JSON
    #[arg(long)]
    json: bool,
}

fn tolerance(text: &str) -> Result<f64, &'static str> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or("expected a number from 0 on, such as 0.001")
}

#[cfg(not(feature = "candle"))]
impl Args {
    /// Says that there is nothing to run the model with.
    ///
    /// # Errors
    /// Always: usage.
    pub fn run(self) -> crate::exit::Outcome {
        use crate::exit::OrExit;

        const MESSAGE: &str = "this build has no inference; build bench-runner with its feature \
                               `candle`, which is on by default";
        Err(anyhow::anyhow!(MESSAGE)).or_usage()
    }
}

#[cfg(feature = "candle")]
mod with_inference {
    use bench_engine::{
        families::verify::{VerifyReport, VerifyRow, verify},
        open_device, settle_cuda_switches,
    };

    use super::Args;
    use crate::{
        commands::print_json,
        cuda_handover,
        exit::{Exit, OrExit, Outcome},
        terminal::{self, Stream, Table},
        variables,
    };

    impl Args {
        /// Runs the command; leaves with 1 where a tensor differs by more than the tolerance.
        ///
        /// # Errors
        /// Where the model or the reference cannot be read.
        pub fn run(self) -> Outcome {
            cuda_handover::to_cuda(self.device)?;
            settle_cuda_switches(variables::var).or_usage()?;
            let device = open_device(self.device).or_unable()?;
            let report =
                verify(&self.model, &self.reference, self.tolerance, device).or_unable()?;
            for line in &report.corrections {
                eprintln!("note: {line}");
            }
            if self.json {
                print_json(&report);
            } else {
                terminal::block(Stream::Out, table(&report.rows));
                println!();
                println!("{}", summary(&report));
            }
            Ok(if report.pass { Exit::Passed } else { Exit::GateFailed })
        }
    }

    fn table(rows: &[VerifyRow]) -> Table {
        let header = ["tensor", "stage", "shape", "max abs diff", "std", "relative", "ok"];
        let mut table = Table::new(header);
        table.align_right(3..6);
        for row in rows {
            let verdict = match &row.problem {
                Some(problem) => problem,
                None if row.pass => "yes",
                None => "NO",
            };
            let shape: Vec<String> = row.shape.iter().map(usize::to_string).collect();
            table.row([
                &row.name,
                row.stage,
                &shape.join("×"),
                &shown(row.max_abs_diff),
                &shown(row.reference_std),
                &shown(row.relative_diff),
                verdict,
            ]);
        }
        table
    }

    fn summary(report: &VerifyReport) -> String {
        let (count, tolerance) = (report.rows.len(), report.tolerance);
        let passed = report.rows.iter().filter(|row| row.pass).count();
        let counts = format!("{passed} of {count} tensors within {tolerance} standard deviations");
        match report.rows.iter().find(|row| !row.pass) {
            Some(first) => {
                format!("{counts}; the first that is not: {} of {}", first.name, first.stage)
            }
            None if count == 0 => {
                format!("{counts}; {} has none of this pipeline", report.reference)
            }
            None => counts,
        }
    }

    fn shown(value: Option<f64>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2e}"))
    }
}
