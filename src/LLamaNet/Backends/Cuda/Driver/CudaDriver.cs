using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// The driver API (cuda.h): one function pointer per function used, found by name. Handles are nint, sizes nuint.
// The context a call means is state of the calling thread: the classes of this folder set it before each call.
internal sealed unsafe class CudaDriver
{
    // CUDA 11.4, the oldest that reads PTX ISA 7.4, for which the kernels are compiled.
    public const int MinVersion = 11040;

    public readonly delegate* unmanaged<uint, CUresult> Init;
    public readonly delegate* unmanaged<int*, CUresult> DriverGetVersion;
    public readonly delegate* unmanaged<CUresult, byte**, CUresult> GetErrorName;
    public readonly delegate* unmanaged<CUresult, byte**, CUresult> GetErrorString;

    public readonly delegate* unmanaged<int*, CUresult> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, CUresult> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, CUresult> DeviceGetName;
    public readonly delegate* unmanaged<nuint*, int, CUresult> DeviceTotalMem;
    public readonly delegate* unmanaged<int*, CUdeviceAttribute, int, CUresult> DeviceGetAttribute;
    public readonly delegate* unmanaged<nint*, int, CUresult> DevicePrimaryCtxRetain;
    public readonly delegate* unmanaged<int, CUresult> DevicePrimaryCtxRelease;
    public readonly delegate* unmanaged<nint, CUresult> CtxSetCurrent;
    public readonly delegate* unmanaged<CUresult> CtxSynchronize;

    public readonly delegate* unmanaged<nuint*, nuint*, CUresult> MemGetInfo;
    public readonly delegate* unmanaged<CUdeviceptr*, nuint, CUresult> MemAlloc;
    public readonly delegate* unmanaged<nint, CUresult> MemFree;
    public readonly delegate* unmanaged<nint*, nuint, CUresult> MemAllocHost;
    public readonly delegate* unmanaged<nint, CUresult> MemFreeHost;
    public readonly delegate* unmanaged<CUdeviceptr, void*, nuint, CUresult> MemcpyHtoD;
    public readonly delegate* unmanaged<void*, CUdeviceptr, nuint, CUresult> MemcpyDtoH;
    public readonly delegate* unmanaged<CUdeviceptr, void*, nuint, nint, CUresult> MemcpyHtoDAsync;
    public readonly delegate* unmanaged<void*, CUdeviceptr, nuint, nint, CUresult> MemcpyDtoHAsync;
    public readonly delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, nint, CUresult> MemcpyDtoDAsync;
    public readonly delegate* unmanaged<CUdeviceptr, byte, nuint, nint, CUresult> MemsetD8Async;

    public readonly delegate* unmanaged<nint*, uint, CUresult> StreamCreate;
    public readonly delegate* unmanaged<nint, CUresult> StreamDestroy;
    public readonly delegate* unmanaged<nint, CUresult> StreamSynchronize;
    public readonly delegate* unmanaged<nint, nint, uint, CUresult> StreamWaitEvent;
    public readonly delegate* unmanaged<nint, int, CUresult> StreamBeginCapture;
    public readonly delegate* unmanaged<nint, nint*, CUresult> StreamEndCapture;

    public readonly delegate* unmanaged<nint*, uint, CUresult> EventCreate;
    public readonly delegate* unmanaged<nint, CUresult> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, CUresult> EventRecord;
    public readonly delegate* unmanaged<nint, CUresult> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, CUresult> EventElapsedTime;

    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, CUresult> ModuleLoadDataEx;
    public readonly delegate* unmanaged<nint, CUresult> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, CUresult> ModuleGetFunction;
    public readonly delegate* unmanaged<int*, CUfunctionAttribute, nint, CUresult> FuncGetAttribute;
    public readonly delegate* unmanaged<nint, CUfunctionAttribute, int, CUresult> FuncSetAttribute;
    public readonly delegate* unmanaged<
        nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult> LaunchKernel;

