using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

internal static class Quantities
{
    /// <summary>Amounts by name; one that cannot be used is reported and left out.</summary>
    public static ResourceSet ToModel(string item, string field, IEnumerable<KeyValuePair<string, ResourceQuantity>>? amounts, ICollection<InvalidField> problems)
    {
        var set = ResourceSet.Empty.Amounts.ToBuilder();
        foreach (var (name, amount) in amounts ?? [])
        {
            var text = amount.ToString();
            if (Quantity.TryParse(text, out var quantity) && quantity >= Quantity.Zero)
            {
                set[name] = quantity;
            }
            else
            {
                problems.Add(new InvalidField(item, $"{field}[{name}]", text, "a quantity that is not negative"));
            }
        }

        return new ResourceSet(set.ToImmutable());
    }
}
