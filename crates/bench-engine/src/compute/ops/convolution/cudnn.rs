//! Convolutions by cuDNN whose algorithm is chosen once for each shape.
//!
//! Candle asks cuDNN anew at each convolution, which takes longer than most of them: 3.5 ms on an H200.

use std::{
    cell::RefCell,
    collections::{HashMap, hash_map::Entry},
    ffi::c_int,
    sync::Arc,
};

use candle_core::{
    CpuStorage, CudaDevice, CudaStorage, CustomOp2, Error, Layout, Result, Shape, Tensor,
    WithDType,
    backend::BackendStorage,
    cuda_backend::{
        CudaDType, CudaStorageSlice, DeviceId,
        cudarc::{
            cudnn::{ConvForward, Cudnn, CudnnDataType, sys},
            driver::{CudaSlice, DeviceRepr},
        },
    },
};

use crate::compute::switches::{Plans, switches};

/// Whether a convolution of `x` is computed here.
pub(super) fn takes(x: &Tensor) -> bool {
    x.device().is_cuda() && switches().plans == Plans::Kept
}

/// x (N, C, H, W) by weight (C′, C, H, W).
pub(super) fn convolve(
    x: &Tensor,
    weight: &Tensor,
    margin: usize,
    stride: usize,
) -> Result<Tensor> {
    x.contiguous()?.apply_op2_no_bwd(&weight.contiguous()?, &Convolution { margin, stride })
}

struct Convolution {
    margin: usize,
    stride: usize,
}

/// What a choice depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Request {
    data_type: sys::cudnnDataType_t,
    x: [c_int; 4],
    weight: [c_int; 4],
    y: [c_int; 4],
    margin: c_int,
    stride: c_int,
}

/// What cuDNN chose.
#[derive(Clone, Copy)]
struct Choice {
    algorithm: sys::cudnnConvolutionFwdAlgo_t,
    workspace_bytes: usize,
}

/// cuDNN on one thread, which is the only one that may use it.
struct Session {
    cudnn: Arc<Cudnn>,
    choices: HashMap<Request, Choice>,
}

thread_local! {
    static SESSIONS: RefCell<HashMap<DeviceId, Session>> = RefCell::default();
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "cudnn-convolution"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        candle_core::bail!("cuDNN computes on CUDA devices only")
    }

    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        weight: &CudaStorage,
        weight_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let weight = (weight, weight_layout);
        match &x.slice {
            // cuDNN sums products of bf16 in f32 only
            CudaStorageSlice::BF16(slice) => self.run::<_, f32>((slice, x_layout), weight),
            CudaStorageSlice::F16(slice) => self.run_alike((slice, x_layout), weight),
            CudaStorageSlice::F32(slice) => self.run_alike((slice, x_layout), weight),
            CudaStorageSlice::F64(slice) => self.run_alike((slice, x_layout), weight),
            _ => candle_core::bail!("cuDNN does not convolve {:?}", x.dtype()),
        }
    }
}

impl Convolution {
    /// Sums in the type of the values.
    fn run_alike<T>(
        &self,
        x: (&CudaSlice<T>, &Layout),
        weight: (&CudaStorage, &Layout),
    ) -> Result<(CudaStorage, Shape)>
    where
        T: CudaDType + CudnnDataType + DeviceRepr + WithDType,
    {
        self.run::<T, T>(x, weight)
    }

    fn run<T, Sum>(
        &self,
        (x, x_layout): (&CudaSlice<T>, &Layout),
        (weight, weight_layout): (&CudaStorage, &Layout),
    ) -> Result<(CudaStorage, Shape)>
    where
        T: CudaDType + CudnnDataType + DeviceRepr + WithDType,
        Sum: CudnnDataType,
    {
        let device = weight.device();
        let request = self.request::<T>(x_layout.shape(), weight_layout.shape())?;
        let shape = Shape::from_dims(&request.y.map(|extent| extent as usize));
        #[expect(unsafe_code, reason = "memory that the convolution fills needs no zeros")]
        // SAFETY: the convolution below writes every element.
        let mut y: CudaSlice<T> = unsafe { device.alloc(shape.elem_count())? };
        let x = x.slice(x_layout.start_offset()..);
        let weight = T::as_cuda_slice(weight)?.slice(weight_layout.start_offset()..);
        SESSIONS.with_borrow_mut(|sessions| -> Result<()> {
            let session = match sessions.entry(device.id()) {
                Entry::Occupied(there) => there.into_mut(),
                Entry::Vacant(place) => place.insert(Session::open(device)?),
            };
            let Session { cudnn, choices } = session;
            let format = sys::cudnnTensorFormat_t::CUDNN_TENSOR_NCHW;
            let mode = sys::cudnnConvolutionMode_t::CUDNN_CROSS_CORRELATION;
            let (margin, stride) = (request.margin, request.stride);
            let forward = ConvForward {
                conv: &cudnn.create_conv2d::<Sum>([margin; 2], [stride; 2], [1; 2], mode)?,
                x: &cudnn.create_4d_tensor::<T>(format, request.x)?,
                w: &cudnn.create_4d_filter::<T>(format, request.weight)?,
                y: &cudnn.create_4d_tensor::<T>(format, request.y)?,
            };
            let choice = match choices.entry(request) {
                Entry::Occupied(there) => *there.get(),
                Entry::Vacant(place) => *place.insert(Choice::of(&forward)?),
            };
            #[expect(unsafe_code, reason = "cuDNN is given memory that is not initialized")]
            // SAFETY: cuDNN does not read a workspace before it has written it, and the descriptors
            // are those of the slices.
            unsafe {
                let mut workspace = device.alloc::<u8>(choice.workspace_bytes)?;
                let memory = Some(&mut workspace);
                let scaling = (T::from_f64(1.0), T::from_f64(0.0));
                forward.launch(choice.algorithm, memory, scaling, &x, &weight, &mut y)?;
            }
            Ok(())
        })?;
        Ok((T::wrap_cuda_slice(y, device.clone()), shape))
    }

    fn request<T: CudnnDataType>(&self, x: &Shape, weight: &Shape) -> Result<Request> {
        let extents = |shape: &Shape| -> Result<[c_int; 4]> {
            let (a, b, c, d) = shape.dims4()?;
            let extent = |extent: usize| c_int::try_from(extent).map_err(Error::wrap);
            Ok([extent(a)?, extent(b)?, extent(c)?, extent(d)?])
        };
        let (x, weight) = (extents(x)?, extents(weight)?);
        let (margin, stride) = (self.margin as c_int, self.stride as c_int);
        if x[1] != weight[1] {
            candle_core::bail!("{} channels, but the convolution takes {}", x[1], weight[1])
        }
        let output = |extent: c_int, side: c_int| (extent + 2 * margin - side) / stride + 1;
        let y = [x[0], weight[0], output(x[2], weight[2]), output(x[3], weight[3])];
        Ok(Request { data_type: T::DATA_TYPE, x, weight, y, margin, stride })
    }
}

impl Session {
    fn open(device: &CudaDevice) -> Result<Self> {
        let cudnn = Cudnn::new(device.cuda_stream())?;
        Ok(Self { cudnn, choices: HashMap::new() })
    }
}

impl Choice {
    fn of<X: CudnnDataType, C: CudnnDataType, Y: CudnnDataType>(
        forward: &ConvForward<'_, X, C, Y>,
    ) -> Result<Self> {
        let algorithm = forward.pick_algorithm()?;
        let workspace_bytes = forward.get_workspace_size(algorithm)?;
        Ok(Self { algorithm, workspace_bytes })
    }
}
