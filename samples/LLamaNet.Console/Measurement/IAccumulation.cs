namespace LLamaNet.Console.Measurement;

// One instruction, or the shortest sequence, that multiplies and adds into an accumulator of one register.
internal interface IAccumulation<TVector>
    where TVector : struct
{
    static abstract bool IsSupported { get; }

    // Of one step: every multiplication and every addition counts.
    static abstract int Operations { get; }

    static abstract TVector Fill(int value);

    // Needs the accumulator, so that it can neither be left out nor be moved out of a loop.
    static abstract TVector Step(TVector accumulator, TVector operand);
}
