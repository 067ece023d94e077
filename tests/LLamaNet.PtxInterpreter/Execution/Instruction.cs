using System.Runtime.InteropServices;

namespace LLamaNet.PtxInterpreter.Execution;

// A decoded instruction. Registers are named by the offset of their 32 lanes, predicates by their number.
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Instruction
{
    // Does the work for the lanes of the mask, which is never empty.
    public delegate*<Warp, Instruction*, uint, void> Execute;

    // More registers than fit below: vectors, fragments.
    public int* List;

    // A number in the text: the offset of an address, a count of groups.
    public long Immediate;

    // The offset of a second address.
    public long SecondImmediate;

    public int D;
    public int A;
    public int B;
    public int C;

    // A second destination, such as the predicate of `shfl`; -1 for none.
    public int E;

    // Guard predicate; -1 for none.
    public int Guard;

    // Where a branch goes.
    public int Target;

    // Place in the kernel, for its text.
    public int Index;

    // Length of List.
    public int Count;

    // Bytes of one element in memory.
    public int Bytes;

    // A choice that the family of the instruction made when it was decoded.
    public int Mode;

    public InstructionKind Kind;

    // Names a register that might be read before it is written.
    public bool Watched;

    public bool GuardNegated;

    // The address register has 64 bits.
    public bool WideAddress;

    // Sign-extend what is read, or a negated predicate operand.
    public bool Flag;

    // An access to memory that may meet others: atomic, volatile, relaxed, acquire, release.
    public bool Strong;
}
