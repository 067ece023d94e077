namespace LLamaNet.Backends.Cuda.Products;

// What a product does with its sums; the numbers are those of kernels/include/epilogue.cuh.
internal enum Epilogue
{
    // y = sums
    Store = 0,

    // y += sums
    Add = 1,

    // y = silu(first half of the sums) * second half
    SwiGlu = 2,
}
