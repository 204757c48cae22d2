using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Tests.Clients;

public sealed class RequestLoopsTests
{
    [Fact]
    public async Task Request_WrongReply_IsTheProblem()
    {
        var asked = new TaskCompletionSource();
        await using var loops = Start(async client =>
        {
            await Task.Yield();
            if (client == 1)
            {
                asked.TrySetResult();
                throw new WrongReplyException("7 instead of 8");
            }
        });

        await asked.Task;
        await loops.StopAsync();

        Assert.StartsWith("client 1 ", loops.Problem, StringComparison.Ordinal);
        Assert.EndsWith(": 7 instead of 8", loops.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ReplyOutstanding_WaitsForIt()
    {
        var reply = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new CountdownEvent(2);
        await using var loops = Start(_ =>
        {
            asked.Signal();
            return reply.Task;
        });
        asked.Wait();

        var stopped = loops.StopAsync();
        Assert.False(stopped.IsCompleted);
        reply.SetResult();
        await stopped;

        Assert.Equal(2, loops.Replies);
        Assert.Null(loops.Problem);
        asked.Dispose();
    }

    private static RequestLoops Start(Func<int, Task> request) =>
        RequestLoops.Start((client, _) => request(client), new RequestLoopsOptions(Clients: 2, PauseMs: 0), TimeProvider.System);
}
