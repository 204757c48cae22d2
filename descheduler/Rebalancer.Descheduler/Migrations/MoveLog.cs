using Microsoft.Extensions.Logging;

namespace Rebalancer.Descheduler.Migrations;

internal static partial class MoveLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Migration} in phase '{Phase}': {Action}")]
    public static partial void Doing(ILogger logger, string migration, string phase, string action);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Migration {Namespace}/{Name} changed meanwhile, looked at again: {Cause}")]
    public static partial void Stale(ILogger logger, string @namespace, string name, string cause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Migration {Namespace}/{Name} cannot go on now and is tried again")]
    public static partial void Failed(ILogger logger, Exception cause, string @namespace, string name);
}
