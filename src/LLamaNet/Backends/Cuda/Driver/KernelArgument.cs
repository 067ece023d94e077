namespace LLamaNet.Backends.Cuda.Driver;

// One argument of a launch: a number held here, or a struct that lies in native memory.
internal readonly unsafe struct KernelArgument
{
    private readonly ulong _value;
    private readonly void* _native;

    private KernelArgument(ulong value, int bytes)
    {
        _value = value;
        Bytes = bytes;
    }

    private KernelArgument(void* native, int bytes)
    {
        _native = native;
        Bytes = bytes;
    }

    public int Bytes { get; }

    public static implicit operator KernelArgument(CUdeviceptr value) => new(value.Value, sizeof(ulong));

    public static implicit operator KernelArgument(int value) => new((uint)value, sizeof(int));

    public static implicit operator KernelArgument(uint value) => new(value, sizeof(uint));

    public static implicit operator KernelArgument(long value) => new((ulong)value, sizeof(long));

    public static implicit operator KernelArgument(ulong value) => new(value, sizeof(ulong));

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value), sizeof(float));

    // A struct by value; it is copied when the kernel is launched, so it may change afterwards.
    public static KernelArgument At<T>(T* native)
        where T : unmanaged => new(native, sizeof(T));

    // Where the bytes lie; the argument itself must not move meanwhile. Machines with CUDA are little-endian.
    public static void* Address(KernelArgument* argument) => argument->_native is null ? &argument->_value : argument->_native;
}
