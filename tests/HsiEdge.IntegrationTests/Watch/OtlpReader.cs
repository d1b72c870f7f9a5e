using System.Text;

namespace HsiEdge.IntegrationTests.Watch;

/// <summary>
/// Reads an OTLP ExportMetricsServiceRequest by the field numbers of opentelemetry-proto: written from that description alone, so that the sender is judged by
/// another hand than its own.
/// </summary>
internal static class OtlpReader
{
    /// <summary>Every metric of a request.</summary>
    public static IReadOnlyList<OtlpMetric> Metrics(ReadOnlyMemory<byte> request) =>
        [.. Messages(request, 1).SelectMany(resource => Messages(resource, 2)).SelectMany(scope => Messages(scope, 2).Select(metric => Metric(ScopeName(scope), metric)))];

    /// <summary>Attributes of the source.</summary>
    public static IReadOnlyDictionary<string, string> Resource(ReadOnlyMemory<byte> request) =>
        Messages(request, 1).SelectMany(r => Messages(r, 1)).SelectMany(r => Attributes(r, 1)).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    private static string ScopeName(ReadOnlyMemory<byte> scopeMetrics) => Messages(scopeMetrics, 1).SelectMany(s => Messages(s, 1)).Select(Text).FirstOrDefault() ?? "";

    private static OtlpMetric Metric(string scope, ReadOnlyMemory<byte> metric)
    {
        var fields = Fields(metric).ToList();
        var (kind, points) = fields.Select(f => f.Number switch
        {
            5 => ("gauge", Messages(f.Bytes, 1).SelectMany(p => Attributes(p, 7))),
            7 => (Fields(f.Bytes).Any(s => s is { Number: 3, Varint: 1 }) ? "counter" : "updowncounter", Messages(f.Bytes, 1).SelectMany(p => Attributes(p, 7))),
            9 => ("histogram", Messages(f.Bytes, 1).SelectMany(p => Attributes(p, 9))),
            _ => ("", []),
        }).First(f => f.Item1.Length > 0);
        string TextOf(int number) => fields.Where(f => f.Number == number).Select(f => Text(f.Bytes)).FirstOrDefault() ?? "";
        return new OtlpMetric(scope, TextOf(1), kind, TextOf(3), TextOf(2), points.Select(a => a.Key).ToHashSet(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Key, string Value)> Attributes(ReadOnlyMemory<byte> message, int number) =>
        Messages(message, number).Select(a => (Text(Messages(a, 1).First()), Messages(a, 2).SelectMany(v => Messages(v, 1)).Select(Text).FirstOrDefault() ?? ""));

    private static IEnumerable<ReadOnlyMemory<byte>> Messages(ReadOnlyMemory<byte> message, int number) => Fields(message).Where(f => f.Number == number).Select(f => f.Bytes);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static IEnumerable<(int Number, ulong Varint, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message.Span, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return (number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(message.Span, ref at);
                    yield return (number, 0, message.Slice(at, length));
                    at += length;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} at {at}.");
            }
        }
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }

            shift += 7;
        }
    }
}

/// <summary>One metric as it was sent.</summary>
internal sealed record OtlpMetric(string Scope, string Name, string Kind, string Unit, string Description, IReadOnlySet<string> Attributes);
