using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Step;

// A batch as kernels read it: 32-bit integers in the GPU's memory.
// Tokens, Positions, SegmentOf: [Rows]. FirstRows: [Segments + 1]. FirstPositions: [Segments]. Pages: [Segments, PageStride].
// Ropes: [Segments] pairs of 64-bit addresses, of cosines and sines [positions, headDim / 2] F32.
// LongestSegment: rows. LongestContext: positions, the last row's included; of a batch whose segments have one row each it is
// the most that there can be, so that a recorded launch stays right as contexts grow.
internal readonly record struct DeviceBatch(
    CUdeviceptr Tokens, CUdeviceptr Positions, CUdeviceptr SegmentOf, CUdeviceptr FirstRows, CUdeviceptr FirstPositions,
    CUdeviceptr Pages, int PageStride, CUdeviceptr Ropes, int Rows, int Segments, int LongestSegment, int LongestContext);
