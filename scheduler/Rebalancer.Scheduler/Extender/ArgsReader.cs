using System.Text;
using System.Text.Json;

namespace Rebalancer.Scheduler.Extender;

/// <summary>Reads <see cref="ExtenderArgs"/> in one pass over the bytes. Keys are PascalCase, since the Go types have no JSON tags; the objects inside are the API's.</summary>
internal ref struct ArgsReader
{
    private readonly byte[] body;
    private readonly ExtenderArgs args;
    private Utf8JsonReader json;

    private ArgsReader(byte[] body, int length, ExtenderArgs args)
    {
        this.body = body;
        this.args = args;
        json = new Utf8JsonReader(body.AsSpan(0, length));
    }

    /// <exception cref="JsonException">The body is no ExtenderArgs; the message says what is missing.</exception>
    public static ExtenderArgs Read(byte[] body, int length)
    {
        var args = new ExtenderArgs(body);
        try
        {
            new ArgsReader(body, length, args).Read();
            return args;
        }
        catch (InvalidOperationException e)
        {
            args.Dispose();
            throw new JsonException($"the body holds text that is none: {e.Message}", e);
        }
        catch
        {
            args.Dispose();
            throw;
        }
    }

    private void Read()
    {
        var (hasPod, hasNodes) = (false, false);
        Expect(JsonTokenType.StartObject, "an object with Pod and NodeNames or Nodes");
        while (NextProperty())
        {
            if (json.ValueTextEquals("Pod"u8))
            {
                hasPod = StartObject("Pod") && ReadPod();
            }
            else if (json.ValueTextEquals("NodeNames"u8))
            {
                hasNodes |= StartArray("NodeNames") && ReadNames();
            }
            else if (json.ValueTextEquals("Nodes"u8))
            {
                hasNodes |= StartObject("Nodes") && ReadNodes();
            }
            else
            {
                json.Skip();
            }
        }

        if (!hasPod || !hasNodes)
        {
            throw new JsonException($"ExtenderArgs lacks {(hasPod ? "NodeNames or Nodes" : "Pod")}");
        }
    }

    private bool ReadPod()
    {
        var (start, head) = ((int)json.TokenStartIndex, new PodHead(0, 0, "", "", "", "", null, null));
        while (NextProperty())
        {
            if (!json.ValueTextEquals("metadata"u8)) { json.Skip(); }
            else if (StartObject("Pod.metadata")) { head = ReadMetadata(head); }
        }

        args.Pod = head with { Start = start, Length = (int)json.BytesConsumed - start };
        return true;
    }

    private PodHead ReadMetadata(PodHead head)
    {
        while (NextProperty())
        {
            if (json.ValueTextEquals("namespace"u8)) { head = head with { Namespace = Text() }; }
            else if (json.ValueTextEquals("name"u8)) { head = head with { Name = Text() }; }
            else if (json.ValueTextEquals("uid"u8)) { head = head with { Uid = Text() }; }
            else if (json.ValueTextEquals("resourceVersion"u8)) { head = head with { ResourceVersion = Text() }; }
            else if (!json.ValueTextEquals("annotations"u8)) { json.Skip(); }
            else if (StartObject("Pod.metadata.annotations")) { head = ReadAnnotations(head); }
        }

        return head;
    }

    private PodHead ReadAnnotations(PodHead head)
    {
        while (NextProperty())
        {
            if (json.ValueTextEquals("rebalancer.dev/migration"u8)) { head = head with { Migration = Text() }; }
            else if (json.ValueTextEquals("rebalancer.dev/claim"u8)) { head = head with { Claim = Text() }; }
            else { json.Skip(); }
        }

        return head;
    }

    private bool ReadNames()
    {
        while (Next() && json.TokenType != JsonTokenType.EndArray)
        {
            args.Add(ReadName("NodeNames"));
        }

        return true;
    }

    private bool ReadNodes()
    {
        args.WholeNodes = true;
        while (NextProperty())
        {
            if (!json.ValueTextEquals("items"u8)) { json.Skip(); }
            else if (StartArray("Nodes.items")) { ReadItems(); }
        }

        return true;
    }

    private void ReadItems()
    {
        while (Next() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject) { throw new JsonException("Nodes.items holds something that is no object"); }
            var (start, name) = ((int)json.TokenStartIndex, default(NodeSlice));
            while (NextProperty())
            {
                if (!json.ValueTextEquals("metadata"u8)) { json.Skip(); }
                else if (StartObject("Nodes.items.metadata")) { name = ReadItemName(name); }
            }

            if (name.NameLength == 0) { throw new JsonException("Nodes.items holds a node without metadata.name"); }
            args.Add(name with { ItemStart = start, ItemLength = (int)json.BytesConsumed - start });
        }
    }

    private NodeSlice ReadItemName(NodeSlice name)
    {
        while (NextProperty())
        {
            if (json.ValueTextEquals("name"u8) && Next()) { name = ReadName("Nodes.items.metadata.name"); }
            else { json.Skip(); }
        }

        return name;
    }

    private NodeSlice ReadName(string field)
    {
        if (json.TokenType != JsonTokenType.String) { throw new JsonException($"{field} holds something that is no string"); }
        var (start, length) = ((int)json.TokenStartIndex + 1, json.ValueSpan.Length);
        if (json.ValueIsEscaped)
        {
            // Without its escapes a text is shorter, and whole nodes are given back with the same meaning.
            var plain = json.GetString()!;
            if (args.WholeNodes) { throw new JsonException($"{field} '{plain}' is no name of a node"); }
            length = Encoding.UTF8.GetBytes(plain, body.AsSpan(start, length));
        }

        return new NodeSlice(start, length);
    }

    /// <summary>False at the end of the object.</summary>
    private bool NextProperty() => Next() && json.TokenType == JsonTokenType.PropertyName;

    private bool StartObject(string field) => Starts(JsonTokenType.StartObject, field, "an object");

    private bool StartArray(string field) => Starts(JsonTokenType.StartArray, field, "a list");

    /// <summary>False for null, which is how Go writes what is not there.</summary>
    private bool Starts(JsonTokenType type, string field, string what)
    {
        Next();
        return json.TokenType == type || (json.TokenType == JsonTokenType.Null ? false : throw new JsonException($"{field} is not {what}"));
    }

    private string Text()
    {
        Next();
        return json.TokenType == JsonTokenType.String ? json.GetString()! : throw new JsonException("a field of Pod.metadata is no string");
    }

    private void Expect(JsonTokenType type, string what)
    {
        if (!json.Read() || json.TokenType != type) { throw new JsonException("the body is not " + what); }
    }

    private bool Next() => json.Read() ? true : throw new JsonException("the body ends early");
}
