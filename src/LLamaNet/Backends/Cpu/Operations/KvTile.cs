namespace LLamaNet.Backends.Cpu.Operations;

// The part of a page that belongs to one key/value head: KvLayer.PageLength positions, the tile that attention works on.
// Values: [PageLength, headDim]. Keys are kept transposed, [headDim, PageLength]: scores of 16 keys then stand in the lanes
// of one register, and no sum across lanes is needed.
internal static class KvTile
{
    // Index of the tile's first element in the keys and in the values of a layer.
    public static long First(AttentionShape shape, int page, int kvHead) =>
        ((long)page * shape.KvHeads + kvHead) * Elements(shape);

    public static int Elements(AttentionShape shape) => KvLayer.PageLength * shape.HeadDim;
}
