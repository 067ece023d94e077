namespace LLamaNet.PtxInterpreter.Memory;

// Where the other state spaces lie among generic addresses. Global memory lies below them all.
internal static class AddressWindow
{
    public const ulong Parameter = 1UL << 59;
    public const ulong Shared = 1UL << 60;
    public const ulong Local = 1UL << 61;

    // The space of a generic address and the address in that space.
    public static (AddressSpace Space, ulong Address) Resolve(ulong generic) =>
        generic < Parameter ? (AddressSpace.Global, generic)
        : generic >= Local ? (AddressSpace.Local, generic - Local)
        : generic >= Shared ? (AddressSpace.Shared, generic - Shared)
        : (AddressSpace.Parameter, generic);
}
