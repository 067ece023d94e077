using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

public class CudaModuleTests
{
    private const string Empty = """
        .version 7.4
        .target sm_80
        .address_size 64
        .visible .entry empty(.param .u64 a, .param .u32 b, .param .f32 c)
        {
            ret;
        }
        """;

    [Fact]
    public void The_compilers_log_is_in_the_message()
    {
        using var gpu = new GpuFixture();
        byte[] ptx = Encoding.UTF8.GetBytes(Empty.Replace("ret;", "frobnicate.f32 %f1;", StringComparison.Ordinal));
        CudaException error = Assert.Throws<CudaException>(() => new CudaModule(gpu.Context, ptx));
        Assert.Equal(("CUDA_ERROR_INVALID_PTX", "cuModuleLoadDataEx"), (error.Result, error.Call));
        Assert.Contains("frobnicate", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Text_that_is_newer_than_the_driver_is_refused()
    {
        using var gpu = new GpuFixture(new PtxDriverOptions { DriverVersion = 11080 });
        byte[] ptx = Encoding.UTF8.GetBytes(Empty.Replace("7.4", "8.0", StringComparison.Ordinal));
        CudaException error = Assert.Throws<CudaException>(() => new CudaModule(gpu.Context, ptx));
        Assert.Equal("CUDA_ERROR_UNSUPPORTED_PTX_VERSION", error.Result);
        Assert.EndsWith("update the NVIDIA driver", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sm_80", 8, 0, true)]
    [InlineData("sm_80", 9, 0, true)]
    [InlineData("sm_86", 8, 0, false)]
    [InlineData("sm_90a", 9, 0, true)]
    [InlineData("sm_90a", 8, 9, false)]
    [InlineData("sm_90a", 10, 0, false)]
    public void A_target_runs_on_its_devices(string target, int major, int minor, bool runs)
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice("GPU", major, minor)] });
        using var context = new CudaContext(new CudaDriver(machine.Find), 0);
        byte[] ptx = Encoding.UTF8.GetBytes(Empty.Replace("sm_80", target, StringComparison.Ordinal));
        if (runs)
            new CudaModule(context, ptx).Dispose();
        else
            Assert.Equal("CUDA_ERROR_NO_BINARY_FOR_GPU", Assert.Throws<CudaException>(() => new CudaModule(context, ptx)).Result);
    }

    [Fact]
    public void A_kernel_that_is_not_there_is_named()
    {
        using var gpu = new GpuFixture();
        using var module = new CudaModule(gpu.Context, GpuFixture.AddPtx);
        CudaException error = Assert.Throws<CudaException>(() => module.Kernel("sub_f32"));
        Assert.Equal(
            "CUDA_ERROR_NOT_FOUND from cuModuleGetFunction of sub_f32: the module has no kernel sub_f32", error.Message);
    }

    [Fact]
    public void A_kernel_tells_what_it_is()
    {
        using var gpu = new GpuFixture();
        Assert.Equal(("add_f32", 48 * 1024), (gpu.Add.Name, gpu.Add.MaxDynamicSharedBytes));
        Assert.Equal((0, 0), (gpu.Add.LocalBytes, gpu.Add.RegisterCount));
    }

