using LLamaNet.Backends.Cpu.Memory;

namespace LLamaNet.Backends.Cpu.Attention;

// The part of a page that belongs to one key/value head: KvLayer.PageLength positions, the tile that attention works on.
// Values: [PageLength, headDim]. Keys are kept transposed, [headDim, PageLength]: scores of 16 keys then stand in the lanes
// of one register, and no sum across lanes is needed. F32 or F16; for Q8_0 see ByteTile.
internal static unsafe class KvTile
{
    // The tile's place in the keys or in the values of a layer.
    public static byte* First(CpuTensor tensor, AttentionShape shape, int page, int kvHead) =>
        tensor.RowBytes((page * shape.KvHeads + kvHead) * KvLayer.PageLength);

    public static int Bytes(CpuTensor tensor) => (int)(tensor.Bytes / (tensor.Rows / KvLayer.PageLength));
}
