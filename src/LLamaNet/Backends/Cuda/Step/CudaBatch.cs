using System.Runtime.InteropServices;
using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Step;

// The batch in the GPU's memory, and a mirror of what lies there. A step uploads the stretch that differs, in one copy that
// the host does not wait for; nothing when the device already has it, because it has itself moved on by a token.
// One block of 32-bit integers, in this order (64-bit values come first, where they are aligned):
//   sampling [outputs, 10] | ropes [segments, 4] | tokens, positions, segmentOf [tokens] | firstRows [segments + 1]
//   | firstPositions [segments] | outputRows [outputs] | pages [segments, pageStride]
internal sealed unsafe class CudaBatch(CudaContext context) : IDisposable
{
    private const int SamplingLength = 10;
    private const int RopeLength = 4;

    // Position of Index in SampleParameters, two integers.
    private const int IndexAt = 2;

    private readonly CudaEvent _copied = new(context);
    private Layout _layout;
    private int[] _mirror = [];
    private CudaDeviceVariable<int>? _device;
    private PinnedMemory<int>? _staging;
    private int _firstChange;
    private int _endOfChange;

    // SampleParameters of the rows that tokens are drawn from.
    public CUdeviceptr Sampling => At(0);

    public CUdeviceptr OutputRows => At(_layout.OutputRows);

    public static long DeviceBytes(StepLimits limits) => sizeof(int) * (long)Layout.Of(limits).Total;

    // Room for batches of this size. What was recorded with the old pointers is void when this returns true.
    public bool Reserve(StepLimits limits) => Grow(Layout.Of(limits));

    // Grows if it must; see Reserve.
    public bool MakeRoom(Batch batch) => Grow(Needed(batch));

    public bool MakeRoom(ReadOnlySpan<int> rows) => Grow(new Layout(1, rows.Length, 1, 1));

    // Uploads what differs from the batch, for which there is room.
    public DeviceBatch Update(Batch batch, CudaStream stream)
    {
        int longest = 0, longestContext = 0;
        for (int i = 0; i < batch.Segments.Count; i++)
        {
            Batch.Segment segment = batch.Segments[i];
            int end = segment.FirstPosition + segment.Count;
            longest = Math.Max(longest, segment.Count);
            longestContext = Math.Max(longestContext, end);
            Put(_layout.FirstRows + i, segment.FirstRow);
            Put(_layout.FirstPositions + i, segment.FirstPosition);
            Put64(_layout.Ropes + i * RopeLength, ((CudaTensor)segment.Rope.Cosines).Pointer.Value);
            Put64(_layout.Ropes + i * RopeLength + 2, ((CudaTensor)segment.Rope.Sines).Pointer.Value);
            for (int row = 0; row < segment.Count; row++)
            {
                Put(_layout.Positions + segment.FirstRow + row, segment.FirstPosition + row);
                Put(_layout.SegmentOf + segment.FirstRow + row, i);
            }

            Put(
                _layout.Pages + i * _layout.PageStride,
                segment.Pages.AsSpan(0, Math.Min(KvLayer.PagesFor(end), segment.Pages.Length)));
        }

        Put(_layout.FirstRows + batch.Segments.Count, batch.Count);
        Put(_layout.Tokens, batch.Tokens);
        Put(_layout.OutputRows, batch.OutputRows);
        for (int i = 0; i < batch.SampledCount; i++) Put(i * SamplingLength, batch.Sampling[i]);

        Upload(stream);
        return new DeviceBatch(
            At(_layout.Tokens), At(_layout.Positions), At(_layout.SegmentOf), At(_layout.FirstRows), At(_layout.FirstPositions),
            At(_layout.Pages), _layout.PageStride, At(_layout.Ropes), batch.Count, batch.Segments.Count, longest,
            longest <= 1 ? _layout.PageStride * KvLayer.PageLength : longestContext);
    }

    // Uploads what differs from the row indices.
    public CUdeviceptr UpdateRows(ReadOnlySpan<int> rows, CudaStream stream)
    {
        Put(_layout.OutputRows, rows);
        Upload(stream);
        return OutputRows;
    }

