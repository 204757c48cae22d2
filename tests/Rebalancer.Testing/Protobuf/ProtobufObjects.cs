using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;

namespace Rebalancer.Testing.Protobuf;

/// <summary>Reads API objects that kubectl sends as application/vnd.kubernetes.protobuf.</summary>
internal static class ProtobufObjects
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";
    private const int MaxDepth = 64;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <returns>Null when the kind is not in the table.</returns>
    /// <exception cref="InvalidDataException">The bytes are no such object.</exception>
    public static JsonObject? Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw new InvalidDataException("the body does not begin with the magic number of Kubernetes' protobuf");
        }

        var envelope = new WireReader(body[Magic.Length..]);
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        while (!envelope.IsAtEnd)
        {
            var (field, wireType) = envelope.ReadTag();
            switch (field)
            {
                case 1:
                    (apiVersion, kind) = ReadType(envelope.ReadBytes());
                    break;
                case 2:
                    raw = envelope.ReadBytes();
                    break;
                default:
                    envelope.Skip(wireType);
                    break;
            }
        }

        if (MessageTable.Of(apiVersion, kind) is not { } message)
        {
            return null;
        }

        var o = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        ReadMessage(o, message, raw, 0);
        return o;
    }

    private static (string ApiVersion, string Kind) ReadType(ReadOnlySpan<byte> data)
    {
        var reader = new WireReader(data);
        var (apiVersion, kind) = ("", "");
        while (!reader.IsAtEnd)
        {
            var (field, _) = reader.ReadTag();
            var text = reader.ReadText();
            (apiVersion, kind) = field == 1 ? (text, kind) : (apiVersion, text);
        }

        return (apiVersion, kind);
    }

    private static void ReadMessage(JsonObject o, string message, ReadOnlySpan<byte> data, int depth)
    {
        var fields = depth < MaxDepth ? MessageTable.Find(message)! : throw new InvalidDataException($"{message} lies deeper than {MaxDepth} levels");
        var reader = new WireReader(data);
        while (!reader.IsAtEnd)
        {
            var (number, wireType) = reader.ReadTag();
            if (!fields.TryGetValue(number, out var field) || field.Type == 'x')
            {
                reader.Skip(wireType);
            }
            else if (field.Name == "*")
            {
                ReadMessage(o, field.Message, reader.ReadBytes(), depth + 1);
            }
            else if (field.IsMap)
            {
                ReadEntry(o.Child(field.Name), field, reader.ReadBytes(), depth);
            }
            else if (ReadValue(ref reader, field, depth) is var value && field.IsList)
            {
                o.List(field.Name).Add(value);
            }
            else if (value is not null && (field.KeepsZero || !IsZero(value)))
            {
                o[field.Name] = value;
            }
        }
    }

    private static void ReadEntry(JsonObject map, MessageField field, ReadOnlySpan<byte> data, int depth)
    {
        var reader = new WireReader(data);
        var key = "";
        JsonNode? value = null;
        while (!reader.IsAtEnd)
        {
            if (reader.ReadTag().Field == 1)
            {
                key = reader.ReadText();
            }
            else
            {
                value = ReadValue(ref reader, field, depth);
            }
        }

        map[key] = value ?? "";
    }

    private static JsonNode? ReadValue(ref WireReader reader, MessageField field, int depth)
    {
        switch (field.Type)
        {
            case 's':
                return reader.ReadText();
            case 'i':
                return (long)reader.ReadVarint();
            case 'b':
                return reader.ReadVarint() != 0;
            case 'd':
                return reader.ReadDouble();
            case 'y':
                return Convert.ToBase64String(reader.ReadBytes());
            case 't' or 'u':
                return ReadInstant(reader.ReadBytes(), field.Type == 'u');
            case 'q':
                return ReadType(reader.ReadBytes()).ApiVersion;
            case 'o':
                return ReadIntOrString(reader.ReadBytes());
            default:
                var o = new JsonObject();
                ReadMessage(o, field.Message, reader.ReadBytes(), depth + 1);
                return o;
        }
    }

    /// <returns>Null for the zero time.</returns>
    private static JsonNode? ReadInstant(ReadOnlySpan<byte> data, bool hasMicros)
    {
        var reader = new WireReader(data);
        var (seconds, nanos) = (0L, 0L);
        while (!reader.IsAtEnd)
        {
            var (field, _) = reader.ReadTag();
            var value = (long)reader.ReadVarint();
            (seconds, nanos) = field == 1 ? (value, nanos) : (seconds, value);
        }

        if (data.IsEmpty || seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() + 1)
        {
            return null;
        }

        var instant = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / TimeSpan.NanosecondsPerTick);
        return hasMicros ? Timestamps.Micros(instant) : Timestamps.Seconds(instant);
    }

    private static JsonNode ReadIntOrString(ReadOnlySpan<byte> data)
    {
        var reader = new WireReader(data);
        var (isText, number, text) = (false, 0L, "");
        while (!reader.IsAtEnd)
        {
            switch (reader.ReadTag().Field)
            {
                case 1:
                    isText = reader.ReadVarint() != 0;
                    break;
                case 2:
                    number = (long)reader.ReadVarint();
                    break;
                default:
                    text = reader.ReadText();
                    break;
            }
        }

        return isText ? text : number;
    }

    /// <summary>Fields that are no pointers in Go are always sent; their zeros mean "not set".</summary>
    private static bool IsZero(JsonNode value) => value.ToJsonString() is "0" or "\"\"" or "false";
}
