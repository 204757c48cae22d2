using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>A server on Debian's Node.js: an event loop with a worker thread that counts, a timer, and a heap of 200,000 objects that requests change.</summary>
internal static class NodeService
{
    public const string Image = "lab.local/node-service:1";
    public const int Connections = 8;
    private const int Port = 7000;
    private const int MemoryMegabytes = 256;
    private const string File = "/service/server.js";

    private const string Program = """
        'use strict';
        const fs = require('node:fs'), net = require('node:net'), readline = require('node:readline');
        const { Worker, isMainThread, parentPort } = require('node:worker_threads');
        const FACTOR = 6364136223846793005n, MASK = (1n << 64n) - 1n, KEPT = 200000;
        if (isMainThread) serve(); else count();

        function count() {
          const chains = new Map();
          parentPort.on('message', ({ client, number }) => {
            const chain = chains.get(client) ?? { number: 0, value: 0n };
            if (number !== chain.number + 1) return parentPort.postMessage({ client, text: `request ${number} after ${chain.number}` });
            chain.number = number;
            chain.value = (chain.value * FACTOR + BigInt(number)) & MASK;
            chains.set(client, chain);
            parentPort.postMessage({ client, text: `${number} ${chain.value}` });
          });
        }

        function serve() {
          const worker = new Worker(__filename), sockets = new Map(), kept = new Map();
          let clients = 0, ticks = 0, total = 0;
          for (let at = 0; at < KEPT; at++) kept.set(`key-${at}`, { at, count: 0 });
          setInterval(() => ticks++, 10);
          worker.on('message', ({ client, text }) => sockets.get(client)?.write(text + '\n'));

          async function check() {
            const seen = ticks;
            await new Promise(done => setTimeout(done, 500));
            if (ticks <= seen) return 'the timer stands still';
            if (!(await fs.promises.readFile(__filename, 'utf8')).startsWith("'use strict'")) return 'its own file differs';
            let sum = 0, at = 0;
            for (const [key, value] of kept) {
              if (key !== `key-${at}` || value.at !== at++) return `object ${key} is not where it was`;
              sum += value.count;
            }
            return sum === total && at === KEPT ? `ok ${KEPT} objects hold all of them` : `${at} objects hold ${sum} of ${total} requests`;
          }

          net.createServer({ noDelay: true }, socket => {
            const client = ++clients;
            sockets.set(client, socket);
            socket.on('close', () => sockets.delete(client));
            readline.createInterface({ input: socket }).on('line', async line => {
              if (line === 'check') return socket.write(await check() + '\n');
              kept.get(`key-${Number(line) * 7919 % KEPT}`).count++;
              total++;
              worker.postMessage({ client, number: Number(line) });
            });
          }).listen(7000);
        }
        """;

    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, string folder, CancellationToken cancel) =>
        (new ImageConfig(Image, "/usr/bin/node", File),
        // Debian keeps modules that others build into the program beside it.
        [.. LabImages.Shell(debian), .. await debian.ProgramsAsync(cancel, "/usr/bin/node"), .. debian.Folder("/usr/share/nodejs"), ImageFile.Content(File, Program)]);

    public static V1PodSpec Spec()
    {
        var spec = WorkloadPod.Spec("node", Image, Port, cpuMilli: 200, MemoryMegabytes);
        // Else libuv makes itself an io_uring, which nobody can move. It also tries what a filter of system calls is for a move.
        spec.SecurityContext = new V1PodSecurityContext { SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } };
        return spec;
    }
}
