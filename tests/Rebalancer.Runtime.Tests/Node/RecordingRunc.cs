using Rebalancer.Runtime.Runc;

namespace Rebalancer.Runtime.Tests.Node;

/// <summary>Stands for the real runc: keeps the calls, and answers with exit codes that a test sets.</summary>
internal sealed class RecordingRunc : IRuncProgram
{
    public const int BecameExitCode = 77;

    /// <summary>Arguments with which the wrapper turned into runc.</summary>
    public List<IReadOnlyList<string>> Became { get; } = [];
    /// <summary>Arguments of children, joined by spaces.</summary>
    public List<string> Children { get; } = [];
    /// <summary>Variables given to children.</summary>
    public List<string> Variables { get; } = [];
    public Queue<int> ExitCodes { get; } = new();
    public Action<IReadOnlyList<string>> OnChild { get; set; } = _ => { };

    public int Become(IReadOnlyList<string> args)
    {
        Became.Add(args);
        return BecameExitCode;
    }

    /// <summary>Network namespaces in which children ran; empty: ours.</summary>
    public List<string> Networks { get; } = [];

    public int Run(IReadOnlyList<string> args, IReadOnlyList<string> variables, string network = "")
    {
        Networks.Add(network);
        Variables.AddRange(variables);
        Children.Add(string.Join(' ', args));
        OnChild(args);
        return ExitCodes.Count > 0 ? ExitCodes.Dequeue() : 0;
    }
}
