namespace LLamaNet.Backends.Cpu.Threads;

// Work cut into chunks that threads take one by one, in any order. Everything a chunk reads and writes is in the struct.
internal interface IChunkWork
{
    void Run(int chunk);
}
