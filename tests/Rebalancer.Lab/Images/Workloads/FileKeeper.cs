using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A program that uses files in every way that a move must keep: it counts into open files of the layer, of both kinds of emptyDir and of /dev/shm, into
/// mapped ones and to its log, holds a deleted file, a fifo and a lock, has changed, deleted and renamed what its image brought, watches all of it by inotify, and keeps a terabyte of
/// address space that nobody may touch, as runtimes do for their heaps. Whoever connects gets
/// "ok COUNT", or what is wrong, by its own look at the files.
/// </summary>
internal static class FileKeeper
{
    public const int Port = 7000;
    public const string Container = "keeper";
    private const int MemoryMegabytes = 64;

    private const string Program = """
        import ctypes, fcntl, mmap, os, socket, stat, struct, time

        places = ['/job', '/disk', '/memory', '/dev/shm', '/sub']
        os.umask(0)
        os.makedirs('/job/old/deep')
        open('/job/old/deep/inside', 'w').write('inside')
        os.rename('/job/old', '/job/new')
        os.chown('/job/new', 1000, 2000)
        os.chmod('/job/new', 0o750)
        open('/etc/passwd', 'a').write('keeper:x:1000:2000::/:/bin/sh\n')
        os.remove('/bin/wget')
        os.symlink('new/deep', '/job/link')
        os.link('/job/new/deep/inside', '/job/again')
        os.mkfifo('/job/fifo')
        os.setxattr('/job/again', 'user.note', b'\xff\x00')
        bulk = os.open('/job/bulk', os.O_RDWR | os.O_CREAT)
        for _ in range(int(os.environ['BULK_MB'])): os.write(bulk, os.urandom(1 << 20))
        os.utime('/job/new', ns=(1, 1234567890123456789))
        fifo = os.open('/job/fifo', os.O_RDWR)
        os.write(fifo, b'kept')
        logs = [os.open(p + '/count', os.O_RDWR | os.O_CREAT) for p in places]
        maps = []
        for p in places:
            with open(p + '/mapped', 'w+b') as f:
                f.truncate(8192)
                maps.append(mmap.mmap(f.fileno(), 8192))
        deleted = open('/job/deleted', 'w+b', buffering=0)
        deleted.write(b'd' * 3000000)
        os.remove('/job/deleted')
        locked = open('/job/locked', 'w')
        fcntl.flock(locked, fcntl.LOCK_EX)
        os.chdir('/job/new/deep')
        libc = ctypes.CDLL(None)
        CREATE, ATTRIB = 0x100, 4
        inotify = libc.inotify_init1(os.O_NONBLOCK)
        folders = ['/', '/etc', '/bin', '/job', '/job/new/deep', '/disk', '/memory', '/dev/shm', '/sub']
        watched = {libc.inotify_add_watch(inotify, f.encode(), CREATE): f for f in folders}
        watched[libc.inotify_add_watch(inotify, b'/job/bulk', ATTRIB)] = '/job/bulk'
        watched[libc.inotify_add_watch(inotify, b'/bin/sh', ATTRIB)] = '/bin/sh'
        kept = mmap.mmap(-1, 1 << 40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0)
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(('0.0.0.0', 7000))
        listening.listen()
        listening.settimeout(0.005)

        def need(condition, what):
            if not condition: raise Exception(what)

        def look(count):
            lines = b''.join(b'%d\n' % i for i in range(count))
            for p, log, mapped in zip(places, logs, maps):
                need(open(p + '/count', 'rb').read() == lines, p + '/count differs')
                need(os.stat(p + '/count').st_ino == os.fstat(log).st_ino, p + '/count is another file')
                need(os.lseek(log, 0, os.SEEK_CUR) == len(lines), p + '/count has another offset')
                need(struct.unpack('q', open(p + '/mapped', 'rb').read(8))[0] == count, p + '/mapped differs')
                need(struct.unpack('q', mapped[:8])[0] == count, p + ' mapping differs')
            need(open('/job/new/deep/inside').read() == 'inside' and not os.path.exists('/job/old'), 'renamed folder')
            s = os.stat('/job/new')
            need((s.st_uid, s.st_gid, stat.S_IMODE(s.st_mode), s.st_mtime_ns) == (1000, 2000, 0o750, 1234567890123456789), 'metadata %s' % (s,))
            need(open('/etc/passwd').read().endswith('/:/bin/sh\n') and 'keeper' in open('/etc/passwd').read(), 'changed file')
            need(not os.path.exists('/bin/wget') and 'wget' not in os.listdir('/bin'), 'deleted file')
            need(os.path.exists('/bin/sh') and 'sh' in os.listdir('/bin'), 'file of the image')
            need(os.readlink('/job/link') == 'new/deep', 'symlink')
            a, b = os.stat('/job/again'), os.stat('/job/new/deep/inside')
            need(a.st_ino == b.st_ino and a.st_nlink == 2, 'hard link')
            need(os.getxattr('/job/again', 'user.note') == b'\xff\x00', 'attribute')
            need(os.getcwd() == '/job/new/deep', 'working folder')
            s = os.fstat(deleted.fileno())
            need(s.st_nlink == 0 and os.pread(deleted.fileno(), 4000000, 0) == b'd' * 3000000, 'deleted file that is open')
            need(not os.path.exists('/job/deleted') and set(os.listdir('/job')) == {'new', 'link', 'again', 'fifo', 'bulk', 'count', 'mapped', 'locked'}, 'files: %s' % os.listdir('/job'))
            need(os.read(fifo, 10) == b'kept', 'fifo')
            other = os.open('/job/fifo', os.O_WRONLY)
            os.write(other, b'kept')
            os.close(other)
            other = os.open('/job/locked', os.O_RDONLY)
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                need(False, 'lock is gone')
            except BlockingIOError: pass
            os.close(other)
            look_at_watches()

        def look_at_watches():
            for f in folders:
                open(f + '/probe', 'w').close()
                os.remove(f + '/probe')
            for f in ['/job/bulk', '/bin/sh']: os.chmod(f, 0o755)
            events, seen, at = os.read(inotify, 65536), set(), 0
            while at < len(events):
                wd, mask, _, length = struct.unpack_from('iIII', events, at)
                name = events[at + 16:at + 16 + length].rstrip(b'\0').decode()
                need((mask, name) == (CREATE, 'probe') or (mask, name) == (ATTRIB, ''), 'event %x of %s in %s' % (mask, name, watched.get(wd)))
                seen.add(watched[wd])
                at += 16 + length
            need(seen == set(watched.values()), 'no event of %s' % (set(watched.values()) - seen))

        count = 0
        while True:
            for log, mapped in zip(logs, maps):
                os.write(log, b'%d\n' % count)
                mapped[:8] = struct.pack('q', count + 1)
            print(count, flush=True)
            count += 1
            try: client, _ = listening.accept()
            except TimeoutError: continue
            try:
                look(count)
                answer = 'ok %d' % count
            except Exception as e: answer = 'after %d: %s' % (count, e)
            client.sendall(answer.encode())
            client.close()
        """;

