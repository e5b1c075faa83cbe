// The organisation's logo: reports carry it, so what is kept as one must be an image. A file is looked into before the
// transaction, which reads no disk.
import Exchange
import Foundation
import RecordKit
import Records
import Storage

/// What may be a logo.
package enum LogoRule {
    package static let bytesMax = 1_048_576
    /// Pixels of either side.
    package static let sidePixelsMax = 4_096
    static let field = "logo"

    /// - Throws: ``Problem`` that says what would be accepted. SVG is refused, since it can carry script.
    static func image(_ file: FileReference, _ organisation: UUID, in blobs: any BlobStore) async throws -> ImageFile {
        guard let pieces = try await blobs.open(file.sha256, for: organisation) else {
            throw Problem(field, "is not there: upload the file first")
        }
        var bytes = Data()
        while let piece = try await pieces.next() {
            bytes.append(contentsOf: piece)
            guard bytes.count <= bytesMax else { throw Problem(field, "may have at most \(bytesMax / 1_048_576) MB") }
        }
        guard let image = ImageFile(bytes) else {
            throw Problem(field, "is not a PNG or JPEG image, whatever its name says, or is cut off")
        }
        guard max(image.widthPixels, image.heightPixels) <= sidePixelsMax else {
            throw Problem(
                field,
                "has \(image.widthPixels) × \(image.heightPixels) pixels; at most \(sidePixelsMax) a side are taken")
        }
        return image
    }
}

extension RecordService {
    /// Looks into a file that a field takes only if its content is of a certain kind.
    /// - Throws: ``ServiceError``: invalid, with the field.
    func checkFiles(_ schema: AnySchema, _ input: [String: FieldValue], _ organisation: UUID?) async throws {
        guard schema.type == Organisation.type, let organisation, case .file(let file) = input[LogoRule.field] else {
            return
        }
        do {
            guard let blobs else { throw Problem(LogoRule.field, "cannot be looked into here") }
            _ = try await LogoRule.image(file, organisation, in: blobs)
        } catch let problem as Problem { throw ServiceError.invalid(Invalid([problem])) }
    }
}
