using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Tensors;
using LLamaNet.Tests.Architectures;
using Xunit;

namespace LLamaNet.Tests.Checkpoints;

// Models of every architecture with a tensor too many or too few.
public class UnexplainedTensorTests
{
    // Tensors that no model of the folder has.
    private static readonly string[] s_additions =
    [
        "model.layers.0.self_attn.sinks", "model.layers.0.mlp.gate_proj.bias", "model.layers.0.self_attn.q_norm.bias",
        "model.layers.0.post_feedforward_layernorm.weight", "model.norm.bias", "lm_head.bias",
        "model.layers.99.mlp.up_proj.weight", "visual.patch_embed.weight",
    ];

    public static TheoryData<string> Folders => [.. ArchitectureGolden.Folders];

    public static TheoryData<string> Files => [.. ArchitectureGolden.Files];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Hugging_Face_folders(string name)
    {
        using TemporaryFolder folder = ArchitectureGolden.Open(name, 5);
        string path = folder["model.safetensors"];
        (string Name, string Type, long[] Shape, byte[] Contents)[] tensors;
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            tensors = [.. file.Header.Tensors.Select(tensor => (
                tensor.Name, tensor.Type.Name, tensor.Shape.ToArray(), Bytes(file.TryGetMatrix(tensor)!)))];
        }

        LlamaConfig config;
        using (Checkpoint good = OpenCheckpoint.HuggingFace(folder.Path)) config = good.Config;
        File.Delete(path);
        foreach (string addition in (string[])[.. s_additions, $"model.layers.{config.Layers}.input_layernorm.weight"])
        {
            if (tensors.Any(tensor => tensor.Name == addition)) continue;
            Assert.Equal(addition, Refusal([.. tensors, (addition, "F32", [4], new byte[16])]));
        }

        foreach (string missing in tensors.Select(tensor => tensor.Name))
        {
            bool isOptional = missing == "lm_head.weight" && config.TiedEmbeddings;
            if (!isOptional) Assert.Equal(missing, Refusal([.. tensors.Where(tensor => tensor.Name != missing)]));
        }

        foreach (string leftover in (string[])["model.layers.0.self_attn.rotary_emb.inv_freq", "model.rotary_emb.cos_cached"])
        {
            File.WriteAllBytes(path, SafetensorsWriter.Write([.. tensors, (leftover, "F32", [4], new byte[16])]));
            OpenCheckpoint.HuggingFace(folder.Path).Dispose();
        }

        string Refusal((string Name, string Type, long[] Shape, byte[] Contents)[] changed)
        {
            File.WriteAllBytes(path, SafetensorsWriter.Write(changed));
            return Assert.Throws<ModelFormatException>(() => OpenCheckpoint.HuggingFace(folder.Path)).Place;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Gguf_files(string name)
    {
        using GgufFile file = GgufFile.Open(SharedData.Path($"architectures/{name}.gguf"));
        MatrixSource[] tensors = [.. file.Tensors.Select(tensor => tensor.ToMatrix())];
        bool hasBiases = name == "llama_bias";
        int layers = tensors.Count(tensor => tensor.Name.EndsWith(".attn_norm.weight", StringComparison.Ordinal));
        using var folder = new TemporaryFolder();
        foreach (string addition in (string[])[
            "blk.0.attn_sinks.weight", "blk.0.attn_norm_2.weight", "blk.0.post_attention_norm.weight", "output.bias",
            "output_norm.bias", "blk.0.ffn_gate_inp.weight", "v.patch_embd.weight", $"blk.{layers}.attn_norm.weight"])
            Assert.Equal(addition, Refusal([.. tensors, ArrayMatrix.Random(addition, 1, 4)]));

        foreach (MatrixSource missing in tensors)
        {
            bool isOptional = missing.Name is "output.weight" or "rope_freqs.weight"
                || hasBiases && missing.Name.EndsWith(".bias", StringComparison.Ordinal);
            if (!isOptional) Assert.Equal(missing.Name, Refusal([.. tensors.Where(tensor => tensor != missing)]));
        }

        string Refusal(MatrixSource[] changed)
        {
            GgufWriter.Write(folder["changed.gguf"], [.. file.Metadata.Values], changed);
            return Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Gguf(folder["changed.gguf"])).Place;
        }
    }

    private static byte[] Bytes(MatrixSource matrix)
    {
        byte[] bytes = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, bytes);
        return bytes;
    }
}
