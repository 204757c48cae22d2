using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Rules;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Admission;

/// <summary>Holds writes to the ValidatingAdmissionPolicies that a binding puts in force. Every binding denies; what it matches beside its policy is not looked at.</summary>
internal sealed class PolicyAdmission(ObjectStore store, ResourceRegistry registry)
{
    private readonly Dictionary<(string Uid, long Version), ValidatingPolicy> _parsed = [];

    /// <exception cref="ApiException">A policy refuses the write; or it is a policy whose expressions are none.</exception>
    public void Validate(AdmissionRequest request)
    {
        if (request.Resource == Known.Policies && request.Object is { } written)
        {
            Compile(written);
        }

        var bindings = store.List(Known.PolicyBindings).Objects;
        if (bindings.Count == 0 || Known.IsAdmission(request.Resource))
        {
            return;
        }

        foreach (var binding in bindings.Values)
        {
            if (store.Find(Known.Policies, new("", binding.Root.Text("spec", "policyName") ?? "")) is not { } stored)
            {
                continue;
            }

            var policy = Parsed(stored);
            if (policy.Matches(request) && policy.Judge(request, ParametersOf(policy, binding.Root, request)) is { } refusal)
            {
                throw Denial(request, policy.Name, binding.Key.Name, refusal);
            }
        }
    }

    private ValidatingPolicy Parsed(StoredObject policy)
    {
        lock (_parsed)
        {
            if (!_parsed.TryGetValue((policy.Uid, policy.Version), out var parsed))
            {
                parsed = _parsed[(policy.Uid, policy.Version)] = ValidatingPolicy.Of(policy.Root);
            }

            return parsed;
        }
    }

    private static void Compile(JsonObject policy)
    {
        try
        {
            _ = ValidatingPolicy.Of(JsonElement.Parse(Serialization.ToBytes(policy)));
        }
        catch (RuleException e)
        {
            throw Failures.Invalid(Known.Policies, policy.Text("metadata", "name") ?? "", [FieldError.Invalid("spec", "expression", $"compilation failed: {e.Message}")]);
        }
    }

    /// <summary>The objects that a binding hands its policy, one after the other; one null for a policy that takes none. Null: their kind does not exist.</summary>
    private IReadOnlyList<JsonObject?>? ParametersOf(ValidatingPolicy policy, JsonElement binding, AdmissionRequest request)
    {
        if (policy.ParameterKind is not var (apiVersion, kind))
        {
            return [null];
        }

        if (registry.FindKind(apiVersion, kind) is not { } resource)
        {
            return null;
        }

        var selector = LabelSelector.Of(binding.At("spec", "paramRef", "selector"));
        var ns = resource.Namespaced ? binding.Text("spec", "paramRef", "namespace") ?? request.Namespace : "";
        return [.. store.List(resource).Objects.Values.Where(o => o.Key.Namespace == ns && selector.Matches(o.Root)).Select(o => o.ToNode())];
    }

    private static ApiException Denial(AdmissionRequest request, string policy, string binding, PolicyRefusal refusal)
    {
        var why = $"ValidatingAdmissionPolicy '{policy}' with binding '{binding}' denied request: {refusal.Message}";
        return new ApiException(refusal.Reason == "Forbidden" ? 403 : 422, refusal.Reason, Failures.Forbidden(request.Resource, request.Name, why).Message);
    }
}
