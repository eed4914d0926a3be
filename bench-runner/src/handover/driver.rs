//! Whether NVIDIA's driver is here and has devices, told by its library.

#[cfg(unix)]
const LIBRARY: &str = "libcuda.so.1";

/// CUDA devices of this machine, or why there are none.
///
/// # Errors
/// The reason, in words.
#[cfg(unix)]
#[expect(unsafe_code, reason = "the driver is a C library that may be missing")]
pub(super) fn devices() -> Result<u32, String> {
    use libloading::{Library, Symbol};

    type Init = unsafe extern "C" fn(u32) -> i32;
    type Count = unsafe extern "C" fn(*mut i32) -> i32;

    let lacks = |name: &str| format!("{LIBRARY} has no {name}; install NVIDIA's driver anew");
    // SAFETY: initialisers of NVIDIA's library ask nothing of who loads it.
    let library = unsafe { Library::new(LIBRARY) }
        .map_err(|_| format!("no NVIDIA driver is here ({LIBRARY} cannot be loaded)"))?;
    // SAFETY: CUDA's driver interface declares both functions with these types.
    let (init, get_count): (Symbol<'_, Init>, Symbol<'_, Count>) = unsafe {
        (
            library.get(b"cuInit\0").map_err(|_| lacks("cuInit"))?,
            library.get(b"cuDeviceGetCount\0").map_err(|_| lacks("cuDeviceGetCount"))?,
        )
    };
    let mut count = 0;
    // SAFETY: the flags of cuInit have to be 0, and the count is written to a live i32.
    let status = unsafe {
        match init(0) {
            0 => get_count(&raw mut count),
            status => status,
        }
    };
    match (status, u32::try_from(count)) {
        (0, Ok(count @ 1..)) => Ok(count),
        (0 | NO_DEVICE, _) => Err("NVIDIA's driver is here and finds no device".to_owned()),
        (status, _) => Err(format!("NVIDIA's driver answers with error {status}; see nvidia-smi")),
    }
}

/// CUDA_ERROR_NO_DEVICE.
#[cfg(unix)]
const NO_DEVICE: i32 = 100;

/// CUDA is looked for on Unix alone.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub(super) fn devices() -> Result<u32, String> {
    Err("CUDA is not looked for on this system".to_owned())
}
