namespace LLamaNet.Backends.Cpu.Simd;

// How wide the registers of the kernels are. Results do not depend on it.
internal enum SimdWidth
{
    V128,
    V256,
    V512,
}
