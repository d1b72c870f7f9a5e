using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using HsiEdge.Core;

namespace HsiEdge.Fhir;

/// <summary>Serializes resources and reads every one back strictly: what leaves is what another strict reader takes.</summary>
public static class ObservationWriter
{
    private static readonly JsonSerializerOptions Strict = new JsonSerializerOptions().ForFhir(ModelInfo.ModelInspector).UsingMode(DeserializationMode.Strict);

    /// <summary>A resource on one line.</summary>
    /// <exception cref="BadInputException">FHIR has no form for it: an element is missing, of a wrong form or breaks an invariant.</exception>
    public static string ToJson(Resource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var json = JsonSerializer.Serialize(resource, Strict);
        var back = Read(json);
        return back.IsExactly(resource) ? json : throw new BadInputException($"{resource.TypeName}/{resource.Id} does not read back as it was written; report this with the line of results.jsonl.");
    }

    /// <summary>Reads a resource strictly.</summary>
    /// <exception cref="BadInputException">It is none, or not valid; the message says where.</exception>
    public static Resource Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Resource>(json, Strict) ?? throw new BadInputException("null is no FHIR resource.");
        }
        catch (Exception e) when (e is DeserializationFailedException or JsonException)
        {
            throw new BadInputException($"Not valid FHIR R4: {e.Message}", e);
        }
    }
}
