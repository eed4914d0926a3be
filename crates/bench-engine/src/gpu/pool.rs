//! The memory pool of a CUDA device, from which Candle's tensors come.

use std::ffi::c_void;

use candle_core::{
    CudaDevice,
    cuda_backend::cudarc::driver::{result, sys},
};

use super::{Figure, MemoryPool, PoolPeaks};

const BYTES_PER_MB: f64 = 1_048_576.0;

/// The pool of one device.
pub struct CudaPool {
    pool: sys::CUmemoryPool,
    /// Keeps the device's context alive.
    device: CudaDevice,
}

impl CudaPool {
    /// That of a device. It is told to keep all memory that it has had, so that a trial does not pay
    /// for getting it again.
    ///
    /// # Errors
    /// Where the device has no such pool.
    pub fn of(device: &CudaDevice) -> Figure<Self> {
        let stream = device.cuda_stream();
        let context = stream.context();
        context.bind_to_thread().map_err(message_of)?;
        #[expect(unsafe_code, reason = "cudarc has no safe wrapper of memory pools")]
        // SAFETY: the device number comes from a live context.
        let pool = unsafe { result::device::get_default_mem_pool(context.cu_device()) };
        let pool = Self { pool: pool.map_err(message_of)?, device: device.clone() };
        pool.set(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, u64::MAX)?;
        Ok(pool)
    }

    #[expect(unsafe_code, reason = "cudarc has no safe wrapper of memory pools")]
    fn get(&self, attribute: sys::CUmemPool_attribute) -> Figure<u64> {
        self.bind()?;
        let mut value = 0_u64;
        let place = (&raw mut value).cast::<c_void>();
        // SAFETY: the pool lives as long as its device; the attributes used here are of 64 bits.
        unsafe { result::mem_pool::get_attribute(self.pool, attribute, place) }
            .map_err(message_of)?;
        Ok(value)
    }

    #[expect(unsafe_code, reason = "cudarc has no safe wrapper of memory pools")]
    fn set(&self, attribute: sys::CUmemPool_attribute, mut value: u64) -> Figure<()> {
        self.bind()?;
        let place = (&raw mut value).cast::<c_void>();
        // SAFETY: as above.
        unsafe { result::mem_pool::set_attribute(self.pool, attribute, place) }.map_err(message_of)
    }

    fn bind(&self) -> Figure<()> {
        self.device.cuda_stream().context().bind_to_thread().map_err(message_of)
    }
}

impl MemoryPool for CudaPool {
    /// A peak can be set to 0 alone, which makes it what is in use.
    fn reset(&self) -> Figure<()> {
        self.set(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH, 0)?;
        self.set(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH, 0)
    }

    fn peaks(&self) -> PoolPeaks {
        let mb = |attribute| self.get(attribute).map(|bytes| bytes as f64 / BYTES_PER_MB);
        PoolPeaks {
            used_mb: mb(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_HIGH),
            reserved_mb: mb(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH),
            release_threshold_bytes: self
                .get(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD),
        }
    }
}

/// UUID of a device, as NVML writes it.
///
/// # Errors
/// Where the driver does not tell.
pub fn uuid(device: &CudaDevice) -> Figure<String> {
    let uuid = device.cuda_stream().context().uuid().map_err(message_of)?;
    let hex: String = uuid.bytes.iter().map(|byte| format!("{:02x}", *byte as u8)).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(format!("GPU-{}", parts.join("-")))
}

fn message_of(error: impl std::fmt::Debug) -> String {
    format!("CUDA: {error:?}")
}
