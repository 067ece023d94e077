using System.Diagnostics;
using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// One layer's keys and values in pages of PageLength positions, in one of the device's KvCacheTypes.
// keys, values: [pages * kvHeads * PageLength, headDim]; row (page * kvHeads + kvHead) * PageLength + position % PageLength.
// Only a device's own StoreKv and Attention look inside: it chooses the order of elements in one page of one head.
[DebuggerDisplay("{KvHeads} heads of {HeadDim}, {Keys.Type}")]
internal sealed record KvLayer(Tensor Keys, Tensor Values, int KvHeads, int HeadDim)
{
    // Also the tile of keys that attention works on: results do not depend on how a prompt was cut into chunks.
    public const int PageLength = 64;

    public static int PagesFor(int positions) => (positions + PageLength - 1) / PageLength;
}
