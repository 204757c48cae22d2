using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rebalancer.Ledger.Accounting;

/// <summary>Reports as JSON: camelCase, money as text, since a JSON number may come back from a client as another one.</summary>
public static class LedgerJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new MoneyConverter() },
    };

    private sealed class MoneyConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => decimal.Parse(reader.GetString() ?? "", System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options)
            => writer.WriteStringValue(value.ToString("0.##################", System.Globalization.CultureInfo.InvariantCulture));
    }
}