    // The device has put these tokens, one a sequence, behind those of the batch: each sequence is a position further.
    public void Advance(ReadOnlySpan<int> tokens)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            _mirror[_layout.Tokens + i] = tokens[i];
            _mirror[_layout.Positions + i]++;
            _mirror[_layout.FirstPositions + i]++;
            MemoryMarshal.Cast<int, ulong>(_mirror.AsSpan(i * SamplingLength + IndexAt, 2))[0]++;
        }
    }

    // After a step that failed the device may hold anything: the next one uploads all.
    public void Forget()
    {
        _firstChange = 0;
        _endOfChange = _mirror.Length;
    }

    public void Dispose()
    {
        _device?.Dispose();
        _staging?.Dispose();
        _copied.Dispose();
    }

    private static Layout Needed(Batch batch)
    {
        int pages = 1;
        for (int i = 0; i < batch.Segments.Count; i++)
            pages = Math.Max(pages, KvLayer.PagesFor(batch.Segments[i].FirstPosition + batch.Segments[i].Count));
        return new Layout(batch.Count, batch.OutputCount, batch.Segments.Count, pages);
    }

    private bool Grow(Layout needed)
    {
        if (_device is not null && _layout.Contains(needed)) return false;
        context.Synchronize(); // copies and kernels under way may still use them
        _device?.Dispose();
        _staging?.Dispose();
        _layout = _layout.With(needed);
        _mirror = new int[_layout.Total];
        _device = new CudaDeviceVariable<int>(context, _mirror.Length);
        _staging = new PinnedMemory<int>(context, _mirror.Length);
        Forget();
        return true;
    }

    private CUdeviceptr At(int index) => _device!.Pointer + index * (long)sizeof(int);

    private void Put(int index, int value)
    {
        if (_mirror[index] == value) return;
        _mirror[index] = value;
        Changed(index, 1);
    }

    private void Put64(int index, ulong value)
    {
        Put(index, (int)(uint)value);
        Put(index + 1, (int)(uint)(value >> 32));
    }

    // Copied field by field: the struct's tail padding is undefined.
    private void Put(int index, SampleParameters parameters)
    {
        Put64(index, parameters.Seed);
        Put64(index + IndexAt, parameters.Index);
        Put(index + 4, BitConverter.SingleToInt32Bits(parameters.Temperature));
        Put(index + 5, BitConverter.SingleToInt32Bits(parameters.TopP));
        Put(index + 6, BitConverter.SingleToInt32Bits(parameters.MinP));
        Put(index + 7, parameters.TopK);
        Put(index + 8, parameters.Vocabulary);
    }

    private void Put(int index, ReadOnlySpan<int> values)
    {
        Span<int> held = _mirror.AsSpan(index, values.Length);
        int same = values.CommonPrefixLength(held);
        if (same == values.Length) return;
        values.CopyTo(held);
        Changed(index + same, values.Length - same);
    }

    private void Changed(int index, int count)
    {
        if (_endOfChange == 0) _firstChange = index;
        _firstChange = Math.Min(_firstChange, index);
        _endOfChange = Math.Max(_endOfChange, index + count);
    }

    private void Upload(CudaStream stream)
    {
        if (_endOfChange == 0) return;
        int count = _endOfChange - _firstChange;
        // The last copy may still be reading.
        _copied.Synchronize();
        _mirror.AsSpan(_firstChange, count).CopyTo(_staging!.Span[_firstChange..]);
        stream.CopyToDevice(At(_firstChange), _staging, _firstChange, count);
        _copied.Record(stream);
        _endOfChange = 0;
    }

    // Room, and where each part of the block begins.
    private readonly record struct Layout(int Rows, int Outputs, int Segments, int PageStride)
    {
        public int Ropes => (Outputs * SamplingLength + 1) / 2 * 2;
        public int Tokens => Ropes + Segments * RopeLength;
        public int Positions => Tokens + Rows;
        public int SegmentOf => Positions + Rows;
        public int FirstRows => SegmentOf + Rows;
        public int FirstPositions => FirstRows + Segments + 1;
        public int OutputRows => FirstPositions + Segments;
        public int Pages => OutputRows + Outputs;
        public int Total => Pages + Segments * PageStride;

        public static Layout Of(StepLimits limits) => new(
            limits.MaxRows, limits.MaxOutputs, limits.MaxSegments, KvLayer.PagesFor(limits.MaxPositions));

        public bool Contains(Layout other) =>
            Rows >= other.Rows && Outputs >= other.Outputs && Segments >= other.Segments
            && PageStride >= other.PageStride;

        public Layout With(Layout other) => new(
            Math.Max(Rows, other.Rows), Math.Max(Outputs, other.Outputs), Math.Max(Segments, other.Segments),
            Math.Max(PageStride, other.PageStride));
    }
}
