namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>The read-only registers of the machine that a kernel may name. Clocks are not among them: they change.</summary>
internal enum SpecialRegister
{
    TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ,
    LaneId, WarpId, WarpCount, MultiprocessorId, MultiprocessorCount,
    LanesEqual, LanesLess, LanesLessOrEqual, LanesGreater, LanesGreaterOrEqual,
    DynamicSharedBytes, TotalSharedBytes, Zero, One,
}
