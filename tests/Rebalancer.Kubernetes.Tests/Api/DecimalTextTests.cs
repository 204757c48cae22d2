using k8s;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Kubernetes.Tests.Api;

public sealed class DecimalTextTests
{
    [Theory]
    [InlineData("\"0.05\"", 0.05)]
    [InlineData("0.05", 0.05)]
    [InlineData("7", 7)]
    [InlineData("\"7\"", 7)]
    public void Read_TextAndNumbers_TheSameValue(string json, double value)
    {
        Assert.True(KubernetesJson.Deserialize<DecimalText>(json).TryRead(out var read));
        Assert.Equal((decimal)value, read);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"1e3\"")]
    [InlineData("1e3")]
    [InlineData("-1")]
    [InlineData("\"NaN\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"1,5\"")]
    public void TryRead_AnythingElse_IsNoNumber(string json) => Assert.False(KubernetesJson.Deserialize<DecimalText>(json).TryRead(out _));

    /// <summary>The digits that were written: no client turns 0.1 into 0.1000000000000000055.</summary>
    [Theory]
    [InlineData("0.1")]
    [InlineData("123456789.000000000123456789")]
    public void Write_Digits_AsTheyWere(string digits) => Assert.Equal($"\"{digits}\"", KubernetesJson.Serialize(KubernetesJson.Deserialize<DecimalText>(digits)));
}
