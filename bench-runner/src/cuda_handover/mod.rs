//! From the CPU build to the CUDA build: `bench-runner-cuda` beside this program runs in its place.
//!
//! A program that is linked to CUDA does not start where the driver's library is missing. So the
//! CPU build starts everywhere, looks for the library, and hands over where there is a device and the
//! CUDA build finds its other libraries.

mod start;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use bench_engine::{DeviceRequest, cuda};

use crate::{
    exit::{OrExit, Outcome},
    variables,
};

/// Set to the process's own number when it hands over, which exec keeps: who finds its own number
/// there has been handed over to. Children of that process have other numbers.
const MARK: &str = "BENCH_RUNNER_HANDED_OVER";
const PROGRAM: &str = "bench-runner-cuda";

/// What there is to hand over to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// CUDA devices, or why there are none.
    pub devices: Result<u32, String>,
    /// The CUDA build, or why there is none that starts.
    pub program: Result<PathBuf, String>,
    /// Whether this process has been handed over to already.
    handed_over: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    HandOver(PathBuf),
    /// On the CPU, for this reason.
    Stay(String),
    /// CUDA was asked for by name.
    Fail(String),
}

/// Runs the CUDA build in place of this process, where `request` and the machine say so. Else
/// returns, having said why work stays on the CPU.
///
/// # Errors
/// Unable, where CUDA was asked for by name and something is missing.
pub fn to_cuda(request: DeviceRequest) -> Outcome<()> {
    let may_use = matches!(request, DeviceRequest::Auto | DeviceRequest::Cuda(_));
    if !may_use || cfg!(any(feature = "cuda", feature = "metal", not(feature = "candle"))) {
        return Ok(());
    }
    match decide(request, &look()) {
        Decision::HandOver(program) => replace(&program, request),
        Decision::Stay(reason) => {
            eprintln!("running on the CPU: {reason}");
            Ok(())
        }
        Decision::Fail(reason) => Err(anyhow!("--device is {request}, but {reason}")).or_unable(),
    }
}

/// Looks for the driver, a device and the CUDA build.
pub fn look() -> Found {
    let own = std::process::id().to_string();
    let handed_over = variables::var(MARK).is_some_and(|mark| mark == own);
    let devices = cuda::devices();
    let mut program = program();
    // a program that is not going to run is not tried
    if devices.is_ok() && !handed_over {
        program = program.and_then(|program| start::check(&program).map(|()| program));
    }
    Found { devices, program, handed_over }
}

fn program() -> Result<PathBuf, String> {
    let own =
        std::env::current_exe().map_err(|error| format!("this program is nowhere: {error}"))?;
    let program = own.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    let folder = own.parent().unwrap_or(Path::new(".")).display();
    Err(format!(
        "{PROGRAM} is not in {folder}; build it with `cargo build --release --features cudnn`, and \
         copy it there under that name"
    ))
}

fn decide(request: DeviceRequest, found: &Found) -> Decision {
    match (ready(request, found), request) {
        (Ok(program), _) => Decision::HandOver(program),
        (Err(reason), DeviceRequest::Cuda(_)) => Decision::Fail(reason),
        (Err(reason), _) => Decision::Stay(reason),
    }
}

/// The program to hand over to, or the first thing that is missing for it.
fn ready(request: DeviceRequest, found: &Found) -> Result<PathBuf, String> {
    let count = found.devices.clone()?;
    if let DeviceRequest::Cuda(number) = request
        && number >= count as usize
    {
        return Err(format!("CUDA devices of this machine: {count}, counted from 0"));
    }
    let program = found.program.clone()?;
    if found.handed_over {
        let program = program.display();
        return Err(format!("{program} is not built with the feature `cuda`; build it anew"));
    }
    Ok(program)
}

#[cfg(unix)]
fn replace(program: &Path, request: DeviceRequest) -> Outcome<()> {
    use std::os::unix::process::CommandExt;
    let mut command = std::process::Command::new(program);
    command.args(std::env::args_os().skip(1)).env(MARK, std::process::id().to_string());
    let error = command.exec();
    let said = format!("cannot start {}: {error}", program.display());
    match request {
        DeviceRequest::Cuda(_) => Err(anyhow!(said)).or_unable(),
        _ => {
            eprintln!("running on the CPU: {said}");
            Ok(())
        }
    }
}

/// No driver is found there, so that this is not reached.
#[cfg(not(unix))]
fn replace(program: &Path, _: DeviceRequest) -> Outcome<()> {
    Err(anyhow!("{} cannot take over on this system", program.display())).or_unable()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(devices: Result<u32, &str>, program: Result<&str, &str>) -> Found {
        Found {
            devices: devices.map_err(str::to_owned),
            program: program.map(PathBuf::from).map_err(str::to_owned),
            handed_over: false,
        }
    }

    #[test]
    fn a_device_and_a_program_are_handed_over_to() {
        let all = found(Ok(2), Ok("beside"));
        for request in [DeviceRequest::Auto, DeviceRequest::Cuda(1)] {
            assert_eq!(decide(request, &all), Decision::HandOver(PathBuf::from("beside")));
        }
    }

    #[test]
    fn what_is_missing_keeps_auto_on_the_cpu_and_fails_cuda() {
        for lacking in [found(Err("no driver"), Ok("beside")), found(Ok(1), Err("no driver"))] {
            let reason = "no driver".to_owned();
            assert_eq!(decide(DeviceRequest::Auto, &lacking), Decision::Stay(reason.clone()));
            assert_eq!(decide(DeviceRequest::Cuda(0), &lacking), Decision::Fail(reason));
        }
    }

    #[test]
    fn a_device_beyond_the_last_is_an_error() {
        let Decision::Fail(said) = decide(DeviceRequest::Cuda(1), &found(Ok(1), Ok("beside")))
        else {
            panic!("there is no such device");
        };
        assert_eq!(said, "CUDA devices of this machine: 1, counted from 0");
    }

    #[test]
    fn who_was_handed_over_to_does_not_hand_over_again() {
        let mark = Found { handed_over: true, ..found(Ok(1), Ok("beside")) };
        assert!(matches!(decide(DeviceRequest::Auto, &mark), Decision::Stay(_)));
        assert!(matches!(decide(DeviceRequest::Cuda(0), &mark), Decision::Fail(_)));
    }
}
