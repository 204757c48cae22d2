using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rebalancer.Kubernetes.Api;

/// <summary>
/// A number that may have a fraction, as API objects hold it: text ("0.05"), since a JSON number may come back from a client as another one; integers may go
/// without quotes. Any JSON number is read.
/// </summary>
[JsonConverter(typeof(DecimalTextConverter))]
public readonly record struct DecimalText(string Text)
{
    public DecimalText(decimal value)
        : this(value.ToString(CultureInfo.InvariantCulture))
    {
    }

    /// <summary>Digits with or without a fraction, nothing else.</summary>
    public bool TryRead(out decimal value) => decimal.TryParse(Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    public override string ToString() => Text ?? "";
}

internal sealed class DecimalTextConverter : JsonConverter<DecimalText>
{
    public override DecimalText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new DecimalText(reader.GetString()!),
        JsonTokenType.Number => new DecimalText(Encoding.UTF8.GetString(reader.ValueSpan)),
        _ => throw new JsonException($"expected a decimal number, found {reader.TokenType}"),
    };

    public override void Write(Utf8JsonWriter writer, DecimalText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
