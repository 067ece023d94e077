using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

public class CudaDriverTests
{
    [Fact]
    public void The_version_is_told()
    {
        using var machine = new PtxDriver(new() { DriverVersion = 12080 });
        var driver = new CudaDriver(machine.Find);
        Assert.Equal((12080, "12.8"), (driver.Version, driver.VersionText));
    }

    [Fact]
    public void The_oldest_driver_is_enough()
    {
        using var machine = new PtxDriver(new() { DriverVersion = 11040 });
        using var context = new CudaContext(new CudaDriver(machine.Find), 0);
        Assert.Equal("Interpreted GPU", context.DeviceName);
    }

    [Fact]
    public void An_older_driver_is_refused()
    {
        using var machine = new PtxDriver(new() { DriverVersion = 11030 });
        CudaException error = Assert.Throws<CudaException>(() => new CudaDriver(machine.Find));
        Assert.Equal("the NVIDIA driver supports CUDA 11.3 and 11.4 is needed; update the driver", error.Message);
    }

    [Fact]
    public void A_driver_without_a_device_says_so()
    {
        using var machine = new PtxDriver(new() { Devices = [] });
        CudaException error = Assert.Throws<CudaException>(() => new CudaDriver(machine.Find));
        Assert.Equal(("CUDA_ERROR_NO_DEVICE", "cuInit"), (error.Result, error.Call));
        Assert.Equal(
            "CUDA_ERROR_NO_DEVICE from cuInit: no CUDA-capable device is detected; "
            + "the NVIDIA driver is installed but sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES",
            error.Message);
    }

    [Theory]
    [InlineData("cuDriverGetVersion")]
    [InlineData("cuInit")]
    [InlineData("cuMemAlloc_v2")]
    [InlineData("cuGraphInstantiateWithFlags")]
    public void A_missing_function_is_named(string name)
    {
        using var machine = new PtxDriver();
        CudaException error = Assert.Throws<CudaException>(
            () => new CudaDriver(asked => asked == name ? 0 : machine.Find(asked)));
        Assert.Equal($"the NVIDIA driver has no function {name}; update the driver", error.Message);
    }

    [Fact]
    public void Each_function_is_asked_for_once_and_the_newest_driver_has_all()
    {
        using var machine = new PtxDriver();
        var asked = new List<string>();
        _ = new CudaDriver(name =>
        {
            asked.Add(name);
            return machine.Find(name);
        });
        Assert.Equal(asked.Count, asked.Distinct().Count());
        Assert.All(asked, name => Assert.NotEqual(0, machine.Find(name)));
        Assert.Equal(0, machine.Find("cuNoSuchFunction"));
    }

    [Fact]
    public void A_missing_library_is_named()
    {
        CudaException error = Assert.Throws<CudaException>(() => DriverLibrary.Load("libcuda-none.so.1", isChosen: false));
        Assert.Equal(
            "no NVIDIA driver: libcuda-none.so.1 could not be loaded; "
            + "install the driver, or give the container access to the GPU",
            error.Message);
        Assert.Null(error.Result);
    }

    [Fact]
    public void A_missing_library_that_the_user_chose_is_named_with_the_variable()
    {
        CudaException error = Assert.Throws<CudaException>(() => DriverLibrary.Load("/no/such/libcuda.so", isChosen: true));
        Assert.Equal(
            "no NVIDIA driver: /no/such/libcuda.so, which LLAMANET_CUDA_DRIVER names, could not be loaded", error.Message);
    }

    [Fact]
    public void A_library_that_is_no_driver_lacks_the_first_function()
    {
        CudaException error = Assert.Throws<CudaException>(() => new CudaDriver(_ => 0));
        Assert.Equal("the NVIDIA driver has no function cuDriverGetVersion; update the driver", error.Message);
    }

    [Theory]
    [InlineData(2, "use a smaller weight type or a shorter context, or end other programs that use the GPU")]
    [InlineData(34, "the CUDA toolkit's stub was loaded in place of the driver; take its folder off the library path")]
    [InlineData(46, "another process has the GPU to itself; end it, or share the GPU with nvidia-smi -c 0")]
    [InlineData(209, "update the NVIDIA driver")]
    [InlineData(222, "update the NVIDIA driver")]
    [InlineData(700, "the GPU is lost to this process: dispose the model and restart the program")]
    [InlineData(719, "the GPU is lost to this process: dispose the model and restart the program")]
    [InlineData(802, "the machine's NVIDIA services are not running yet (nvidia-fabricmanager)")]
    [InlineData(803, "the driver's library and kernel module differ in version; restart the machine")]
    [InlineData(1, null)]
    public void Errors_come_with_what_to_do(int result, string? advice) => Assert.Equal(advice, ((CUresult)result).Advice());

    [Fact]
    public void A_result_that_the_driver_cannot_name_is_a_number()
    {
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        CudaException error = driver.Failure((CUresult)12345, "cuTest");
        Assert.StartsWith("CUDA error 12345 from cuTest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_are_one_line()
    {
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        CudaException error = driver.Failure(
            (CUresult)999, "cuTest", "first\r\nsecond\n", "kernel_f32", "grid 1x1x1, block 1x1x1");
        Assert.Equal(
            "CUDA_ERROR_UNKNOWN from cuTest of kernel_f32 (grid 1x1x1, block 1x1x1): an error; first; second", error.Message);
    }
}
