using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

// Constants and special registers: written to a warp's registers before it starts.
internal static unsafe class LaunchRegisters
{
    public static void Fill(Warp warp, LaunchShape launch, ReadOnlySpan<ulong> variables)
    {
        foreach (Constant constant in launch.Kernel.Constants)
        {
            ulong value = constant.Value + (constant.Variable < 0 ? 0 : variables[constant.Variable]);
            byte* lanes = warp.Registers + constant.Register;
            if (constant.Bytes == 8) new Span<ulong>(lanes, Warp.Lanes).Fill(value);
            else new Span<uint>(lanes, Warp.Lanes).Fill((uint)value);
        }

        foreach ((SpecialRegister register, int offset) in launch.Kernel.Specials)
        {
            var lanes = (uint*)(warp.Registers + offset);
            for (int lane = 0; lane < Warp.Lanes; lane++) lanes[lane] = Value(register, warp, lane, launch);
        }
    }

    // The registers that differ from block to block.
    public static void FillBlock(Warp warp, Grid index)
    {
        foreach ((SpecialRegister register, int offset) in warp.Kernel.Specials)
        {
            if (register is not (SpecialRegister.CtaidX or SpecialRegister.CtaidY or SpecialRegister.CtaidZ)) continue;
            int value = register == SpecialRegister.CtaidX ? index.X : register == SpecialRegister.CtaidY ? index.Y : index.Z;
            new Span<uint>(warp.Registers + offset, Warp.Lanes).Fill((uint)value);
        }
    }

    private static uint Value(SpecialRegister register, Warp warp, int lane, LaunchShape launch)
    {
        int thread = warp.Thread(lane);
        Grid block = launch.Block;
        uint bit = 1u << lane;
        return register switch
        {
            SpecialRegister.TidX => (uint)(thread % block.X),
            SpecialRegister.TidY => (uint)(thread / block.X % block.Y),
            SpecialRegister.TidZ => (uint)(thread / (block.X * block.Y)),
            SpecialRegister.NtidX => (uint)block.X,
            SpecialRegister.NtidY => (uint)block.Y,
            SpecialRegister.NtidZ => (uint)block.Z,
            SpecialRegister.NctaidX => (uint)launch.Grid.X,
            SpecialRegister.NctaidY => (uint)launch.Grid.Y,
            SpecialRegister.NctaidZ => (uint)launch.Grid.Z,
            SpecialRegister.LaneId => (uint)lane,
            SpecialRegister.WarpId => (uint)warp.Index,
            SpecialRegister.WarpCount => (uint)warp.Block.WarpCount,
            SpecialRegister.MultiprocessorCount => (uint)launch.Multiprocessors,
            SpecialRegister.LanesEqual => bit,
            SpecialRegister.LanesLess => bit - 1,
            SpecialRegister.LanesLessOrEqual => (bit << 1) - 1,
            SpecialRegister.LanesGreater => ~((bit << 1) - 1),
            SpecialRegister.LanesGreaterOrEqual => ~(bit - 1),
            SpecialRegister.DynamicSharedBytes => (uint)launch.DynamicSharedBytes,
            SpecialRegister.TotalSharedBytes => (uint)launch.SharedBytes,
            SpecialRegister.One => 1,
            _ => 0,
        };
    }
}
