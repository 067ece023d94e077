using System.Text.Json;
using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Sampling;

// The expectations of llama.cpp's own sampler tests, one link of the chain at a time.
public class SamplerVectorTests
{
    private static readonly string[] s_others = ["temp_ext", "xtc", "dry", "top_n_sigma", "sampler_queue"];

    [Fact]
    public void Links_agree_with_llama_cpp()
    {
        int count = 0;
        foreach (JsonElement vector in Vectors())
        {
            string sampler = vector.GetProperty("sampler").GetString()!;
            if (s_others.Contains(sampler)) continue;
            float[] logits = [.. Floats(vector, "probs").Select(p => MathF.Log(p))];
            float[] actual = Apply(sampler, vector, logits);
            float[] expected = Floats(vector, "expected");

            // Theirs are ordered as the sampler left them and without what it removed.
            float[] kept = [.. actual.Where(p => p > 0).Order()];
            float[] wanted = [.. expected.Where(p => p > 0).Order()];
            if (sampler == "typical") wanted = [.. wanted.Select(p => p / wanted.Sum())];
            if (sampler == "penalties") (kept, wanted) = ([.. actual.Order()], [.. expected.Order()]);
            Assert.Equal(wanted.Length, kept.Length);
            Assert.All(wanted.Zip(kept), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
            count++;
        }

        Assert.Equal(27, count);
    }

    // Probabilities in proportion to the id, 0 to 9999: what is kept is a range of ids that can be counted exactly.
    [Fact]
    public void Queues_of_links_keep_what_llama_cpp_keeps()
    {
        foreach (JsonElement vector in Vectors().Where(vector => vector.GetProperty("sampler").GetString() == "sampler_queue"))
        {
            int vocabulary = vector.GetProperty("n_vocab").GetInt32();
            int topK = vector.GetProperty("top_k").GetInt32();
            float topP = vector.GetProperty("top_p").GetSingle();
            float minP = vector.GetProperty("min_p").GetSingle();
            float[] logits = [.. Enumerable.Range(0, vocabulary).Select(id => MathF.Log(id))];
            TokenWeights.FromLogits(logits, logits[^1], 1);
            var scratch = new ulong[vocabulary];
            int least = 1;
            foreach (char link in vector.GetProperty("sequence").GetString()!)
            {
                switch (link)
                {
                    case 'k':
                        TopK.Apply(logits, topK, scratch);
                        least = Math.Max(least, vocabulary - topK);
                        break;
                    case 'p':
                        TopP.Apply(logits, topP, scratch);
                        least = MinOfNucleus(vocabulary, least, topP);
                        break;
                    default:
                        MinP.Apply(logits, minP);
                        least = Math.Max(least, (int)MathF.Ceiling(minP * (vocabulary - 1)));
                        break;
                }
            }

            Assert.Equal(
                Enumerable.Range(least, vocabulary - least), Enumerable.Range(0, vocabulary).Where(id => logits[id] > 0));
        }
    }

    private static int MinOfNucleus(int vocabulary, int least, float p)
    {
        if (p >= 1) return least;
        long sum = Enumerable.Range(least, vocabulary - least).Sum(id => (long)id);
        long reached = 0;
        int id = vocabulary;
        do reached += --id;
        while (reached < p * (double)sum);
        return id;
    }

    private static float[] Apply(string sampler, JsonElement vector, float[] logits)
    {
        float temperature = sampler == "temp" ? vector.GetProperty("temp").GetSingle() : 1;
        if (temperature == 0)
        {
            var settings = new GenerationSettings(new() { Temperature = 0 }, new(), logits.Length);
            var likeliest = new float[logits.Length];
            likeliest[new Sampler(settings, 0, [], new SamplerWorkspace(logits.Length)).Sample(logits, 0)] = 1;
            return likeliest;
        }

        if (sampler == "penalties")
        {
            var settings = new GenerationSettings(
                new()
                {
                    RepetitionPenalty = vector.GetProperty("repeat").GetSingle(),
                    FrequencyPenalty = vector.GetProperty("frequency").GetSingle(),
                    PresencePenalty = vector.GetProperty("presence").GetSingle(),
                },
                new(), logits.Length);
            new Penalties(settings, [.. vector.GetProperty("last_tokens").EnumerateArray().Select(id => id.GetInt32())])
                .Apply(logits);
        }

        TokenWeights.FromLogits(logits, logits.Max(), temperature);
        var scratch = new ulong[logits.Length];
        switch (sampler)
        {
            case "top_k": TopK.Apply(logits, vector.GetProperty("k").GetInt32(), scratch); break;
            case "top_p": TopP.Apply(logits, vector.GetProperty("p").GetSingle(), scratch); break;
            case "min_p": MinP.Apply(logits, vector.GetProperty("p").GetSingle()); break;
            case "typical": TypicalP.Apply(logits, vector.GetProperty("p").GetSingle(), scratch); break;
            default: Assert.True(sampler is "temp" or "penalties", sampler); break;
        }

        double sum = TokenWeights.Sum(logits);
        return [.. logits.Select(weight => (float)(weight / sum))];
    }

    private static List<JsonElement> Vectors()
    {
        using JsonDocument file = JsonDocument.Parse(
            File.ReadAllText(SharedData.Path("vectors/sampling/llamacpp-test-sampling.json")));
        return [.. file.RootElement.GetProperty("cases").EnumerateArray().Select(vector => vector.Clone())];
    }

    private static float[] Floats(JsonElement vector, string name) =>
        [.. vector.GetProperty(name).EnumerateArray().Select(number => number.GetSingle())];
}
