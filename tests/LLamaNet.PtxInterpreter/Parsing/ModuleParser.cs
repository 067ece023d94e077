using System.Globalization;

namespace LLamaNet.PtxInterpreter.Parsing;

// Reads a whole module: its directives, variables and kernels.
internal sealed class ModuleParser(string text)
{
    private readonly SourceReader _reader = new(text);
    private readonly List<KernelCode> _kernels = [];
    private readonly List<ModuleVariable> _variables = [];
    private readonly Dictionary<string, SharedVariable> _shared = new(StringComparer.Ordinal);
    private Version? _version;
    private string? _target;

    public ModuleCode Parse()
    {
        while (_reader.Peek() != '\0')
        {
            string word = _reader.PeekWord();
            switch (word)
            {
                case ".version":
                    _reader.Word();
                    _version = Version.Parse(_reader.Word());
                    break;
                case ".target":
                    _reader.Word();
                    _target = _reader.RestOfLine().Split(',')[0].Trim();
                    break;
                case ".address_size":
                    _reader.Word();
                    if (_reader.Word() != "64") throw _reader.Error(word, "only 64-bit addresses are known");
                    break;
                case ".file" or ".loc":
                    _reader.RestOfLine();
                    break;
                case ".section":
                    _reader.Until('{');
                    _reader.SkipBlock();
                    break;
                case ".pragma":
                    _reader.Until(';');
                    _reader.Skip();
                    break;
                default:
                    Definition();
                    break;
            }
        }

        if (_version is null || _target is null) throw _reader.Error("", "no .version and .target");
        foreach ((int _, string name) in _variables.SelectMany(variable => variable.Addresses))
            if (!_variables.Exists(variable => variable.Name == name)) throw _reader.Error(name, "no such variable");
        return new(_version, _target, _kernels, _variables);
    }

    private void Definition()
    {
        string word = _reader.PeekWord();
        while (word is ".visible" or ".extern" or ".weak" or ".common")
        {
            _reader.Word();
            word = _reader.PeekWord();
        }

        switch (word)
        {
            case ".entry":
                _reader.Word();
                _kernels.Add(new KernelParser(_reader, _shared, _variables).Parse());
                break;
            case ".shared":
                var shared = VariableDeclaration.Parse(_reader);
                _shared[shared.Name] = new(shared.Name, shared.Bytes, shared.Alignment);
                break;
            case ".global" or ".const":
                var declared = VariableDeclaration.Parse(_reader);
                _variables.Add(new(
                    declared.Name, declared.Bytes, declared.Alignment, word == ".const", declared.Content, declared.Addresses));
                break;
            default:
                throw _reader.Error(_reader.RestOfLine(), word == ".func" ? "functions are not known" : "not known here");
        }
    }

    internal static int Number(SourceReader reader, string word) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value : throw reader.Error(word, "not a number");
}
