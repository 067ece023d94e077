namespace LLamaNet.Checkpoints;

// A file of a checkpoint that was found. One that is listed and not there is a link to nothing: the checkpoint is broken.
internal static class CheckpointPart
{
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FileNotFoundException exception)
        {
            throw new ModelFormatException(exception.FileName!, "path", "a file", "a link to nothing", exception);
        }
    }
}
