using System.IO.Pipelines;
using System.Net;

namespace Rebalancer.Kubernetes.Tests.Informers;

/// <summary>A connection that is accepted and then says nothing more, as after a lost route; the next ones are good.</summary>
internal sealed class FirstWatchIsSilent : DelegatingHandler
{
    private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Began => began.Task;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        => request.RequestUri!.Query.Contains("watch=1", StringComparison.Ordinal) && began.TrySetResult()
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Pipe().Reader.AsStream()) })
            : base.SendAsync(request, cancellationToken);
}