    [Fact]
    public void A_kernel_of_a_disposed_module_refuses_to_work()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        var module = new CudaModule(gpu.Context, GpuFixture.AddPtx);
        CudaKernel kernel = module.Kernel("add_f32");
        module.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kernel.Launch(stream, 1, 1, 0, y.Pointer, y.Pointer, 1));
    }

    [Fact]
    public void A_launch_that_the_device_refuses_names_kernel_and_shape()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        CudaException error = Assert.Throws<CudaException>(
            () => gpu.Add.Launch(stream, new Dim3(2, 3), new Dim3(64, 8), 16, y.Pointer, y.Pointer, 1));
        Assert.Equal(("CUDA_ERROR_INVALID_VALUE", "cuLaunchKernel", "add_f32"), (error.Result, error.Call, error.Kernel));
        Assert.Equal("grid 2x3x1, block 64x8x1, 16 bytes of dynamic shared memory", error.LaunchShape);
        string beginning = $"CUDA_ERROR_INVALID_VALUE from cuLaunchKernel of add_f32 ({error.LaunchShape}): ";
        Assert.StartsWith(beginning, error.Message, StringComparison.Ordinal);
        Assert.False(error.IsDeviceLost);
        stream.Synchronize();
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 65536, 1)]
    [InlineData(1, 1, 65536)]
    [InlineData(-1, 1, 1)]
    public void Grids_that_do_not_exist_are_refused(int x, int y, int z)
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> v = gpu.Upload(1);
        Assert.Throws<CudaException>(() => gpu.Add.Launch(stream, new Dim3(x, y, z), 1, 0, v.Pointer, v.Pointer, 1));
    }

    [Fact]
    public void Shared_memory_beyond_48_KB_must_be_allowed_and_exist()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(2);
        const int Bytes = 100 * 1024;
        Assert.Throws<CudaException>(() => gpu.Add.Launch(stream, 1, 1, Bytes, y.Pointer, x.Pointer, 1));
        int tooMuch = gpu.Context.SharedBytesPerBlock + 1;
        CudaException error = Assert.Throws<CudaException>(() => gpu.Add.MaxDynamicSharedBytes = tooMuch);
        Assert.Equal(("cuFuncSetAttribute", "add_f32"), (error.Call, error.Kernel));
        gpu.Add.MaxDynamicSharedBytes = Bytes;
        gpu.Add.Launch(stream, 1, 1, Bytes, y.Pointer, x.Pointer, 1);
        stream.Synchronize();
        Assert.Equal([3], GpuFixture.Download(y));
    }

    [Fact]
    public void Arguments_are_counted_and_measured_where_the_driver_tells()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        ArgumentException error = Assert.Throws<ArgumentException>(() => gpu.Add.Launch(stream, 1, 1, 0, 1UL, 1UL));
        Assert.Contains("add_f32 has 3 parameters and was given 2 arguments.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => gpu.Add.Launch(stream, 1, 1, 0, 1UL, 1UL, 1L));
        Assert.Contains("add_f32: parameter 2 has 4 bytes and its argument 8.", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => gpu.Add.Launch(stream, 1, 1, 0, new KernelArgument[65]));
    }

    [Fact]
    public void Older_drivers_take_the_arguments_as_they_are()
    {
        using var gpu = new GpuFixture(new PtxDriverOptions { DriverVersion = 12030 });
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(2);
        gpu.Add.Launch(stream, 1, 1, 0, y.Pointer, x.Pointer, 1L); // the lower half is read
        stream.Synchronize();
        Assert.Equal([3], GpuFixture.Download(y));
    }

    [Fact]
    public unsafe void Arguments_of_every_type_arrive_as_their_bits()
    {
        var map = new CUtensorMap();
        (KernelArgument Argument, byte[] Bytes)[] cases =
        [
            (new CUdeviceptr(0x123456789a), BitConverter.GetBytes(0x123456789aUL)),
            (-2, BitConverter.GetBytes(-2)),
            (3000000000u, BitConverter.GetBytes(3000000000u)),
            (-2L, BitConverter.GetBytes(-2L)),
            (ulong.MaxValue, BitConverter.GetBytes(ulong.MaxValue)),
            (-0.5f, BitConverter.GetBytes(-0.5f)),
            (KernelArgument.At(&map), new byte[128]),
        ];
        Assert.Equal(128, Unsafe.SizeOf<CUtensorMap>());
        for (int i = 0; i < cases.Length; i++)
        {
            KernelArgument argument = cases[i].Argument;
            Assert.Equal(cases[i].Bytes, new ReadOnlySpan<byte>(KernelArgument.Address(&argument), argument.Bytes));
        }
    }

    [Fact]
    public void A_launch_allocates_nothing_on_the_managed_heap()
    {
        using var machine = new PtxDriver();
        var driver = new CudaDriver(name => name == "cuLaunchKernel" ? AcceptLaunch() : machine.Find(name));
        using var context = new CudaContext(driver, 0);
        using var module = new CudaModule(context, GpuFixture.AddPtx);
        CudaKernel kernel = module.Kernel("add_f32");
        using var stream = new CudaStream(context);
        using var y = new CudaDeviceVariable<float>(context, 1);
        kernel.Launch(stream, 1, 1, 0, y.Pointer, y.Pointer, 1);
        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 10; i++) kernel.Launch(stream, 1, 1, 0, y.Pointer, y.Pointer, 1);
        }));
    }

    private static unsafe nint AcceptLaunch()
    {
        delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, CUresult> accept = &Accept;
        return (nint)accept;

        [UnmanagedCallersOnly]
        static CUresult Accept(
            nint kernel, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared, nint stream,
            void** arguments, void** extra) => CUresult.Success;
    }
}
