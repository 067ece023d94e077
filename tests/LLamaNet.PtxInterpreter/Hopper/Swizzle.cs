namespace LLamaNet.PtxInterpreter.Hopper;

// The swizzling modes of shared memory, with the numbers that a tensor map has for them. A mode of n bytes exchanges the
// 16-byte chunks inside each n bytes, by the number of the 128-byte line that they are in. It works on the address itself.
internal enum Swizzle
{
    None,
    Bytes32,
    Bytes64,
    Bytes128,
}
