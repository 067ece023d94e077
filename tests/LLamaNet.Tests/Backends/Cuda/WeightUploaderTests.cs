using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

public class WeightUploaderTests
{
    // In one piece, and in pieces of a few rows through both buffers.
    [Theory]
    [InlineData(1 << 24)]
    [InlineData(3000)]
    [InlineData(1)]
    public unsafe void The_device_gets_every_row_of_every_part(int stagingBytes)
    {
        using var gpu = new GpuFixture();
        foreach (PlaneFormat format in PlaneFormat.All)
        {
            TestMatrix[] sources = [new(format.Type, 13, 256, 1), new(format.Type, 8, 256, 2)];
            using var weight = new CudaWeight(gpu.Context, sources);
            using var uploader = new WeightUploader(gpu.Context, stagingBytes);
            long read = 0;
            uploader.Upload(weight, bytes => Interlocked.Add(ref read, bytes), TestContext.Current.CancellationToken);
            Assert.Equal(sources.Sum(source => source.Bytes), read);

            CudaWeight.Part part = Assert.Single(weight.Parts);
            Assert.Equal(part.Layout.Bytes, weight.Bytes);
            var planes = new byte[part.Layout.Bytes];
            Copy(part.Planes.Low, 0, part.Layout.LowRowBytes);
            Copy(part.Planes.High, part.Layout.HighOffset, part.Layout.HighRowBytes);
            Copy(part.Planes.Scales, part.Layout.ScalesOffset, part.Layout.ScalesRowBytes);
            Copy(part.Planes.Subs, part.Layout.SubsOffset, part.Layout.SubsRowBytes);
            var row = new byte[sources[0].RowBytes];
            byte[] expected = [.. sources[0].Blocks, .. sources[1].Blocks];
            fixed (byte* p = planes, r = row)
            {
                for (int i = 0; i < part.Rows; i++)
                {
                    format.Unpack(p, part.Layout, i, 256, r);
                    Assert.Equal(expected[(i * row.Length)..((i + 1) * row.Length)], row);
                }
            }

            void Copy(LLamaNet.Backends.Cuda.Driver.CUdeviceptr plane, long offset, int rowBytes)
            {
                if (rowBytes > 0) gpu.Context.CopyFromDevice<byte>(planes.AsSpan((int)offset, part.Rows * rowBytes), plane);
            }
        }
    }

    [Fact]
    public void Neighbours_of_one_format_are_one_matrix()
    {
        using var gpu = new GpuFixture();
        DType[] types = [DType.Q4_K, DType.Q4_K, DType.Q6_K];
        using var weight = new CudaWeight(gpu.Context, [.. types.Select(type => new TestMatrix(type, 5, 256, 1))]);
        Assert.Equal([(DType.Q4_K, 0, 10), (DType.Q6_K, 10, 5)],
            weight.Parts.Select(part => (part.Format.Type, part.FirstRow, part.Rows)));
        Assert.Equal(15, weight.Rows);
    }

    [Fact]
    public void A_reader_that_fails_is_heard()
    {
        using var gpu = new GpuFixture();
        MatrixSource broken = new BrokenMatrix();
        using var weight = new CudaWeight(gpu.Context, [broken]);
        using var uploader = new WeightUploader(gpu.Context, stagingBytes: 1);
        Assert.Throws<ModelFormatException>(() => uploader.Upload(weight, _ => { }, TestContext.Current.CancellationToken));
        Assert.ThrowsAny<OperationCanceledException>(
            () => uploader.Upload(weight, _ => { }, new CancellationToken(canceled: true)));
    }

    private sealed class BrokenMatrix() : MatrixSource("broken", DType.F32, 4, 4)
    {
        // Another copy is under way by then.
        public override void ReadRows(int firstRow, int count, Span<byte> destination)
        {
            if (firstRow == 2) throw new ModelFormatException("file", "broken", "16 bytes", "an early end");
        }
    }
}
