using Microsoft.Extensions.Logging;

namespace Rebalancer.Kubernetes.Informers;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Resource}: listing again: {Cause}")]
    public static partial void Relisting(ILogger logger, string resource, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Resource}: list or watch failed ({Cause}); next try in {DelayMs:0} ms")]
    public static partial void Reconnecting(ILogger logger, string resource, string cause, double delayMs);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} cannot be read and is ignored: {Name}: {Cause}")]
    public static partial void Unreadable(ILogger logger, string kind, string name, string cause);
}