    /// <param name="bulkMegabytes">What lies in the layer and does not change.</param>
    public static V1PodSpec Spec(int bulkMegabytes)
    {
        var spec = WorkloadPod.Spec(Container, EchoServer.Image, Port, cpuMilli: 100, MemoryMegabytes);
        var container = spec.Containers[0];
        container.Command = ["/usr/bin/python3", "-B", "-c", Program];
        container.Env = [new V1EnvVar { Name = "BULK_MB", Value = bulkMegabytes.ToString(System.Globalization.CultureInfo.InvariantCulture) }];
        container.ReadinessProbe = new V1Probe { TcpSocket = new V1TCPSocketAction { Port = Port }, PeriodSeconds = 1 };
        container.VolumeMounts =
        [
            new V1VolumeMount { Name = "disk", MountPath = "/disk" },
            new V1VolumeMount { Name = "memory", MountPath = "/memory" },
            new V1VolumeMount { Name = "disk", MountPath = "/sub", SubPath = "part" },
        ];
        spec.Volumes =
        [
            new V1Volume { Name = "disk", EmptyDir = new V1EmptyDirVolumeSource() },
            new V1Volume { Name = "memory", EmptyDir = new V1EmptyDirVolumeSource { Medium = "Memory" } },
        ];
        return spec;
    }
}
