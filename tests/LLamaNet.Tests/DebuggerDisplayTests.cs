using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace LLamaNet.Tests;

public partial class DebuggerDisplayTests
{
    // A debugger alone evaluates these texts, so a renamed member would go unnoticed.
    [Fact]
    public void Displays_name_members_that_exist()
    {
        (Type Type, string Value)[] displays =
        [
            .. from type in typeof(LlamaModel).Assembly.GetTypes()
               from display in type.GetCustomAttributes<DebuggerDisplayAttribute>(inherit: false)
               select (type, display.Value),
        ];
        Assert.True(displays.Length >= 10);
        foreach ((Type type, string value) in displays)
        {
            foreach (Match name in Name().Matches(value)) AssertMember(type, name.Value);
        }
    }

    // path: such as Keys.Type.
    private static void AssertMember(Type type, string path)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        Type at = type;
        foreach (string name in path.Split('.'))
        {
            PropertyInfo? property = at.GetProperty(name, Any)
                ?? at.GetInterfaces().Select(face => face.GetProperty(name)).FirstOrDefault(found => found is not null);
            Assert.True(property is not null, $"{type.Name} has no {path}");
            at = property.PropertyType;
        }
    }

    // Names inside braces, not the format behind a comma.
    [GeneratedRegex(@"(?<=\{[^},]*)\b[A-Z][A-Za-z.]*")]
    private static partial Regex Name();
}
