using System.Net;
using System.Net.Http.Headers;
using Rebalancer.Kubernetes.Client;
using Xunit;

namespace Rebalancer.Kubernetes.Tests.Client;

public sealed class RetryAfterHandlerTests
{
    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Send_ServerPutsItOff_IsSentAgainWithItsBody(HttpStatusCode status)
    {
        var server = new Server(PutOff(status), PutOff(status), new HttpResponseMessage(HttpStatusCode.OK));

        Assert.Equal(HttpStatusCode.OK, await server.PostAsync("body"));
        Assert.Equal(["body", "body", "body"], server.Bodies);
    }

    [Fact]
    public async Task Send_EvictionRefused_IsNotRepeated()
    {
        var server = new Server(new HttpResponseMessage(HttpStatusCode.TooManyRequests));

        Assert.Equal(HttpStatusCode.TooManyRequests, await server.PostAsync("eviction"));
        Assert.Single(server.Bodies);
    }

    [Fact]
    public async Task Send_ServerPutsItOffForEver_GivesItsAnswer()
    {
        var server = new Server([.. Enumerable.Range(0, RetryAfterHandler.MaximumAttempts).Select(_ => PutOff(HttpStatusCode.TooManyRequests))]);

        Assert.Equal(HttpStatusCode.TooManyRequests, await server.PostAsync("body"));
        Assert.Equal(RetryAfterHandler.MaximumAttempts, server.Bodies.Count);
    }

    private static HttpResponseMessage PutOff(HttpStatusCode status) => new(status) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero) } };

    private sealed class Server(params HttpResponseMessage[] answers) : HttpMessageHandler
    {
        private readonly Queue<HttpResponseMessage> answers = new(answers);

        public List<string> Bodies { get; } = [];

        public async Task<HttpStatusCode> PostAsync(string body)
        {
            using var client = new HttpClient(new RetryAfterHandler(TimeProvider.System) { InnerHandler = this });
            using var content = new StringContent(body);
            using var response = await client.PostAsync(new Uri("http://api/x"), content);
            return response.StatusCode;
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return answers.Dequeue();
        }
    }
}
