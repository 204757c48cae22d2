using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A tree of processes through which every request goes: down a pipe to a child, over a socketpair to that one's child, on by a pipe to a session of its own
/// and back over a socketpair of messages. Each counts it into anonymous shared memory, /dev/shm and a memfd, where the next one looks, and into a file whose offset they all
/// share. A daemon whose session's leader has ended looks on, and a pipe and a socket keep what nobody has read yet.
/// </summary>
internal static class ProcessFamily
{
    public const int Connections = 4;
    private const int MemoryMegabytes = 128;

    private const string Program = """
        PARENT, FIRST, SECOND, THIRD, DAEMON = range(5)
        libc = ctypes.CDLL(None)
        shm = open('/dev/shm/family', 'w+b')
        memfd = os.memfd_create('family')
        for f in shm.fileno(), memfd: os.truncate(f, 1 << 20)
        shared = {'anonymous': mmap.mmap(-1, 1 << 20), '/dev/shm': mmap.mmap(shm.fileno(), 1 << 20), 'memfd': mmap.mmap(memfd, 1 << 20)}
        journal = os.open('/tmp/journal', os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        down, across = os.pipe(), os.pipe()
        back = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        unread, messages = os.pipe(), socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        pids = {}

        def counted(who): return {name: struct.unpack_from('q', at, who * 8192)[0] for name, at in shared.items()}

        def count(who, number):
            'Counts a request that the one before has counted, everywhere.'
            need(who == PARENT or all(c == number for c in counted(who - 1).values()), 'process %d at %d sees %s' % (who, number, counted(who - 1)))
            need(all(c == number - 1 for c in counted(who).values()), 'process %d at %d has counted %s' % (who, number, counted(who)))
            for at in shared.values(): struct.pack_into('q', at, who * 8192, number)
            os.write(journal, b'%d %d\n' % (who, number))

        def stage(who, read, write):
            'Hands on what it reads, with a complaint where it has one.'
            libc.prctl(15, b'stage-%d' % who, 0, 0, 0)
            while True:
                request = read()
                if not request: os._exit(40 + who)
                number, value, complaint = request.decode().split(' ', 2)
                try: count(who, int(number))
                except Exception as e: complaint = complaint or str(e)
                write(b'%d %d %s' % (int(number), (int(value) + who) & MASK, complaint.encode()))

        def fork(who, run):
            pid = os.fork()
            if pid == 0:
                # The first child ends when nobody can write to it any more.
                if who != SECOND: os.close(down[1])
                run()
            pids[who] = pid

        def first():
            # Nobody else has it: the second child ends with the first.
            sideways = socket.socketpair()
            fork(SECOND, lambda: (sideways[0].close(), stage(SECOND, lambda: sideways[1].recv(4096), lambda r: os.write(across[1], r))))
            struct.pack_into('q', shared['anonymous'], 65536, pids[SECOND])
            sideways[1].close()
            stage(FIRST, lambda: os.read(down[0], 4096), sideways[0].send)

        def third():
            os.setsid()
            stage(THIRD, lambda: os.read(across[0], 4096), back[1].send)

        def daemon():
            'Its session has no leader any more.'
            os.setsid()
            if os.fork(): os._exit(0)
            struct.pack_into('q', shared['anonymous'], 65544, os.getpid())
            while True:
                time.sleep(0.01)
                struct.pack_into('q', shared['anonymous'], 65552, counted(THIRD)['anonymous'])

        fork(FIRST, first)
        fork(THIRD, third)
        fork(DAEMON, daemon)
        os.waitpid(pids[DAEMON], 0)
        os.close(down[0])
        for text in range(3): messages[0].send(b'message %d' % text)
        os.write(unread[1], bytes(range(200)) * 200)
        clients, total = {}, 0

        def answer(client, line):
            global total
            if line == 'check\n': return check()
            total += 1
            chain = clients[client]
            wanted = chain.next(int(line))
            count(PARENT, total)
            os.write(down[1], b'%d %d ' % (total, chain.value))
            number, value, complaint = back[0].recv(4096).decode().split(' ', 2)
            need(not complaint, complaint)
            need((int(number), int(value)) == (total, (chain.value + FIRST + SECOND + THIRD) & MASK), 'back came %s %s' % (number, value))
            return wanted

        def check():
            second, lone = struct.unpack_from('qq', shared['anonymous'], 65536)
            os.lseek(journal, 0, os.SEEK_SET)
            lines = open(journal, closefd=False).read().splitlines()
            need(lines == ['%d %d' % (who, n) for n in range(1, total + 1) for who in range(DAEMON)], 'the journal of %d lines differs' % len(lines))
            need(os.read(unread[0], 1 << 16) == bytes(range(200)) * 200, 'what was in the pipe')
            need([messages[1].recv(100) for _ in range(3)] == [b'message 0', b'message 1', b'message 2'], 'messages')
            parents = {pid: int(open('/proc/%d/stat' % pid).read().rsplit(') ', 1)[1].split()[1]) for pid in (pids[FIRST], second, pids[THIRD], lone)}
            need(parents == {pids[FIRST]: os.getpid(), second: pids[FIRST], pids[THIRD]: os.getpid(), lone: os.getpid()}, 'parents: %s' % parents)
            sessions = [os.getsid(pid) for pid in (pids[FIRST], second, pids[THIRD], lone)]
            need(sessions == [os.getsid(0), os.getsid(0), pids[THIRD], pids[DAEMON]], 'sessions: %s' % sessions)
            time.sleep(0.5)
            need(struct.unpack_from('q', shared['anonymous'], 65552)[0] == total, 'what the daemon saw')
            os.close(down[1])
            need(os.waitstatus_to_exitcode(os.waitpid(pids[FIRST], 0)[1]) == 40 + FIRST, 'how the first child ended')
            need(os.waitpid(second, 0)[1] == (40 + SECOND) << 8, 'how its orphan ended')
            os.kill(lone, signal.SIGTERM)
            need(os.waitpid(lone, 0)[1] == signal.SIGTERM, 'how the daemon ended')
            return 'ok five processes saw all of them in shared memory and in one journal; parents, sessions, unread bytes and exit codes as they were'

        while True:
            for ready in select.select([listening, *clients], [], [])[0]:
                if ready is listening: clients[listening.accept()[0]] = Chain()
                elif line := ready.recv(4096).decode(): reply(ready, lambda l, c=ready: answer(c, l), line)
                else: del clients[ready]
        """;

    public static V1PodSpec Spec() => PythonServer.Spec("tree", Program, MemoryMegabytes);
}
