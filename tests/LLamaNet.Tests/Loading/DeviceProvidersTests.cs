using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Loading;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Loading;

// Which device a model gets, on machines with all kinds of GPUs, and with kinds of devices of the tests' own.
public class DeviceProvidersTests
{
    private const string TuringRefusal =
        "GPU 0, Turing, cannot be used: its compute capability is 7.5 and 8.0 (Ampere) or newer is needed";

    private static readonly PtxDevice s_turing = new("Turing", 7, 5);
    private static readonly PtxDevice s_ampere = new("Ampere");
    private static readonly PtxDevice s_taken = new("Taken") { IsTaken = true };

    [Fact]
    public void Auto_takes_the_first_GPU()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_ampere, s_ampere);
        Assert.Equal(
            new DeviceSelection(DeviceKind.Cuda, "Ampere, compute capability 8.0", "the first GPU that can be used"), chosen);
    }

    [Fact]
    public void Auto_passes_over_what_cannot_be_used_and_says_why()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_turing, s_taken, s_ampere);
        Assert.Equal("Ampere, compute capability 8.0", chosen.Name);
        Assert.StartsWith(
            $"the first GPU that can be used; refused: {TuringRefusal}; CUDA_ERROR_DEVICE_UNAVAILABLE", chosen.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_when_every_GPU_is_refused_and_says_why()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_turing, s_taken);
        Assert.Equal(DeviceKind.Cpu, chosen.Kind);
        Assert.StartsWith($"no GPU: {TuringRefusal}; CUDA_ERROR_DEVICE_UNAVAILABLE", chosen.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_without_a_GPU()
    {
        DeviceSelection chosen = Choose(Device.Auto);
        Assert.Equal(DeviceKind.Cpu, chosen.Kind);
        Assert.StartsWith("no GPU: CUDA_ERROR_NO_DEVICE from cuInit", chosen.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_without_a_driver_or_with_an_old_one()
    {
        Assert.Equal("no GPU: no NVIDIA driver", Load(WithoutDriver(), Device.Auto).Reason);

        using var machine = new PtxDriver(new() { DriverVersion = 10020 });
        Assert.Equal(
            "no GPU: the NVIDIA driver supports CUDA 10.2 and 11.4 is needed; update the driver",
            Load(Of(machine), Device.Auto).Reason);
    }

    [Fact]
    public void A_GPU_is_taken_by_its_number()
    {
        DeviceSelection chosen = Choose(Device.Cuda(1), s_turing, s_ampere);
        Assert.Equal(new DeviceSelection(DeviceKind.Cuda, "Ampere, compute capability 8.0", "asked for"), chosen);
    }

    [Fact]
    public void The_CPU_is_taken_without_a_look_at_the_driver()
    {
        DeviceProviders providers = new(new CpuProvider(), new CudaProvider(() => throw new InvalidOperationException()));
        DeviceSelection chosen = Load(providers, Device.Cpu);
        Assert.Equal((DeviceKind.Cpu, "asked for"), (chosen.Kind, chosen.Reason));
    }

    [Fact]
    public void A_GPU_that_is_asked_for_and_cannot_be_used_is_an_error()
    {
        Assert.Equal(TuringRefusal, Assert.Throws<CudaException>(() => Choose(Device.Cuda(), s_turing, s_ampere)).Message);
        Assert.Equal(
            "there is no GPU 2: the GPUs are numbers 0 to 1",
            Assert.Throws<CudaException>(() => Choose(Device.Cuda(2), s_turing, s_ampere)).Message);
        Assert.Equal("CUDA_ERROR_NO_DEVICE", Assert.Throws<CudaException>(() => Choose(Device.Cuda())).Result);
        Assert.Equal("no NVIDIA driver", Assert.Throws<CudaException>(() => Load(WithoutDriver(), Device.Cuda())).Message);
    }

    [Fact]
    public void A_CPU_has_no_second_one()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => Choose(new Device(DeviceKind.Cpu, 1)));
        Assert.StartsWith("The CPU has no number but 0.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "fast", "the first fast device that can be used")]
    [InlineData(true, false, "middle", "the first middle device that can be used; no fast device: fast is broken")]
    [InlineData(true, true, "slow", "no fast device: fast is broken; no middle device: middle is broken")]
    public void Auto_goes_from_the_fastest_kind_to_the_slowest(bool fastIsBroken, bool middleIsBroken, string name, string reason)
    {
        FakeProvider slow = new(DeviceKind.Cpu, "slow"), middle = new((DeviceKind)17, "middle") { IsBroken = middleIsBroken };
        FakeProvider fast = new(DeviceKind.Cuda, "fast") { IsBroken = fastIsBroken };
        var providers = new DeviceProviders(slow, middle, fast);
        Assert.Equal(reason, Load(providers, Device.Auto).Reason);
        Assert.Equal(name, providers.For(new() { Device = Device.Auto }, TestConfigs.Odd).Name);
        Assert.Equal(["slow", "middle", "fast"], providers.List().Select(device => device.Name));
        Assert.Equal(["auto", "slow", "slow:N", "middle", "middle:N", "fast", "fast:N"], providers.Forms);
    }

    [Fact]
    public void Auto_takes_the_next_kind_where_a_model_does_not_fit_or_a_device_fails()
    {
        FakeProvider slow = new(DeviceKind.Cpu, "slow"), fast = new(DeviceKind.Cuda, "fast");
        var providers = new DeviceProviders(slow, fast);
        Assert.Equal("the fast device failed: lost", LoadFailing(new FakeProvider.Broken("lost")));
        var plan = new MemoryPlan(1, 2, 3) { Device = DeviceKind.Cuda, ContextLength = 4, KvCacheType = DType.F16 };
        var small = new DeviceOutOfMemoryException("fast", plan, 5);
        Assert.Equal($"the fast device is too small: {small.Message}", LoadFailing(small));
        // Other exceptions are no matter of the device, and a device that is asked for is the only one.
        Assert.Throws<InvalidOperationException>(() => LoadFailing(new InvalidOperationException()));
        Assert.Throws<DeviceOutOfMemoryException>(() => LoadFailing(small, Device.Cuda()));

        string LoadFailing(Exception exception, Device? device = null) => providers.Load(
            new ModelOptions { Device = device ?? Device.Auto, Threads = 1 }, TestConfigs.Odd, (provider, backend, selection) =>
            {
                backend.Dispose();
                return provider == fast ? throw exception : selection.Reason;
            });
    }

    [Theory]
    [InlineData("auto", DeviceKind.Auto, 0, "auto")]
    [InlineData("CPU", DeviceKind.Cpu, 0, "cpu")]
    [InlineData("cuda", DeviceKind.Cuda, 0, "cuda:0")]
    [InlineData("Cuda:12", DeviceKind.Cuda, 12, "cuda:12")]
    public void A_device_is_read_and_written(string text, DeviceKind kind, int ordinal, string written)
    {
        Assert.True(Device.TryParse(text, out Device? device));
        Assert.Equal(new Device(kind, ordinal), device);
        Assert.Equal(written, device.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("auto:1")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:1:2")]
    public void Other_texts_are_no_devices(string? text) => Assert.False(Device.TryParse(text, out _));

    [Theory]
    [InlineData(DeviceKind.Cpu, 3, "cpu:3")]
    [InlineData(DeviceKind.Auto, 1, "auto:1")]
    [InlineData((DeviceKind)9, 0, "9")]
    public void A_device_that_there_cannot_be_has_a_name_as_well(DeviceKind kind, int ordinal, string name) =>
        Assert.Equal(name, $"{new Device(kind, ordinal)}");

    [Fact]
    public void Auto_takes_the_CPU_where_the_GPU_does_not_run_the_model()
    {
        LlamaConfig wide = TestConfigs.Odd with { HeadDim = 512 };
        using var gpu = new GpuFixture();
        const string Reason = "no GPU: the model's heads have 512 elements and the kernels take 256 at most";
        Assert.Equal(Reason, Reasoned(gpu.Devices, new(), wide));
        Assert.Equal(
            "no GPU: KvCacheType is Q8_0, and it keeps F32 or F16",
            Reasoned(gpu.Devices, new() { KvCacheType = DType.Q8_0 }, TestConfigs.Odd));
        Assert.Equal("cpu", gpu.Devices.For(new(), wide).Name);
        Assert.Equal("cuda", gpu.Devices.For(new(), TestConfigs.Odd).Name);

        static string Reasoned(DeviceProviders devices, ModelOptions options, LlamaConfig config) => devices.Load(
            options with { Threads = 1 }, config, (_, backend, selection) =>
            {
                backend.Dispose();
                return selection.Reason;
            });
    }

    [Fact]
    public async Task A_GPU_that_is_asked_for_says_which_heads_it_takes()
    {
        using var gpu = new GpuFixture();
        var exception = await Assert.ThrowsAsync<CudaException>(() => LlamaModel.CreateRandomAsync(
            TestConfigs.Odd with { HeadDim = 512 }, DType.F32, 1, gpu.Devices, new ModelOptions { Device = Device.Cuda() },
            TestContext.Current.CancellationToken));
        Assert.Contains("heads have 512 elements", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_forms_of_devices_are_told() => Assert.Equal(["auto", "cpu", "cuda", "cuda:N"], Device.Forms);

    [Fact]
    public void This_machine_has_a_CPU()
    {
        IReadOnlyList<DeviceDescription> devices = Device.List();
        Assert.Equal(Device.Cpu, devices[0].Device);
        Assert.InRange(devices[0].MemoryBytes, 1, long.MaxValue);
        Assert.NotEmpty(devices.Skip(1));
    }

    private static DeviceSelection Choose(Device device, params PtxDevice[] devices)
    {
        using var machine = new PtxDriver(new() { Devices = devices });
        DeviceSelection chosen = Load(Of(machine), device);
        Assert.Empty(machine.Leaks);
        return chosen;
    }

    private static DeviceSelection Load(DeviceProviders providers, Device device) => providers.Load(
        new ModelOptions { Device = device, Threads = 1 }, TestConfigs.Odd, (_, backend, selection) =>
        {
            backend.Dispose();
            return selection;
        });

    private static DeviceProviders Of(PtxDriver machine) =>
        new(new CpuProvider(), new CudaProvider(() => new CudaDriver(machine.Find)));

    private static DeviceProviders WithoutDriver() =>
        new(new CpuProvider(), new CudaProvider(() => throw new CudaException("no NVIDIA driver")));
}
