using System.Text.Json;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints;

// A whole JSON file of bounded size.
internal static class JsonFile
{
    public static JsonDocument Read(string path, long maxBytes) => JsonText.Parse(path, CheckedFile.ReadAll(path, maxBytes));
}
