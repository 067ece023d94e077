namespace LLamaNet.Backends.Cuda.Driver;

// An address in the memory of a device.
internal readonly record struct CUdeviceptr(ulong Value)
{
    public static CUdeviceptr operator +(CUdeviceptr pointer, long bytes) => new(pointer.Value + (ulong)bytes);

    public override string ToString() => $"0x{Value:x}";
}
