using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>The verb `carry`: started in a node's network before a move, told on standard input what to send, and receiving what another one sends.</summary>
internal static class CarryCommand
{
    public const string Verb = "carry";
    public const string Ready = "ready";
    private const long LimitBytes = 32L << 30;

    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = "ADDRESS:PORT.", Required = true };
        var into = new Option<string>("--into") { Description = "Folder for what is received.", Required = true };
        var carry = new Command(Verb, "Carries checkpoint files between two nodes; used by the migration benchmark itself.") { listen, into };
        carry.Hidden = true;
        carry.SetAction(parsed => Run(IPEndPoint.Parse(parsed.GetValue(listen)!), parsed.GetValue(into)!));
        return carry;
    }

    private static int Run(IPEndPoint listen, string into)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(listen);
        listener.Listen();
        new Thread(() => Serve(listener, into)) { IsBackground = true, Name = "receive" }.Start();
        Console.WriteLine(Ready);
        while (Console.ReadLine()?.Split(' ') is [var folder, var peer])
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Connect(IPEndPoint.Parse(peer));
                Console.WriteLine($"sent {FileStreams.Send(socket, folder)}");
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                Console.WriteLine($"failed: {e.Message}");
            }
        }

        return 0;
    }

    private static void Serve(Socket listener, string into)
    {
        while (true)
        {
            using var socket = listener.Accept();
            socket.NoDelay = true;
            try
            {
                FileStreams.Receive(socket, into, LimitBytes);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidDataException)
            {
                // The sender sees its connection end and says so.
                Console.Error.WriteLine($"carry: {e.Message}");
            }
        }
    }
}
