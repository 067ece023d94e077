using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

// A fused product is the product composed with what is fused, on each of these.
public abstract class ProductContract : BackendContract
{
    private protected const int Width = 256;
    private protected const float Epsilon = 1e-5f;

    // Formats side by side, as packed weights have them; F32 keeps a product off the tensor cores. Rows: one, a few, and as
    // many as the two kinds of tiles take.
    public static TheoryData<TestBackend, DType[], int> Products
    {
        get
        {
            var data = new TheoryData<TestBackend, DType[], int>();
            DType[][] weights =

                [
                    [DType.Q4_0], [DType.F16], [DType.Q8_0, DType.Q8_0, DType.Q6_K], [DType.Q4_K, DType.BF16],
                    [DType.F32, DType.F16],
                ];
            foreach (TestBackend kind in TestBackend.All)
                foreach (DType[] types in weights)
                    foreach (int rows in (int[])[1, 3, 9, 70]) data.Add(kind, types, rows);
            return data;
        }
    }

    private protected static Weight Load(Backend backend, DType[] types)
    {
        int rows = types.Length == 1 ? 48 : 24;
        return backend.Weight([.. types.Select((type, i) => new TestMatrix(type, rows, Width, i))]);
    }

    // weight . x
    private protected static float[] Multiply(Backend backend, Tensor x, Weight weight, int rows)
    {
        using Tensor y = backend.Allocate(DType.F32, rows, weight.Rows);
        backend.MatMul(y, x, weight, rows);
        return backend.Values(y);
    }

    // RmsNorm(x) * norm
    private protected static Tensor Normed(Backend backend, Tensor x, Tensor norm, int rows)
    {
        Tensor y = backend.Allocate(DType.F32, rows, Width);
        backend.RmsNorm(y, x, norm, rows, Epsilon);
        return y;
    }
}
