using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Kubernetes.Tests.Api;

/// <summary>Holds manifests/crds against the C# types: the same properties of the same types, so that neither drifts.</summary>
public sealed class CrdSchemaTests
{
    [Theory]
    [InlineData("migrations.yaml", typeof(Migration))]
    [InlineData("podaddresses.yaml", typeof(PodAddress))]
    [InlineData("rebalancepolicies.yaml", typeof(RebalancePolicy))]
    [InlineData("rebalanceplans.yaml", typeof(RebalancePlan))]
    public void Crd_Schema_HasThePropertiesOfTheType(string file, Type type)
    {
        var crd = Load(file);
        var schema = crd.Spec.Versions.Single().Schema.OpenAPIV3Schema;
        var differences = new List<string>();
        foreach (var part in new[] { "spec", "status" }.Where(schema.Properties.ContainsKey))
        {
            Compare(part, Property(type, part)!.PropertyType, schema.Properties[part], differences);
        }

        Assert.Empty(differences);
    }

    [Theory]
    [InlineData("migrations.yaml", typeof(Migration))]
    [InlineData("podaddresses.yaml", typeof(PodAddress))]
    [InlineData("rebalancepolicies.yaml", typeof(RebalancePolicy))]
    [InlineData("rebalanceplans.yaml", typeof(RebalancePlan))]
    public void Crd_Names_AreThoseOfTheType(string file, Type type)
    {
        var crd = Load(file);
        var entity = type.GetCustomAttribute<KubernetesEntityAttribute>()!;

        Assert.Equal((entity.Group, entity.ApiVersion, entity.Kind, entity.PluralName),
            (crd.Spec.Group, crd.Spec.Versions.Single().Name, crd.Spec.Names.Kind, crd.Spec.Names.Plural));
        Assert.Equal($"{entity.PluralName}.{entity.Group}", crd.Metadata.Name);
    }

