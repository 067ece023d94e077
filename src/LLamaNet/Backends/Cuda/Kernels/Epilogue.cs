namespace LLamaNet.Backends.Cuda.Kernels;

// What a product of few rows does with its sums; the numbers are those of kernels/include/gemv.cuh.
internal enum Epilogue
{
    // y = sums
    Store = 0,

    // y += sums
    Add = 1,

    // y = silu(first half of the sums) * second half
    SwiGlu = 2,
}
