using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>What a document holds is read in one way: whatever in it cannot be read is a fault of the store that names it, never another exception.</summary>
internal static class DamagedDocument
{
    /// <summary>Reads a document.</summary>
    /// <param name="what">What it is, as words of a message: "result", "maps of result".</param>
    /// <param name="document">The document.</param>
    /// <param name="read">Reads it; null counts as damage.</param>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static T Guard<T>(string what, BsonDocument document, Func<T?> read)
        where T : class
    {
        try
        {
            return read() ?? throw new InvalidDataException("it holds null");
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidDataException or InvalidCastException or NullReferenceException
            or InvalidOperationException or ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            throw new StoreFaultException(
                $"The stored {what} {document["_id"].RawValue} is damaged ({exception.Message}). Check the disk and restore the data folder from a backup if there is one.", exception);
        }
    }
}
