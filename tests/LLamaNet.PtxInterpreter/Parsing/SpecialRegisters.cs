namespace LLamaNet.PtxInterpreter.Parsing;

internal static class SpecialRegisters
{
    private static readonly Dictionary<string, SpecialRegister> s_names = new(StringComparer.Ordinal)
    {
        ["%tid.x"] = SpecialRegister.TidX,
        ["%tid.y"] = SpecialRegister.TidY,
        ["%tid.z"] = SpecialRegister.TidZ,
        ["%ntid.x"] = SpecialRegister.NtidX,
        ["%ntid.y"] = SpecialRegister.NtidY,
        ["%ntid.z"] = SpecialRegister.NtidZ,
        ["%ctaid.x"] = SpecialRegister.CtaidX,
        ["%ctaid.y"] = SpecialRegister.CtaidY,
        ["%ctaid.z"] = SpecialRegister.CtaidZ,
        ["%nctaid.x"] = SpecialRegister.NctaidX,
        ["%nctaid.y"] = SpecialRegister.NctaidY,
        ["%nctaid.z"] = SpecialRegister.NctaidZ,
        ["%laneid"] = SpecialRegister.LaneId,
        ["%warpid"] = SpecialRegister.WarpId,
        ["%nwarpid"] = SpecialRegister.WarpCount,
        ["%smid"] = SpecialRegister.MultiprocessorId,
        ["%nsmid"] = SpecialRegister.MultiprocessorCount,
        ["%lanemask_eq"] = SpecialRegister.LanesEqual,
        ["%lanemask_lt"] = SpecialRegister.LanesLess,
        ["%lanemask_le"] = SpecialRegister.LanesLessOrEqual,
        ["%lanemask_gt"] = SpecialRegister.LanesGreater,
        ["%lanemask_ge"] = SpecialRegister.LanesGreaterOrEqual,
        ["%dynamic_smem_size"] = SpecialRegister.DynamicSharedBytes,
        ["%total_smem_size"] = SpecialRegister.TotalSharedBytes,
        // Every cluster is one block.
        ["%cluster_ctarank"] = SpecialRegister.Zero,
        ["%cluster_ctaid.x"] = SpecialRegister.Zero,
        ["%cluster_ctaid.y"] = SpecialRegister.Zero,
        ["%cluster_ctaid.z"] = SpecialRegister.Zero,
        ["%cluster_nctarank"] = SpecialRegister.One,
        ["%cluster_nctaid.x"] = SpecialRegister.One,
        ["%cluster_nctaid.y"] = SpecialRegister.One,
        ["%cluster_nctaid.z"] = SpecialRegister.One,
    };

    public static SpecialRegister? Find(string name) => s_names.TryGetValue(name, out SpecialRegister found) ? found : null;
}