    [Fact]
    public void Migration_Enums_HoldEveryConstant()
    {
        var status = Load("migrations.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["status"];

        Assert.Equal(Constants(typeof(Phases)), Enum(status.Properties["phase"]));
        Assert.Equal(Constants(typeof(Decision)), Enum(status.Properties["decision"]));
        Assert.Equal(Constants(typeof(SourceState)), Enum(status.Properties["source"].Properties["state"]));
        Assert.Equal(Constants(typeof(TargetState)), Enum(status.Properties["target"].Properties["state"]));
        Assert.Equal(Constants(typeof(Cutovers)), Enum(Load("migrations.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["spec"].Properties["cutover"]));
        Assert.Equal(Constants(typeof(KillGates)), Enum(status.Properties["source"].Properties["killGate"]));
        Assert.Equal(Constants(typeof(OwnerKinds)), Enum(status.Properties["owner"].Properties["kind"]));
    }

    [Fact]
    public void RebalanceKinds_Enums_HoldEveryConstant()
    {
        var policy = Load("rebalancepolicies.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["spec"];
        var plan = Load("rebalanceplans.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema;
        var (spec, status) = (plan.Properties["spec"], plan.Properties["status"]);

        Assert.Equal(Constants(typeof(PolicyModes)), Enum(policy.Properties["mode"]));
        Assert.Equal(Constants(typeof(BudgetModes)), Enum(Cast(policy.Properties["budgets"].Items).Properties["mode"]));
        Assert.Equal(Constants(typeof(PlanVerdicts)), Enum(spec.Properties["verdict"]));
        Assert.Equal(Constants(typeof(ApprovalDecisions)), Enum(spec.Properties["approval"].Properties["decision"]));
        Assert.Equal(Constants(typeof(PlanPhases)), Enum(status.Properties["phase"]));
        Assert.Equal(Constants(typeof(MoveResults)), Enum(Cast(status.Properties["moves"].Items).Properties["result"]));
        var ofPlans = Enum(Cast(spec.Properties["moves"].Items).Properties["reason"]).ToList();
        Assert.Equal([MoveReasons.Consolidation, MoveReasons.Replacement], ofPlans);
        Assert.Equal(ofPlans, Enum(Cast(Cast(policy.Properties["budgets"].Items).Properties["reasons"].Items)));
    }

    /// <summary>A field that is added to the plan and forgotten in its rule could be changed afterwards.</summary>
    [Fact]
    public void RebalancePlan_EveryFieldButTheApproval_IsRequiredAndImmutable()
    {
        var spec = Load("rebalanceplans.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["spec"];
        var fixedFields = spec.Properties.Keys.Where(name => name != "approval").Order(StringComparer.Ordinal).ToList();

        Assert.Equal(fixedFields, spec.Required.Order(StringComparer.Ordinal));
        var compared = spec.XKubernetesValidations[0].Rule.Split(" && ").Select(part => part.Split(" == ")).Select(sides => (Self: sides[0]["self.".Length..], Old: sides[1]["oldSelf.".Length..])).ToList();
        Assert.All(compared, each => Assert.Equal(each.Self, each.Old));
        Assert.Equal(fixedFields, compared.Select(each => each.Self).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Migration_DecisionAndSpec_AreGuardedByRules()
    {
        var schema = Load("migrations.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema;

        Assert.Contains(schema.XKubernetesValidations, v => v.Rule.Contains("oldSelf.status.decision", StringComparison.Ordinal));
        Assert.Contains(schema.Properties["spec"].XKubernetesValidations, v => v.Rule == "self == oldSelf");
    }

    [Fact]
    public void Migration_DefaultsOfTheType_AreThoseOfTheSchema()
    {
        var spec = Load("migrations.yaml").Spec.Versions.Single().Schema.OpenAPIV3Schema.Properties["spec"];
        var fresh = JsonNode.Parse(KubernetesJson.Serialize(new MigrationSpec()))!.AsObject();

        foreach (var (name, property) in spec.Properties.Where(p => p.Value.DefaultProperty is not null))
        {
            Assert.Equal(JsonSerializer.Serialize(property.DefaultProperty).Trim('"'), fresh[name]!.ToString());
        }
    }

    private static void Compare(string path, Type type, V1JSONSchemaProps schema, List<string> differences)
    {
        var properties = type.GetProperties().Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null).ToDictionary(NameOf, p => p.PropertyType);
        var declared = schema.Properties ?? new Dictionary<string, V1JSONSchemaProps>();
        differences.AddRange(properties.Keys.Except(declared.Keys).Select(name => $"{path}.{name} is not in the CRD"));
        differences.AddRange(declared.Keys.Except(properties.Keys).Select(name => $"{path}.{name} is not in the type"));
        foreach (var name in properties.Keys.Intersect(declared.Keys))
        {
            CompareOne($"{path}.{name}", properties[name], declared[name], differences);
        }
    }

    private static void CompareOne(string path, Type declaredType, V1JSONSchemaProps schema, List<string> differences)
    {
        var type = Nullable.GetUnderlyingType(declaredType) ?? declaredType;
        var expected = Expected(type);
        if (type == typeof(DecimalText) || type == typeof(IntOrString))
        {
            if (schema.XKubernetesIntOrString != true || schema.Pattern is null || schema.MaxLength is null) { differences.Add($"{path} takes any text or no integers in the CRD"); }
        }
        else if ((expected.Type, expected.Format) != (schema.Type, schema.Format))
        {
            differences.Add($"{path} is {schema.Type}/{schema.Format} in the CRD, {expected.Type}/{expected.Format} in the type");
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) && type.GetGenericArguments()[0] is var element && element == typeof(string))
        {
            CompareOne(path + "[]", element, Cast(schema.Items), differences);
        }
        else if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
        {
            Compare(path + "[]", type.GetGenericArguments()[0], Cast(schema.Items), differences);
        }
        else if (expected.Type == "object" && type != typeof(V1Pod) && !type.IsGenericType)
        {
            Compare(path, type, schema, differences);
        }
    }

    private static (string Type, string? Format) Expected(Type type)
    {
        if (type.IsGenericType)
        {
            return (type.GetGenericTypeDefinition() == typeof(IList<>) ? "array" : "object", null);
        }

        return type switch
        {
            _ when type == typeof(string) => ("string", null),
            _ when type == typeof(int) => ("integer", "int32"),
            _ when type == typeof(long) => ("integer", "int64"),
            _ when type == typeof(double) => ("number", "double"),
            _ when type == typeof(bool) => ("boolean", null),
            _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => ("string", "date-time"),
            _ => ("object", null),
        };
    }

    private static V1JSONSchemaProps Cast(object items) => items as V1JSONSchemaProps ?? KubernetesJson.Deserialize<V1JSONSchemaProps>(KubernetesJson.Serialize(items));

    private static PropertyInfo? Property(Type type, string jsonName) => type.GetProperties().FirstOrDefault(p => NameOf(p) == jsonName);

    private static string NameOf(PropertyInfo property)
        => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static IEnumerable<string> Constants(Type type)
        => type.GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Enum(V1JSONSchemaProps schema)
        => schema.EnumProperty.Select(e => e is JsonElement json ? json.GetString()! : e.ToString()!).Order(StringComparer.Ordinal);

    internal static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests");
        }

        return folder;
    }

    /// <summary>As the API server reads it: a field that it does not know is refused.</summary>
    private static V1CustomResourceDefinition Load(string file)
        => KubernetesYaml.Deserialize<V1CustomResourceDefinition>(File.ReadAllText(Path.Combine(Repository(), "manifests", "crds", file)), strict: true);
}
