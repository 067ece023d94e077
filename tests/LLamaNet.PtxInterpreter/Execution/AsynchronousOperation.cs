namespace LLamaNet.PtxInterpreter.Execution;

// Work that the hardware does beside the threads, such as a bulk copy. It ends as late as possible: only when no thread of
// the block can go on without it. So a forgotten wait is seen.
internal abstract class AsynchronousOperation
{
    public abstract void Complete(ThreadBlock block);
}