    public readonly delegate* unmanaged<nint*, nint, ulong, CUresult> GraphInstantiate;
    public readonly delegate* unmanaged<nint, nint, CUresult> GraphLaunch;
    public readonly delegate* unmanaged<nint, CUresult> GraphDestroy;
    public readonly delegate* unmanaged<nint, CUresult> GraphExecDestroy;

    // Null where the driver is older than CUDA 12.4 and 12.0.
    public readonly delegate* unmanaged<nint, nuint, nuint*, nuint*, CUresult> FuncGetParamInfo;
    public readonly delegate* unmanaged<
        CUtensorMap*, int, uint, CUdeviceptr, ulong*, ulong*, uint*, uint*, int, int, int, int, CUresult> TensorMapEncodeTiled;

    // Whatever the pointers come from must live as long as they do.
    private readonly Func<string, nint> _find;

    // find: the address of an exported function, 0 where there is none.
    public CudaDriver(Func<string, nint> find)
    {
        _find = find;
        DriverGetVersion = (delegate* unmanaged<int*, CUresult>)Find("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<CUresult, byte**, CUresult>)Find("cuGetErrorName");
        GetErrorString = (delegate* unmanaged<CUresult, byte**, CUresult>)Find("cuGetErrorString");
        int version;
        Check(DriverGetVersion(&version), "cuDriverGetVersion");
        Version = version;
        if (version < MinVersion)
        {
            throw new CudaException(
                $"the NVIDIA driver supports CUDA {Text(version)} and {Text(MinVersion)} is needed; update the driver");
        }

        Init = (delegate* unmanaged<uint, CUresult>)Find("cuInit");
        DeviceGetCount = (delegate* unmanaged<int*, CUresult>)Find("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, CUresult>)Find("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, CUresult>)Find("cuDeviceGetName");
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, CUresult>)Find("cuDeviceTotalMem_v2");
        DeviceGetAttribute = (delegate* unmanaged<int*, CUdeviceAttribute, int, CUresult>)Find("cuDeviceGetAttribute");
        DevicePrimaryCtxRetain = (delegate* unmanaged<nint*, int, CUresult>)Find("cuDevicePrimaryCtxRetain");
        DevicePrimaryCtxRelease = (delegate* unmanaged<int, CUresult>)Find("cuDevicePrimaryCtxRelease_v2");
        CtxSetCurrent = (delegate* unmanaged<nint, CUresult>)Find("cuCtxSetCurrent");
        CtxSynchronize = (delegate* unmanaged<CUresult>)Find("cuCtxSynchronize");

        MemGetInfo = (delegate* unmanaged<nuint*, nuint*, CUresult>)Find("cuMemGetInfo_v2");
        MemAlloc = (delegate* unmanaged<CUdeviceptr*, nuint, CUresult>)Find("cuMemAlloc_v2");
        MemFree = (delegate* unmanaged<nint, CUresult>)Find("cuMemFree_v2");
        MemAllocHost = (delegate* unmanaged<nint*, nuint, CUresult>)Find("cuMemAllocHost_v2");
        MemFreeHost = (delegate* unmanaged<nint, CUresult>)Find("cuMemFreeHost");
        MemcpyHtoD = (delegate* unmanaged<CUdeviceptr, void*, nuint, CUresult>)Find("cuMemcpyHtoD_v2");
        MemcpyDtoH = (delegate* unmanaged<void*, CUdeviceptr, nuint, CUresult>)Find("cuMemcpyDtoH_v2");
        MemcpyHtoDAsync = (delegate* unmanaged<CUdeviceptr, void*, nuint, nint, CUresult>)Find("cuMemcpyHtoDAsync_v2");
        MemcpyDtoHAsync = (delegate* unmanaged<void*, CUdeviceptr, nuint, nint, CUresult>)Find("cuMemcpyDtoHAsync_v2");
        MemcpyDtoDAsync = (delegate* unmanaged<CUdeviceptr, CUdeviceptr, nuint, nint, CUresult>)Find("cuMemcpyDtoDAsync_v2");
        MemsetD8Async = (delegate* unmanaged<CUdeviceptr, byte, nuint, nint, CUresult>)Find("cuMemsetD8Async");

        StreamCreate = (delegate* unmanaged<nint*, uint, CUresult>)Find("cuStreamCreate");
        StreamDestroy = (delegate* unmanaged<nint, CUresult>)Find("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<nint, CUresult>)Find("cuStreamSynchronize");
        StreamWaitEvent = (delegate* unmanaged<nint, nint, uint, CUresult>)Find("cuStreamWaitEvent");
        StreamBeginCapture = (delegate* unmanaged<nint, int, CUresult>)Find("cuStreamBeginCapture_v2");
        StreamEndCapture = (delegate* unmanaged<nint, nint*, CUresult>)Find("cuStreamEndCapture");

        EventCreate = (delegate* unmanaged<nint*, uint, CUresult>)Find("cuEventCreate");
        EventDestroy = (delegate* unmanaged<nint, CUresult>)Find("cuEventDestroy_v2");
        EventRecord = (delegate* unmanaged<nint, nint, CUresult>)Find("cuEventRecord");
        EventSynchronize = (delegate* unmanaged<nint, CUresult>)Find("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, CUresult>)Find("cuEventElapsedTime");

        ModuleLoadDataEx = (delegate* unmanaged<nint*, void*, uint, int*, void**, CUresult>)Find("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, CUresult>)Find("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, CUresult>)Find("cuModuleGetFunction");
        FuncGetAttribute = (delegate* unmanaged<int*, CUfunctionAttribute, nint, CUresult>)Find("cuFuncGetAttribute");
        FuncSetAttribute = (delegate* unmanaged<nint, CUfunctionAttribute, int, CUresult>)Find("cuFuncSetAttribute");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult>)
            Find("cuLaunchKernel");

        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, CUresult>)Find("cuGraphInstantiateWithFlags");
        GraphLaunch = (delegate* unmanaged<nint, nint, CUresult>)Find("cuGraphLaunch");
        GraphDestroy = (delegate* unmanaged<nint, CUresult>)Find("cuGraphDestroy");
        GraphExecDestroy = (delegate* unmanaged<nint, CUresult>)Find("cuGraphExecDestroy");

        FuncGetParamInfo = (delegate* unmanaged<nint, nuint, nuint*, nuint*, CUresult>)find("cuFuncGetParamInfo");
        TensorMapEncodeTiled = (delegate* unmanaged<
            CUtensorMap*, int, uint, CUdeviceptr, ulong*, ulong*, uint*, uint*, int, int, int, int, CUresult>)
            find("cuTensorMapEncodeTiled");

        Check(Init(0), "cuInit");
    }

