using LLamaNet.GpuRunner;

try
{
    switch (args)
    {
        case ["record", string folder]:
            Recording.Write(folder);
            return 0;
        case ["compare", string folder, string file]:
            return Recording.Compare(folder, file) ? 0 : 1;
        case ["ptx", string folder]:
            ShippedPtx.Write(folder);
            return 0;
        case ["modules", string file]:
            ModuleCompilation.Write(file);
            return 0;
        case ["bandwidth", string file]:
            CopyBandwidth.Write(file);
            return 0;
        default:
            Console.Error.WriteLine(
                "usage: LLamaNet.GpuRunner record FOLDER | compare FOLDER FILE | bandwidth FILE | modules FILE | ptx FOLDER");
            return 2;
    }
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception.Message.ReplaceLineEndings(" "));
    return 1;
}
