using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Inference.Bundle;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class CardTests
{
    private static readonly string Good = JsonSerializer.Serialize(
        SampleModels.Card(6, 3) with
        {
            FwhmNanometres = [5, 5, 5, 5, 5, 5],
            Preprocessing =
            [
                new AbsorbanceStep(), new SnvStep(), new SavitzkyGolayStep(5, 2, 1), new MscStep([1, 2, 3, 4, 5, 6]), new NormalizeStep(SpectrumNorm.Vector),
                new CenterStep([1, 2, 3, 4, 5, 6]), new ScaleStep([1, 2, 3, 4, 5, 6]), new RemoveSpikesStep(), new CropStep(1, 4),
            ],
        },
        HsiEdgeJson.Indented);

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "/wavelenghts", "1", "unknown key 'wavelenghts'" },
        { "/classes/0/colour", "\"#000000\"", "unknown key 'classes[0].colour'" },
        { "/training/extra", "1", "unknown key 'training.extra'" },
        { "/preprocessing/1/window", "3", "unknown key 'preprocessing[1].window'" },
        { "/name", "", "key 'name' is missing" },
        { "/preprocessing/2/derivative", "", "key 'preprocessing[2].derivative' is missing" },
        { "/schemaVersion", "2", "'schemaVersion' is not one of 1" },
        { "/name", "\"../../etc\"", "'name' does not match" },
        { "/version", "\"1.2\"", "'version' does not match" },
        { "/classes/1/color", "\"red\"", "'classes[1].color' does not match" },
        { "/classes/1/name", "\"a, b\"", "'classes[1].name' does not match" },
        { "/classes/1/name", "\"class 0\"", "classes: the name 'class 0' occurs 2 times" },
        { "/classes", "[{\"name\":\"a\",\"color\":\"#000000\",\"target\":true}]", "'classes' has fewer than 2 items" },
        { "/wavelengthsNanometres/2", "1000", "Wavelengths must increase" },
        { "/wavelengthsNanometres/2", "\"1000\"", "'wavelengthsNanometres[2]' has the wrong type" },
        { "/wavelengthsNanometres/5", "", "FWHM has 6 values for 5 bands" },
        { "/fwhmNanometres/1", "0", "'fwhmNanometres[1]' is below" },
        { "/inputQuantity", "\"rawCounts\"", "'inputQuantity' is not one of reflectance, absorbance" },
        { "/preprocessing/1/step", "\"sorcery\"", "'preprocessing[1].step' is not one of" },
        { "/preprocessing/2/window", "4", "Preprocessing step 3 (savitzky-golay): window is 4" },
        { "/preprocessing/2/window", "7", "Preprocessing step 3 (savitzky-golay): window is 7" },
        { "/preprocessing/2/polynomialOrder", "5", "Preprocessing step 3 (savitzky-golay): polynomialOrder is 5" },
        { "/preprocessing/2/derivative", "3", "Preprocessing step 3 (savitzky-golay): derivative is 3" },
        { "/preprocessing/3/reference/5", "", "Preprocessing step 4 (msc): number of reference is 5" },
        { "/preprocessing/4/norm", "\"l3\"", "'preprocessing[4].norm' is not one of area, vector, sum, maximum" },
        { "/preprocessing/5/values/5", "", "Preprocessing step 6 (center): number of values is 5" },
        { "/preprocessing/6/values/5", "", "Preprocessing step 7 (scale): number of values is 5" },
        { "/preprocessing/6/values/5", "0", "Preprocessing step 7 (scale): values[5] is 0" },
        { "/preprocessing/8/bandCount", "6", "Preprocessing step 9 (crop): bandCount is 6" },
        { "/input/scale", "0", "'input.scale' is below" },
        { "/input/scale", "1e300", "'input.scale' is above" },
        { "/input/zeroPoint", "256", "'input.zeroPoint' is above" },
        { "/input/zeroPoint", "1.5", "'input.zeroPoint' has the wrong type" },
        { "/decisionThreshold", "1.5", "'decisionThreshold' is above 1" },
        { "/metrics/a", "\"good\"", "'metrics.a' has the wrong type" },
        { "/quantization/spectra", "-1", "'quantization.spectra' is below 0" },
        { "/intendedUse", "\"Find tumours\"", "'intendedUse' does not match [Rr]esearch use only" },
        { "/limits", "null", "'limits' has the wrong type" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_card_is_refused_naming_the_key(string pointer, string value, string reason)
    {
        var node = JsonNode.Parse(Good)!;
        var parts = pointer.Split('/')[1..];
        var parent = parts[..^1].Aggregate(node, (n, part) => n is JsonArray array ? array[int.Parse(part)]! : n[part]!);
        Change(parent, parts[^1], value);
        var refusal = Assert.Throws<BadInputException>(() => CardReader.Read(Encoding.UTF8.GetBytes(node.ToJsonString()), "card.json"));
        Assert.StartsWith("card.json: ", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Contains(reason, StringComparison.Ordinal), refusal.Message);
    }

    [Fact]
    public void A_good_card_comes_back_as_it_was_written() =>
        Assert.Equal(Good, JsonSerializer.Serialize(CardReader.Read(Encoding.UTF8.GetBytes(Good), "card.json"), HsiEdgeJson.Indented));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{ \"name\": ")]
    [InlineData("// comment\n{}")]
    [InlineData("{ \"name\": \"a\", \"name\": \"b\" }")]
    [InlineData("\uFEFF{}")]
    [InlineData("\"card\"")]
    [InlineData("{ \"name\": \"\\ud800\" }")]
    [InlineData("{ \"\\udc00\": 1 }")]
    [InlineData("{ \"schemaVersion\": 99999999999999999999999999999999 }")]
    public void What_is_no_plain_JSON_object_is_refused(string text) =>
        Assert.StartsWith("card.json: ", Assert.Throws<BadInputException>(() => CardReader.Read(Encoding.UTF8.GetBytes(text), "card.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Any_bytes_are_read_or_refused_and_never_crash() =>
        Gen.Select(Gen.Int[0, Good.Length - 1], Gen.Char[' ', '~'], Gen.Int[0, 40]).Sample((position, character, cut) =>
        {
            var text = Good.Remove(position, Math.Min(cut, Good.Length - position)).Insert(position, character.ToString());
            try
            {
                CardReader.Read(Encoding.UTF8.GetBytes(text), "card.json");
            }
            catch (BadInputException exception)
            {
                Assert.StartsWith("card.json: ", exception.Message, StringComparison.Ordinal);
            }
        });

    [Fact]
    public void The_published_schema_is_the_one_within_the_program_and_describes_every_key()
    {
        var text = File.ReadAllText(Path.Combine(Testing.SharedData.RepositoryRoot, "docs", "schemas", "model-card.schema.json"));
        Assert.Equal(text, CardSchema.Text);
        var properties = JsonNode.Parse(text)!["properties"]!.AsObject();
        Assert.All(properties, p => Assert.False(string.IsNullOrWhiteSpace((string?)p.Value!["description"]), p.Key));
        var written = JsonNode.Parse(Good)!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal);
        Assert.Equal(written, properties.Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    private static void Change(JsonNode parent, string key, string value)
    {
        switch (parent, value)
        {
            case (JsonArray array, ""):
                array.RemoveAt(int.Parse(key));
                break;
            case (JsonArray array, _):
                array[int.Parse(key)] = JsonNode.Parse(value);
                break;
            case (JsonObject owner, ""):
                owner.Remove(key);
                break;
            default:
                parent[key] = JsonNode.Parse(value);
                break;
        }
    }
}
