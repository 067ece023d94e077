using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Tests.Doubles;

// A driver whose newer GPUs pass for Ampere: so they get the kernels that every generation runs, not those for their own.
internal static unsafe class FakeDriver
{
    private static delegate* unmanaged<int*, CUdeviceAttribute, int, CUresult> s_deviceGetAttribute;

    public static CudaDriver Over(Func<string, nint> find)
    {
        s_deviceGetAttribute = (delegate* unmanaged<int*, CUdeviceAttribute, int, CUresult>)find("cuDeviceGetAttribute");
        return new CudaDriver(name => name == "cuDeviceGetAttribute"
            ? (nint)(delegate* unmanaged[Cdecl]<int*, CUdeviceAttribute, int, CUresult>)&DeviceGetAttribute
            : find(name));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CUresult DeviceGetAttribute(int* value, CUdeviceAttribute attribute, int device)
    {
        CUresult result = s_deviceGetAttribute(value, attribute, device);
        if (result != CUresult.Success) return result;
        if (attribute == CUdeviceAttribute.ComputeCapabilityMajor) *value = Math.Min(*value, CudaDevice.Oldest.Major);
        if (attribute != CUdeviceAttribute.ComputeCapabilityMinor) return result;
        int major;
        result = s_deviceGetAttribute(&major, CUdeviceAttribute.ComputeCapabilityMajor, device);
        if (major > CudaDevice.Oldest.Major) *value = CudaDevice.Oldest.Minor;
        return result;
    }
}
