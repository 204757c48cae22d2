namespace Rebalancer.Agent.Local.Netlink;

/// <summary>The error numbers of Linux that callers branch on.</summary>
public static class Errno
{
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int NoSuchDevice = 6;
    public const int BadDescriptor = 9;
    public const int TryAgain = 11;
    public const int NoMemory = 12;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NoDevice = 19;
    public const int NotAFolder = 20;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int TooManyLinks = 40;
    public const int MessageSize = 90;
    public const int NoProtocolOption = 92;
    public const int NotSupported = 95;
    public const int NetworkDown = 100;
    public const int NoBuffers = 105;
}
