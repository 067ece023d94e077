namespace LLamaNet.Architectures;

// The cut of a tensor where several devices compute one product together.
internal enum TensorSplit
{
    // Every device has all of it.
    Whole,

    // A device has some of the outputs: a range of rows.
    Rows,

    // A device has some of the inputs: a range of columns. The devices' results are added.
    Columns,
}
