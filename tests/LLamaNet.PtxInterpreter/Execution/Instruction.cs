using System.Runtime.InteropServices;

namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>A decoded instruction. Registers are named by the offset of their 32 lanes, predicates by their number.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Instruction
{
    /// <summary>Does the work for the lanes of the mask, which is never empty.</summary>
    public delegate*<Warp, Instruction*, uint, void> Execute;

    /// <summary>More registers than fit below: vectors, fragments.</summary>
    public int* List;

    /// <summary>A number in the text: the offset of an address, a count of groups.</summary>
    public long Immediate;

    /// <summary>The offset of a second address.</summary>
    public long SecondImmediate;

    public int D;
    public int A;
    public int B;
    public int C;

    /// <summary>A second destination, such as the predicate of <c>shfl</c>; -1 for none.</summary>
    public int E;

    /// <summary>Guard predicate; -1 for none.</summary>
    public int Guard;

    /// <summary>Where a branch goes.</summary>
    public int Target;

    /// <summary>Place in the kernel, for its text.</summary>
    public int Index;

    /// <summary>Length of <see cref="List"/>.</summary>
    public int Count;

    /// <summary>Bytes of one element in memory.</summary>
    public int Bytes;

    /// <summary>A choice that the family of the instruction made when it was decoded.</summary>
    public int Mode;

    public InstructionKind Kind;

    /// <summary>Names a register that might be read before it is written.</summary>
    public bool Watched;

    public bool GuardNegated;

    /// <summary>The address register has 64 bits.</summary>
    public bool WideAddress;

    /// <summary>Sign-extend what is read, or a negated predicate operand.</summary>
    public bool Flag;

    /// <summary>An access to memory that may meet others: atomic, volatile, relaxed, acquire, release.</summary>
    public bool Strong;
}
