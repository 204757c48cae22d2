namespace Rebalancer.Testing.Operations;

/// <summary>Who writes.</summary>
/// <param name="Name">Of the user, as admission sees it.</param>
/// <param name="Node">That the token is bound to; empty: to none.</param>
internal sealed record Caller(string Name, string Node = "")
{
    private const string Scheme = "Bearer ", BoundTo = "@";
    private const string AccountPrefix = "system:serviceaccount:";

    /// <summary>Everybody who does not say that he is somebody else.</summary>
    public static Caller Administrator { get; } = new("system:admin");

    public static Caller Controller(string name) => new($"{AccountPrefix}kube-system:{name}");

    /// <summary>What <see cref="Of"/> reads back: the token of a service account, of a pod on a node.</summary>
    public static string TokenOf(string ns, string account, string node) => $"{AccountPrefix}{ns}:{account}{BoundTo}{node}";

    /// <summary>By the token itself, which nobody signs: of a service account, else the administrator.</summary>
    /// <param name="authorization">The header; may be empty.</param>
    public static Caller Of(string authorization)
    {
        var token = authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : "";
        var parts = token.Split(BoundTo, 2);
        return parts[0].StartsWith(AccountPrefix, StringComparison.Ordinal) ? new Caller(parts[0], parts.Length > 1 ? parts[1] : "") : Administrator;
    }
}
