//! Why a benchmark cannot run on this machine or in this build.

use bench_records::{
    config::{LoadBlock, RunPlan},
    environment::Gpu,
};
use serde_json::Value;

use bench_engine::{DeviceRequest, Resolved};

/// The reason, in words that say what would help; `None` where it can run. What no GPU would help
/// against comes first, and another build last, for that is of use where there is a GPU.
#[must_use]
pub fn reason(resolved: &Resolved, gpus: &[Gpu], device: DeviceRequest) -> Option<String> {
    let plan = resolved.plan();
    if plan.load.as_ref().is_some_and(LoadBlock::is_of_running_server) {
        return no_load_tests(plan);
    }
    no_load_tests(plan)
        .or_else(|| needs_several_devices(resolved))
        .or_else(|| no_such_gpu(gpus, device))
        .or_else(|| too_few_gpus(plan, gpus, device))
        .or_else(|| other_gpu(plan, gpus))
        .or_else(|| resolved.unsupported())
        .or_else(|| resolved.too_large(device))
}

/// What this build lacks for a load test.
fn no_load_tests(plan: &RunPlan) -> Option<String> {
    let load = plan.load.as_ref()?;
    let missing = match load.serves_itself() {
        _ if cfg!(not(feature = "load")) => "load",
        true if cfg!(not(feature = "serve")) => "serve",
        _ => return None,
    };
    Some(format!(
        "is a load test, and this build has none; build bench-runner with its feature `{missing}`, which is on \
         by default"
    ))
}

fn no_such_gpu(gpus: &[Gpu], device: DeviceRequest) -> Option<String> {
    match device {
        DeviceRequest::Cuda(number) if number >= gpus.len() => {
            Some(format!("--device is {device}, but GPUs of this machine: {}", gpus.len()))
        }
        _ => None,
    }
}

fn too_few_gpus(plan: &RunPlan, gpus: &[Gpu], device: DeviceRequest) -> Option<String> {
    let required = plan.run.required_gpus as usize;
    let needs = match required {
        1 => "needs 1 GPU".to_owned(),
        count => format!("needs {count} GPUs"),
    };
    match device {
        _ if required == 0 => None,
        DeviceRequest::Cpu => Some(format!("{needs}, but --device is cpu")),
        DeviceRequest::Metal if required == 1 => None,
        _ if gpus.len() < required => Some(format!("{needs}, but this machine has {}", gpus.len())),
        _ => None,
    }
}

fn other_gpu(plan: &RunPlan, gpus: &[Gpu]) -> Option<String> {
    let types = &plan.run.gpu_types;
    let is_named = |gpu: &Gpu| types.iter().any(|part| gpu.name.contains(part));
    if types.is_empty() || gpus.iter().any(is_named) {
        return None;
    }
    let names: Vec<&str> = gpus.iter().map(|gpu| gpu.name.as_str()).collect();
    let found = if names.is_empty() { "no GPU".to_owned() } else { names.join(", ") };
    Some(format!("runs only on {}, but this machine has {found}", types.join(" or ")))
}

/// Other programs may use as many as they like; the pipelines of this one use one.
fn needs_several_devices(resolved: &Resolved) -> Option<String> {
    if !resolved.is_in_process() {
        return None;
    }
    let plan = resolved.plan();
    let size = |key: &str| plan.init(key).and_then(Value::as_u64).unwrap_or(1);
    let sizes =
        [("num_gpus", plan.num_gpus), ("sp_size", size("sp_size")), ("tp_size", size("tp_size"))];
    let (key, size) = sizes.into_iter().find(|(_, size)| *size > 1)?;
    Some(format!(
        "{key} is {size}, but pipelines of this build use one device; measure an engine that \
         shards with the pipeline command"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::fake_plan::fake_plan;

    fn gpu(name: &str) -> Gpu {
        Gpu { name: name.to_owned(), ..Gpu::default() }
    }

    fn reason(plan: &RunPlan, gpus: &[Gpu], device: DeviceRequest) -> Option<String> {
        super::reason(&resolved(plan), gpus, device)
    }

    fn resolved(plan: &RunPlan) -> Resolved {
        Resolved::of(plan.clone()).expect("a sound plan")
    }

    fn plan(required_gpus: u32, gpu_types: &[&str]) -> RunPlan {
        let mut plan = fake_plan(&json!({}));
        plan.run.required_gpus = required_gpus;
        plan.run.gpu_types = gpu_types.iter().map(|name| (*name).to_owned()).collect();
        plan
    }

    #[test]
    fn too_few_gpus_are_a_reason() {
        let one = [gpu("NVIDIA L40S")];
        let auto = DeviceRequest::Auto;
        assert_eq!(reason(&plan(0, &[]), &[], auto), None);
        assert_eq!(reason(&plan(1, &[]), &one, auto), None);
        assert_eq!(
            reason(&plan(2, &[]), &one, auto).as_deref(),
            Some("needs 2 GPUs, but this machine has 1")
        );
        assert_eq!(
            reason(&plan(1, &[]), &one, DeviceRequest::Cpu).as_deref(),
            Some("needs 1 GPU, but --device is cpu")
        );
    }

    #[test]
    fn a_gpu_that_is_not_there_is_a_reason() {
        let one = [gpu("NVIDIA L40S")];
        assert_eq!(reason(&plan(0, &[]), &one, DeviceRequest::Cuda(0)), None);
        assert_eq!(
            reason(&plan(0, &[]), &one, DeviceRequest::Cuda(1)).as_deref(),
            Some("--device is cuda:1, but GPUs of this machine: 1")
        );
    }

    #[test]
    fn another_gpu_is_a_reason() {
        let one = [gpu("NVIDIA L40S")];
        let auto = DeviceRequest::Auto;
        assert_eq!(reason(&plan(1, &["H100", "L40S"]), &one, auto), None);
        assert_eq!(
            reason(&plan(1, &["H100", "B200"]), &one, auto).as_deref(),
            Some("runs only on H100 or B200, but this machine has NVIDIA L40S")
        );
        assert_eq!(
            reason(&plan(0, &["H100"]), &[], auto).as_deref(),
            Some("runs only on H100, but this machine has no GPU")
        );
    }

    #[test]
    fn more_gpus_are_not_asked_for_where_they_would_not_help() {
        let mut plan = plan(2, &[]);
        (plan.num_gpus, plan.model.pipeline) = (2, None);
        let said = reason(&plan, &[], DeviceRequest::Auto).expect("two devices");
        assert!(said.starts_with("num_gpus is 2, but pipelines of this build use one"), "{said}");
    }

    #[test]
    fn several_devices_are_for_other_programs() {
        let mut plan = plan(0, &[]);
        plan.init_kwargs.insert("sp_size".to_owned(), json!(2));
        assert_eq!(needs_several_devices(&resolved(&plan)), None);
        plan.model.pipeline = Some(bench_records::config::Pipeline::Wan);
        let said = needs_several_devices(&resolved(&plan)).expect("two devices");
        assert!(said.starts_with("sp_size is 2, but"), "{said}");
    }
}
