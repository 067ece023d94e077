using System.Diagnostics;
using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Checkpoints;

public class CheckedFileTests
{
    [Fact]
    public void Reads_at_any_position()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], [1, 2, 3, 4, 5]);
        using CheckedFile onDisk = CheckedFile.Open(folder["a"]);
        using CheckedFile inMemory = CheckedFile.Over(new MemoryStream([1, 2, 3, 4, 5]), "a");
        foreach (CheckedFile file in (CheckedFile[])[onDisk, inMemory])
        {
            Assert.Equal(5, file.Length);
            byte[] bytes = new byte[3];
            file.ReadExactly(2, bytes);
            Assert.Equal([3, 4, 5], bytes);
            file.ReadExactly(5, []);
            string message = Assert.Throws<ModelFormatException>(() => file.ReadExactly(3, bytes)).Message;
            Assert.EndsWith("byte 3: expected 3 bytes, found the end of the file at byte 5", message, StringComparison.Ordinal);
            Assert.Throws<ModelFormatException>(() => file.ReadExactly(long.MaxValue, bytes));
            Assert.Throws<ModelFormatException>(() => file.ReadExactly(-1, bytes));
        }
    }

    [Fact]
    public void A_file_that_shrinks_is_told()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], new byte[100]);
        using CheckedFile file = CheckedFile.Open(folder["a"]);
        using (var shorter = new FileStream(folder["a"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            shorter.SetLength(10);
        string message = Assert.Throws<ModelFormatException>(() => file.ReadExactly(5, new byte[50])).Message;
        Assert.EndsWith("byte 5: expected 50 bytes, found the end of the file at byte 10", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["empty"], []);
        Assert.Throws<FileNotFoundException>(() => CheckedFile.Open(folder["missing"]));
        Assert.Throws<FileNotFoundException>(() => CheckedFile.Open(folder["missing/too"]));
        Assert.Throws<ModelFormatException>(() => CheckedFile.Open(folder.Path));
        Assert.Throws<ModelFormatException>(() => CheckedFile.Open(folder["empty"]));
    }

    [Fact]
    public void Pipes_devices_and_links_to_them_are_refused_without_waiting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes and devices in the file system are Unix's.");
        using var folder = new TemporaryFolder();
        using (Process make = Process.Start("mkfifo", folder["pipe"])) make.WaitForExit();
        File.CreateSymbolicLink(folder["link"], folder["pipe"]);
        File.CreateSymbolicLink(folder["gone"], folder["nothing"]);
        Assert.Throws<ModelFormatException>(() => CheckedFile.Open(folder["pipe"]));
        Assert.Throws<ModelFormatException>(() => CheckedFile.Open(folder["link"]));
        Assert.Throws<ModelFormatException>(() => CheckedFile.Open("/dev/zero"));
        Assert.Throws<FileNotFoundException>(() => CheckedFile.Open(folder["gone"]));
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["link"], folder["link"]);
        var exception = Assert.Throws<ModelFormatException>(() => CheckedFile.Open(folder["link"]));
        Assert.Equal((folder["link"], "path", "a readable file"), (exception.Path, exception.Place, exception.Expected));
    }

    [Fact]
    public void Whole_files_are_read_up_to_a_size()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], [1, 2, 3]);
        Assert.Equal([1, 2, 3], CheckedFile.ReadAll(folder["a"], 3));
        string message = Assert.Throws<ModelFormatException>(() => CheckedFile.ReadAll(folder["a"], 2)).Message;
        Assert.EndsWith("size: expected at most 2 bytes, found 3 bytes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_that_is_a_pipe_is_refused_without_waiting()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Pipes in the file system are Unix's.");
        using var folder = new TemporaryFolder();
        using (Process make = Process.Start("mkfifo", folder["tokenizer.model"])) make.WaitForExit();
        Assert.Throws<ModelFormatException>(() => LlamaModel.LoadTokenizer(folder["tokenizer.model"]));
    }

    [Fact]
    public void A_link_to_a_file_is_followed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a"], new byte[100]);
        File.CreateSymbolicLink(folder["link"], folder["a"]);
        using CheckedFile file = CheckedFile.Open(folder["link"]);
        Assert.Equal(100, file.Length);
    }

    [Fact]
    public void Streams_are_read_by_several_threads()
    {
        byte[] bytes = [.. Enumerable.Range(0, 1 << 16).Select(i => (byte)(i * 31 >> 3))];
        using CheckedFile file = CheckedFile.Over(new MemoryStream(bytes), "a");
        Parallel.For(0, 1000, i =>
        {
            byte[] part = new byte[64];
            file.ReadExactly(i * 61, part);
            Assert.Equal(bytes[(i * 61)..(i * 61 + 64)], part);
        });
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer")]
    [InlineData("\n<!DOCTYPE html>\n<html><body>404</body></html>", "an HTML page")]
    [InlineData("<html lang=\"en\">", "an HTML page")]
    [InlineData("<?xml version=\"1.0\"?><Error/>", "an XML document")]
    [InlineData("Entry not found", "the words \"Entry not found\"")]
    public void What_stands_in_a_files_place_is_named(string contents, string found)
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["model.gguf", "model.safetensors", "config.json", "tokenizer.model"])
            File.WriteAllText(folder[name], contents);
        foreach (string path in (string[])[folder.Path, .. Directory.GetFiles(folder.Path)])
        {
            var exception = Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(path));
            Assert.Equal(("byte 0", "the file itself"), (exception.Place, exception.Expected));
            Assert.StartsWith(found, exception.Found, StringComparison.Ordinal);
            Assert.Throws<ModelFormatException>(() => CheckpointReader.ReadTokenizer(path));
        }
    }

    [Fact]
    public void A_folder_with_nothing_but_a_pointer_names_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model.gguf"], "version https://git-lfs.github.com/spec/v1");
        var exception = Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(folder.Path));
        Assert.Equal(folder["model.gguf"], exception.Path);
    }
}