    // 1000 * major + 10 * minor of the newest CUDA the driver supports.
    public int Version { get; }

    public string VersionText => Text(Version);

    // The driver of this machine; throws CudaException saying what is missing.
    public static CudaDriver Open()
    {
        nint library = DriverLibrary.Load();
        return new CudaDriver(name => NativeLibrary.TryGetExport(library, name, out nint address) ? address : 0);
    }

    public void Check(CUresult result, string call)
    {
        if (result != CUresult.Success) throw Failure(result, call);
    }

    // detail: what the driver's own words do not say, such as the compiler's log.
    public CudaException Failure(
        CUresult result, string call, string? detail = null, string? kernel = null, string? launchShape = null)
    {
        byte* text;
        string? name = GetErrorName(result, &text) == CUresult.Success ? Marshal.PtrToStringUTF8((nint)text) : null;
        string? words = GetErrorString(result, &text) == CUresult.Success ? Marshal.PtrToStringUTF8((nint)text) : null;
        return new CudaException(name ?? $"CUDA error {(int)result}", call, words, detail, kernel, launchShape, result.Advice())
        {
            IsDeviceLost = result.IsDeviceLost(),
        };
    }

    private static string Text(int version) => $"{version / 1000}.{version % 1000 / 10}";

    private nint Find(string name)
    {
        nint address = _find(name);
        return address != 0 ? address : throw new CudaException($"the NVIDIA driver has no function {name}; update the driver");
    }
}
