using System.Reflection;
using System.Runtime.CompilerServices;

namespace LLamaNet.Tests;

// The public members of the library, a line each, as C# would declare them.
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
    };

    public static IEnumerable<string> Describe(Assembly assembly)
    {
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            yield return $"{Kind(type)} {NestedName(type)}{BaseOf(type)}";
            foreach (string member in Members(type).Order(StringComparer.Ordinal)) yield return $"    {member}";
        }
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
        : type.IsInterface ? "interface"
        : type.IsValueType ? IsRecord(type) ? "record struct" : "struct"
        : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
            + (IsRecord(type) ? "record" : "class");

    private static string BaseOf(Type type) =>
        type.BaseType is null || type.BaseType == typeof(object) || type.IsValueType || type.IsSubclassOf(typeof(Delegate))
            ? ""
            : $" : {Name(type.BaseType)}";

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", Declared) is not null;

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (object value in Enum.GetValues(type)) yield return $"{value} = {Convert.ToInt64(value, null)}";
            yield break;
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            yield return Signature(type.GetMethod("Invoke")!);
            yield break;
        }

        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(made => IsVisible(made) && !made.IsStatic))
            yield return $"{NestedName(type)}({Parameters(constructor)})";
        foreach (PropertyInfo property in type.GetProperties(Declared))
        {
            MethodInfo? get = property.GetMethod is { } getter && IsVisible(getter) ? getter : null;
            MethodInfo? set = property.SetMethod is { } setter && IsVisible(setter) ? setter : null;
            if (get is null && set is null || property.Name == "EqualityContract") continue;
            string accessors = (get is null ? "" : "get; ") + (set is null ? "" : IsInit(set) ? "init; " : "set; ");
            yield return $"{Modifiers(get ?? set!)}{Name(property.PropertyType, new NullabilityInfoContext().Create(property))} "
                + $"{property.Name} {{ {accessors}}}";
        }

        foreach (FieldInfo field in type.GetFields(Declared).Where(field => field.IsPublic))
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}";
        foreach (MethodInfo method in type.GetMethods(Declared))
        {
            if (!IsVisible(method) || method.IsSpecialName || IsGenerated(method)) continue;
            yield return Modifiers(method) + Signature(method);
        }
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    // What the compiler makes for records.
    private static bool IsGenerated(MethodInfo method) => method.Name.Contains('<', StringComparison.Ordinal)
        || method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name is "PrintMembers"
        || method.Name is "Deconstruct" && IsRecord(method.DeclaringType!);

    private static string Modifiers(MethodInfo method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "")
        + (method.IsStatic ? "static "
            : method.GetBaseDefinition() != method ? "override "
            : method.IsAbstract ? "abstract "
            : method.IsVirtual && !method.IsFinal ? "virtual " : "");

    private static string Signature(MethodInfo method) =>
        $"{Name(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter))} "
            + $"{method.Name}({Parameters(method)})";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsOut ? "out " : "")
        + $"{Name(parameter.ParameterType, new NullabilityInfoContext().Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")));

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null when parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null => "default",
        null => "null",
        bool value => value ? "true" : "false",
        string text => $"\"{text}\"",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        object other => other.ToString()!,
    };

    private static string NestedName(Type type) =>
        type.DeclaringType is null ? type.Name : $"{NestedName(type.DeclaringType)}.{type.Name}";

    private static string Name(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef) return Name(type.GetElementType()!, nullability);
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Name(underlying) + "?";
        string mark = !type.IsValueType && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray) return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{mark}";
        if (s_keywords.TryGetValue(type, out string? keyword)) return keyword + mark;
        if (!type.IsGenericType) return NestedName(type) + mark;
        Type[] arguments = type.GetGenericArguments();
        IEnumerable<string> names = arguments.Select((argument, i) =>
            Name(argument, nullability?.GenericTypeArguments is { Length: > 0 } known ? known[i] : null));
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", names)}>{mark}";
    }
}
