using System.Collections.Immutable;

namespace Rebalancer.Agent.Notices;

/// <summary>What one round of questions brought.</summary>
internal sealed record NoticeReading
{
    /// <summary>The earliest announced end; null: none was read.</summary>
    public NodeNotice? End { get; init; }

    /// <summary>The cloud expects to take this machine, without saying that it will; null: not known.</summary>
    public bool? IsRisky { get; init; }

    /// <summary>Answers, or parts of them, that are no possible notice.</summary>
    public ImmutableArray<string> Broken { get; init; } = [];

    /// <summary>Questions that were not answered.</summary>
    public ImmutableArray<string> Unanswered { get; init; } = [];

    /// <summary>Only then does it mean anything that there is no notice, or only a later one.</summary>
    public bool IsComplete => Broken.IsEmpty && Unanswered.IsEmpty;

    public NoticeReading With(NodeNotice? end) => end is null || (End is not null && End.At <= end.At) ? this : this with { End = end };

    public NoticeReading WithBroken(params IEnumerable<string> broken) => this with { Broken = [.. Broken, .. broken] };

    public NoticeReading WithUnanswered(string question) => this with { Unanswered = [.. Unanswered, question] };
}
