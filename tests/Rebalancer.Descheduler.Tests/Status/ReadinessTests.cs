using Rebalancer.Descheduler.Status;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;

namespace Rebalancer.Descheduler.Tests.Status;

public sealed class ReadinessTests
{
    [Fact]
    public void Missing_SeveralThings_AreAllNamed()
    {
        IInformer[] informers = [new Copy(ApiResource.Pods, isRead: true), new Copy(ApiResource.Nodes, isRead: false), new Copy(ApiResource.Migrations, isRead: false)];

        Assert.Equal(["not read yet from the API server: nodes, migrations", "the webhooks do not answer yet"], StatusEndpoints.Missing(informers, doWebhooksAnswer: false));
    }

    [Fact]
    public void Missing_EverythingIsThere_IsNothing() => Assert.Empty(StatusEndpoints.Missing([new Copy(ApiResource.Pods, isRead: true)], doWebhooksAnswer: true));

    private sealed class Copy(ApiResource resource, bool isRead) : IInformer
    {
        public ApiResource Resource => resource;

        public Task Synced => isRead ? Task.CompletedTask : new TaskCompletionSource().Task;

        public DateTimeOffset? UnsyncedSince => null;

        public Task RunAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
