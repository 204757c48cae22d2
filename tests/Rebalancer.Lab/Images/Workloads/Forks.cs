using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A process that forks for every request, beside three that fork all the time: children that end at once, that become another program, that leave an orphan
/// to process 1. Each one's exit code is compared; zombies wait a while before they are reaped.
/// </summary>
internal static class Forks
{
    public const int Connections = 4;
    private const int MemoryMegabytes = 128;

    private const string Program = """
        made = mmap.mmap(-1, 4096)

        def ended(pid, wanted):
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            need(code == wanted, 'child %d ended with %d instead of %d' % (pid, code, wanted))

        def plain(n):
            pid = os.fork()
            if pid == 0: os._exit(n % 100)
            time.sleep(0.01)
            ended(pid, n % 100)

        def execute(n):
            done = subprocess.run(['/bin/sh', '-c', 'exit %d' % (n % 100)])
            need(done.returncode == n % 100, 'a program ended with %d instead of %d' % (done.returncode, n % 100))
            time.sleep(0.01)

        def orphan(n):
            pid = os.fork()
            if pid == 0:
                if os.fork() == 0: time.sleep(0.01)
                os._exit(n % 100)
            ended(pid, n % 100)
            time.sleep(0.03)

        def forever(at, run):
            n = 0
            try:
                while True:
                    n += 1
                    run(n)
                    struct.pack_into('q', made, at * 8, n)
            except Exception as e:
                made[1024 + at * 512:1024 + at * 512 + 400] = str(e).encode()[:400].ljust(400)
            os._exit(1)

        makers = []
        for at, run in enumerate([plain, execute, orphan]):
            makers.append(os.fork())
            if makers[-1] == 0: forever(at, run)
        clients, reaped = {}, 0

        def reap():
            global reaped
            while True:
                try: pid = os.waitpid(-1, os.WNOHANG)[0]
                except ChildProcessError: return
                if pid == 0: return
                need(pid not in makers, 'maker %d ended: %s' % (pid, made[1024:].rstrip(b'\0 ').decode(errors='replace')))
                reaped += 1

        def answer(client, line):
            reap()
            if line == 'check\n': return check()
            read, write = os.pipe()
            chain = clients[client]
            pid = os.fork()
            if pid == 0:
                try: os.write(write, chain.next(int(line)).encode())
                except Exception as e: os.write(write, str(e).encode())
                os._exit(int(line) % 100)
            os.close(write)
            with open(read) as f: text = f.read()
            ended(pid, int(line) % 100)
            chain.next(int(line))
            return text

        def check():
            for pid in makers: os.kill(pid, signal.SIGKILL)
            for pid in makers: os.waitpid(pid, 0)
            time.sleep(0.5)
            makers.clear()
            reap()
            left = [p for p in os.listdir('/proc') if p.isdigit() and int(p) != os.getpid()]
            need(not left or os.getpid() != 1, 'processes left: %s' % left)
            counts = struct.unpack_from('3q', made, 0)
            need(all(counts), 'nothing forked: %s' % (counts,))
            return 'ok %d children ended at once, %d as another program, %d left an orphan (%d reaped)' % (*counts, reaped)

        while True:
            reap()
            for ready in select.select([listening, *clients], [], [], 0.02)[0]:
                if ready is listening: clients[listening.accept()[0]] = Chain()
                elif line := ready.recv(4096).decode(): reply(ready, lambda l, c=ready: answer(c, l), line)
                else: del clients[ready]
        """;

    public static V1PodSpec Spec() => PythonServer.Spec("forks", Program, MemoryMegabytes);
}
