using System.Diagnostics;
using LLamaNet.Backends;

namespace LLamaNet.Models;

// The pages that hold one sequence's keys and values.
[DebuggerDisplay("{PageCount} pages")]
internal sealed class KvSequence(int maxTokens)
{
    // pages[p / PageLength] holds position p. One array for life: batches refer to it.
    private readonly int[] _pages = new int[KvLayer.PagesFor(maxTokens)];

    public int PageCount { get; private set; }

    public int[] Pages => _pages;

    public void AddPage(int page) => _pages[PageCount++] = page;

    public ReadOnlySpan<int> TakePages()
    {
        int count = PageCount;
        PageCount = 0;
        return _pages.AsSpan(0, count);
    }
}
