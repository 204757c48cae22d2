using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A process with two hundred threads: each of a hundred serves a connection, and has every request counted by a thread of its own. Each thread has a name,
/// a priority, blocked signals and values in thread-local storage that no other has.
/// </summary>
internal static class ManyThreads
{
    public const int Connections = 100;
    private const int MemoryMegabytes = 128;

    private const string Program = """
        import queue
        PAIRS, RT = 100, 40
        libc, own, threads = ctypes.CDLL(None), threading.local(), {}
        asked, counted = [0] * PAIRS, [0] * PAIRS
        threading.stack_size(1 << 18)

        def settle(number):
            'What only this thread has.'
            libc.prctl(15, b'thread-%d' % number, 0, 0, 0)
            os.setpriority(os.PRIO_PROCESS, 0, number % 7)
            signal.pthread_sigmask(signal.SIG_SETMASK, {RT + number % 20})
            own.number = number
            threads[number] = threading.get_native_id()

        def count(at, requests, answers):
            settle(PAIRS + at)
            while True:
                request = requests.get()
                if request is None: own.chain = Chain()
                else:
                    counted[own.number - PAIRS] += 1
                    try: answers.put(own.chain.next(request))
                    except Exception as e: answers.put(str(e))

        def serve(at, requests, answers):
            settle(at)

            def answer(line):
                if line == 'check\n': return check()
                asked[own.number] += 1
                requests.put(int(line))
                return answers.get()

            while True:
                client, _ = listening.accept()
                requests.put(None)
                for line in client.makefile(): reply(client, answer, line)

        def check():
            tasks = {int(t) for t in os.listdir('/proc/self/task')}
            need(tasks == set(threads.values()) | {os.getpid()}, 'threads are %s instead of %s' % (sorted(tasks), sorted(threads.values())))
            need(asked == counted, 'counts differ: %s, %s' % (asked, counted))
            for number, tid in threads.items():
                status = dict(line.split(':\t', 1) for line in open('/proc/self/task/%d/status' % tid) if ':\t' in line)
                seen = status['Name'].strip(), os.getpriority(os.PRIO_PROCESS, tid), int(status['SigBlk'], 16)
                wanted = 'thread-%d' % number, number % 7, 1 << (RT + number % 20 - 1)
                need(seen == wanted, 'thread %d has %s instead of %s' % (number, seen, wanted))
            return 'ok all of %d threads have their own numbers, names, priorities and blocked signals' % len(threads)

        for at in range(PAIRS):
            # Both by the main thread: a thread begins with its maker's priority, and may only lower it.
            between = queue.SimpleQueue(), queue.SimpleQueue()
            for one in serve, count: threading.Thread(target=one, args=(at, *between)).start()
        threading.Event().wait()
        """;

    public static V1PodSpec Spec() => PythonServer.Spec("threads", Program, MemoryMegabytes);
}
