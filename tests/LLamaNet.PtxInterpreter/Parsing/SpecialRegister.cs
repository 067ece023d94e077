namespace LLamaNet.PtxInterpreter.Parsing;

// The read-only registers of the machine that a kernel may name. Clocks are not among them: they change.
internal enum SpecialRegister
{
    TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ,
    LaneId, WarpId, WarpCount, MultiprocessorId, MultiprocessorCount,
    LanesEqual, LanesLess, LanesLessOrEqual, LanesGreater, LanesGreaterOrEqual,
    DynamicSharedBytes, TotalSharedBytes, Zero, One,
}
