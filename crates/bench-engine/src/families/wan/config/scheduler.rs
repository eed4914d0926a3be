//! Configuration of the noise schedule and its solver.

use super::sigma_grid::SigmaGrid;
use crate::checkpoint::config_file::ConfigFile;
use crate::checkpoint::corrections::Corrections;
use crate::error::Result;

/// A solver for flow-matching models, chosen by `_class_name`.
#[derive(Debug, Clone, PartialEq)]
pub enum SchedulerConfig {
    /// `UniPCMultistepScheduler` with flow prediction.
    UniPc(UniPcConfig),
    /// `FlowMatchEulerDiscreteScheduler`.
    FlowMatchEuler(EulerConfig),
}

/// Parameters of UniPC (Zhao et al., 2023), variant bh2: in the other, B(h) is infinite at the last
/// sigma.
#[derive(Debug, Clone, PartialEq)]
pub struct UniPcConfig {
    /// Timesteps of the schedule that the model was trained with.
    pub num_train_timesteps: usize,
    /// Shift of the sigmas towards noise.
    pub flow_shift: f64,
    /// Whose grid the sigmas lie on; no field of diffusers' config.
    pub sigma_grid: SigmaGrid,
    /// Order of the predictor: 1 or 2.
    pub solver_order: usize,
    /// Whether the last steps fall back to a lower order.
    pub lower_order_final: bool,
    /// Steps after which the corrector does not run.
    pub disable_corrector: Vec<usize>,
}

/// Parameters of Euler's method on the flow-matching schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct EulerConfig {
    /// Timesteps of the schedule that the model was trained with.
    pub num_train_timesteps: usize,
    /// Shift of the sigmas towards noise, applied to the end points and again to the grid.
    pub shift: f64,
}

const UNIPC: &str = "UniPCMultistepScheduler";
/// Solvers of other methods, for which diffusers takes bh2.
const OTHER_SOLVERS: [&str; 3] = ["midpoint", "heun", "logrho"];
const EULER: &str = "FlowMatchEulerDiscreteScheduler";

impl SchedulerConfig {
    /// The same schedule with another shift of the sigmas.
    pub fn with_shift(mut self, value: f64) -> Self {
        match &mut self {
            Self::UniPc(config) => config.flow_shift = value,
            Self::FlowMatchEuler(config) => config.shift = value,
        }
        self
    }

    /// Timesteps of the schedule that the model was trained with.
    pub fn num_train_timesteps(&self) -> usize {
        match self {
            Self::UniPc(config) => config.num_train_timesteps,
            Self::FlowMatchEuler(config) => config.num_train_timesteps,
        }
    }

    pub(super) fn from_file(file: &ConfigFile, corrections: &mut Corrections) -> Result<Self> {
        let expected = format!("{UNIPC} or {EULER}");
        let class: String = file.required("_class_name", &expected)?;
        for field in [
            "use_dynamic_shifting",
            "use_karras_sigmas",
            "use_exponential_sigmas",
            "use_beta_sigmas",
            "shift_terminal",
            "thresholding",
            "invert_sigmas",
            "stochastic_sampling",
            "solver_p",
        ] {
            file.unset(field, "null or false")?;
        }
        if class == UNIPC {
            return Ok(Self::UniPc(UniPcConfig::from_file(file, corrections)?));
        }
        file.supports(class == EULER, "_class_name", &expected)?;
        Ok(Self::FlowMatchEuler(EulerConfig::from_file(file)?))
    }
}

impl UniPcConfig {
    /// UniPC as Wan2.1 uses it: order 2.
    pub fn wan(num_train_timesteps: usize, flow_shift: f64) -> Self {
        Self {
            num_train_timesteps,
            flow_shift,
            sigma_grid: SigmaGrid::Diffusers,
            solver_order: 2,
            lower_order_final: true,
            disable_corrector: Vec::new(),
        }
    }

    fn from_file(file: &ConfigFile, corrections: &mut Corrections) -> Result<Self> {
        // What diffusers takes where it is absent is another.
        let kind: String = file.or("prediction_type", "a text", "epsilon".to_owned())?;
        let flow = "flow_prediction";
        file.supports(kind == flow, "prediction_type", "\"flow_prediction\"")?;
        file.only("final_sigmas_type", "zero")?;
        let flow: bool = file.or("use_flow_sigmas", "true", false)?;
        file.supports(flow, "use_flow_sigmas", "true")?;
        let predicts: bool = file.or("predict_x0", "true", true)?;
        file.supports(predicts, "predict_x0", "true")?;
        let solver_order = file.count_or("solver_order", 2)?;
        file.supports(solver_order <= 2, "solver_order", "1 or 2")?;
        let lower_order_final: bool = file.or("lower_order_final", "true or false", true)?;
        file.supports(
            lower_order_final || solver_order == 1,
            "lower_order_final",
            "true: order 2 divides by zero at the last sigma",
        )?;
        check_solver(file, corrections)?;
        Ok(Self {
            num_train_timesteps: file.count_or("num_train_timesteps", 1000)?,
            flow_shift: file.positive_or("flow_shift", 1.0)?,
            sigma_grid: SigmaGrid::Diffusers,
            solver_order,
            lower_order_final,
            disable_corrector: file.or("disable_corrector", "a list of steps", vec![])?,
        })
    }
}

impl EulerConfig {
    fn from_file(file: &ConfigFile) -> Result<Self> {
        Ok(Self {
            num_train_timesteps: file.count_or("num_train_timesteps", 1000)?,
            shift: file.positive_or("shift", 1.0)?,
        })
    }
}

/// Passes bh2, and what diffusers makes of solvers of other methods: bh2.
fn check_solver(file: &ConfigFile, corrections: &mut Corrections) -> Result<()> {
    let (field, expected) = ("solver_type", "\"bh2\": bh1 is infinite at the last sigma");
    let solver: String = file.or(field, expected, "bh2".to_owned())?;
    if OTHER_SOLVERS.contains(&solver.as_str()) {
        corrections.of_diffusers("scheduler", file, field, "\"bh2\"");
        return Ok(());
    }
    file.supports(solver == "bh2", field, expected)
}
