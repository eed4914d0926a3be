//! CUDA's own list of devices, as the driver's library gives it. Nothing is linked: the library is
//! loaded when it is asked.

use bench_records::environment::Gpu;

#[cfg(unix)]
const LIBRARY: &str = "libcuda.so.1";

/// CUDA devices of this machine, or why there are none.
///
/// # Errors
/// The reason, in words.
#[cfg(unix)]
pub fn devices() -> Result<u32, String> {
    unix::Driver::load()?.count()
}

/// The same devices with their names, in CUDA's order; none where [`devices`] fails.
#[cfg(unix)]
#[must_use]
pub fn gpus() -> Vec<Gpu> {
    let Ok(driver) = unix::Driver::load() else { return Vec::new() };
    let count = driver.count().unwrap_or_default();
    (0..count).map(|number| driver.gpu(number)).collect()
}

/// CUDA is looked for on Unix alone.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn devices() -> Result<u32, String> {
    Err("CUDA is not looked for on this system".to_owned())
}

/// As [`devices`].
#[cfg(not(unix))]
#[must_use]
pub fn gpus() -> Vec<Gpu> {
    Vec::new()
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "the driver is a C library that may be missing")]
mod unix {
    use std::ffi::{CStr, c_char};

    use bench_records::environment::Gpu;
    use libloading::{Library, Symbol};

    use super::LIBRARY;

    type Init = unsafe extern "C" fn(u32) -> i32;
    type Count = unsafe extern "C" fn(*mut i32) -> i32;
    type Get = unsafe extern "C" fn(*mut i32, i32) -> i32;
    type Name = unsafe extern "C" fn(*mut c_char, i32, i32) -> i32;
    type Memory = unsafe extern "C" fn(*mut usize, i32) -> i32;
    type Attribute = unsafe extern "C" fn(*mut i32, i32, i32) -> i32;

    const SUCCESS: i32 = 0;
    /// CUDA_ERROR_NO_DEVICE.
    const NO_DEVICE: i32 = 100;
    /// CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR and _MINOR.
    const CAPABILITY: [i32; 2] = [75, 76];

    pub(super) struct Driver(Library);

    impl Driver {
        /// The library, initialised.
        pub(super) fn load() -> Result<Self, String> {
            // SAFETY: initialisers of NVIDIA's library ask nothing of who loads it.
            let library = unsafe { Library::new(LIBRARY) }
                .map_err(|_| format!("no NVIDIA driver is here ({LIBRARY} cannot be loaded)"))?;
            let driver = Self(library);
            // SAFETY: CUDA's driver interface declares it with this type; the flags have to be 0.
            match unsafe { driver.get::<Init>("cuInit")?(0) } {
                SUCCESS => Ok(driver),
                NO_DEVICE => Err(no_device()),
                status => Err(answers(status)),
            }
        }

        pub(super) fn count(&self) -> Result<u32, String> {
            let mut count = 0;
            // SAFETY: as declared; the count is written to a live i32.
            let status = unsafe { self.get::<Count>("cuDeviceGetCount")?(&raw mut count) };
            match (status, u32::try_from(count)) {
                (SUCCESS, Ok(count @ 1..)) => Ok(count),
                (SUCCESS | NO_DEVICE, _) => Err(no_device()),
                (status, _) => Err(answers(status)),
            }
        }

        /// What the driver says of a device; one that it does not name has its number as a name.
        pub(super) fn gpu(&self, number: u32) -> Gpu {
            let device = self.device(number);
            let capability = device.and_then(|device| {
                let [major, minor] = CAPABILITY.map(|which| self.attribute(device, which));
                Some(format!("{}.{}", major?, minor?))
            });
            Gpu {
                name: device
                    .and_then(|device| self.name(device))
                    .unwrap_or_else(|| format!("CUDA device {number}")),
                memory_bytes: device.and_then(|device| self.memory_bytes(device)),
                compute_capability: capability,
                ..Gpu::default()
            }
        }

        fn device(&self, number: u32) -> Option<i32> {
            let (mut device, number) = (0, i32::try_from(number).ok()?);
            // SAFETY: as declared; the device is written to a live i32.
            let status = unsafe { self.get::<Get>("cuDeviceGet").ok()?(&raw mut device, number) };
            (status == SUCCESS).then_some(device)
        }

        fn name(&self, device: i32) -> Option<String> {
            let mut name = [0_u8; 256];
            let place = name.as_mut_ptr().cast::<c_char>();
            // SAFETY: as declared; at most 255 bytes and a zero are written to the array.
            let status = unsafe { self.get::<Name>("cuDeviceGetName").ok()?(place, 255, device) };
            let name = CStr::from_bytes_until_nul(&name).ok()?.to_str().ok()?.trim();
            (status == SUCCESS && !name.is_empty()).then(|| name.to_owned())
        }

        fn memory_bytes(&self, device: i32) -> Option<u64> {
            let mut bytes = 0;
            // SAFETY: as declared; the size is written to a live usize.
            let status =
                unsafe { self.get::<Memory>("cuDeviceTotalMem_v2").ok()?(&raw mut bytes, device) };
            (status == SUCCESS).then(|| bytes.try_into().ok())?
        }

        fn attribute(&self, device: i32, which: i32) -> Option<i32> {
            let mut value = 0;
            let get = self.get::<Attribute>("cuDeviceGetAttribute").ok()?;
            // SAFETY: as declared; the value is written to a live i32.
            let status = unsafe { get(&raw mut value, which, device) };
            (status == SUCCESS).then_some(value)
        }

        /// A function of the library, as `T` declares it.
        fn get<T>(&self, name: &str) -> Result<Symbol<'_, T>, String> {
            // SAFETY: each caller names a function of CUDA's driver interface with its type.
            unsafe { self.0.get(name.as_bytes()) }
                .map_err(|_| format!("{LIBRARY} has no {name}; install NVIDIA's driver anew"))
        }
    }

    fn no_device() -> String {
        "NVIDIA's driver is here and finds no device".to_owned()
    }

    fn answers(status: i32) -> String {
        format!("NVIDIA's driver answers with error {status}; see nvidia-smi")
    }
}
