using System.Text.Json;
using Rebalancer.Runtime.Arguments;

namespace Rebalancer.Runtime.Containers;

/// <summary>runc's state.json of a container: whose it is, and where its processes are.</summary>
internal sealed record ContainerState
{
    private const string PodUidLabel = "io.kubernetes.cri.sandbox-uid=";
    private const string TypeLabel = "io.kubernetes.cri.container-type=";

    public string PodUid { get; init; } = "";
    /// <summary>"sandbox" or "container".</summary>
    public string ContainerType { get; init; } = "";
    /// <summary>Folder of the freezer hierarchy (version 1) or of the unified one (version 2).</summary>
    public string FreezerCgroup { get; init; } = "";

    /// <summary>Null where runc has no such container, or its file is not what we know; then runc is the one to answer.</summary>
    public static ContainerState? TryRead(RuncArguments call) => SafeNames.IsSafe(call.Id) ? TryRead(Path.Combine(call.Root, call.Id)) : null;

    /// <param name="folder">Of the container, in runc's root.</param>
    public static ContainerState? TryRead(string folder)
    {
        try
        {
            return Parse(File.ReadAllBytes(Path.Combine(folder, "state.json")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    public static ContainerState Parse(ReadOnlySpan<byte> json)
    {
        var state = new ContainerState();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("cgroup_paths"u8)) { state = state with { FreezerCgroup = Freezer(ref reader) }; }
            else if (reader.ValueTextEquals("config"u8)) { state = state.WithLabels(ref reader); }
            else { reader.Skip(); }
        }
        return state;
    }

    private static string Freezer(ref Utf8JsonReader reader)
    {
        var path = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) { return path; }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Version 2 has one hierarchy, whose name is empty.
            var isFreezer = reader.ValueTextEquals("freezer"u8) || reader.ValueTextEquals(""u8);
            reader.Read();
            if (isFreezer && reader.GetString() is { Length: > 0 } found) { path = found; }
        }
        return path;
    }

    private ContainerState WithLabels(ref Utf8JsonReader reader)
    {
        var state = this;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) { return state; }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("labels"u8)) { reader.Skip(); continue; }
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) { continue; }
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                if (reader.ValueSpan.StartsWith("io.kubernetes.cri.sandbox-uid="u8)) { state = state with { PodUid = reader.GetString()![PodUidLabel.Length..] }; }
                else if (reader.ValueSpan.StartsWith("io.kubernetes.cri.container-type="u8)) { state = state with { ContainerType = reader.GetString()![TypeLabel.Length..] }; }
            }
        }
        return state;
    }
}
