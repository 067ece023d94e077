using LLamaNet.Backends.Cpu.Memory;

namespace LLamaNet.Backends.Cpu.Threads;

// Working memory of the calling thread, 64-byte aligned, kept from call to call so that kernels allocate nothing.
// It belongs to one kernel at a time: the next call may hand out the same memory. Contents are undefined.
internal static unsafe class ThreadScratch
{
    [ThreadStatic]
    private static NativeBlock? s_block;

    public static float* Floats(int count)
    {
        long bytes = (long)count * sizeof(float);
        if (s_block is not { } block || block.Bytes < bytes)
        {
            s_block?.Dispose();
            s_block = block = new NativeBlock(bytes);
        }

        return (float*)block.Pointer;
    }
}
