using System.Security.Cryptography;
using System.Text;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using LiteDB;
using Xunit;

namespace HsiEdge.Tests.Record;

/// <summary>A document that does not hold what it should is a fault of the store that names it, never another exception.</summary>
public sealed class DamagedDocumentTests
{
    private readonly SampleRecords _samples = new(TimeProvider.System);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{ \"id\": \"\\ud800\" }")]
    [InlineData("[")]
    public void A_result_or_alert_whose_JSON_is_none_of_ours_is_named(string json)
    {
        var document = new BsonDocument { ["_id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV", ["j"] = json, ["h"] = SHA256.HashData(Encoding.UTF8.GetBytes(json)) };
        AssertNamed(() => ResultDocuments.ToResult(document));
        AssertNamed(() => ResultDocuments.ToAlert(document));
    }

    [Fact]
    public void A_member_of_another_kind_or_missing_is_named_whatever_the_document()
    {
        var record = _samples.Next(4, 5, transitions: [_samples.Raise()]);
        var (maps, chunks) = ResultDocuments.OfMaps(record.Result.Id, record.Result.CapturedUtc, record.Maps, record.Classes);
        AssertEachMember(ResultDocuments.OfResult(record.Result), ["j", "h"], ResultDocuments.ToResult);
        AssertEachMember(maps, ["l", "s", "p", "m", "d", "h"], d => ResultDocuments.ToMaps(d, [.. chunks]));
        AssertEachMember(ResultDocuments.OfOverlay(record.Result.Id, [1, 2, 3]), ["d", "h"], ResultDocuments.ToOverlay);
        AssertEachMember(LedgerDocuments.OfLedger(record.Ledger!), ["d", "h"], LedgerDocuments.ToLedger);
        AssertEachMember(ResultDocuments.OfAlert(record.OpenAlerts[0]), ["j"], ResultDocuments.ToAlert);
        AssertEachMember(OutboxDocuments.OfMessage(record.Messages[0], 1, "run", 5, 6), ["o", "d", "y", "r", "p", "t", "u"], d => OutboxDocuments.ToMessage(d, MessageDestination.Topics));
    }

    private static void AssertEachMember(BsonDocument good, string[] members, Func<BsonDocument, object> read)
    {
        Assert.NotNull(read(good));
        foreach (var member in members)
        {
            var kept = good[member];
            good[member] = new BsonArray();
            Assert.Contains(good["_id"].AsString, Assert.Throws<StoreFaultException>(() => read(good)).Message, StringComparison.Ordinal);
            good[member] = kept;
        }
    }

    private static void AssertNamed(Func<object> read) =>
        Assert.Contains("01ARZ3NDEKTSV4RRFFQ69G5FAV", Assert.Throws<StoreFaultException>(read).Message, StringComparison.Ordinal);
}
