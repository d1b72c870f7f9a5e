using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Google.Protobuf;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;
using HsiEdge.Inference.Onnx;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class BundleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string Bundle => _folder.File("a.hsimodel");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_packed_bundle_loads_and_says_which_model_it_is()
    {
        var packed = SampleModels.Pack(Bundle);
        using var model = ModelBundleReader.Load(Bundle);
        Assert.Equal(packed, model.Identity);
        Assert.Equal(new ModelIdentity("sample", "1.2.3", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Bundle))), Signed: false), model.Identity);
        Assert.Equal((12, 3), (model.Contract.Bands, model.Contract.Classes));
        Assert.True(model.Card.Quantization.Spectra == 500 && model.Card.Input.Scale < 1, "The card takes its encoding and report from the quantized model.");
        using var classifier = model.CreateClassifier(8);
        var probabilities = new float[24];
        classifier.Classify(SampleModels.Spectra(1, 8, 12), 8, probabilities);
        Assert.All(probabilities.Chunk(3), row => Assert.Equal(1, row.Sum(), 1e-5));
    }

    [Fact]
    public void Packing_twice_gives_the_same_bytes()
    {
        SampleModels.Pack(Bundle);
        SampleModels.Pack(_folder.File("b.hsimodel"));
        Assert.Equal(File.ReadAllBytes(Bundle), File.ReadAllBytes(_folder.File("b.hsimodel")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    [Fact]
    public void Changing_any_one_byte_is_refused_naming_the_file()
    {
        SampleModels.Pack(Bundle, sign: Sign);
        var good = File.ReadAllBytes(Bundle);
        var changed = _folder.File("changed.hsimodel");
        for (var position = 0; position < good.Length; position++)
        {
            var bytes = (byte[])good.Clone();
            bytes[position] ^= (byte)(1 << (position % 8));
            File.WriteAllBytes(changed, bytes);
            var refusal = Assert.Throws<BadInputException>(() => ModelBundleReader.ReadParts(changed));
            Assert.StartsWith(changed, refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("card.json")]
    [InlineData("model.onnx")]
    [InlineData("golden/input_0.pb")]
    [InlineData("golden/output_0.pb")]
    [InlineData("manifest.json")]
    [InlineData("manifest.sig")]
    public void A_byte_changed_within_an_entry_is_refused_naming_the_entry(string entry)
    {
        SampleModels.Pack(Bundle, sign: Sign);
        var data = ModelBundleReader.ReadParts(Bundle).Entries[entry];
        var bytes = File.ReadAllBytes(Bundle);
        bytes[bytes.AsSpan().IndexOf(data) + (data.Length / 2)] ^= 0x10;
        File.WriteAllBytes(Bundle, bytes);
        Assert.Contains(entry, Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("card.json")]
    [InlineData("model.onnx")]
    [InlineData("golden/input_0.pb")]
    [InlineData("golden/output_0.pb")]
    public void An_entry_changed_with_its_checksum_is_refused_by_its_hash(string entry)
    {
        Rewrite(entries => entries[entry][^1] ^= 1);
        var message = Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message;
        Assert.Contains($"entry {entry} was changed", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_shortening_and_any_addition_is_refused()
    {
        SampleModels.Pack(Bundle);
        var good = File.ReadAllBytes(Bundle);
        var changed = _folder.File("changed.hsimodel");
        foreach (var length in Enumerable.Range(0, good.Length).Where(l => l % 7 == 0).Append(good.Length - 1))
        {
            File.WriteAllBytes(changed, good[..length]);
            Assert.Throws<BadInputException>(() => ModelBundleReader.ReadParts(changed));
        }

        File.WriteAllBytes(changed, [.. good, 0]);
        Assert.Contains("after the end record", Assert.Throws<BadInputException>(() => ModelBundleReader.ReadParts(changed)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../evil", "is named '../../evil'")]
    [InlineData("/etc/passwd", "is named '/etc/passwd'")]
    [InlineData("notes.txt", "is named 'notes.txt'")]
    [InlineData("card.json", "card.json occurs twice")]
    public void An_entry_that_does_not_belong_is_refused(string name, string reason) =>
        Assert.Contains(reason, RefusalOf(entries => entries.Add((name, [1, 2, 3]))), StringComparison.Ordinal);

    [Fact]
    public void A_missing_entry_and_another_order_are_refused()
    {
        Assert.Contains("expected card.json, model.onnx", RefusalOf(entries => entries.RemoveAt(2)), StringComparison.Ordinal);
        Assert.Contains("in this order", RefusalOf(entries => entries.Reverse()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_beyond_its_limit_is_refused()
    {
        Assert.Contains("at most 65536", RefusalOf(entries => entries[4] = ("manifest.json", new byte[65537])), StringComparison.Ordinal);
        Assert.Contains("at most 1048576", RefusalOf(entries => entries[0] = ("card.json", new byte[1048577])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_packed_by_an_ordinary_zip_tool_is_refused_with_advice()
    {
        SampleModels.Pack(Bundle);
        var path = _folder.File("zipped.hsimodel");
        using (var zip = System.IO.Compression.ZipFile.Open(path, System.IO.Compression.ZipArchiveMode.Create))
        {
            foreach (var (name, bytes) in ModelBundleReader.ReadParts(Bundle).Entries)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(bytes);
            }
        }

        Assert.Contains("Pack it again with hsiedge-model", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_can_be_listed_by_an_ordinary_zip_tool()
    {
        SampleModels.Pack(Bundle, sign: Sign);
        using var zip = System.IO.Compression.ZipFile.OpenRead(Bundle);
        Assert.Equal(["card.json", "model.onnx", "golden/input_0.pb", "golden/output_0.pb", "manifest.json", "manifest.sig"], zip.Entries.Select(e => e.FullName));
        Assert.All(zip.Entries, e => Assert.Equal(e.Length, e.CompressedLength));
        using var reader = new StreamReader(zip.GetEntry("card.json")!.Open());
        Assert.Equal("sample", JsonSerializer.Deserialize<ModelCard>(reader.ReadToEnd(), HsiEdgeJson.Strict)!.Name);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        Assert.Contains("cannot be read", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(_folder.File("none.hsimodel"))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(_folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("text"), "hello");
        Assert.Contains("not a model bundle", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(_folder.File("text"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_lists_null_is_refused_by_name()
    {
        SampleModels.Pack(Bundle);
        var entries = ModelBundleReader.ReadParts(Bundle).Entries;
        List<(string Name, byte[] Bytes)> changed = [.. BundleEntries.Listed.Select(e => (e, entries[e]))];
        changed.Add((BundleEntries.Manifest, "{ \"schemaVersion\": 1, \"entries\": [null] }"u8.ToArray()));
        File.WriteAllBytes(Bundle, BundleArchive.ToBytes(changed));
        Assert.Contains("entries hold null", Assert.Throws<BadInputException>(() => ModelBundleReader.ReadParts(Bundle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_the_runtime_cannot_run_is_refused_by_the_self_test()
    {
        SampleModels.Pack(Bundle);
        var entries = ModelBundleReader.ReadParts(Bundle).Entries;
        var model = ModelProto.Parser.ParseFrom(entries["model.onnx"]);
        model.Graph.Initializer.First(i => i.Dims.Count == 4).Dims.RemoveAt(3);
        List<(string Name, byte[] Bytes)> changed = [.. BundleEntries.Listed.Select(e => (e, e == BundleEntries.Model ? model.ToByteArray() : entries[e]))];
        changed.Add((BundleEntries.Manifest, BundleManifest.Of(changed).ToBytes()));
        File.WriteAllBytes(Bundle, BundleArchive.ToBytes(changed));
        Assert.Contains("self-test failed: ONNX Runtime cannot run the model", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Signatures_are_verified_against_trusted_keys()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SampleModels.Pack(Bundle, sign: Sign);
        var trusted = new BundleLoadOptions { TrustedPublicKeysPem = [other.ExportSubjectPublicKeyInfoPem(), _key.ExportSubjectPublicKeyInfoPem()], RequireSignature = true };
        Assert.True(ModelBundleReader.ReadParts(Bundle, trusted).Identity.Signed);
        Assert.False(ModelBundleReader.ReadParts(Bundle).Identity.Signed, "Without a trusted key nothing is known about a signature.");
        Refused(new BundleLoadOptions { TrustedPublicKeysPem = [other.ExportSubjectPublicKeyInfoPem()] }, "by none of the 1 trusted keys");
        Refused(new BundleLoadOptions { RequireSignature = true }, "no trusted public key is configured");
        Refused(new BundleLoadOptions { TrustedPublicKeysPem = ["nonsense"] }, "Trusted public key 1 cannot be read");
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Refused(new BundleLoadOptions { TrustedPublicKeysPem = [p384.ExportSubjectPublicKeyInfoPem()] }, "expected P-256");
        SampleModels.Pack(Bundle);
        Refused(trusted, "not signed");
        Assert.False(ModelBundleReader.ReadParts(Bundle, trusted with { RequireSignature = false }).Identity.Signed);

        void Refused(BundleLoadOptions options, string reason) =>
            Assert.Contains(reason, Assert.Throws<BadInputException>(() => ModelBundleReader.ReadParts(Bundle, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenSSL_verifies_a_signed_manifest()
    {
        SampleModels.Pack(Bundle, sign: Sign);
        var entries = ModelBundleReader.ReadParts(Bundle).Entries;
        File.WriteAllBytes(_folder.File("manifest.json"), entries["manifest.json"]);
        File.WriteAllBytes(_folder.File("manifest.sig"), entries["manifest.sig"]);
        File.WriteAllText(_folder.File("key.pem"), _key.ExportSubjectPublicKeyInfoPem());
        Assert.Equal("Verified OK", OpenSslVerify());
        File.AppendAllText(_folder.File("manifest.json"), " ");
        Assert.Equal("Verification failure", OpenSslVerify());
    }

    [Fact]
    public void Verification_reports_each_step_and_where_it_stopped()
    {
        SampleModels.Pack(Bundle);
        var good = ModelBundleVerifier.Verify(Bundle);
        Assert.True(good.Ok);
        Assert.Equal(["file", "layout", "signature", "hashes", "card", "guard", "session", "self-test"], good.Checks.Select(c => c.Name));
        Assert.All(good.Checks, c => Assert.Equal(BundleCheckOutcome.Ok, c.Outcome));
        Assert.Equal("sample", good.Model!.Name);
        Assert.Contains("16 golden pixels", good.Checks[^1].Detail, StringComparison.Ordinal);

        Rewrite(entries => entries["model.onnx"][^1] ^= 1);
        var bad = ModelBundleVerifier.Verify(Bundle);
        Assert.False(bad.Ok);
        Assert.Null(bad.Model);
        Assert.Equal([BundleCheckOutcome.Ok, BundleCheckOutcome.Ok, BundleCheckOutcome.Ok, BundleCheckOutcome.Failed], bad.Checks.Take(4).Select(c => c.Outcome));
        Assert.All(bad.Checks.Skip(4), c => Assert.Equal(BundleCheckOutcome.NotRun, c.Outcome));
        Assert.Contains("model.onnx was changed", bad.Checks[3].Detail, StringComparison.Ordinal);
        Assert.False(ModelBundleVerifier.Verify(_folder.File("none")).Ok);
    }

    [Fact]
    public void A_model_that_computes_something_else_fails_its_self_test()
    {
        SampleModels.Pack(Bundle);
        SampleModels.Pack(_folder.File("b.hsimodel"), seed: 2);
        var (a, b) = (ModelBundleReader.ReadParts(Bundle), ModelBundleReader.ReadParts(_folder.File("b.hsimodel")));
        Compose(a, b.Onnx, a.Entries["golden/input_0.pb"], a.Entries["golden/output_0.pb"]);
        Assert.Contains("self-test failed at golden pixel", Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Golden_tensors_that_do_not_fit_are_refused()
    {
        SampleModels.Pack(Bundle);
        var parts = ModelBundleReader.ReadParts(Bundle);
        var (input, output) = (parts.Entries["golden/input_0.pb"], parts.Entries["golden/output_0.pb"]);
        Refused([0xff], output, "golden/input_0.pb is not a tensor");
        Refused(output, output, "golden/input_0.pb is Uint8 [1, 1, 16, 3]; expected Uint8 [1, H, W, 12]");
        Refused(input, input, "golden/output_0.pb is Uint8 [1, 1, 16, 12]");
        Refused(input, [], "golden/output_0.pb is Undefined");

        void Refused(byte[] goldenInput, byte[] goldenOutput, string reason)
        {
            Compose(parts, parts.Onnx, goldenInput, goldenOutput);
            Assert.Contains(reason, Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_card_that_does_not_fit_the_model_is_never_packed_and_the_old_bundle_stays()
    {
        SampleModels.Pack(Bundle);
        var before = File.ReadAllBytes(Bundle);
        var model = SampleModels.Quantize(SampleModels.Network(1, 12, 8, 3), 100);
        var spectra = SampleModels.Spectra(1, 4, 12);
        Refused(SampleModels.Card(12, 4), "3 classes");
        Refused(SampleModels.Card(12, 3) with { IntendedUse = "Anything." }, "'intendedUse'");
        Refused(SampleModels.Card(12, 3) with { Preprocessing = [new CenterStep([1])] }, "(center)");
        Refused(SampleModels.Card(12, 3) with { Classes = [.. SampleModels.Card(12, 3).Classes.Select(c => c with { Name = "same" })] }, "'same' occurs 3 times");
        Assert.Equal(before, File.ReadAllBytes(Bundle));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));

        void Refused(ModelCard card, string reason) =>
            Assert.Contains(reason, Assert.Throws<BadInputException>(() => BundlePacker.Pack(Bundle, card, model, spectra)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_behind_a_crop_takes_fewer_values_than_the_card_has_bands()
    {
        var card = SampleModels.Card(14, 3) with { Preprocessing = [new SnvStep(), new CropStep(1, 12)] };
        var model = SampleModels.Quantize(SampleModels.Network(1, 12, 8, 3), 100);
        BundlePacker.Pack(Bundle, card, model, SampleModels.Spectra(1, 4, 12));
        using var loaded = ModelBundleReader.Load(Bundle);
        Assert.Equal((14, 12), (loaded.Card.WavelengthsNanometres.Count, loaded.Contract.Bands));
    }

    [Fact]
    public void Inspection_tells_what_is_within_and_serializes()
    {
        SampleModels.Pack(Bundle, sign: Sign);
        var inspection = BundleInspector.Inspect(Bundle);
        Assert.Equal((2, 0), (inspection.Network.QuantizedConvolutions, inspection.Network.FloatConvolutions));
        Assert.Equal(((12 * 8) + 8 + (8 * 3) + 3, (12 * 8) + (8 * 3)), (inspection.Network.Parameters, inspection.Network.MultiplicationsPerPixel));
        Assert.True(inspection.HasSignature && !inspection.Model.Signed);
        Assert.Equal(6, inspection.Entries.Count);
        var text = string.Join('\n', inspection.ToLines());
        Assert.Contains("quantized convolutions: 2; left in float: 0", text, StringComparison.Ordinal);
        Assert.Contains("SYNTHETIC", text, StringComparison.Ordinal);
        Assert.Contains("\"quantizedConvolutions\": 2", JsonSerializer.Serialize(inspection, HsiEdgeJson.Indented), StringComparison.Ordinal);
    }

    private byte[] Sign(byte[] manifest) => _key.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    // Packs a bundle, then lays changed entries out again: checksums right, hashes as they were.
    private void Rewrite(Action<Dictionary<string, byte[]>> change)
    {
        SampleModels.Pack(Bundle);
        var entries = ModelBundleReader.ReadParts(Bundle).Entries.ToDictionary(StringComparer.Ordinal);
        var order = BundleEntries.All(signed: false).ToArray();
        change(entries);
        File.WriteAllBytes(Bundle, BundleArchive.ToBytes([.. order.Select(n => (n, entries[n]))]));
    }

    private string RefusalOf(Action<List<(string Name, byte[] Bytes)>> change)
    {
        SampleModels.Pack(Bundle);
        var parts = ModelBundleReader.ReadParts(Bundle).Entries;
        var entries = BundleEntries.All(signed: false).Select(n => (n, parts[n])).ToList();
        change(entries);
        File.WriteAllBytes(Bundle, BundleArchive.ToBytes(entries));
        return Assert.Throws<BadInputException>(() => ModelBundleReader.Load(Bundle)).Message;
    }

    private void Compose(BundleParts parts, byte[] onnx, byte[] goldenInput, byte[] goldenOutput)
    {
        List<(string, byte[])> entries =
        [
            ("card.json", parts.Entries["card.json"]), ("model.onnx", onnx), ("golden/input_0.pb", goldenInput), ("golden/output_0.pb", goldenOutput),
        ];
        entries.Add(("manifest.json", BundleManifest.Of(entries).ToBytes()));
        File.WriteAllBytes(Bundle, BundleArchive.ToBytes(entries));
    }

    private string OpenSslVerify()
    {
        var start = new ProcessStartInfo("openssl") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[] { "dgst", "-sha256", "-verify", _folder.File("key.pem"), "-signature", _folder.File("manifest.sig"), _folder.File("manifest.json") })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output.Trim();
    }
}
