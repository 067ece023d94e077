using System.Text.Json;
using LLamaNet.Tests.Console;
using Xunit;

namespace LLamaNet.Tests.Cases;

// Files after public bug reports of other engines, with what `llamanet tokenize` must make of them.
public class TokenizeCaseTests
{
    [Theory]
    [InlineData("A1_no_special_ids.gguf", "SentencePiece without ids of BOS, EOS and unknown")]
    [InlineData("A5_bytes_normal.gguf", "byte tokens of type normal")]
    [InlineData("B1_no_pre.gguf", "no tokenizer.ggml.pre")]
    [InlineData("B3_imend_user.gguf", "an end of turn of type user-defined")]
    [InlineData("B4_comma.gguf", "EOS is a comma")]
    [InlineData("B4b_merged_eos.gguf", "EOS is a piece made by merging")]
    [InlineData("C12_default", "ids of config.json")]
    [InlineData("D1b", "a token of added_tokens.json")]
    [InlineData("E7.model", "remove_extra_whitespaces")]
    [InlineData("F1", "byte_fallback false")]
    [InlineData("F3i", "NFC")]
    [InlineData("F4", "added ids with gaps")]
    [InlineData("F7", "a duplicate key")]
    [InlineData("F7b", "a lone surrogate as a key")]
    public async Task The_case_gives_what_it_says(string file, string why)
    {
        using JsonDocument document = JsonDocument.Parse(
            await File.ReadAllBytesAsync(SharedData.Path("cases/expected.json"), TestContext.Current.CancellationToken));
        foreach (JsonElement item in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (item.GetProperty("file").GetString() == file && item.GetProperty("command").GetString() == "tokenize")
                await TestAsync(file, item, why);
        }
    }

    private static async Task TestAsync(string file, JsonElement item, string why)
    {
        ConsoleRun run = await ConsoleRun.OfAsync(
        [
            "tokenize", SharedData.Path($"cases/{file}"), "--text", item.GetProperty("text").GetString()!,
            .. Has("special") ? ["--special"] : Array.Empty<string>(),
            .. Has("parseSpecial") ? ["--parse-special"] : Array.Empty<string>(),
        ]);
        JsonElement expect = item.GetProperty("expect");
        if (expect.TryGetProperty("refuses", out JsonElement refusal))
        {
            Assert.Contains(refusal.GetString()!, run.FailedWith(1), StringComparison.Ordinal);
            return;
        }

        Assert.True(run.ExitCode == 0, $"{why}: {run.Error}");
        int[] ids = [.. run.Json().EnumerateArray().Select(id => id.GetInt32())];
        if (expect.TryGetProperty("ids", out JsonElement expected))
            Assert.Equal(expected.EnumerateArray().Select(id => id.GetInt32()), ids);
        if (expect.TryGetProperty("withoutId", out JsonElement absent)) Assert.DoesNotContain(absent.GetInt32(), ids);
        if (file == "D1b") Assert.Contains(512, ids);
        if (file == "B1_no_pre.gguf") Assert.Contains("tokenizer.ggml.pre: no such key", run.Error, StringComparison.Ordinal);

        bool Has(string name) => item.TryGetProperty(name, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
    }
}
