using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class SpectraTableReaderTests
{
    [Fact]
    public void The_plain_form_is_read_with_its_optional_columns()
    {
        var table = Read("label,patient,1000,1010.5,quantity\n\"wall, normal\",P1,0.5,0.25,\nlesion,,1,2,absorbance\n");

        Assert.Equal([1000, 1010.5], table.Wavelengths.Nanometres.ToArray());
        Assert.Equal(("wall, normal", "P1", SpectralQuantity.Reflectance), (table.Spectra[0].Label, table.Spectra[0].Patient, table.Spectra[0].Quantity));
        Assert.Equal([0.5f, 0.25f], table.Spectra[0].Values);
        Assert.Equal(("lesion", "fallback", SpectralQuantity.Absorbance), (table.Spectra[1].Label, table.Spectra[1].Patient, table.Spectra[1].Quantity));
    }

    [Fact]
    public void A_byte_order_mark_carriage_returns_blank_lines_and_doubled_quotes_do_no_harm()
    {
        var table = Read("\uFEFFlabel,1000\r\n\r\n\"the \"\"old\"\" wall\",0.5\r\n\r\n");

        Assert.Equal("the \"old\" wall", Assert.Single(table.Spectra).Label);
    }

    [Fact]
    public void Numbered_columns_rules_and_ignored_columns_describe_a_foreign_table()
    {
        var layout = new TableLayout
        {
            WavelengthColumns = new NumberedColumns { Prefix = "x_", FirstNanometres = 850, StepNanometres = 2 },
            IgnoreColumns = ["water"],
            LabelRules = [new ClassRule { Name = "lean", Column = "fat", Below = 20 }, new ClassRule { Name = "fat", Column = "fat", From = 20 }],
            PatientColumn = "animal",
        };

        var table = Read("x_001,x_002,water,fat,animal\n1,2,60,19.9,A\n3,4,50,20,B\n", layout, SpectralQuantity.Absorbance);

        Assert.Equal([850, 852], table.Wavelengths.Nanometres.ToArray());
        Assert.Equal([("lean", "A"), ("fat", "B")], table.Spectra.Select(s => (s.Label, s.Patient)));
    }

    [Fact]
    public void A_table_with_one_spectrum_a_column_takes_class_and_patient_from_the_names()
    {
        var layout = new TableLayout { Orientation = TableOrientation.Columns, NamePattern = @"^(?<patient>S\d+)_(?<label>skin|nail)$" };

        var table = Read("nm,S01_skin,S01_avg,S02_nail\n500,0.1,9,0.3\n510,0.2,9,0.4\n", layout);

        Assert.Equal([500, 510], table.Wavelengths.Nanometres.ToArray());
        Assert.Equal([("skin", "S01"), ("nail", "S02")], table.Spectra.Select(s => (s.Label, s.Patient)));
        Assert.Equal([0.3f, 0.4f], table.Spectra[1].Values);
    }

    [Fact]
    public void Draws_from_means_and_deviations_have_those_means_and_deviations()
    {
        var layout = new TableLayout
        {
            Draws = new SpreadDraws { Column = "stat", SpectraPerMean = 4000 },
            OnlyWhere = new Dictionary<string, string> { ["species"] = "pig" },
        };

        var table = Read("species,label,stat,500,510,520\npig,liver,mean,1,2,3\npig,liver,sd,0.1,0.2,0.4\nrat,liver,mean,9,9,9\n", layout);

        Assert.True(table.Drawn);
        Assert.Equal(4000, table.Spectra.Count);
        for (var b = 0; b < 3; b++)
        {
            var values = table.Spectra.Select(s => (double)s.Values[b]).ToArray();
            var mean = values.Average();
            var deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            Assert.InRange(mean, b + 1 - 0.03, b + 1 + 0.03);
            Assert.InRange(deviation / (0.1 * Math.Pow(2, b)), 0.95, 1.05);
        }
    }

    [Theory]
    [InlineData("label,1000,1010\nwall,0.5,NaN\n", "line 2", "\"1010\"")]
    [InlineData("label,1000,1010\nwall,0.5,0.5\nwall,0.5,low\n", "line 3", "\"low\"")]
    [InlineData("label,1000,1010\nwall,0.5\n", "line 2", "2 columns")]
    [InlineData("label,1010,1000\nwall,0.5,0.4\n", "must increase", "1000 follows 1010")]
    [InlineData("label,-5,1000\nwall,0.5,0.4\n", "\"-5\"", "positive")]
    [InlineData("label,fat,1000\nwall,0.5,0.4\n", "\"fat\"", "ignoreColumns")]
    [InlineData("name,1000\nwall,0.5\n", "\"label\"", "no column")]
    [InlineData("label,1000\n,0.5\n", "line 2", "empty")]
    [InlineData("label,1000,quantity\nwall,0.5,counts\n", "line 2", "\"counts\"")]
    [InlineData("label,1000,1000\nwall,0.5,0.5\n", "\"1000\"", "2 times")]
    [InlineData("label,1000\n\"wall,0.5\n", "quote", "line 2")]
    [InlineData("label,1000\n", "no rows", "header")]
    [InlineData("label\nwall\n", "no wavelengths", "label,<nm>")]
    public void What_is_wrong_is_named_with_file_and_place(string text, string place, string found)
    {
        var message = Assert.Throws<BadInputException>(() => Read(text)).Message;

        Assert.Contains("table.csv", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(found, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Layouts_that_contradict_themselves_are_refused()
    {
        const string Rows = "label,1000\nwall,0.5\n";
        Assert.Contains("keep one", Refused(Rows, new TableLayout { Label = "a", LabelColumn = "label" }), StringComparison.Ordinal);
        Assert.Contains("draws", Refused(Rows, new TableLayout { Orientation = TableOrientation.Columns, Draws = new SpreadDraws { Column = "x", SpectraPerMean = 3 } }), StringComparison.Ordinal);
        Assert.Contains("namePattern", Refused(Rows, new TableLayout { NamePattern = "x" }), StringComparison.Ordinal);
        Assert.Contains("regular expression", Refused("nm,a\n1,2\n", new TableLayout { Orientation = TableOrientation.Columns, NamePattern = "(", Label = "a" }), StringComparison.Ordinal);
        Assert.Contains("none of the labelRules", Refused("fat,1000\n5,0.5\n", new TableLayout { LabelRules = [new ClassRule { Name = "a", Column = "fat", From = 9 }] }), StringComparison.Ordinal);
        Assert.Contains("onlyWhere", Refused(Rows, new TableLayout { OnlyWhere = new Dictionary<string, string> { ["label"] = "none" } }), StringComparison.Ordinal);
        Assert.Contains("\"sd\" row", Refused("label,s,1000\na,mean,1\n", new TableLayout { Draws = new SpreadDraws { Column = "s", SpectraPerMean = 3 } }), StringComparison.Ordinal);
    }

    private static string Refused(string text, TableLayout layout) => Assert.Throws<BadInputException>(() => Read(text, layout)).Message;

    private static SpectraTable Read(string text, TableLayout? layout = null, SpectralQuantity? quantity = null)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("table.csv");
        File.WriteAllText(file, text);
        return SpectraTableReader.Read(file, "fallback", quantity, layout);
    }
}
