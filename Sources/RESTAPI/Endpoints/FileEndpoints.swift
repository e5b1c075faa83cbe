// The calls that keep files and give them back.
import Governance
import HTTPServing
import HTTPTypes
import MerkleLog
import RecordKit

extension RESTRoutes {
    static func fileEndpoints(_ resources: [Resource]) -> [Endpoint] {
        let upload = Endpoint(
            .post, "/api/v1/files",
            Operation(
                id: "createFile", tag: "Files", summary: "Keep a file",
                words: "The body is the file as it is, Content-Type its media type. The answer is what a record's file "
                    + "field takes. It is evidence of nothing until a record names it.",
                parameters: [
                    .init(
                        name: "Content-Disposition", place: .header, isRequired: true,
                        words: "The file's name (RFC 6266).", schema: JSONSchema.text,
                        example: "attachment; filename=\"report.pdf\"")
                ],
                body: .init(
                    mediaType: "application/octet-stream", otherMediaTypes: ["*/*"],
                    schema: ["type": "string", "format": "binary"], example: "The report.",
                    isRequired: false),
                answers: [.init(status: 201, words: "Kept.", schema: JSONSchema.reference("File"))]),
            bodyBytesMax: HTTPLimit.uploadBytesMax
        ) { try await $0.upload($1) }
        return [upload] + resources.compactMap { content($0) }
    }

    private static func content(_ resource: Resource) -> Endpoint? {
        let schema = resource.schema
        let fields = schema.fields.filter { if case .file = $0.kind { !$0.isDerived } else { false } }
        guard !fields.isEmpty else { return nil }
        return Endpoint(
            .get, "/api/v1/\(schema.plural)/{id}/files/{field}",
            Operation(
                id: "get\(schema.componentName)File", tag: schema.pluralLabel,
                summary: "Read a file of one \(schema.label.lowercased())",
                words: "The bytes as they were kept, to be saved under their name.", parameters: [.asOf],
                textChoices: fields.map(\.name),
                answers: [
                    .init(
                        words: "The file.", mediaType: "application/octet-stream",
                        schema: ["type": "string", "format": "binary"],
                        headers: ["ETag", "Content-Disposition", "Repr-Digest"])
                ])
        ) { try await $0.file(resource, $1.path.id(), $1.path.text(), $1) }
    }
}
