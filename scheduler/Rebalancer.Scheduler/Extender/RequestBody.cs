using System.Buffers;

namespace Rebalancer.Scheduler.Extender;

/// <summary>A whole request body in one rented array. The server's own limits end a body that is too long or too slow.</summary>
internal sealed class RequestBody : IDisposable
{
    private const int UnknownLength = 64 << 10;
    private byte[] bytes;

    private RequestBody(int length) => bytes = ArrayPool<byte>.Shared.Rent(length);

    public byte[] Bytes => bytes;

    public int Length { get; private set; }

    /// <exception cref="BadHttpRequestException">The body is longer than the server takes, or came too slowly.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = new RequestBody((int)Math.Min(request.ContentLength ?? UnknownLength, int.MaxValue / 2));
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellation);
                body.Append(read.Buffer);
                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }

    private void Append(ReadOnlySequence<byte> more)
    {
        var needed = checked(Length + (int)more.Length);
        if (needed > bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, bytes.Length * 2));
            bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = larger;
        }

        more.CopyTo(bytes.AsSpan(Length));
        Length = needed;
    }
}
