using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace HsiEdge.Devices.Scene;

/// <summary>
/// The scene camera's GenICam description: the library's own, taken at run time, with the registers that choose what is seen, and with Line0 and the software trigger as
/// one input, so that the line waits for a trigger too.
/// </summary>
internal static class SceneDescription
{
    /// <summary>Band of the plan that the next frame shows; one more than its bands is darkness.</summary>
    public const uint BandRegister = 0x3000;

    /// <summary>What is before the camera: 0 tissue, 1 white target, 2 nothing (covered).</summary>
    public const uint ViewRegister = 0x3004;

    /// <summary>Number of the pose in view.</summary>
    public const uint PoseRegister = 0x3008;

    private const string TriggeredValue = "1";

    /// <summary>Amends the library's description.</summary>
    /// <param name="library">What the library describes.</param>
    /// <param name="bands">Bands of the plan.</param>
    /// <param name="lines">Lines of a frame.</param>
    /// <param name="samples">Samples of a line.</param>
    /// <returns>The description in UTF-8.</returns>
    public static byte[] Amend(string library, int bands, int lines, int samples)
    {
        var document = XDocument.Parse(library);
        var space = document.Root!.Name.Namespace;
        Element(document, "TriggerSource").Elements(space + "EnumEntry")
            .First(e => (string?)e.Attribute("Name") == "Line0").Element(space + "Value")!.Value = TriggeredValue;
        var acquisition = Element(document, "AcquisitionControl");
        foreach (var (name, address, most, access, text) in new[]
        {
            ("HsiBandIndex", BandRegister, bands, "RW", "Band of the plan that the next frame shows; the largest value is darkness."),
            ("HsiView", ViewRegister, 2, "RW", "What is before the camera: 0 tissue, 1 white target, 2 nothing."),
            ("HsiScenePose", PoseRegister, int.MaxValue, "RO", "Number of the pose in view."),
        })
        {
            acquisition.Add(new XElement(space + "pFeature", name));
            acquisition.AddAfterSelf(Number(space, name, most, text), Register(space, name + "Register", address, access));
        }

        Bound(document, "Width", samples);
        Bound(document, "Height", lines);
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            document.Save(writer);
        }

        return stream.ToArray();
    }

    private static XElement Element(XDocument document, string name) =>
        document.Descendants().FirstOrDefault(e => (string?)e.Attribute("Name") == name)
        ?? throw new InvalidOperationException($"libaravis' camera description has no '{name}'; this version of the library is not the one it was made for (0.8).");

    private static void Bound(XDocument document, string name, int value)
    {
        var element = Element(document, name);
        var space = element.Name.Namespace;
        foreach (var limit in new[] { "Min", "Max", "pMin", "pMax", "Inc" })
        {
            element.Elements(space + limit).Remove();
        }

        element.Add(new XElement(space + "Min", value), new XElement(space + "Max", value));
    }

    private static XElement Number(XNamespace space, string name, int most, string text) => new(
        space + "Integer",
        new XAttribute("Name", name),
        new XAttribute("NameSpace", "Custom"),
        new XElement(space + "Description", text),
        new XElement(space + "pValue", name + "Register"),
        new XElement(space + "Min", 0),
        new XElement(space + "Max", most));

    private static XElement Register(XNamespace space, string name, uint address, string access) => new(
        space + "IntReg",
        new XAttribute("Name", name),
        new XAttribute("NameSpace", "Custom"),
        new XElement(space + "Address", string.Create(CultureInfo.InvariantCulture, $"0x{address:x}")),
        new XElement(space + "Length", 4),
        new XElement(space + "AccessMode", access),
        new XElement(space + "pPort", "Device"),
        new XElement(space + "Sign", "Unsigned"),
        new XElement(space + "Endianess", "BigEndian"));
}
