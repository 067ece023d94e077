using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Driver;

public sealed unsafe class TensorMapCallsTests : IDisposable
{
    private const int Float16 = 6;
    private const int Swizzle128 = 3;

    private readonly PtxDriver _machine = new(new() { Devices = [PtxDevice.Hopper] });
    private readonly CudaDriver _driver;
    private readonly CUtensorMap* _map = (CUtensorMap*)NativeMemory.AlignedAlloc((nuint)sizeof(CUtensorMap), 64);

    public TensorMapCallsTests() => _driver = new CudaDriver(_machine.Find);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_map);
        _machine.Dispose();
    }

    [Fact]
    public void A_map_says_what_it_was_given()
    {
        Assert.Equal(CUresult.Success, Encode());
        TensorMap map = TensorMap.Read(new ReadOnlySpan<byte>(_map, TensorMap.Bytes))!;
        Assert.Equal((2, 0x1000UL, Swizzle.Bytes128), (map.ElementBytes, map.Address, map.Swizzle));
        Assert.Equal([100UL, 20UL], map.Extents);
        Assert.Equal([256UL], map.Strides);
        Assert.Equal([64, 16], map.Box);
    }

    [Fact]
    public void What_the_driver_refuses_is_refused()
    {
        Assert.Equal(CUresult.InvalidValue, Encode(type: 13));
        Assert.Equal(CUresult.InvalidValue, Encode(rank: 0));
        Assert.Equal(CUresult.InvalidValue, Encode(rank: 6));
        Assert.Equal(CUresult.InvalidValue, Encode(address: 0x1008));
        Assert.Equal(CUresult.InvalidValue, Encode(boxWidth: 128)); // 256 bytes in a swizzle of 128
        Assert.Equal(CUresult.InvalidValue, Encode(step: 2));
        Assert.Equal(CUresult.InvalidValue, Encode(fill: 1));
        Assert.Equal(CUresult.InvalidValue, Encode(mapOffset: 16));
    }

    [Fact]
    public void Drivers_before_12_have_no_maps()
    {
        using var machine = new PtxDriver(new() { DriverVersion = 11080 });
        Assert.True(new CudaDriver(machine.Find).TensorMapEncodeTiled is null);
    }

    private CUresult Encode(
        int type = Float16, uint rank = 2, ulong address = 0x1000, uint boxWidth = 64, uint step = 1, int fill = 0,
        int mapOffset = 0)
    {
        ulong* extents = stackalloc ulong[] { 100, 20, 1, 1, 1, 1 };
        ulong* strides = stackalloc ulong[] { 256, 256, 256, 256, 256 };
        uint* box = stackalloc uint[] { boxWidth, 16, 1, 1, 1, 1 };
        uint* steps = stackalloc uint[] { 1, step, 1, 1, 1, 1 };
        return _driver.TensorMapEncodeTiled(
            (CUtensorMap*)((byte*)_map + mapOffset), type, rank, new CUdeviceptr(address), extents, strides, box, steps, 0,
            Swizzle128, 0, fill);
    }
}
