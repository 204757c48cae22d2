using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Cli.Policies;
using Rebalancer.Descheduler.Certificates;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Informers;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Rebalancing.WhatIf.Events;
using Rebalancer.Scheduler.Cluster;
using Rebalancer.Scheduler.Extender;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>Objects of the API, which tenants and nodes write, what the API server and kube-scheduler send of them, and the files of kubectl-rebalancer.</summary>
internal static class ClusterTargets
{
    private const long ObjectBytesPerByte = 2000;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly PodSource Pods = new(new ClusterCache(new ApiClient(new k8s.Kubernetes(new KubernetesClientConfiguration { Host = "http://nowhere.invalid" })), new InformerOptions(), TimeProvider.System, NullLoggerFactory.Instance));

    public static IEnumerable<FuzzTarget> All()
    {
        yield return new FuzzTarget("snapshot", InputForm.Json, [Seed("snapshot.json"), Seed("migration.json")], input => SnapshotReader.Read([("file", input)])) { Inputs = 1000, BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("policy-file", InputForm.Text, [Corpus.Repository("manifests/examples/policy.yaml")], ReadPolicy) { Inputs = 300, BaseBytes = 32L << 20, BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("policy-object", InputForm.Json, [Policy()], ReadPolicy) { Inputs = 300, BaseBytes = 32L << 20, BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("migration-object", InputForm.Json, [Seed("migration.json")], input => KubernetesJson.Deserialize<Migration>(Parsed(input)), Unreadable) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("pod-object", InputForm.Json, [Part("snapshot.json", "Pod"), Part("snapshot.json", "Node")], ReadPod, typeof(JsonException)) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("admission", InputForm.Json, [Seed("admission.json")], input => AdmissionRequest.Parse(JsonNode.Parse(input, documentOptions: AdmissionRequest.Form)), typeof(FormatException), typeof(JsonException), typeof(InvalidOperationException)) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("extender", InputForm.Json, [Seed("extender.json"), Seed("extender-nodes.json")], Ask, typeof(JsonException)) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("certificate-request", InputForm.Binary, [Seed("request.der")], ReadCertificateRequest, typeof(FormatException)) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("prices", InputForm.Text, [Seed("prices.csv")], input => PriceFile.Read("file", Encoding.UTF8.GetString(input), [])) { BytesPerByte = ObjectBytesPerByte };
        yield return new FuzzTarget("interruptions", InputForm.Text, [Seed("interruptions.csv"), Seed("interruptions-nodes.csv")], input => InterruptionFile.Read("file", Encoding.UTF8.GetString(input), Start, [])) { BytesPerByte = ObjectBytesPerByte };
    }

    /// <summary>What an informer passes over, and says so.</summary>
    private static readonly Type[] Unreadable = [typeof(JsonException), typeof(FormatException), typeof(InvalidOperationException), typeof(ArgumentException), typeof(NotSupportedException)];

    private static byte[] Seed(string name) => Corpus.Repository($"tests/Rebalancer.Fuzz.Tests/seeds/{name}");

    private static byte[] Part(string name, string kind)
    {
        using var document = JsonDocument.Parse(Seed(name));
        return Encoding.UTF8.GetBytes(document.RootElement.GetProperty("items").EnumerateArray().First(each => each.GetProperty("kind").GetString() == kind).GetRawText());
    }

    private static byte[] Policy() => Encoding.UTF8.GetBytes(YamlJson.Read(Encoding.UTF8.GetString(Corpus.Repository("manifests/examples/policy.yaml")))!.ToJsonString());

    private static JsonElement Parsed(byte[] input) => JsonDocument.Parse(input).RootElement;

    /// <summary>JSON is YAML, too.</summary>
    private static void ReadPolicy(byte[] input) => PolicyFile.Read("file", Encoding.UTF8.GetString(input), []);

    private static void ReadPod(byte[] input)
    {
        PodMapping.ToModel(WithMetadata(ForeignObject.Read<V1Pod>(input)), []);
        NodeMapping.ToModel(WithMetadata(ForeignObject.Read<V1Node>(input)), []);
    }

    private static T WithMetadata<T>(T item)
        where T : IKubernetesObject<V1ObjectMeta>
    {
        item.Metadata ??= new V1ObjectMeta();
        return item;
    }

    private static void Ask(byte[] input)
    {
        using var args = ArgsReader.Read(input, input.Length);
        foreach (var node in args.Nodes) { _ = args.Name(node).Length; }
        _ = Pods.Of(args);
    }

    /// <summary>The encoding inside is what is spoiled; the signature is nobody's then, so that only what stands before it is reached.</summary>
    private static void ReadCertificateRequest(byte[] input) =>
        AgentRequest.Parse(new V1CertificateSigningRequest { Spec = new V1CertificateSigningRequestSpec { Request = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE REQUEST", input)) } });
}
