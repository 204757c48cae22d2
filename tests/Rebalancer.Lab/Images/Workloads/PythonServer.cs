using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>What the Python programs have in common that answer <see cref="Clients.RequestChain"/>s.</summary>
internal static class PythonServer
{
    public const int Port = 7000;

    private const string Common = """
        import ctypes, mmap, os, select, signal, socket, struct, subprocess, sys, threading, time

        FACTOR, MASK = 6364136223846793005, (1 << 64) - 1
        listening = socket.create_server(('0.0.0.0', 7000), backlog=256)

        class Chain:
            number, value = 0, 0

            def next(self, number):
                need(number == self.number + 1, 'request %d after %d' % (number, self.number))
                self.number, self.value = number, (self.value * FACTOR + number) & MASK
                return '%d %d' % (self.number, self.value)

        def need(condition, what):
            if not condition: raise Exception(what)

        def reply(client, answer, line):
            'Answers a line; whatever goes wrong is the answer.'
            try: text = answer(line)
            except Exception as e: text = '%s: %s' % (type(e).__name__, e)
            client.sendall(text.encode() + b'\n')

        """;

    public static V1PodSpec Spec(string container, string program, int memoryMegabytes)
    {
        var spec = WorkloadPod.Spec(container, EchoServer.Image, Port, cpuMilli: 200, memoryMegabytes);
        spec.Containers[0].Command = ["/usr/bin/python3", "-B", "-c", Common + program];
        return spec;
    }
}
