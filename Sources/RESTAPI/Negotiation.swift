// Which form of an answer is asked for, and in which form a body comes (RFC 9110, sections 8.3, 8.4 and 12.5.1).
import HTTPServing
import HTTPTypes
import Hummingbird

extension Request {
    /// - Throws: ``Failure``: 406 if none of the media types is accepted.
    func checkAccept(_ offered: [String]) throws {
        guard let header = headers[.accept] else { return }
        // What nearly everybody sends.
        if header == "*/*" || header == "application/json", offered.contains("application/json") { return }
        guard offered.contains(where: { Self.quality(of: $0, in: header) > 0 }) else {
            throw Failure(
                .notAcceptable, "invalid", "Not acceptable",
                "The answer comes as \(offered.joined(separator: " or ")), which Accept leaves out.")
        }
    }

    /// The weight of the most specific range that the type fits; 0 if none does.
    private static func quality(of type: String, in header: String) -> Double {
        let main = type.prefix { $0 != "/" }
        var best = (specificity: 0, quality: 0.0)
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
            guard let name = parts.first?.lowercased() else { continue }
            let specificity = name == type ? 3 : name == "\(main)/*" ? 2 : name == "*/*" ? 1 : 0
            guard specificity > best.specificity else { continue }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
            best = (specificity, weight.flatMap { Double($0.dropFirst(2)) } ?? 1)
        }
        return best.quality
    }

    /// Refuses a body that is not what the route reads.
    /// - Throws: ``Failure``: 415 for another media type, another charset than UTF-8, or a compressed body.
    func checkContent(_ mediaType: String) throws {
        guard let header = headers[.contentType] else { throw Self.unsupported(mediaType) }
        let parts = header.split(separator: ";").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
        guard parts.first?.lowercased() == mediaType else { throw Self.unsupported(mediaType) }
        for parameter in parts.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "charset" else { continue }
            guard pair[1].trimming(while: { $0 == "\"" }).lowercased() == "utf-8" else {
                throw Failure(.unsupportedMediaType, "invalid", "Unsupported body", "JSON is sent in UTF-8 (RFC 8259).")
            }
        }
        if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Failure(
                .unsupportedMediaType, "invalid", "Unsupported body", "Send the body as it is, not as \(encoding).")
        }
    }

    private static func unsupported(_ mediaType: String) -> Failure {
        Failure(.unsupportedMediaType, "invalid", "Unsupported body", "Send \(mediaType).")
    }
}

extension StringProtocol {
    /// Without what stands at both ends.
    fileprivate func trimming(while drops: (Character) -> Bool) -> SubSequence {
        let start = drop(while: drops)
        let kept = start.reversed().drop(while: drops).count
        return start.prefix(kept)
    }
}
