using System.Text;

namespace Rebalancer.Ledger.Tests.Focus;

/// <summary>RFC 4180, so that what is written is read by other rules than it was written by.</summary>
internal static class CsvReading
{
    public static List<List<string>> Records(string text)
    {
        var (records, record, field) = (new List<List<string>>(), new List<string>(), new StringBuilder());
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quoted && i + 1 < text.Length && text[i + 1] == '"': field.Append('"'); i++; break;
                case '"': quoted = !quoted; break;
                case ',' when !quoted: End(); break;
                case '\r' when !quoted: break;
                case '\n' when !quoted: End(); records.Add(record); record = []; break;
                default: field.Append(text[i]); break;
            }
        }

        return records;

        void End()
        {
            record.Add(field.ToString());
            field.Clear();
        }
    }
}
